/**
 * The oracle: docs/algorithm.md, variants.md, maps.md, recurrence.md and streams.md in plain TypeScript, written from those pages and never
 * optimised. The engine must agree with it bit for bit.
 */
import { type BoxFunction, noBox } from "./box.js";
import { corruptedOf } from "./corruption.js";
import { FrontEnd } from "./front_end.js";
import { scoresOfClasswise, trainClasswise } from "./classwise.js";
import { argmax, sat } from "./fixed.js";
import { isMap } from "./geometry.js";
import { hybridOf } from "./hybrid.js";
import { imageInputs, neutralImage } from "./image.js";
import { drawShift, shifted, withoutLabelValues } from "./jitter.js";
import { type Company, type Layer, unitInputs } from "./layer.js";
import { createLayer } from "./layers.js";
import type { Input } from "./matrix.js";
import { scoresOfPair, trainPair } from "./pair.js";
import { Generator, STREAM_CORRUPTION, STREAM_DROPOUT, STREAM_JITTER, STREAM_MASKS, STREAM_SAMPLER } from "./random.js";
import { Readout, targetsOfLabel } from "./readout.js";
import { logitsOfRecurrent, scoresOfRecurrent, silent, trainRecurrent, type UnitState } from "./recurrent.js";
import { frameSize, hasTwoFrames, type Spec } from "./spec.js";
import { labelled } from "./waves.js";

/** What the host adds to a training sample, where the spec wants it. */
export interface Given {
  /** The negative frame. */
  negative?: Uint8Array;
  /** The wanted probability of each class, q15. */
  targets?: readonly number[];
}

export class Network {
  readonly layers: Layer[];
  /** By layer; none below readout_from. */
  readonly readouts: (Readout | undefined)[];
  readonly sampler: Generator;
  readonly dropout: Generator;
  readonly jitter: Generator;
  readonly masks: Generator;
  readonly corruption: Generator;
  /** What corrupted negatives take runs from. */
  kept: Uint8Array;
  /** docs/streams.md; none without one. */
  readonly front: FrontEnd | undefined;
  /** The last frame: of a training step, as it was jittered. */
  frame: Uint8Array;
  /** What hybrids are mixed from: the frame of the step before. All 0 in nets without hybrids. */
  before: Uint8Array;
  /** Of a recurrent network that learns from a stream: each class's state of each layer. */
  readonly streams: UnitState[][];
  /** Samples trained. */
  step = 0;
  /** Samples whose label the readout had right before it learned from them. */
  readoutRight = 0;

  constructor(readonly spec: Spec, box: BoxFunction = noBox) {
    this.layers = spec.layers.map((_, index) => createLayer(spec, index, box));
    this.readouts = this.layers.map((layer, index) => (index >= spec.readoutFrom && !layer.isBox ? new Readout(spec, index) : undefined));
    this.sampler = new Generator(spec.seed, STREAM_SAMPLER);
    this.dropout = new Generator(spec.seed, STREAM_DROPOUT);
    this.jitter = new Generator(spec.seed, STREAM_JITTER);
    this.masks = new Generator(spec.seed, STREAM_MASKS);
    this.corruption = new Generator(spec.seed, STREAM_CORRUPTION);
    this.kept = new Uint8Array(frameSize(spec));
    this.front = spec.front && new FrontEnd(spec.front);
    this.streams = spec.recurrence?.stream ? Array.from({ length: spec.classes }, () => silent(this)) : [];
    this.frame = new Uint8Array(frameSize(spec));
    this.before = new Uint8Array(frameSize(spec));
  }

  get hasReadout(): boolean {
    return this.spec.readoutFrom < this.spec.layers.length;
  }

  /** Learns from one frame, [height][width][channels]. */
  train(frame: Uint8Array, label: number, given: Given = {}): void {
    const { spec } = this;
    const targets = spec.targets === "given" ? given.targets!.map((target) => sat(target, 0, 32768)) : targetsOfLabel(spec.classes, label);
    const { positive, negative } = this.#frames(frame, given.negative);
    if (spec.recurrence) trainRecurrent(this, positive, label, targets);
    else if (spec.objective === "pair") trainPair(this, positive, negative, label, targets);
    else trainClasswise(this, positive, label, targets);
    this.step++;
  }

  /** The frames of a step as they are learned from. The negative is there in nets with two frames only. */
  #frames(frame: Uint8Array, given: Uint8Array | undefined): { positive: Uint8Array; negative?: Uint8Array } {
    const { spec } = this;
    const jitter = spec.jitter ?? 0;
    const shift = jitter > 0 ? drawShift(jitter, this.jitter) : { dx: 0, dy: 0 };
    this.frame = jitter > 0 ? shifted(spec, withoutLabelValues(spec, frame), shift) : frame;
    const positive = this.frame;
    if (spec.negatives === "given") return { positive, negative: shifted(spec, given!, shift) };
    if (spec.negatives === "corrupted") {
      const negative = corruptedOf(spec, positive, this.kept, this.corruption);
      if ((this.corruption.next() & 15) === 0 || this.step === 0) this.kept = positive.slice();
      return { positive, negative };
    }
    if (spec.negatives !== "hybrid") return { positive };
    const negative = hybridOf(spec, positive, this.before, this.masks);
    this.before = positive.slice();
    return { positive, negative };
  }

  scoresByGoodness(frame: Uint8Array): number[] {
    this.frame = frame;
    if (this.spec.recurrence) return scoresOfRecurrent(this, frame);
    return this.spec.objective === "pair" ? scoresOfPair(this, frame) : scoresOfClasswise(this, frame);
  }

  /** Whether a prediction by goodness takes one pass only, which gives the logits as well. */
  get isSinglePass(): boolean {
    return this.spec.objective === "classwise" || hasTwoFrames(this.spec);
  }

  /** The class that has these scores by goodness. Without labels there is only one. */
  classByGoodness(scores: readonly number[]): number {
    return hasTwoFrames(this.spec) ? 0 : argmax(scores);
  }

  scoresByReadout(frame: Uint8Array): number[] {
    this.frame = frame;
    if (this.spec.recurrence) return logitsOfRecurrent(this, frame);
    let logits: number[] = [];
    this.countImage("single", imageInputs(this.spec, this.spec.waves ? labelled(this.spec, frame) : frame));
    this.forward(neutralImage(this.spec, frame), (layer, y, inputs) => {
      if (layer.index > 0) layer.countUsed("single", inputs);
      const part = this.readouts[layer.index]?.logits(layer.normalised(y));
      if (part) logits = add(logits, part);
    });
    return logits;
  }

  /** [inputs][units] of a layer, row-major. */
  weights(layer: number): Int32Array {
    return this.layers[layer]!.weights.values;
  }

  /** [units][classes] of a layer's part of the readout, row-major. */
  readoutWeights(layer: number): Int32Array {
    return this.readouts[layer]!.weights.values;
  }

  /** One pass without learning; `visit` sees the activity and inputs of every layer but boxes. `inputs` are those of the first layer, without its bias. */
  forward(inputs: readonly Input[], visit: (layer: Layer, y: readonly number[], inputs: readonly Input[]) => void): void {
    for (const layer of this.layers) {
      const withBias = [...inputs, ...layer.biasInput];
      const y = layer.activity(withBias);
      if (!layer.isBox) visit(layer, y, withBias);
      inputs = unitInputs(layer.normalised(y));
    }
  }

  /**
   * Counts the rows of the image in a single pass, or in a pair of passes: a dense first layer multiplies them once for all (`isAgain`: they are
   * counted already); label rows are not counted.
   */
  countImage(company: Company, image: readonly Input[], isAgain = false): void {
    const first = this.layers[0]!;
    if (!isAgain || isMap(first.spec)) first.countUsed(company, [...image, ...first.biasInput]);
  }

  /** One pass in which only the readout learns. Returns its logits before that. */
  trainReadouts(inputs: readonly Input[], targets: readonly number[]): number[] {
    let logits: number[] = [];
    this.forward(inputs, (layer, y, all) => {
      if (layer.index > 0) layer.countUsed("single", all);
      logits = this.trainReadout(layer.index, layer.normalised(y), targets, logits);
    });
    return logits;
  }

  /** Trains a layer's part of the readout, if it has one. Returns `logits` plus that part's, before it learned. */
  trainReadout(layer: number, x: readonly number[], targets: readonly number[], logits: number[]): number[] {
    const readout = this.readouts[layer];
    if (!readout) return logits;
    const sum = add(logits, readout.logits(x));
    readout.train(x, targets, this.step);
    return sum;
  }
}

/** Elementwise; nothing yet counts as zeros. */
function add(sums: readonly number[], terms: readonly number[]): number[] {
  return terms.map((term, index) => (sums[index] ?? 0) + term);
}
