import type { Backend, Tensor2D } from "../backends/backend.js";
import type { Label } from "./inputs.js";
import type { Activity } from "./units.js";
import type { FloatNetwork } from "./network.js";

/** Images with labels as a tensor [N][inputs of the first layer]. */
export function firstInputs(network: FloatNetwork, images: readonly Float32Array[], labelOf: (index: number) => Label): Tensor2D {
  const { rows } = network.inputs;
  const values = new Float32Array(images.length * rows);
  images.forEach((image, index) => network.inputs.write(image, labelOf(index), values, index * rows));
  return network.backend.tf.tensor2d(values, [images.length, rows]);
}

/** Images that have their labels in them, or none, as a tensor [N][inputs of the first layer]. */
export function inputsOf(network: FloatNetwork, images: readonly Float32Array[]): Tensor2D {
  return firstInputs(network, images, () => "neutral");
}

/** What a layer makes of its inputs. */
export function activity(network: FloatNetwork, layer: number, x: Tensor2D): Activity {
  return network.units[layer]!.activity(network.layers[layer]!.forward(x));
}

/** Each row over its root mean square (or its length): what the next layer and the readout see, without the bias. */
export function normalised(network: FloatNetwork, y: Tensor2D): Tensor2D {
  const { tf } = network.backend;
  const squares = tf.sum(tf.square(y), 1, true);
  if (network.recipe.norm === "length") return tf.div(y, tf.add(tf.sqrt(squares), 1e-4));
  return tf.mul(y, tf.rsqrt(tf.maximum(tf.mul(squares, 1 / y.shape[1]), 1e-20)));
}

/** A flat read-out as rows. */
export function rowsOf(values: Float32Array, columns: number): number[][] {
  return Array.from({ length: values.length / columns }, (_, row) => Array.from(values.subarray(row * columns, (row + 1) * columns)));
}

export function softmax(logits: readonly number[], temperature = 1): number[] {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const e = logits.map((value) => Math.exp((value - most) / temperature));
  const sum = e.reduce((total, value) => total + value, 0);
  return e.map((value) => value / sum);
}

/** Softmax of each row of a tensor. */
export function softmaxRows({ tf }: Backend, logits: Tensor2D): Tensor2D {
  const e = tf.exp(tf.sub(logits, tf.max(logits, 1, true)));
  return tf.div(e, tf.sum(e, 1, true));
}

export function logistic(z: number): number {
  return 1 / (1 + Math.exp(-z));
}
