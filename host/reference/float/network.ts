import { MayflyError } from "../../errors.js";
import { encodeSpec } from "../../spec/encode.js";
import { knowsLabels, type NetworkSpec } from "../../spec/network_spec.js";
import type { Backend, Tensor, Tensor2D } from "../backends/backend.js";
import { Generator } from "../../random.js";
import { STREAM_SAMPLER, streamOfLanes } from "../streams.js";
import { type Kept, workOn } from "../scope.js";
import { StepFrames } from "../step_frames.js";
import { targetsOf } from "../targets.js";
import { checkSupported, readFixedSpec } from "../fixed_spec.js";
import type { Batch, FloatSample } from "./batch.js";
import type { Dense } from "./dense.js";
import { InputEncoder, type Label } from "./inputs.js";
import { floatLayerOf } from "./layers.js";
import type { Objective } from "./objective.js";
import { objectiveOf } from "./objectives.js";
import { type Recipe, MAYFLY, scheduled } from "./recipe.js";
import { FloatReadout } from "./readout.js";
import { activity, firstInputs, inputsOf, normalised } from "./rows.js";
import { type Activity, Units } from "./units.js";

/**
 * The same networks in f32, in batches: the papers' algorithm without the engine's integers. Order of samples, labels of negatives and
 * dropout come from the engine's generators, so at batch 1 with the recipe `MAYFLY` nothing but the rounding differs.
 */
export class FloatNetwork {
  readonly layers: readonly Dense[];
  readonly units: readonly Units[];
  readonly frames: StepFrames;
  /** Of each layer: what sampled coefficients are drawn from (docs/variants.md); the engine's lane moves with its updates, too. */
  readonly lanes: readonly Generator[];
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
    this.frames = new StepFrames(spec);
    this.layers = fixed.layers.map((_, index) => floatLayerOf(backend, fixed, index, recipe));
    this.units = fixed.layers.map((_, index) => new Units(backend, fixed, index));
    this.lanes = fixed.layers.map((_, index) => Generator.of(spec.seed, streamOfLanes(index)));
    this.readout = new FloatReadout(backend, spec, recipe);
    this.objective = objective(this);
  }

  static async create(backend: Backend, spec: NetworkSpec, recipe: Recipe = MAYFLY, objective: (network: FloatNetwork) => Objective = objectiveOf): Promise<FloatNetwork> {
    await backend.use();
    return new FloatNetwork(backend, spec, recipe, objective);
  }

  /** Learns from a batch. Throws where a goodness or logit is no number, and when the backend fails; the network is then lost, its last checkpoint is not. */
  async train(batch: Batch): Promise<void> {
    const samples = batch.frames.map((frame, at): FloatSample => {
      const extras = batch.extras?.[at];
      const label = batch.labels[at]!;
      return { ...this.frames.next(frame, extras), label, targets: targetsOf(this.spec, label, extras) };
    });
    await workOn(this.backend, () => this.objective.train(samples));
    this.samples += batch.labels.length;
  }

  /** Scores of every class by goodness, [batch][classes], and the readout's logits if there is one. */
  async predict(frames: readonly Uint8Array[], by: "goodness" | "readout"): Promise<number[][]> {
    return workOn(this.backend, () => (by === "goodness" ? this.objective.scores(frames) : this.objective.logits(frames)));
  }

  /** False where training has no labels: goodness then tells only positive from negative, and stands at class 0. */
  get tellsClasses(): boolean {
    return knowsLabels(this.spec);
  }

  /** y of every layer, [frames][units], flat: with a label for each frame, as a prediction would see it. Of a recurrent network only the bottom-up pass would be one. */
  async activities(frames: readonly Uint8Array[], labels: readonly Label[]): Promise<Float32Array[]> {
    return workOn(this.backend, async () => {
      const { waves } = this.spec;
      let x = waves ? inputsOf(this, frames.map((frame, index) => this.inputs.withWave(frame, labels[index]!, false))) : firstInputs(this, frames.map((frame) => this.inputs.image(frame, false)), (index) => labels[index]!);
      const read: Float32Array[] = [];
      for (const index of this.layers.keys()) {
        const { y } = activity(this, index, x);
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

  /** Running means of a layer's units, where its spec has peers. */
  peerMeans(layer: number): Kept<Tensor> | null {
    return this.objective.peerMeans?.(layer) ?? null;
  }

  /** Of a network for streams: a layer's y and x with each label clamped, [classes][units]. */
  streamState(layer: number): { readonly y: Kept<Tensor>; readonly x: Kept<Tensor> } | null {
    return this.objective.streamState?.(layer) ?? null;
  }

  /** η of a layer now. */
  rateOf(layer: number): number {
    return scheduled(this.recipe.rate ?? this.spec.layers[layer]!.rate, this.spec.schedule, this.samples);
  }

  readoutRate(): number {
    return scheduled(this.recipe.readoutRate ?? this.spec.readout.rate, this.spec.schedule, this.samples);
  }

  /** One layer learns: `coefficients` [N][units] are those of what it made of its inputs x [N][inputs]. */
  learn(layer: number, x: Tensor2D, coefficients: Tensor2D, activity: Activity, samples: number): void {
    const { tf } = this.backend;
    const share = this.shareOf(layer, samples);
    const own = share === 1 ? coefficients : (tf.mul(coefficients, share) as Tensor2D);
    const dense = this.layers[layer]!;
    dense.learn(x, this.units[layer]!.ofSums(own, activity), this.rateOf(layer), this.recipe.decay);
    const { decay } = this.spec.layers[layer]!;
    if (decay > 0) for (let sample = 0; sample < samples; sample++) dense.decayRow((this.samples + sample) % dense.inputs, decay);
  }

  /**
   * What each sample of a batch counts: 1 where gradients are summed. A convolution sums over its places as it is, and bears a step of about
   * 1 / (places · rows) in all: in larger ones its units die (cnn/waves, in batches of 4). So there the batch's rates together are held to that.
   */
  private shareOf(layer: number, samples: number): number {
    const { kind, units, channels, rate } = this.spec.layers[layer]!;
    if (this.recipe.reduction === "mean") return 1 / samples;
    if (kind !== "conv" || samples === 1) return 1;
    const own = this.recipe.rate ?? rate;
    const bearable = Math.max(own, channels / (units * this.layers[layer]!.inputs));
    return Math.min(1, bearable / (samples * own));
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
    for (const layer of [...this.layers, ...this.units]) layer.dispose();
    this.readout.dispose();
    for (const kept of this.objective.tensors) kept.dispose();
  }
}
