import type { NetworkSpec, NetworkSpecInput } from "../../spec/network_spec.js";

/**
 * What the papers and repositories do differently around the same algorithm. A network spec says the rest: layers, objective, loss,
 * negatives, temperature, dropout, schedule.
 */
export interface Recipe {
  readonly name: string;
  readonly optimiser: "sgd" | "adam" | "smoothed";
  /** Rates of the layers and of the readout; null: the spec's. */
  readonly rate: number | null;
  readonly readoutRate: number | null;
  /** Gradients of a batch are summed (one sample's step is as long in every batch) or averaged. */
  readonly reduction: "sum" | "mean";
  /** Share of a weight lost at each step, times the rate. */
  readonly decay: number;
  readonly readoutDecay: number;
  /** How a frame and its label become an input: see inputs.ts. */
  readonly inputs: "level" | "strength" | "standardised";
  /** Goodness: Σ y², or its mean over the units. */
  readonly goodness: "sum" | "mean";
  /** What a layer's input is divided by: its root mean square, or its length. */
  readonly norm: "rms" | "length";
  /** θ; null: units × the layer's threshold. */
  readonly theta: number | null;
  /** T; null: the layer's. */
  readonly temperature: number | null;
  /** Weight of the peer normalisation: units that are active less than the layer's mean are pushed up. */
  readonly peer: number;
  /** One softmax over all parts of the readout, or each part with its own. */
  readonly readoutJoint: boolean;
  /** Weights at the start: the engine's own integers, or uniform in ±1/√inputs (torch.nn.Linear). */
  readonly init: "engine" | "uniform";
  /** Biases start at 0 instead of like a weight. */
  readonly zeroBias: boolean;
}

/** The engine's own algorithm, in f32 without any rounding. At batch 1 it differs from the engine in nothing else. */
export const MAYFLY: Recipe = {
  name: "mayfly", optimiser: "sgd", rate: null, readoutRate: null, reduction: "sum", decay: 0, readoutDecay: 0, inputs: "level", goodness: "sum", norm: "rms", theta: null, temperature: null, peer: 0,
  readoutJoint: false, init: "engine", zeroBias: false,
};

/** Hinton's MATLAB code: batches of 100, smoothed gradients, peer normalisation, weight decay, one softmax over all layers but the first. */
export const HINTON: Recipe = {
  ...MAYFLY, name: "hinton", optimiser: "smoothed", rate: 0.01, readoutRate: 0.1, reduction: "mean", decay: 0.001, readoutDecay: 0.003, inputs: "strength", temperature: 1, peer: 0.03, readoutJoint: true, zeroBias: true,
};

/** The public PyTorch repositories: standardised pixels, inputs of length 1, mean goodness around 2, Adam. */
export const PYTORCH: Recipe = {
  ...MAYFLY, name: "pytorch", optimiser: "adam", rate: 0.03, readoutRate: 0.001, reduction: "mean", inputs: "standardised", goodness: "mean", norm: "length", theta: 2, temperature: 1, init: "uniform",
};

export const RECIPES: readonly Recipe[] = [MAYFLY, HINTON, PYTORCH];

/** What a recipe asks of the spec, for `resolveSpec`; it stands above what the user said. */
export function specOverrides(recipe: Recipe): Partial<NetworkSpecInput> {
  const plain = { loss: "threshold", inputDropout: 0, bias: 1, minCoefficient: 0 } as const;
  if (recipe.name === HINTON.name) return plain;
  if (recipe.name === PYTORCH.name) return { ...plain, negatives: "random" };
  return {};
}

/** η at a sample count: held, then falling in a line to 0. */
export function scheduled(rate: number, { holdSamples, totalSamples }: NetworkSpec["schedule"], samples: number): number {
  if (totalSamples === 0 || samples < holdSamples) return rate;
  return samples >= totalSamples ? 0 : (rate * (totalSamples - samples)) / (totalSamples - holdSamples);
}
