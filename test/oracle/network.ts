/**
 * The oracle: docs/algorithm.md in plain TypeScript, written from that page and never optimised. The engine must agree with it
 * bit for bit.
 */
import { scoresOfClasswise, trainClasswise } from "./classwise.js";
import { imageInputs, neutralInputs } from "./image.js";
import { Layer, unitInputs } from "./layer.js";
import type { Input } from "./matrix.js";
import { scoresOfPair, trainPair } from "./pair.js";
import { Generator, STREAM_DROPOUT, STREAM_SAMPLER } from "./random.js";
import { Readout } from "./readout.js";
import type { Spec } from "./spec.js";

export class Network {
  readonly layers: Layer[];
  /** By layer; none below readout_from. */
  readonly readouts: (Readout | undefined)[];
  readonly sampler: Generator;
  readonly dropout: Generator;
  /** Samples trained. */
  step = 0;
  /** Samples whose label the readout had right before it learned from them. */
  readoutRight = 0;

  constructor(readonly spec: Spec) {
    this.layers = spec.layers.map((_, index) => new Layer(spec, index));
    this.readouts = spec.layers.map((_, index) => (index >= spec.readoutFrom ? new Readout(spec, index) : undefined));
    this.sampler = new Generator(spec.seed, STREAM_SAMPLER);
    this.dropout = new Generator(spec.seed, STREAM_DROPOUT);
  }

  get hasReadout(): boolean {
    return this.spec.readoutFrom < this.spec.layers.length;
  }

  /** Learns from one frame, [height][width][channels]. */
  train(frame: Uint8Array, label: number): void {
    if (this.spec.objective === "pair") trainPair(this, frame, label);
    else trainClasswise(this, frame, label);
    this.step++;
  }

  scoresByGoodness(frame: Uint8Array): number[] {
    return this.spec.objective === "pair" ? scoresOfPair(this, frame) : scoresOfClasswise(this, frame);
  }

  scoresByReadout(frame: Uint8Array): number[] {
    let logits: number[] = [];
    const image = imageInputs(this.spec, frame);
    this.countImage(image);
    this.forward([...image, ...neutralInputs(this.spec)], (layer, y, inputs) => {
      if (layer.index > 0) layer.countUsed(inputs);
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

  /** One pass without learning; `visit` sees every layer's activity and inputs. `inputs` are those of the first layer, without its bias. */
  forward(inputs: readonly Input[], visit: (layer: Layer, y: readonly number[], inputs: readonly Input[]) => void): void {
    for (const layer of this.layers) {
      const withBias = [...inputs, ...layer.biasInput];
      const y = layer.activity(withBias);
      visit(layer, y, withBias);
      inputs = unitInputs(layer.normalised(y));
    }
  }

  /** Counts the rows of the image, which the first layer multiplies once for all passes; label rows are not counted. */
  countImage(image: readonly Input[]): void {
    const first = this.layers[0]!;
    first.countUsed([...image, ...first.biasInput]);
  }

  /** One pass in which only the readout learns. Returns its logits before that. */
  trainReadouts(inputs: readonly Input[], label: number): number[] {
    let logits: number[] = [];
    this.forward(inputs, (layer, y, all) => {
      if (layer.index > 0) layer.countUsed(all);
      logits = this.trainReadout(layer.index, layer.normalised(y), label, logits);
    });
    return logits;
  }

  /** Trains a layer's part of the readout, if it has one. Returns `logits` plus that part's, before it learned. */
  trainReadout(layer: number, x: readonly number[], label: number, logits: number[]): number[] {
    const readout = this.readouts[layer];
    if (!readout) return logits;
    const sum = add(logits, readout.logits(x));
    readout.train(x, label, this.step);
    return sum;
  }
}

/** Elementwise; nothing yet counts as zeros. */
function add(sums: readonly number[], terms: readonly number[]): number[] {
  return terms.map((term, index) => (sums[index] ?? 0) + term);
}
