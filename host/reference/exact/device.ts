import type { Backend, Tensor } from "../backends/backend.js";
import { peculiaritiesOf } from "../device.js";
import type { FixedSpec } from "../fixed_spec.js";
import { floorShift } from "./split.js";

/** Where an activity is surely saturated, or 0: the product with a gain below 2^9 is exact where it is not. */
const VALUE_MAX = 2 ** 17;
const ACTIVITY_MAX = 32767;

/** Units that are not quite alike: offset, gain and knee of each, [1][units] (docs/variants.md, A device of its own). */
export class ExactDevice {
  constructor(private readonly backend: Backend, private readonly gain: Tensor, private readonly knee: Tensor, private readonly offset: Tensor) {}

  /** y before the ceiling, of rshr(acc, s − 3) [N][units]. */
  activity(value: Tensor): Tensor {
    const { tf } = this.backend;
    const product = tf.mul(tf.add(tf.clipByValue(value, -VALUE_MAX, VALUE_MAX), this.offset), this.gain);
    const v = tf.clipByValue(floorShift(tf, product, 8), 0, ACTIVITY_MAX);
    return tf.add(tf.minimum(v, this.knee), floorShift(tf, tf.relu(tf.sub(v, this.knee)), 2));
  }

  dispose(): void {
    for (const tensor of [this.gain, this.knee, this.offset]) tensor.dispose();
  }
}

/** Null in the ideal device. */
export function deviceOf(backend: Backend, { spec: { device }, layers }: FixedSpec, layer: number): ExactDevice | null {
  const { units } = layers[layer]!;
  const found = peculiaritiesOf(device, layer, units);
  if (!found) return null;
  const kept = (values: Float32Array): Tensor => backend.tf.keep(backend.tf.tensor2d(values, [1, units]));
  return new ExactDevice(backend, kept(found.gain), kept(found.knee), kept(found.offset));
}
