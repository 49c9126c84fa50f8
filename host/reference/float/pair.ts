import type { Tensor, Tensor2D } from "../backends/backend.js";
import { hasTwoFrames } from "../../spec/network_spec.js";
import { signOf } from "../phases.js";
import type { Kept } from "../scope.js";
import type { FloatSample } from "./batch.js";
import { Lessons } from "./lessons.js";
import type { FloatNetwork } from "./network.js";
import type { Objective } from "./objective.js";
import { activity, firstInputs, inputsOf, normalised, rowsOf } from "./rows.js";
import { singlePass, startOf } from "./starts.js";

/** Positive and negative go through the layers together, as rows of one matrix: positives first. */
export class PairObjective implements Objective {
  private readonly lessons: Lessons;

  constructor(private readonly network: FloatNetwork) {
    this.lessons = new Lessons(network);
  }

  async train(samples: readonly FloatSample[]): Promise<void> {
    const { network } = this;
    let x = await startOf(network, samples);
    for (const [index, { units }] of network.spec.layers.entries()) {
      const made = activity(network, index, x);
      const goodness = await this.lessons.learn(index, x, made);
      if (index + 1 < network.layers.length) x = network.withBias(this.next(made.y, goodness, units));
    }
  }

  async scores(frames: readonly Uint8Array[]): Promise<number[][]> {
    const { network } = this;
    const { classes } = network.spec;
    const scores = frames.map(() => new Array<number>(classes).fill(0));
    const images = network.spec.waves ? [] : frames.map((frame) => network.inputs.image(frame, false));
    const labels = hasTwoFrames(network.spec.negatives) ? 1 : classes;
    for (let label = 0; label < labels; label++) {
      const x = network.spec.waves ? inputsOf(network, frames.map((frame) => network.inputs.withWave(frame, label, false))) : firstInputs(network, images, () => label);
      await this.addGoodness(x, (row, value) => (scores[row]![label]! += signOf(network.spec) * value));
    }
    return scores;
  }

  async logits(frames: readonly Uint8Array[]): Promise<number[][]> {
    const { network } = this;
    if (!network.readout.exists) return [];
    const images = frames.map((frame) => (network.spec.waves ? network.inputs.withWave(frame, "neutral", false) : network.inputs.image(frame, false)));
    const { logits } = singlePass(network, inputsOf(network, images));
    return rowsOf(await network.backend.read(logits!), network.spec.classes);
  }

  get tensors(): readonly Kept<Tensor>[] {
    return this.lessons.tensors;
  }

  peerMeans(layer: number): Kept<Tensor> | null {
    return this.lessons.peerMeans(layer);
  }

  private async addGoodness(inputs: Tensor2D, add: (row: number, value: number) => void): Promise<void> {
    const { network } = this;
    let x = inputs;
    for (const index of network.layers.keys()) {
      const { y } = activity(network, index, x);
      if (index >= network.spec.goodnessFrom) (await this.lessons.goodness(y, index)).forEach((value, row) => add(row, value));
      if (index + 1 < network.layers.length) x = network.withBias(normalised(network, y));
    }
  }

  /** Like `normalised`, with goodness that the host knows already. */
  private next(y: Tensor2D, goodness: Float32Array, units: number): Tensor2D {
    const { tf } = this.network.backend;
    const { recipe } = this.network;
    const factors = goodness.map((value) => {
      const squares = recipe.goodness === "mean" ? value * units : value;
      return recipe.norm === "length" ? 1 / (Math.sqrt(squares) + 1e-4) : squares > 0 ? Math.sqrt(units / squares) : 0;
    });
    return tf.mul(y, tf.tensor2d(factors, [factors.length, 1]));
  }
}
