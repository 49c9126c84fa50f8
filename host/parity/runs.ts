import { frame, type Dataset } from "../data/dataset.js";
import type { OpenedDataset } from "../data/open.js";
import { permutation } from "../data/shuffle.js";
import * as kinds from "../../assembly/abi/region.js";
import { Network } from "../engine/network.js";
import type { Backend } from "../reference/backends/backend.js";
import { ExactNetwork } from "../reference/exact/network.js";
import { FloatNetwork } from "../reference/float/network.js";
import { trainFloat } from "../reference/float/train.js";
import { type NetworkSpec, type NetworkSpecInput, resolveSpec } from "../spec/network_spec.js";
import { evaluate, type TestError } from "../train/evaluate.js";
import { train } from "../train/train.js";

/** What runs side by side. */
export const FORMS = ["engine i16", "engine i8", "exact i16", "float"] as const;
export type Form = (typeof FORMS)[number];

/** Test errors of one run, an entry an epoch. */
export interface RunCurve {
  readonly form: Form;
  readonly seed: number;
  readonly errors: readonly TestError[];
}

/** How far the mean error of a form, over the seeds, may be from that of another, in points. */
export interface Bound {
  readonly form: Form;
  readonly against: Form;
  readonly points: number;
}

export const BOUNDS: readonly Bound[] = [
  { form: "engine i16", against: "float", points: 0.15 },
  { form: "engine i8", against: "float", points: 0.3 },
  { form: "exact i16", against: "engine i16", points: 0 },
];

export interface BoundVerdict extends Bound {
  /** Mean of the last errors over the seeds, form minus the other: positive is worse. */
  readonly goodness: number;
  readonly readout: number | null;
  readonly seeds: number;
  readonly holds: boolean;
}

export interface RunsOptions {
  readonly seeds: number;
  readonly epochs: number;
  readonly batch: number;
  /** The exact form takes about 10 ms a sample: it runs when all samples of a run are at most this. */
  readonly exactSamples: number;
  readonly onRun?: (form: Form, seed: number) => void;
  readonly signal?: AbortSignal;
}

export interface RunsParity {
  readonly curves: readonly RunCurve[];
  readonly verdicts: readonly BoundVerdict[];
  readonly batch: number;
}

/** Whole runs of every form over some seeds, and whether their errors agree within the bounds. */
export async function compareRuns(backend: Backend, input: NetworkSpecInput, data: OpenedDataset, options: RunsOptions): Promise<RunsParity> {
  const { seeds, epochs, batch, exactSamples, onRun, signal } = options;
  const curves: RunCurve[] = [];
  const total = data.train.count * epochs;
  for (let seed = 1; seed <= seeds; seed++) {
    const spec = (weights: "i16" | "i8"): NetworkSpec => resolveSpec({
      ...input, seed, layers: input.layers.map((layer) => ({ ...layer, weights })), schedule: { holdSamples: Math.floor(total / 2), totalSamples: total },
    });
    for (const form of FORMS) {
      if (signal?.aborted || (form === "exact i16" && total > exactSamples)) continue;
      onRun?.(form, seed);
      curves.push({ form, seed, errors: await runOf(form, backend, spec(form === "engine i8" ? "i8" : "i16"), data, { epochs, batch }) });
    }
  }
  return { curves, verdicts: BOUNDS.flatMap((bound) => verdictOf(bound, curves)), batch };
}

async function runOf(form: Form, backend: Backend, spec: NetworkSpec, data: OpenedDataset, { epochs, batch }: { epochs: number; batch: number }): Promise<TestError[]> {
  if (form === "float") return floatRun(backend, spec, data, epochs, batch);
  if (form === "exact i16") return exactRun(backend, spec, data, epochs);
  const errors: TestError[] = [];
  for await (const event of train(Network.create(spec), data.train, { epochs, test: data.test })) {
    if (event.type === "epoch" && event.result.testError) errors.push(event.result.testError);
  }
  return errors;
}

async function floatRun(backend: Backend, spec: NetworkSpec, { train: samples, test }: OpenedDataset, epochs: number, batch: number): Promise<TestError[]> {
  const network = await FloatNetwork.create(backend, spec);
  const errors: TestError[] = [];
  try {
    for await (const event of trainFloat(network, samples, { epochs, batch, seed: spec.seed, test, evaluateEvery: 1 })) {
      if (event.type === "epoch" && event.result.testError) errors.push(event.result.testError);
    }
  } finally {
    network.dispose();
  }
  return errors;
}

/** Trained by the reference; tested in an engine, whose predictions are compared step by step elsewhere (steps.ts). */
async function exactRun(backend: Backend, spec: NetworkSpec, { train: samples, test }: OpenedDataset, epochs: number): Promise<TestError[]> {
  const network = await ExactNetwork.create(backend, spec);
  const errors: TestError[] = [];
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      await exactEpoch(network, samples, permutation(samples.count, spec.seed, epoch));
      errors.push(evaluate(await inEngine(network), test).testError);
    }
  } finally {
    network.dispose();
  }
  return errors;
}

async function exactEpoch(network: ExactNetwork, samples: Dataset, order: Uint32Array): Promise<void> {
  for (const index of order) await network.train(frame(samples, index), samples.labels[index]!);
}

async function inEngine(exact: ExactNetwork): Promise<Network> {
  const engine = Network.create(exact.spec);
  const write = (kind: number, layer: number, values: Float32Array): void => {
    const region = engine.region(kind, layer);
    const target = engine.view(region);
    values.forEach((value, at) => (target[Math.floor(at / region.columns) * region.stride + (at % region.columns)] = value));
  };
  for (const [layer, { matrix }] of exact.layers.entries()) {
    write(kinds.REGION_WEIGHTS, layer, await matrix.read());
    const part = exact.readouts[layer];
    if (part) write(kinds.REGION_READOUT_WEIGHTS, layer, await part.matrix.read());
  }
  return engine;
}

/** Empty when one of the two did not run. */
export function verdictOf(bound: Bound, curves: readonly RunCurve[]): BoundVerdict[] {
  const pairs = curves.filter(({ form }) => form === bound.form).flatMap((own) => {
    const other = curves.find(({ form, seed }) => form === bound.against && seed === own.seed);
    const [a, b] = [own.errors.at(-1), other?.errors.at(-1)];
    return a && b && a.goodness !== null && b.goodness !== null ? [{ goodness: a.goodness - b.goodness, readout: a.readout === null || b.readout === null ? null : a.readout - b.readout }] : [];
  });
  if (pairs.length === 0) return [];
  const mean = (values: readonly number[]): number => Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 1e4) / 1e4;
  const goodness = mean(pairs.map((pair) => pair.goodness));
  const readouts = pairs.flatMap((pair) => (pair.readout === null ? [] : [pair.readout]));
  const readout = readouts.length > 0 ? mean(readouts) : null;
  const within = (difference: number): boolean => Math.abs(difference) <= bound.points;
  return [{ ...bound, goodness, readout, seeds: pairs.length, holds: within(goodness) && (readout === null || within(readout)) }];
}
