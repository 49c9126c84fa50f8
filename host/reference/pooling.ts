import type { Tensor, Tensor2D, Tf } from "./backends/backend.js";
import type { MapLayout } from "./fields.js";

/**
 * Max pooling over squares of q × q places: values of places [N · places][channels] (or any shape of as many) -> [N][units]. A unit takes the largest, the first
 * in row-major order when equal, and remembers which: `from`, [N][units], 0..q²−1; null without pooling.
 */
export function pooled(tf: Tf, values: Tensor, { height, width, channels, pool }: MapLayout): { y: Tensor2D; from: Tensor | null } {
  const N = values.size / (height * width * channels);
  if (pool === 1) return { y: tf.reshape(values, [N, height * width * channels]) as Tensor2D, from: null };
  const [rows, columns] = [height / pool, width / pool];
  const flat = (at: Tensor): Tensor => tf.reshape(at, [N, rows * columns * channels]);
  let value: Tensor | null = null;
  let from: Tensor | null = null;
  for (let dy = 0; dy < pool; dy++) {
    const line = tf.reshape(tf.slice(tf.reshape(values, [N * rows, pool, width * channels]), [0, dy, 0], [N * rows, 1, width * channels]), [N * rows * columns, pool, channels]);
    for (let dx = 0; dx < pool; dx++) {
      const here = flat(tf.slice(line, [0, dx, 0], [N * rows * columns, 1, channels]));
      if (!value || !from) [value, from] = [here, tf.zerosLike(here)];
      else {
        const better = tf.cast(tf.greater(here, value), "float32");
        from = tf.add(from, tf.mul(better, tf.sub(dy * pool + dx, from)));
        value = tf.maximum(value, here);
      }
    }
  }
  return { y: value as Tensor2D, from };
}

/** What belongs to units [N][units] at the places they are from, 0 at all others: [N · places][channels]. */
export function byPlaces(tf: Tf, units: Tensor2D, from: Tensor | null, { height, width, channels, pool }: MapLayout): Tensor2D {
  const N = units.shape[0];
  if (!from) return tf.reshape(units, [N * height * width, channels]) as Tensor2D;
  const [rows, columns] = [height / pool, width / pool];
  const lines = Array.from({ length: pool }, (_, dy) => tf.reshape(tf.stack(Array.from({ length: pool }, (_, dx) => {
    const here = tf.mul(units, tf.cast(tf.equal(from, dy * pool + dx), "float32"));
    return tf.reshape(here, [N * rows * columns, channels]);
  }), 1), [N * rows, width * channels]));
  return tf.reshape(tf.stack(lines, 1), [N * height * width, channels]) as Tensor2D;
}
