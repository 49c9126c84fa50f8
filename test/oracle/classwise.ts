/** Objective class-wise goodness: one group of units for each class, one pass, no negative. */
import { argmax, softmax } from "./fixed.js";
import { argument, goodness } from "./goodness.js";
import { imageInputs } from "./image.js";
import { type Layer, type Pass, unitInputs } from "./layer.js";
import { type Input, shared } from "./matrix.js";
import type { Network } from "./network.js";
import { errors } from "./readout.js";
import { coefficient } from "./update.js";

export function trainClasswise(network: Network, frame: Uint8Array, label: number, targets: readonly number[]): void {
  let inputs = imageInputs(network.spec, frame, network.dropout);
  let logits: number[] = [];
  for (const layer of network.layers) {
    const withBias = [...inputs, ...layer.biasInput];
    layer.countUsed("single", withBias);
    const pass = layer.pass(withBias);
    if (!layer.isBox) learn(layer, network.step, pass, withBias, label, targets);
    const x = layer.normalised(pass.y);
    logits = network.trainReadout(layer.index, x, targets, logits);
    inputs = unitInputs(x);
  }
  if (network.hasReadout && argmax(logits) === label) network.readoutRight++;
}

/** Pulls the true group's goodness up and the others' down. */
function learn(layer: Layer, step: number, pass: Pass, inputs: readonly Input[], label: number, targets: readonly number[]): void {
  const { y } = pass;
  const G = goodnessOfGroups(layer, y);
  if (argmax(G) === label) layer.positivesRight++;
  const p = softmax(G.map((value) => argument(value, layer.spec.temperature)));
  const sampled = sampler(layer);
  const gains = errors(p, targets).map((err) => Math.sign(err) * layer.gain(sampled(Math.abs(err)), step));
  if (gains.every((gain) => gain === 0)) return;
  const a = y.map((value, unit) => {
    const gain = gains[layer.groupOf(unit)]!;
    return layer.isAtCeiling(value) ? 0 : Math.sign(gain) * coefficient(value, Math.abs(gain), layer.Q);
  });
  layer.update([shared(inputs)], { ...pass, a, gains: y.map((_, unit) => gains[layer.groupOf(unit)]!) }, { ...pass, a: a.map(() => 0) });
  layer.decay(step);
}

/** What a coefficient becomes: those below q are q with the probability that keeps their mean, else 0. One draw for all classes. */
function sampler(layer: Layer): (c: number) => number {
  const q = layer.spec.sample ?? 0;
  if (q === 0) return (c) => c;
  const bar = Math.floor(((layer.lanes.drawFirst() >>> 17) * q) / 32768);
  return (c) => (c >= q ? c : c > bar ? q : 0);
}

function goodnessOfGroups(layer: Layer, y: readonly number[]): number[] {
  return Array.from({ length: layer.net.classes }, (_, k) => goodness(y.filter((_, unit) => layer.groupOf(unit) === k)));
}

/** Each group's share of the goodness, summed over the layers. */
export function scoresOfClasswise(network: Network, frame: Uint8Array): number[] {
  const scores = new Array<number>(network.spec.classes).fill(0);
  network.forward(imageInputs(network.spec, frame), (layer, y, inputs) => {
    layer.countUsed("single", inputs);
    if (layer.index < network.spec.goodnessFrom) return;
    const G = goodnessOfGroups(layer, y).map(BigInt);
    const total = G.reduce((sum, value) => sum + value, 0n);
    if (total > 0n) G.forEach((value, k) => (scores[k]! += Number((value << 15n) / total)));
  });
  return scores;
}
