import type { Tensor2D } from "../backends/backend.js";
import { argument, errorsOf, softmax } from "../integers.js";
import type { ExactLayer } from "./layer.js";
import type { ExactNetwork, ExactSample } from "./network.js";
import type { Trace } from "./trace.js";

/** One sample, one pass: the groups of each layer compete by goodness, then the readout learns from the layer's output. */
export async function trainClasswise(network: ExactNetwork, { positive: frame, targets }: ExactSample, trace?: Trace): Promise<void> {
  const { spec: { classes }, backend: { tf, read } } = network;
  const logits = new Array<number>(classes).fill(0);
  let x = network.rows.image(frame, network.dropout);
  for (const layer of network.layers) {
    const activation = await layer.activate(x, classes);
    const gains = gainsOf(layer, activation.goodness[0]!, targets, network.step);
    const a = gains.some((gain) => gain !== 0) ? layer.coefficients(activation.y, ofUnits(network, layer, gains)) : null;
    await trace?.add(layer.index, "single", activation, a && (await read(tf.concat([a, tf.zerosLike(a)], 0))));
    const out = layer.normalised(activation);
    if (a) {
      await layer.learn([{ x }], a, activation);
      layer.decay(network.step);
    }
    await network.readouts[layer.index]?.learn(out, logits, targets, network.step);
    x = network.withBias(out);
  }
  if (trace) trace.logits = logits;
}

/** ± gain of every group. */
function gainsOf(layer: ExactLayer, goodness: readonly number[], targets: readonly number[], step: number): number[] {
  const p = softmax(goodness.map((G) => argument(G, layer.spec.temperature)));
  const sampled = samplerOf(layer);
  return errorsOf(p, targets).map((error) => Math.sign(error) * layer.gain(sampled(Math.abs(error)), step));
}

/** Coefficients below q become q as often as keeps their mean, else 0; one draw for all groups, which moves the first lane alone (docs/variants.md, Sampled coefficients). */
function samplerOf({ spec: { sample: q }, lanes }: ExactLayer): (c: number) => number {
  if (q === 0) return (c) => c;
  const bar = Math.floor(((lanes.generators[0]!.next() >>> 17) * q) / 2 ** 15);
  return (c) => (c >= q ? c : c > bar ? q : 0);
}

/** A group's gain at each of its units: [1][units]. */
function ofUnits({ backend: { tf }, spec: { classes } }: ExactNetwork, layer: ExactLayer, gains: readonly number[]): Tensor2D {
  const { units } = layer.spec;
  return tf.tensor2d(Array.from({ length: units }, (_, unit) => gains[layer.groupOf(unit, classes)]!), [1, units]);
}

/** Each group's share of a layer's goodness, in q15: [layers][classes]. */
export async function sharesOfGroups(network: ExactNetwork, frame: Uint8Array): Promise<number[][]> {
  const { classes } = network.spec;
  let x = network.rows.image(frame, null);
  const all: number[][] = [];
  for (const layer of network.layers) {
    const activation = await layer.activate(x, classes);
    const G = activation.goodness[0]!;
    const total = G.reduce((sum, value) => sum + value, 0);
    all.push(G.map((value) => (total > 0 ? Math.floor((value * 32768) / total) : 0)));
    x = network.withBias(layer.normalised(activation));
  }
  return all;
}

export async function scoresOfClasswise(network: ExactNetwork, frame: Uint8Array): Promise<number[]> {
  const counted = (await sharesOfGroups(network, frame)).slice(network.spec.goodnessFrom);
  return counted[0]!.map((_, k) => counted.reduce((sum, layer) => sum + layer[k]!, 0));
}
