import type { NetworkSpec } from "../../spec/network_spec.js";
import type { Backend, Tensor2D } from "../backends/backend.js";
import { Dense } from "./dense.js";
import { softmaxRows } from "./rows.js";
import type { Recipe } from "./recipe.js";

/** The softmax readout: a part for each layer from `readout.from` on; their logits add up. */
export class FloatReadout {
  /** By layer; null below `readout.from`. */
  readonly parts: readonly (Dense | null)[];

  constructor(private readonly backend: Backend, private readonly spec: NetworkSpec, private readonly recipe: Recipe) {
    const from = spec.readout.from ?? Infinity;
    this.parts = spec.layers.map(({ units }, index) => (index >= from ? new Dense(backend, units, spec.classes, new Float32Array(units * spec.classes), recipe) : null));
  }

  get exists(): boolean {
    return this.spec.readout.from !== null;
  }

  /** The sum of the parts' logits [N][classes]; `xs` by layer. Null without a readout. */
  logits(xs: readonly (Tensor2D | null)[]): Tensor2D | null {
    const all = this.parts.flatMap((part, layer) => (part ? [part.forward(xs[layer]!)] : []));
    return all.length === 0 ? null : (this.backend.tf.addN(all) as Tensor2D);
  }

  /** One step of the delta rule for each part, with its own softmax or with that of the sum; `targets`: wanted probabilities, [N][classes]. */
  learn(xs: readonly (Tensor2D | null)[], targets: readonly (readonly number[])[], rate: number): void {
    const { tf } = this.backend;
    const truth = tf.tensor2d(Float32Array.from(targets.flat()), [targets.length, this.spec.classes]);
    const joint = this.recipe.readoutJoint ? this.logits(xs) : null;
    const scale = this.recipe.reduction === "mean" ? 1 / targets.length : 1;
    this.parts.forEach((part, layer) => {
      if (!part) return;
      const x = xs[layer]!;
      const error = tf.sub(truth, softmaxRows(this.backend, joint ?? part.forward(x)));
      part.learn(x, (scale === 1 ? error : tf.mul(error, scale)) as Tensor2D, rate, this.recipe.readoutDecay);
    });
  }

  dispose(): void {
    for (const part of this.parts) part?.dispose();
  }
}
