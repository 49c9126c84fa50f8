import { MayflyError } from "../../errors.js";
import { encodeSpec } from "../../spec/encode.js";
import type { NetworkSpec } from "../../spec/network_spec.js";
import type { Backend, Tensor, Tensor2D } from "../backends/backend.js";
import { explainFailure } from "../backends/failures.js";
import { Generator, STREAM_SAMPLER } from "../random.js";
import { type Kept, scoped } from "../scope.js";
import { initialWeights } from "../initial_weights.js";
import { checkSupported, readFixedSpec } from "../fixed_spec.js";
import type { Batch } from "./batch.js";
import { Dense } from "./dense.js";
import { InputEncoder, type Label } from "./inputs.js";
import type { Objective } from "./objective.js";
import { objectiveOf } from "./objectives.js";
import { type Recipe, MAYFLY, scheduled } from "./recipe.js";
import { FloatReadout } from "./readout.js";
import { activity, firstInputs, normalised } from "./rows.js";

/**
 * The same networks in f32, in batches: the papers' algorithm without the engine's integers. Order of samples, labels of negatives and
 * dropout come from the engine's generators, so at batch 1 with the recipe `MAYFLY` nothing but the rounding differs.
 */
export class FloatNetwork {
  readonly layers: readonly Dense[];
  readonly readout: FloatReadout;
  readonly inputs: InputEncoder;
  readonly sampler: Generator;
  /** Samples trained. */
  samples = 0;
  private readonly objective: Objective;

  private constructor(readonly backend: Backend, readonly spec: NetworkSpec, readonly recipe: Recipe, objective: (network: FloatNetwork) => Objective) {
    checkSupported(spec);
    const fixed = readFixedSpec(encodeSpec(spec));
    this.inputs = new InputEncoder(spec, recipe.inputs);
    this.sampler = Generator.of(spec.seed, STREAM_SAMPLER);
    this.layers = fixed.layers.map((layer, index) => new Dense(backend, layer.inputs, layer.units, initialWeights(fixed, index, recipe), recipe));
    this.readout = new FloatReadout(backend, spec, recipe);
    this.objective = objective(this);
  }

  static async create(backend: Backend, spec: NetworkSpec, recipe: Recipe = MAYFLY, objective: (network: FloatNetwork) => Objective = objectiveOf): Promise<FloatNetwork> {
    await backend.use();
    return new FloatNetwork(backend, spec, recipe, objective);
  }

  /** Learns from a batch. Throws where a goodness or logit is no number, and when the backend fails; the network is then lost, its last checkpoint is not. */
  async train(batch: Batch): Promise<void> {
    await this.work(() => this.objective.train(batch));
    this.samples += batch.labels.length;
  }

  /** Scores of every class by goodness, [batch][classes], and the readout's logits if there is one. */
  async predict(frames: readonly Uint8Array[], by: "goodness" | "readout"): Promise<number[][]> {
    return this.work(() => (by === "goodness" ? this.objective.scores(frames) : this.objective.logits(frames)));
  }

  /** y of every layer, [frames][units], flat: with a label for each frame, as a prediction would see it. */
  async activities(frames: readonly Uint8Array[], labels: readonly Label[]): Promise<Float32Array[]> {
    return this.work(async () => {
      let x = firstInputs(this, frames.map((frame) => this.inputs.image(frame, false)), (index) => labels[index]!);
      const read: Float32Array[] = [];
      for (const index of this.layers.keys()) {
        const y = activity(this, index, x);
        read.push(await this.backend.read(y));
        x = this.withBias(normalised(this, y));
      }
      return read;
    });
  }

  /** What the objective keeps beside the weights, for a checkpoint. */
  get objectiveTensors(): readonly Kept<Tensor>[] {
    return this.objective.tensors;
  }

  /** η of a layer now. */
  rateOf(layer: number): number {
    return scheduled(this.recipe.rate ?? this.spec.layers[layer]!.rate, this.spec.schedule, this.samples);
  }

  readoutRate(): number {
    return scheduled(this.recipe.readoutRate ?? this.spec.readout.rate, this.spec.schedule, this.samples);
  }

  /** One layer learns: `coefficients` [N][units] are those of its inputs x [N][inputs]. */
  learn(layer: number, x: Tensor2D, coefficients: Tensor2D, samples: number): void {
    const { tf } = this.backend;
    const mean = this.recipe.reduction === "mean" ? (tf.mul(coefficients, 1 / samples) as Tensor2D) : coefficients;
    const dense = this.layers[layer]!;
    dense.learn(x, mean, this.rateOf(layer), this.recipe.decay);
    const share = this.spec.layers[layer]!.decay;
    if (share > 0) for (let sample = 0; sample < samples; sample++) dense.decayRow((this.samples + sample) % dense.inputs, share);
  }

  /** Adds the always-on input, where the network has one. */
  withBias(x: Tensor2D): Tensor2D {
    if (this.spec.bias === 0) return x;
    const { tf } = this.backend;
    return tf.concat([x, tf.fill([x.shape[0], 1], this.spec.bias) as Tensor2D], 1);
  }

  /** Throws unless all are numbers; names the place. */
  checkFinite(values: ArrayLike<number>, what: string, layer: number): void {
    for (let index = 0; index < values.length; index++) {
      if (!Number.isFinite(values[index])) {
        throw new MayflyError(`the ${what} of layer ${layer + 1} is ${values[index]} after ${this.samples} samples: the weights have left the numbers; go back to the last checkpoint and take a lower --rate`, 1);
      }
    }
  }

  dispose(): void {
    for (const layer of this.layers) layer.dispose();
    this.readout.dispose();
    for (const kept of this.objective.tensors) kept.dispose();
  }

  private async work<T>(task: () => Promise<T>): Promise<T> {
    await this.backend.use();
    try {
      return await scoped(this.backend.tf, task);
    } catch (error) {
      throw explainFailure(error, this.backend.name);
    }
  }
}
