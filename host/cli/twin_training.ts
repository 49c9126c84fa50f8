import type { OpenedDataset } from "../data/open.js";
import type { Backend } from "../reference/backends/backend.js";
import { loadTwin, saveTwin, twinFile, type TwinOrigin } from "../twins/store.js";
import { type TrainedTwin, trainTwin } from "../twins/train_twin.js";
import { TWIN_NAMES } from "../twins/twin.js";
import { interruptible } from "./interrupt.js";
import { count, percent, say } from "./output.js";
import { openProgress } from "./progress.js";

/** The twin that lies in a run directory, or a new one, which is then kept there; without a folder it is not kept. Whoever asks disposes of it. */
export async function twinIn(folder: string | null, backend: Backend, origin: TwinOrigin, data: OpenedDataset): Promise<TrainedTwin> {
  const { kind } = origin;
  const found = folder === null ? null : await loadTwin(folder, backend, origin, say);
  if (found && folder !== null) {
    say(`${TWIN_NAMES[kind]}: trained before, ${twinFile(folder, kind)}`);
    return found;
  }
  const trained = await trainShown(backend, origin, data);
  try {
    if (folder !== null) await saveTwin(folder, backend, origin, trained);
  } catch (error) {
    trained.twin.dispose();
    throw error;
  }
  return trained;
}

async function trainShown(backend: Backend, { kind, spec, epochs, batch, rate }: TwinOrigin, data: OpenedDataset): Promise<TrainedTwin> {
  return interruptible(async (signal) => {
    const progress = openProgress();
    try {
      return await trainTwin(backend, kind, spec, data, {
        epochs, batch, rate, signal,
        onProgress: (_, epoch, done, total, speed) => progress.update(`${TWIN_NAMES[kind]}, epoch ${epoch}/${epochs}`, done, total, `${count(speed)} samples/s`),
        onEpoch: (_, { epoch, testError }) => {
          progress.end();
          say(`${TWIN_NAMES[kind]}, epoch ${epoch}/${epochs}: test error ${kind === "backprop" ? percent(testError?.readout ?? null) : percent(testError?.goodness ?? null)}`);
        },
      });
    } finally {
      progress.end();
    }
  });
}
