import type { Tensor2D } from "../backends/backend.js";
import { hasTwoFrames } from "../../spec/network_spec.js";
import { lessonOf } from "./judge.js";
import type { Call } from "./layer.js";
import { drawNegativeExactly } from "./negative.js";
import type { ExactNetwork, ExactSample } from "./network.js";
import type { Trace } from "./trace.js";

/** What enters the first layer, [2][inputs]: positive, negative; and the update calls it has there. */
interface Start {
  readonly x: Tensor2D;
  readonly calls: readonly Call[];
}

/** One sample: the single pass, in which the readout learns, then positive and negative as the two rows of every tensor. */
export async function trainPair(network: ExactNetwork, sample: ExactSample, trace?: Trace): Promise<void> {
  const { spec, backend: { read } } = network;
  const start = sample.negative ? startOfFrames : spec.waves ? startOfWaves : startOfLabels;
  const { x: first, calls } = await start(network, sample, trace);
  let x = first;
  for (const layer of network.layers) {
    const activation = await layer.activate(x);
    const a = await lessonOf(network, layer, activation);
    await trace?.add(layer.index, "pair", activation, a && (await read(a)));
    const next = network.withBias(layer.normalised(activation));
    if (a) {
      await layer.learn(layer.index === 0 ? calls : [{ x }], a, activation);
      layer.decay(network.step);
    }
    x = next;
  }
}

/** One image with the true and with a wrong label. Positive and negative share the image: x⁺ = x⁻. */
async function startOfLabels(network: ExactNetwork, sample: ExactSample, trace?: Trace): Promise<Start> {
  const { rows, backend: { tf } } = network;
  const { label } = sample;
  const image = rows.image(sample.positive, network.dropout);
  const negative = await wrongLabel(network, rows.withLabels(image, ["neutral"]), sample, trace);
  return { x: rows.withLabels(image, [label, negative]), calls: [{ x: rows.labelRows(label, negative), from: rows.labelAt }, { x: tf.concat([image, image], 0) }] };
}

/** Two images without labels. */
async function startOfFrames(network: ExactNetwork, sample: ExactSample, trace?: Trace): Promise<Start> {
  const x = network.rows.twoFrames(sample.positive, sample.negative!, network.dropout);
  await neutralPass(network, network.backend.tf.slice(x, [0, 0], [1, x.shape[1]]), sample, trace);
  return { x, calls: [{ x }] };
}

/** One image with the waves of two labels. */
async function startOfWaves(network: ExactNetwork, sample: ExactSample, trace?: Trace): Promise<Start> {
  const { rows } = network;
  const left = rows.leftOf(sample.positive, network.dropout);
  const negative = await wrongLabel(network, rows.withWaves(left, ["neutral"], true), sample, trace);
  const x = rows.withWaves(left, [sample.label, negative], true);
  return { x, calls: [{ x }] };
}

async function wrongLabel(network: ExactNetwork, neutral: Tensor2D, sample: ExactSample, trace?: Trace): Promise<number> {
  const logits = await neutralPass(network, neutral, sample, trace);
  return drawNegativeExactly(network.spec, network.sampler, sample.label, logits);
}

/** Trains the readout; returns the summed logits from before. */
async function neutralPass(network: ExactNetwork, inputs: Tensor2D, { targets }: ExactSample, trace?: Trace): Promise<number[]> {
  const logits = new Array<number>(network.spec.classes).fill(0);
  if (network.spec.readout.from === null) return logits;
  let x = inputs;
  for (const layer of network.layers) {
    const activation = await layer.activate(x);
    await trace?.add(layer.index, "single", activation, null);
    const out = layer.normalised(activation);
    await network.readouts[layer.index]?.learn(out, logits, targets, network.step);
    x = network.withBias(out);
  }
  if (trace) trace.logits = logits;
  return logits;
}

/** Goodness of every label at every layer, [layers][classes]; without labels that of the frame stands at class 0, and 0 at the others. */
export async function goodnessOfLabels(network: ExactNetwork, frame: Uint8Array): Promise<number[][]> {
  const { classes } = network.spec;
  const blind = hasTwoFrames(network.spec.negatives);
  const labels = Array.from({ length: classes }, (_, label) => label);
  let x = blind ? network.rows.image(frame, null) : network.rows.labelledFrame(frame, labels);
  const all: number[][] = [];
  for (const layer of network.layers) {
    const activation = await layer.activate(x);
    const G = activation.goodness.map(([value]) => value!);
    all.push(blind ? labels.map((label) => (label === 0 ? G[0]! : 0)) : G);
    x = network.withBias(layer.normalised(activation));
  }
  return all;
}

/** The sum over layers, saturating; its negative where positives have little goodness. */
export function summedGoodness({ spec }: ExactNetwork, byLayer: readonly (readonly number[])[]): number[] {
  return byLayer[0]!.map((_, label) => {
    const sum = byLayer.reduce((total, layer) => Math.min(total + layer[label]!, 2 ** 31 - 1), 0);
    return spec.sense === "minimise" ? 0 - sum : sum;
  });
}

export async function scoresOfPair(network: ExactNetwork, frame: Uint8Array): Promise<number[]> {
  return summedGoodness(network, (await goodnessOfLabels(network, frame)).slice(network.spec.goodnessFrom));
}
