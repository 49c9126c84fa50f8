/** Recurrent networks: layers that see the layer above as well, over iterations on a still frame. docs/recurrence.md. */
import { argmax, sat, shiftRight } from "./fixed.js";
import { isMap } from "./geometry.js";
import { goodness } from "./goodness.js";
import { imageInputs } from "./image.js";
import { learnPair } from "./learn.js";
import { type Layer, type Pass, unitInputs } from "./layer.js";
import { type Input, type PairedInput, paired, shared } from "./matrix.js";
import { drawNegative } from "./negative.js";
import type { Network } from "./network.js";

/** What a layer keeps of one pass. */
export interface UnitState {
  /** After the last iteration: q7. */
  y: number[];
  /** The same, normalised: what the layers below and above see. */
  x: number[];
}

/** A pass of all layers with one label clamped on top. */
export interface ClampedPass {
  label: number;
  /** By layer. */
  states: UnitState[];
}

/** All silent. */
export function silent(network: Network): UnitState[] {
  return network.layers.map(({ spec: { units } }) => ({ y: new Array<number>(units).fill(0), x: new Array<number>(units).fill(0) }));
}

/** What stays the same in all passes of a sample. */
interface Sample {
  image: readonly Input[];
  /** The part of layer 0's sums that frame and bias make, with the weights that were there before the sample. */
  sums: readonly number[];
}

/** `passes`: so many times a map, which keeps no sums for a single pass, multiplies the image. */
function sampleOf(network: Network, image: readonly Input[], passes = 1): Sample {
  const first = network.layers[0]!;
  for (let pass = 0; pass < passes; pass++) network.countImage("single", image, pass > 0);
  const sums = first.sums([...image, ...first.biasInput]);
  return { image, sums: isMap(first.spec) ? sums.map((sum) => sat(sum, -(2 ** 31 - 1), 2 ** 31 - 1)) : sums };
}

export function trainRecurrent(network: Network, frame: Uint8Array, label: number, targets: readonly number[]): void {
  const { spec } = network;
  const sample = sampleOf(network, imageInputs(spec, frame, network.dropout), network.hasReadout ? 2 : 1);
  let logits: number[] = [];
  if (network.hasReadout) {
    singlePass(network, sample.image, (layer, x) => (logits = network.trainReadout(layer.index, x, targets, logits)));
    if (argmax(logits) === label) network.readoutRight++;
  }
  const pair = [label, drawNegative(spec, network.sampler, label, logits)].map((clamped) => begin(network, sample, clamped));
  countStart(network, pair);
  run(network, sample, pair, (layer, passes) => learn(network, sample, layer, pair, passes));
  if (!spec.recurrence!.stream) return;
  const others = network.streams.map((_, c) => c).filter((c) => !pair.some((pass) => pass.label === c));
  inPairs(others, (labels) => run(network, sample, labels.map((clamped) => begin(network, sample, clamped))));
}

/** Σ goodness over the iterations that count, for each label clamped. */
export function scoresOfRecurrent(network: Network, frame: Uint8Array): number[] {
  const { spec } = network;
  const sample = sampleOf(network, imageInputs(spec, frame));
  const scores = new Array<number>(spec.classes).fill(0);
  inPairs(scores.map((_, c) => c), (labels) => {
    const passes = labels.map((label) => begin(network, sample, label));
    countStart(network, passes);
    run(network, sample, passes, (layer, results) => {
      if (layer.index < spec.goodnessFrom) return;
      labels.forEach((label, index) => (scores[label] = Math.min(scores[label]! + goodness(results[index]!.y), 2 ** 31 - 1)));
    });
  });
  return spec.sense === "minimise" ? scores.map((score) => -score) : scores;
}

export function logitsOfRecurrent(network: Network, frame: Uint8Array): number[] {
  const image = imageInputs(network.spec, frame);
  network.countImage("single", image);
  const logits = new Array<number>(network.spec.classes).fill(0);
  singlePass(network, image, (layer, x) => network.readouts[layer.index]?.logits(x).forEach((logit, c) => (logits[c]! += logit)));
  return logits;
}

/** Bottom-up, with the neutral label on top and nothing else from above. */
function singlePass(network: Network, image: readonly Input[], visit: (layer: Layer, x: readonly number[]) => void): void {
  const neutral = Math.floor((network.spec.labelLevel + 5) / 10);
  bottomUp(network, image, (label) => ({ row: label, x: neutral }), (layer, inputs, { x }) => {
    if (layer.index > 0) layer.countUsed("single", inputs);
    visit(layer, x);
  });
}

/** A stream goes on from its class's state; otherwise the start is a bottom-up pass. */
function begin(network: Network, { image }: Sample, label: number): ClampedPass {
  if (network.spec.recurrence!.stream) return { label, states: network.streams[label]! };
  const states: UnitState[] = [];
  bottomUp(network, image, (c) => ({ row: c, x: c === label ? network.spec.labelLevel : 0 }), (_layer, _inputs, state) => states.push(state));
  return { label, states };
}

/** `labelInput`: the input of a class, under its number. */
function bottomUp(
  network: Network, image: readonly Input[], labelInput: (label: number) => Input, visit: (layer: Layer, inputs: readonly Input[], state: UnitState) => void,
): void {
  let below = image;
  for (const layer of network.layers) {
    const labels = isLast(network, layer) ? Array.from({ length: network.spec.classes }, (_, c) => labelInput(c)) : [];
    const inputs = [...below, ...above(layer, labels), ...layer.biasInput];
    const y = layer.activity(inputs);
    const state = { y, x: layer.normalised(y) };
    visit(layer, inputs, state);
    below = unitInputs(state.x);
  }
}

/** The rows of the start: those of a pair, but that layer 0 has nothing to multiply. */
function countStart(network: Network, passes: readonly ClampedPass[]): void {
  if (network.spec.recurrence!.stream) return;
  for (const layer of network.layers.slice(1)) {
    count(layer, passes.map(({ states }) => [...unitInputs(states[layer.index - 1]!.x), ...layer.biasInput]));
  }
}

/** Iterations 1..last; `visit` sees the layers of those that count, each after its sums. */
function run(network: Network, sample: Sample, passes: readonly ClampedPass[], visit: (layer: Layer, results: readonly Pass[]) => void = () => undefined): void {
  const { first, last, damping } = network.spec.recurrence!;
  for (let iteration = 1; iteration <= last; iteration++) {
    for (const layer of network.layers) {
      const inputs = passes.map((pass) => inputsIn(network, layer, pass));
      count(layer, inputs);
      const results = passes.map(({ states }, index) => {
        const fixed = layer.index === 0 ? sample.sums : [];
        const sums = layer.sums(inputs[index]!).map((sum, unit) => sum + (fixed[unit] ?? 0));
        const old = states[layer.index]!.y;
        const pass = layer.passOfSums(sums);
        return { ...pass, y: pass.y.map((v, unit) => damped(old[unit]!, v, damping)) };
      });
      if (iteration >= first) visit(layer, results);
      results.forEach(({ y }, index) => (passes[index]!.states[layer.index]!.y = y));
    }
    for (const layer of network.layers) for (const { states } of passes) states[layer.index]!.x = layer.normalised(states[layer.index]!.y);
  }
}

function damped(old: number, v: number, damping: number): number {
  return shiftRight(old * damping + v * (256 - damping) + 128, 8);
}

/** What a layer multiplies in an iteration: of layer 0 only what comes from above. */
function inputsIn(network: Network, layer: Layer, { label, states }: ClampedPass): Input[] {
  const top = isLast(network, layer) ? [{ row: label, x: network.spec.labelLevel }] : unitInputs(states[layer.index + 1]!.x);
  if (layer.index === 0) return above(layer, top);
  return [...unitInputs(states[layer.index - 1]!.x), ...above(layer, top), ...layer.biasInput];
}

/** Inputs from above, or labels, under their rows. */
function above(layer: Layer, inputs: readonly Input[]): Input[] {
  return inputs.map(({ row, x }) => ({ row: layer.below + row, x }));
}

function isLast(network: Network, layer: Layer): boolean {
  return layer.index === network.layers.length - 1;
}

/** One update, over all rows of the layer's input. */
function learn(network: Network, sample: Sample, layer: Layer, pair: readonly ClampedPass[], [positive, negative]: readonly Pass[]): void {
  const [right, wrong] = pair.map((pass) => inputsIn(network, layer, pass));
  const rows: PairedInput[] = paired(right!, wrong!);
  if (layer.index === 0) rows.push(...shared([...sample.image, ...layer.biasInput]));
  rows.sort((a, b) => a.row - b.row);
  learnPair(layer, network.step, positive!, negative!, [rows]);
}

/** Two at a time, a last odd one by itself. */
function inPairs(labels: readonly number[], work: (labels: readonly number[]) => void): void {
  for (let index = 0; index < labels.length; index += 2) work(labels.slice(index, index + 2));
}

/** A single pass among pairs counts as a pair with itself. */
function count(layer: Layer, passes: readonly (readonly Input[])[]): void {
  layer.countUsed("pair", passes[0]!, passes.at(-1)!);
}
