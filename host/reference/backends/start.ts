import type { Backend, BackendInfo, Tf } from "./backend.js";
import { explainFailure } from "./failures.js";

/** Makes a registered tfjs backend active and wraps it. `check` throws when the device is known to be gone. */
export async function startBackend(tf: Tf, name: Backend["name"], info: BackendInfo, check: () => void = () => undefined): Promise<Backend> {
  const use = async (): Promise<void> => {
    check();
    if (tf.getBackend() !== name) {
      await tf.setBackend(name);
      await tf.ready();
    }
  };
  await use();
  return {
    ...info, name, tf, use,
    async read(tensor) {
      check();
      try {
        const values = await tensor.data();
        check();
        return values instanceof Float32Array ? values : Float32Array.from(values);
      } catch (error) {
        throw explainFailure(error, name);
      }
    },
  };
}
