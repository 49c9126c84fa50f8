import type { Tensor2D } from "../backends/backend.js";
import { argument, logistic } from "../integers.js";
import type { ExactLayer } from "./layer.js";
import { drawNegativeExactly } from "./negative.js";
import type { ExactNetwork } from "./network.js";
import type { Trace } from "./trace.js";

/** One sample: the neutral pass, in which the readout learns, then positive and negative as the two rows of every tensor. */
export async function trainPair(network: ExactNetwork, frame: Uint8Array, label: number, trace?: Trace): Promise<void> {
  const { spec, rows, backend: { tf, read } } = network;
  const image = rows.image(frame, network.dropout);
  const logits = await neutralPass(network, image, label, trace);
  const negative = drawNegativeExactly(spec, network.sampler, label, logits);
  let x = rows.withLabels(image, [label, negative]);
  for (const layer of network.layers) {
    const activation = await layer.activate(x);
    const [positive, other] = activation.goodness.map(([G]) => G!) as [number, number];
    const gains = coefficients(network, layer, positive, other).map((c) => layer.gain(c, network.step)) as [number, number];
    const learns = gains[0] !== 0 || gains[1] !== 0;
    const a = learns ? layer.coefficients(activation.y, tf.tensor2d([gains[0], -gains[1]], [2, 1])) : null;
    await trace?.add(layer.index, "pair", activation, a && (await read(a)));
    const next = network.withBias(layer.normalised(activation));
    if (a) {
      if (layer.index === 0) {
        layer.update(rows.labelRows(label, negative), a, rows.labelAt);
        // Positive and negative share the image: x⁺ = x⁻.
        layer.update(tf.concat([image, image], 0), a);
      } else layer.update(x, a);
      layer.decay(network.step);
    }
    x = next;
  }
}

/** Trains the readout; returns the summed logits from before. */
async function neutralPass(network: ExactNetwork, image: Tensor2D, label: number, trace?: Trace): Promise<number[]> {
  const logits = new Array<number>(network.spec.classes).fill(0);
  if (network.spec.readout.from === null) return logits;
  let x = network.rows.withLabels(image, ["neutral"]);
  for (const layer of network.layers) {
    const activation = await layer.activate(x);
    await trace?.add(layer.index, "single", activation, null);
    const out = layer.normalised(activation);
    const part = network.readouts[layer.index];
    if (part) {
      const [own] = await part.logits(out);
      own!.forEach((value, c) => (logits[c]! += value));
      part.train(out, own!, label, network.step);
    }
    x = network.withBias(out);
  }
  if (trace) trace.logits = logits;
  return logits;
}

/** c⁺ and c⁻: q15. */
function coefficients({ spec }: ExactNetwork, { spec: { theta, temperature } }: ExactLayer, positive: number, negative: number): [number, number] {
  if (spec.loss === "threshold") return [logistic(argument(theta - positive, temperature)), logistic(argument(negative - theta, temperature))];
  const c = logistic(argument(negative - positive, temperature));
  return [c, c];
}

/** Goodness of every label at every layer: [layers][classes]. */
export async function goodnessOfLabels(network: ExactNetwork, frame: Uint8Array): Promise<number[][]> {
  const labels = Array.from({ length: network.spec.classes }, (_, label) => label);
  let x = network.rows.withLabels(network.rows.image(frame, null), labels);
  const all: number[][] = [];
  for (const layer of network.layers) {
    const activation = await layer.activate(x);
    all.push(activation.goodness.map(([G]) => G!));
    x = network.withBias(layer.normalised(activation));
  }
  return all;
}

export async function scoresOfPair(network: ExactNetwork, frame: Uint8Array): Promise<number[]> {
  const counted = (await goodnessOfLabels(network, frame)).slice(network.spec.goodnessFrom);
  return counted[0]!.map((_, label) => counted.reduce((sum, layer) => Math.min(sum + layer[label]!, 2 ** 31 - 1), 0));
}
