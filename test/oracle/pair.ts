/** Objective pair: a positive and a negative go through the layers together. */
import { argmax } from "./fixed.js";
import { goodness } from "./goodness.js";
import { imageInputs, imageWithLabel, labelInput, neutralInputs } from "./image.js";
import { type Layer, unitInputs } from "./layer.js";
import { learnPair } from "./learn.js";
import { half, type Input, type PairedInput, paired, shared } from "./matrix.js";
import { drawNegative } from "./negative.js";
import type { Network } from "./network.js";
import { hasTwoFrames } from "./spec.js";
import { normalised, pairedFrameInputs, pairedInputs } from "./two_frames.js";
import { labelled, withValuesLeftOut } from "./waves.js";

/** What enters the first layer. */
interface Start {
  positive: Input[];
  negative: Input[];
  /** The lists of its update calls, in order; the last is that of the frame. */
  calls: PairedInput[][];
}

/** `negative`: the frame of the negative, in nets whose negatives are not labels. */
export function trainPair(network: Network, positive: Uint8Array, negative: Uint8Array | undefined, label: number, targets: readonly number[]): void {
  const start = negative ? startOfFrames(network, positive, negative, label, targets)
    : network.spec.waves ? startOfWaves(network, positive, label, targets)
    : startOfLabels(network, positive, label, targets);
  let { positive: positiveInputs, negative: negativeInputs } = start;
  for (const layer of network.layers) {
    if (layer.index > 0) layer.countUsed("pair", [...positiveInputs, ...layer.biasInput], [...negativeInputs, ...layer.biasInput]);
    const positivePass = layer.pass([...positiveInputs, ...layer.biasInput]);
    const negativePass = layer.pass([...negativeInputs, ...layer.biasInput]);
    const calls = layer.index === 0 ? start.calls : [[...paired(positiveInputs, negativeInputs), ...shared(layer.biasInput)]];
    positiveInputs = unitInputs(layer.normalised(positivePass.y));
    negativeInputs = unitInputs(layer.normalised(negativePass.y));
    if (!layer.isBox) learnPair(layer, network.step, positivePass, negativePass, calls);
  }
}

/** One image with the true and with a wrong label. */
function startOfLabels(network: Network, frame: Uint8Array, label: number, targets: readonly number[]): Start {
  const { spec } = network;
  const image = imageInputs(spec, frame, network.dropout);
  if (network.hasReadout) network.countImage("single", image);
  network.countImage("pair", image, network.hasReadout);
  const logits = neutralPass(network, [...image, ...neutralInputs(spec)], label, targets);
  const [right, wrong] = [labelInput(spec, label), labelInput(spec, drawNegative(spec, network.sampler, label, logits))];
  const calls = [labelRows(right, wrong), shared([...image, ...network.layers[0]!.biasInput])];
  return { positive: [...image, right], negative: [...image, wrong], calls };
}

/** Two images without labels. */
function startOfFrames(network: Network, positive: Uint8Array, negative: Uint8Array, label: number, targets: readonly number[]): Start {
  const rows = pairedFrameInputs(network.spec, positive, negative, network.dropout);
  singlePass(network, half(rows, "positive"), label, targets);
  return startOfRows(network, rows);
}

/** One image with the waves of two labels. */
function startOfWaves(network: Network, frame: Uint8Array, label: number, targets: readonly number[]): Start {
  const { spec } = network;
  const rate = spec.inputDropout;
  const kept = withValuesLeftOut(spec, frame, network.dropout);
  const logits = singlePass(network, unitInputs(normalised(spec, labelled(spec, kept), rate)), label, targets);
  const wrong = drawNegative(spec, network.sampler, label, logits);
  return startOfRows(network, pairedInputs(spec, labelled(spec, kept, label), labelled(spec, kept, wrong), rate));
}

function singlePass(network: Network, inputs: readonly Input[], label: number, targets: readonly number[]): number[] {
  if (network.hasReadout) network.countImage("single", inputs);
  return neutralPass(network, inputs, label, targets);
}

function startOfRows(network: Network, rows: readonly PairedInput[]): Start {
  const first = network.layers[0]!;
  const start = { positive: half(rows, "positive"), negative: half(rows, "negative"), calls: [[...rows, ...shared(first.biasInput)]] };
  first.countUsed("pair", [...start.positive, ...first.biasInput], [...start.negative, ...first.biasInput]);
  return start;
}

/** Trains the readout on an image without a label; its logits before that. */
function neutralPass(network: Network, inputs: readonly Input[], label: number, targets: readonly number[]): number[] {
  if (!network.hasReadout) return [];
  const logits = network.trainReadouts(inputs, targets);
  if (argmax(logits) === label) network.readoutRight++;
  return logits;
}

/** The true label's row is on in the positive, the wrong label's in the negative; lower row first. */
function labelRows(positive: Input, negative: Input): PairedInput[] {
  return [
    { row: positive.row, positive: positive.x, negative: 0 },
    { row: negative.row, positive: 0, negative: negative.x },
  ].sort((a, b) => a.row - b.row);
}

/** Σ goodness of a pass with each label in turn; the negative of it where positives have little. */
export function scoresOfPair(network: Network, frame: Uint8Array): number[] {
  const scores = hasTwoFrames(network.spec) ? scoreOfFrame(network, frame) : scoresOfLabels(network, frame);
  return network.spec.sense === "minimise" ? scores.map((score) => -score) : scores;
}

/** Without labels there is nothing to choose from: how good the frame is stands at class 0. */
function scoreOfFrame(network: Network, frame: Uint8Array): number[] {
  const { spec } = network;
  let score = 0;
  network.forward(imageInputs(spec, frame), (layer, y, inputs) => {
    layer.countUsed("single", inputs);
    if (layer.index >= spec.goodnessFrom) score = add(score, goodness(y));
  });
  return Array.from({ length: spec.classes }, (_, c) => (c === 0 ? score : 0));
}

function scoresOfLabels(network: Network, frame: Uint8Array): number[] {
  const { spec } = network;
  if (!spec.waves) for (let label = 0; label < spec.classes; label += 2) network.countImage("pair", imageInputs(spec, frame), label > 0);
  const passes = Array.from({ length: spec.classes }, (_, label) => {
    let score = 0;
    const inputs = new Map<Layer, readonly Input[]>();
    network.forward(imageWithLabel(spec, frame, label), (layer, y, all) => {
      inputs.set(layer, all);
      if (layer.index >= spec.goodnessFrom) score = add(score, goodness(y));
    });
    return { score, inputs };
  });
  // Two labels go through the layers together, a last odd one with itself; through the first only if there they differ in more than label rows.
  for (let label = 0; label < spec.classes; label += 2) {
    const [first, second] = [passes[label]!, passes[Math.min(label + 1, spec.classes - 1)]!];
    for (const [layer, inputs] of first.inputs) if (layer.index > 0 || spec.waves) layer.countUsed("pair", inputs, second.inputs.get(layer)!);
  }
  return passes.map(({ score }) => score);
}

/** Saturating. */
function add(score: number, G: number): number {
  return Math.min(score + G, 2 ** 31 - 1);
}
