import type { Tensor2D, Tf } from "../backends/backend.js";
import { Kept } from "../scope.js";

/** Moves one matrix of weights along an ascent direction. Keeps its own moments; rates come in with each step. */
export interface Optimiser {
  step(weights: Kept<Tensor2D>, ascent: Tensor2D, rate: number): void;
  /** Moments, for a checkpoint. */
  readonly state: readonly Kept<Tensor2D>[];
  /** Steps done, for a checkpoint. */
  steps: number;
}

export function optimiserOf(tf: Tf, kind: "sgd" | "adam" | "smoothed", shape: [number, number]): Optimiser {
  const zeros = (): Kept<Tensor2D> => new Kept(tf, tf.zeros(shape) as Tensor2D);
  if (kind === "sgd") return new Sgd(tf);
  return kind === "adam" ? new Adam(tf, [zeros(), zeros()]) : new Smoothed(tf, [zeros()]);
}

class Sgd implements Optimiser {
  readonly state = [];
  steps = 0;

  constructor(private readonly tf: Tf) {}

  step(weights: Kept<Tensor2D>, ascent: Tensor2D, rate: number): void {
    weights.set(this.tf.add(weights.value, this.tf.mul(ascent, rate)));
  }
}

/** Hinton's: the gradient is smoothed, 0.9 of the old and 0.1 of the new. */
class Smoothed implements Optimiser {
  steps = 0;

  constructor(private readonly tf: Tf, readonly state: readonly Kept<Tensor2D>[]) {}

  step(weights: Kept<Tensor2D>, ascent: Tensor2D, rate: number): void {
    const { tf } = this;
    const smooth = this.state[0]!;
    smooth.set(tf.add(tf.mul(smooth.value, 0.9), tf.mul(ascent, 0.1)));
    weights.set(tf.add(weights.value, tf.mul(smooth.value, rate)));
  }
}

const BETA1 = 0.9;
const BETA2 = 0.999;
/** Beside the root of the *corrected* second moment. Before the correction it would outweigh FF's tiny gradients, and the steps would explode. */
const EPSILON = 1e-8;

class Adam implements Optimiser {
  steps = 0;

  constructor(private readonly tf: Tf, readonly state: readonly Kept<Tensor2D>[]) {}

  step(weights: Kept<Tensor2D>, ascent: Tensor2D, rate: number): void {
    const { tf } = this;
    const [first, second] = [this.state[0]!, this.state[1]!];
    this.steps++;
    first.set(tf.add(tf.mul(first.value, BETA1), tf.mul(ascent, 1 - BETA1)));
    second.set(tf.add(tf.mul(second.value, BETA2), tf.mul(tf.square(ascent), 1 - BETA2)));
    const root = tf.sqrt(tf.mul(second.value, 1 / (1 - BETA2 ** this.steps)));
    weights.set(tf.add(weights.value, tf.div(tf.mul(first.value, rate / (1 - BETA1 ** this.steps)), tf.add(root, EPSILON))));
  }
}
