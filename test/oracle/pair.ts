/** Objective pair: a positive and a negative go through the layers together. */
import { argmax, logistic } from "./fixed.js";
import { argument, goodness } from "./goodness.js";
import { imageInputs, labelInput, neutralInputs } from "./image.js";
import { type Layer, unitInputs } from "./layer.js";
import { type Input, type PairedInput, shared } from "./matrix.js";
import { drawNegative } from "./negative.js";
import type { Network } from "./network.js";
import { coefficient } from "./update.js";

export function trainPair(network: Network, frame: Uint8Array, label: number): void {
  const { spec } = network;
  const image = imageInputs(spec, frame, network.dropout);
  network.countImage(image);
  const logits = neutralPass(network, image, label);
  const negative = drawNegative(spec, network.sampler, label, logits);
  let positiveInputs = [...image, labelInput(spec, label)];
  let negativeInputs = [...image, labelInput(spec, negative)];
  for (const layer of network.layers) {
    if (layer.index > 0) layer.countUsed([...positiveInputs, ...layer.biasInput], [...negativeInputs, ...layer.biasInput]);
    const positiveY = layer.activity([...positiveInputs, ...layer.biasInput]);
    const negativeY = layer.activity([...negativeInputs, ...layer.biasInput]);
    const calls = layer.index === 0
      ? [labelRows(positiveInputs.at(-1)!, negativeInputs.at(-1)!), shared([...image, ...layer.biasInput])]
      : [[...unitRows(positiveInputs, negativeInputs), ...shared(layer.biasInput)]];
    positiveInputs = unitInputs(layer.normalised(positiveY));
    negativeInputs = unitInputs(layer.normalised(negativeY));
    learn(layer, network.step, positiveY, negativeY, calls);
  }
}

/** Trains the readout on the image with the neutral label; its logits before that. */
function neutralPass(network: Network, image: readonly Input[], label: number): number[] {
  if (!network.hasReadout) return [];
  const logits = network.trainReadouts([...image, ...neutralInputs(network.spec)], label);
  if (argmax(logits) === label) network.readoutRight++;
  return logits;
}

/** Pulls the positive's goodness up and the negative's down, in one update for each of `calls`. */
function learn(layer: Layer, step: number, positive: readonly number[], negative: readonly number[], calls: readonly PairedInput[][]): void {
  const goodnessOfPositive = goodness(positive);
  const goodnessOfNegative = goodness(negative);
  if (goodnessOfPositive > layer.theta) layer.positivesRight++;
  if (goodnessOfNegative < layer.theta) layer.negativesRight++;
  const gains = probabilities(layer, goodnessOfPositive, goodnessOfNegative).map((c) => layer.gain(c, step));
  if (gains.every((gain) => gain === 0)) return;
  const raise = positive.map((y) => coefficient(y, gains[0]!, layer.Q));
  const lower = negative.map((y) => -coefficient(y, gains[1]!, layer.Q));
  for (const rows of calls) layer.update(rows, raise, lower);
  layer.countUpdated(calls.at(-1)!);
  layer.decay(step);
}

/** c⁺ and c⁻: how wrong the layer is about each. */
function probabilities(layer: Layer, positive: number, negative: number): number[] {
  const T = layer.spec.temperature;
  if (layer.net.loss === "threshold") {
    return [logistic(argument(layer.theta - positive, T)), logistic(argument(negative - layer.theta, T))];
  }
  const c = logistic(argument(negative - positive, T));
  return [c, c];
}

/** The true label's row is on in the positive, the wrong label's in the negative; lower row first. */
function labelRows(positive: Input, negative: Input): PairedInput[] {
  return [
    { row: positive.row, positive: positive.x, negative: 0 },
    { row: negative.row, positive: 0, negative: negative.x },
  ].sort((a, b) => a.row - b.row);
}

function unitRows(positive: readonly Input[], negative: readonly Input[]): PairedInput[] {
  return positive.map(({ row, x }, index) => ({ row, positive: x, negative: negative[index]!.x }));
}

/** Σ goodness of a pass with each label in turn. */
export function scoresOfPair(network: Network, frame: Uint8Array): number[] {
  const { spec } = network;
  const image = imageInputs(spec, frame);
  network.countImage(image);
  const passes = Array.from({ length: spec.classes }, (_, label) => {
    let score = 0;
    const inputs: (readonly Input[])[] = [];
    network.forward([...image, labelInput(spec, label)], (layer, y, all) => {
      inputs.push(all);
      if (layer.index >= spec.goodnessFrom) score = Math.min(score + goodness(y), 2 ** 31 - 1);
    });
    return { score, inputs };
  });
  // Two labels go through the later layers together, a last odd one with itself.
  for (let label = 0; label < spec.classes; label += 2) {
    const [first, second] = [passes[label]!, passes[Math.min(label + 1, spec.classes - 1)]!];
    for (const layer of network.layers.slice(1)) layer.countUsed(first.inputs[layer.index]!, second.inputs[layer.index]!);
  }
  return passes.map(({ score }) => score);
}
