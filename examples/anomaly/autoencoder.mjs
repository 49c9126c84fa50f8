/** A small autoencoder in tfjs: what an engineer trains on a workstation, in floating point, and ships. Its score is the reconstruction error of a frame. */
import { MayflyError, startNamed } from "mayfly/reference";

const RATE = 3e-3;
const BATCH = 32;

/** Why there can be no autoencoder here: the optional tfjs packages are missing; null when there can. */
export async function autoencoderMissing() {
  try {
    await startNamed("cpu");
    return null;
  } catch (error) {
    if (error instanceof MayflyError) return error.message;
    throw error;
  }
}

/**
 * n → n/2 → `bottleneck` → n/2 → n, tanh, linear output, mean square error, Adam, batches of 32. `frames`: u8, 128 the middle, 16 a mean absolute deviation.
 * Gradients are written out: tfjs has no tape in Node without its layers package.
 */
export async function trainAutoencoder(frames, { bottleneck, epochs, seed }) {
  const { tf } = await startNamed("cpu");
  const inputs = frames[0].length;
  const widths = [inputs, Math.ceil(inputs / 2), bottleneck, Math.ceil(inputs / 2), inputs];
  const layers = widths.slice(1).map((units, index) => ({
    weights: tf.variable(tf.randomNormal([widths[index], units], 0, Math.sqrt(1 / widths[index]), "float32", seed * 100 + index)),
    bias: tf.variable(tf.zeros([units])),
  }));
  const tensorOf = (some) => tf.tensor2d(Float32Array.from(some.flatMap((frame) => Array.from(frame, (value) => (value - 128) / 16))), [some.length, inputs]);
  /** Activities of all layers, the input first. */
  const forward = (x) => {
    const activities = [x];
    layers.forEach(({ weights, bias }, index) => {
      const sum = tf.add(tf.matMul(activities[index], weights), bias);
      activities.push(index + 1 < layers.length ? tf.tanh(sum) : sum);
    });
    return activities;
  };
  const optimiser = tf.train.adam(RATE);
  const step = (some) => tf.tidy(() => {
    const activities = forward(tensorOf(some));
    let delta = tf.mul(tf.sub(activities.at(-1), activities[0]), 2 / (some.length * inputs));
    const gradients = {};
    for (let index = layers.length - 1; index >= 0; index--) {
      const { weights, bias } = layers[index];
      const below = activities[index];
      gradients[weights.name] = tf.matMul(tf.transpose(below), delta);
      gradients[bias.name] = tf.sum(delta, 0);
      delta = tf.mul(tf.matMul(delta, tf.transpose(weights)), tf.sub(1, tf.square(below)));
    }
    optimiser.applyGradients(gradients);
  });
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let from = 0; from < frames.length; from += BATCH) {
      // Far strides through the windows stand in for a shuffle.
      step(Array.from({ length: Math.min(BATCH, frames.length - from) }, (_, at) => frames[((from + at) * 7919 + epoch) % frames.length]));
    }
  }
  return {
    parameters: layers.reduce((sum, { weights, bias }) => sum + weights.size + bias.size, 0),
    /** Mean square error of each frame. */
    score: (some) => Array.from(tf.tidy(() => {
      const activities = forward(tensorOf(some));
      return tf.mean(tf.square(tf.sub(activities.at(-1), activities[0])), 1);
    }).dataSync()),
  };
}
