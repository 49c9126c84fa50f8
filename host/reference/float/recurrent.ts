import type { Tensor, Tensor2D } from "../backends/backend.js";
import { readFixedSpec } from "../fixed_spec.js";
import { encodeSpec } from "../../spec/encode.js";
import { signOf } from "../phases.js";
import { Kept } from "../scope.js";
import type { FloatSample } from "./batch.js";
import { Lessons } from "./lessons.js";
import { drawNegative } from "./negative.js";
import type { FloatNetwork } from "./network.js";
import type { Objective } from "./objective.js";
import { inputsOf, normalised, rowsOf } from "./rows.js";

/** What a layer keeps of some passes, [rows][units] each. */
interface UnitState {
  readonly y: Tensor2D;
  readonly x: Tensor2D;
}

/** What stays the same in all passes of some frames. */
interface Still {
  /** [rows][frame]. */
  readonly frames: Tensor2D;
  /** Sums of frame and bias in the first layer, with the weights from before. */
  readonly sums: Tensor2D;
}

type Visit = (layer: number, y: Tensor2D, x: Tensor2D) => Promise<void>;

/**
 * Layers that see the layer above as well, over iterations on a still frame, with the label clamped on top (docs/recurrence.md). Rows are passes:
 * positives first, or all labels of a frame. Of a stream samples learn one after the other, in a batch as well.
 */
export class RecurrentObjective implements Objective {
  private readonly lessons: Lessons;
  /** Of a stream: y and x of each layer with each label clamped, [classes][units]. */
  private readonly stream: readonly { readonly y: Kept<Tensor>; readonly x: Kept<Tensor> }[];
  /** Of each layer: values below and above. */
  private readonly sizes: readonly { readonly below: number; readonly above: number }[];

  constructor(private readonly network: FloatNetwork) {
    const { backend: { tf }, spec } = network;
    this.lessons = new Lessons(network);
    this.sizes = readFixedSpec(encodeSpec(spec)).layers;
    const silent = (units: number): Kept<Tensor> => new Kept(tf, tf.zeros([spec.classes, units]) as Tensor);
    this.stream = spec.recurrence.stream ? spec.layers.map(({ units }) => ({ y: silent(units), x: silent(units) })) : [];
  }

  async train(samples: readonly FloatSample[]): Promise<void> {
    if (this.stream.length === 0) return this.learn(samples);
    for (const sample of samples) await this.learn([sample]);
  }

  async scores(frames: readonly Uint8Array[]): Promise<number[][]> {
    const { network } = this;
    const { classes, goodnessFrom } = network.spec;
    const scores: number[][] = [];
    for (const frame of frames) {
      const own = new Array<number>(classes).fill(0);
      const labels = own.map((_, label) => label);
      const still = this.stillOf(labels.map(() => network.inputs.image(frame, false)));
      const top = this.clamped(labels);
      const start = this.stream.length > 0 ? this.stateOf(labels) : await this.bottomUp(still, top);
      const end = await this.run(still, top, start, async (layer, y) => {
        if (layer >= goodnessFrom) (await this.lessons.goodness(y, layer)).forEach((value, label) => (own[label]! += signOf(network.spec) * value));
      });
      if (this.stream.length > 0) this.keep(labels, end);
      scores.push(own);
    }
    return scores;
  }

  async logits(frames: readonly Uint8Array[]): Promise<number[][]> {
    const { network } = this;
    if (!network.readout.exists) return [];
    const { logits } = await this.singlePass(this.stillOf(frames.map((frame) => network.inputs.image(frame, false))));
    return rowsOf(await network.backend.read(logits!), network.spec.classes);
  }

  get tensors(): readonly Kept<Tensor>[] {
    return [...this.lessons.tensors, ...this.stream.flatMap(({ y, x }) => [y, x])];
  }

  peerMeans(layer: number): Kept<Tensor> | null {
    return this.lessons.peerMeans(layer);
  }

  streamState(layer: number): { readonly y: Kept<Tensor>; readonly x: Kept<Tensor> } | null {
    return this.stream[layer] ?? null;
  }

  private async learn(samples: readonly FloatSample[]): Promise<void> {
    const { network, stream } = this;
    const { spec } = network;
    const images = samples.map(({ positive }) => network.inputs.image(positive, true));
    const logits = network.readout.exists ? await this.trainReadout(this.stillOf(images), samples) : [];
    const negatives = samples.map(({ label }, index) => drawNegative(spec, network.sampler, label, logits[index] ?? null));
    const labels = [...samples.map(({ label }) => label), ...negatives];
    const still = this.stillOf([...images, ...images]);
    const top = this.clamped(labels);
    const start = stream.length > 0 ? this.stateOf(labels) : await this.bottomUp(still, top);
    const end = await this.run(still, top, start, async (layer, y, x) => void (await this.lessons.learn(layer, x, { y, from: null })));
    if (stream.length === 0) return;
    const others = Array.from({ length: spec.classes }, (_, c) => c).filter((c) => !labels.includes(c));
    this.keep(labels, end);
    if (others.length > 0) this.keep(others, await this.run(this.stillOf(others.map(() => images[0]!), still.sums), this.clamped(others), this.stateOf(others)));
  }

  /** The readout learns in the single pass; its logits from before, [N][classes]. */
  private async trainReadout(still: Still, samples: readonly FloatSample[]): Promise<number[][]> {
    const { network } = this;
    const { xs, logits } = await this.singlePass(still);
    const flat = await network.backend.read(logits!);
    network.checkFinite(flat, "readout's logit", network.layers.length - 1);
    network.readout.learn(xs, samples.map(({ targets }) => targets), network.readoutRate());
    return rowsOf(flat, network.spec.classes);
  }

  /** Bottom-up with the neutral label: what the readout sees of each layer, and its logits. */
  private async singlePass(still: Still): Promise<{ xs: Tensor2D[]; logits: Tensor2D | null }> {
    const { backend: { tf }, spec: { classes, label: { level } }, readout } = this.network;
    const neutral = Math.floor((Math.round(level * 16) + 5) / 10) / 16;
    const xs = (await this.bottomUp(still, tf.fill([still.frames.shape[0], classes], neutral))).map(({ x }) => x);
    return { xs, logits: readout.logits(xs) };
  }

  /** `sums`: those of the first of these frames, where they are known; all are the same frame then. */
  private stillOf(images: readonly Float32Array[], sums?: Tensor2D): Still {
    const { network } = this;
    const { tf } = network.backend;
    const x = inputsOf(network, images);
    const frames = tf.slice(x, [0, 0], [images.length, this.sizes[0]!.below]);
    if (!sums) return { frames, sums: this.flatSums(0, x) };
    return { frames, sums: tf.tile(tf.slice(sums, [0, 0], [1, -1]), [images.length, 1]) };
  }

  /** One pass with labels on top and nothing else from above. */
  private async bottomUp({ frames }: Still, labels: Tensor2D): Promise<UnitState[]> {
    const { network } = this;
    const { tf } = network.backend;
    const states: UnitState[] = [];
    let below = frames;
    for (const layer of network.layers.keys()) {
      const above = this.isLast(layer) ? labels : (tf.zeros([labels.shape[0], this.sizes[layer]!.above]) as Tensor2D);
      const y = this.activity(layer, this.flatSums(layer, this.inputs(below, above)));
      below = normalised(network, y);
      states.push({ y, x: below });
    }
    return states;
  }

  /** Iterations 1..last; `visit` sees the layers of those that count, with all of their inputs, before any x is made new. */
  private async run(still: Still, labels: Tensor2D, start: readonly UnitState[], visit?: Visit): Promise<readonly UnitState[]> {
    const { network } = this;
    const { backend: { tf }, spec: { recurrence: { first, last, damping } } } = network;
    const share = Math.round(damping * 256) / 256;
    let states = start;
    for (let iteration = 1; iteration <= last; iteration++) {
      const ys: Tensor2D[] = [];
      for (const layer of network.layers.keys()) {
        const above = this.isLast(layer) ? labels : states[layer + 1]!.x;
        const x = this.inputs(layer === 0 ? still.frames : states[layer - 1]!.x, above);
        // The frame's part of the first layer's sums stays as it was before the sample, whatever is learned meanwhile.
        const sums = layer === 0 ? tf.add(still.sums, this.flatSums(0, this.onlyAbove(above))) : this.flatSums(layer, x);
        const y = tf.add(tf.mul(states[layer]!.y, share), tf.mul(this.activity(layer, sums as Tensor2D), 1 - share)) as Tensor2D;
        if (iteration >= first) await visit?.(layer, y, x);
        ys.push(y);
      }
      states = ys.map((y) => ({ y, x: normalised(network, y) }));
    }
    return states;
  }

  /** Rows of the stream's state. */
  private stateOf(classes: readonly number[]): UnitState[] {
    const { tf } = this.network.backend;
    const rows = tf.tensor1d([...classes], "int32");
    return this.stream.map(({ y, x }) => ({ y: tf.gather(y.value, rows) as Tensor2D, x: tf.gather(x.value, rows) as Tensor2D }));
  }

  /** Puts rows of some classes back. */
  private keep(classes: readonly number[], states: readonly UnitState[]): void {
    const { backend: { tf }, spec } = this.network;
    const rows = tf.tensor1d(Array.from({ length: spec.classes }, (_, c) => (classes.includes(c) ? spec.classes + classes.indexOf(c) : c)), "int32");
    const put = (kept: Kept<Tensor>, value: Tensor): void => kept.set(tf.gather(tf.concat([kept.value, value], 0), rows));
    states.forEach(({ y, x }, layer) => {
      put(this.stream[layer]!.y, y);
      put(this.stream[layer]!.x, x);
    });
  }

  /** Sums [rows][units], whatever the kind of the layer. */
  private flatSums(layer: number, x: Tensor2D): Tensor2D {
    const { network } = this;
    return network.backend.tf.reshape(network.layers[layer]!.forward(x), [x.shape[0], network.spec.layers[layer]!.units]);
  }

  private activity(layer: number, sums: Tensor2D): Tensor2D {
    return this.network.units[layer]!.activity(sums).y;
  }

  /** A layer's inputs: below, above, bias. */
  private inputs(below: Tensor2D, above: Tensor2D): Tensor2D {
    const { network } = this;
    return network.withBias(network.backend.tf.concat([below, above], 1));
  }

  /** Those of the first layer without frame and bias. */
  private onlyAbove(above: Tensor2D): Tensor2D {
    const { below } = this.sizes[0]!;
    return this.network.backend.tf.pad(above, [[0, 0], [below, this.network.inputs.rows - below - above.shape[1]]]);
  }

  private isLast(layer: number): boolean {
    return layer === this.network.layers.length - 1;
  }

  /** Label rows with one label on in each: [labels][classes]. */
  private clamped(labels: readonly number[]): Tensor2D {
    const { backend: { tf }, spec: { classes, label: { level } } } = this.network;
    return tf.tensor2d(labels.map((label) => Array.from({ length: classes }, (_, c) => (c === label ? level : 0))));
  }
}
