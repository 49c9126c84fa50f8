import type { Tensor2D } from "../backends/backend.js";
import type { FloatSample } from "./batch.js";
import type { Label } from "./inputs.js";
import { drawNegative } from "./negative.js";
import type { FloatNetwork } from "./network.js";
import { activity, firstInputs, inputsOf, normalised, rowsOf } from "./rows.js";

/** What enters the first layer of a pair, [2N][inputs], positives first. The readout learns on the way, in the single pass. */
export async function startOf(network: FloatNetwork, samples: readonly FloatSample[]): Promise<Tensor2D> {
  if (samples[0]!.negative) return startOfFrames(network, samples);
  return network.spec.waves ? startOfWaves(network, samples) : startOfLabels(network, samples);
}

/** Each image with its own and with a wrong label. */
async function startOfLabels(network: FloatNetwork, samples: readonly FloatSample[]): Promise<Tensor2D> {
  const images = samples.map(({ positive }) => network.inputs.image(positive, true));
  const negatives = await wrongLabels(network, network.readout.exists ? inputsOf(network, images) : null, samples);
  const labels = [...samples.map(({ label }) => label), ...negatives];
  return firstInputs(network, [...images, ...images], (index) => labels[index]!);
}

/** Two images, without labels. */
async function startOfFrames(network: FloatNetwork, samples: readonly FloatSample[]): Promise<Tensor2D> {
  const pairs = samples.map(({ positive, negative }) => network.inputs.twoFrames(positive, negative!));
  const positives = pairs.map(([positive]) => positive);
  if (network.readout.exists) await trainReadout(network, inputsOf(network, positives), samples);
  return inputsOf(network, [...positives, ...pairs.map(([, negative]) => negative)]);
}

/** Each image with the waves of two labels. */
async function startOfWaves(network: FloatNetwork, samples: readonly FloatSample[]): Promise<Tensor2D> {
  const left = samples.map(({ positive }) => network.inputs.leftOf(positive));
  const waved = (labelOf: (index: number) => Label): Float32Array[] => left.map((frame, index) => network.inputs.withWave(frame, labelOf(index), true));
  const negatives = await wrongLabels(network, network.readout.exists ? inputsOf(network, waved(() => "neutral")) : null, samples);
  return inputsOf(network, [...waved((index) => samples[index]!.label), ...waved((index) => negatives[index]!)]);
}

/** The labels of the negatives; with a readout it learns first, from `neutral`, the images without their labels. */
async function wrongLabels(network: FloatNetwork, neutral: Tensor2D | null, samples: readonly FloatSample[]): Promise<number[]> {
  const logits = neutral ? await trainReadout(network, neutral, samples) : [];
  return samples.map(({ label }, index) => drawNegative(network.spec, network.sampler, label, logits[index] ?? null));
}

/** The readout learns; its logits from before, [N][classes]. */
async function trainReadout(network: FloatNetwork, x: Tensor2D, samples: readonly FloatSample[]): Promise<number[][]> {
  const { spec, readout, backend } = network;
  const pass = singlePass(network, x);
  const flat = await backend.read(pass.logits!);
  network.checkFinite(flat, "readout's logit", spec.layers.length - 1);
  readout.learn(pass.xs, samples.map(({ targets }) => targets), network.readoutRate());
  return rowsOf(flat, spec.classes);
}

/** One pass without learning: what the readout sees of each layer, and its logits. */
export function singlePass(network: FloatNetwork, inputs: Tensor2D): { xs: (Tensor2D | null)[]; logits: Tensor2D | null } {
  const from = network.spec.readout.from ?? Infinity;
  let x = inputs;
  const xs = network.layers.map((_, index) => {
    const out = normalised(network, activity(network, index, x).y);
    x = network.withBias(out);
    return index >= from ? out : null;
  });
  return { xs, logits: network.readout.logits(xs) };
}
