import { selectBoards } from "../../firmware-sim/boards/load.js";
import { planBoards } from "../../firmware-sim/boards/plan_boards.js";
import { frame, type Dataset } from "../data/dataset.js";
import type { OpenedDataset } from "../data/open.js";
import { permutation } from "../data/shuffle.js";
import { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import type { Backend } from "../reference/backends/backend.js";
import { BackpropNetwork } from "../reference/backprop/network.js";
import { batchOf } from "../reference/float/batch.js";
import { isPlain } from "../reference/fixed_spec.js";
import { FloatNetwork } from "../reference/float/network.js";
import { argmax } from "../reference/integers.js";
import { type NetworkSpec, type NetworkSpecInput, resolveSpec } from "../spec/network_spec.js";
import { train } from "../train/train.js";
import { workOf } from "../train/work.js";
import { bytesOfBackprop, bytesOfForward, fittingBackprop, macsOfBackprop, macsOfClasswise, macsOfPair, type Shape, shapeOf } from "./cost.js";

export interface CompareOptions {
  readonly epochs: number;
  /** Of backprop and of the float measurements. */
  readonly batch: number;
  readonly board: string;
  readonly rate: number;
  readonly onStage?: (what: string) => void;
  readonly signal?: AbortSignal;
}

/** One contestant. */
export interface Contestant {
  readonly name: string;
  readonly layers: readonly number[];
  readonly numbers: "i16" | "i8" | "f32";
  /** Percent, after each epoch. */
  readonly errors: readonly number[];
  /** Samples after which the error was first at most the target; null: never. */
  readonly samplesTo: Readonly<Record<string, number | null>>;
  /** Multiply-adds of a training step by formula, all zeros counted; and as done, where there are counters. */
  readonly macs: { readonly formula: number; readonly done: number | null };
  /** Training memory at batch 1, by formula and as used. */
  readonly bytes: { readonly formula: number; readonly used: number | null };
  /** Energy of the whole run on the board, in joules; null where the board model has nothing to go by. */
  readonly energyJ: { readonly low: number; readonly high: number } | null;
  readonly energyBasis: string;
}

export interface Comparison {
  readonly contestants: readonly Contestant[];
  /** Bytes by formula at batch 1 in one number format, f32, plain SGD and Adam: what FF itself saves, without integers. */
  readonly sameFormat: readonly { readonly optimiser: "sgd" | "adam"; readonly forwardForward: number; readonly backprop: number }[];
  /** Peak bytes of tensors in one step in tfjs, at a batch. */
  readonly batched: readonly { readonly batch: number; readonly forwardForward: number; readonly backprop: number }[];
  /** In words, from the numbers above. */
  readonly losses: readonly string[];
  readonly board: string;
}

/** Errors that samples are counted to. */
const TARGETS = [10, 5, 3, 2];
const F32 = 4;

/** Trains FF in the engine, and backprop in float at the same widths and at the same RAM. */
export async function compare(backend: Backend, input: NetworkSpecInput, data: OpenedDataset, options: CompareOptions): Promise<Comparison> {
  const { epochs, onStage = () => undefined } = options;
  const total = data.train.count * epochs;
  const schedule = { holdSamples: Math.floor(total / 2), totalSamples: total };
  const spec = resolveSpec({ ...input, schedule });
  // Its memory is measured in tfjs at the end: what is not there is better refused before minutes of training.
  if (!isPlain(spec)) throw new MayflyError("backprop is compared with dense networks without the variants of docs/variants.md, which it has not", 2);
  onStage("Forward-Forward in the engine");
  const engine = await engineRun(spec, data, options);
  const shape = shapeOf(spec);
  const narrow = fittingBackprop(shape, engine.bytes.formula, { bytes: F32, moments: 0 });
  if (!narrow) throw new MayflyError(`no backprop network fits in ${engine.bytes.formula} bytes: its inputs alone take more`, 1);
  const runs: Contestant[] = [engine];
  for (const [name, own] of [["backprop, same widths", shape], ["backprop, same RAM", narrow]] as const) {
    onStage(name);
    runs.push(await backpropRun(backend, name, own, spec, data, options, engine));
  }
  onStage("memory of a batch");
  const batched = [];
  for (const batch of [1, 64]) batched.push(await batchedBytes(backend, spec, data.train, batch));
  const sameFormat = (["sgd", "adam"] as const).map((optimiser) => {
    const format = { bytes: F32, moments: optimiser === "adam" ? 2 : 0 };
    return { optimiser, forwardForward: bytesOfForward(spec, format), backprop: bytesOfBackprop(shape, format) };
  });
  return { contestants: runs, sameFormat, batched, losses: lossesOf(runs, sameFormat, batched), board: options.board };
}

async function engineRun(spec: NetworkSpec, data: OpenedDataset, { epochs, board, signal }: CompareOptions): Promise<Contestant> {
  const network = Network.create(spec);
  const errors: number[] = [];
  let done = 0;
  for await (const event of train(network, data.train, { epochs, test: data.test, ...(signal && { signal }) })) {
    if (event.type !== "epoch") continue;
    const { testError, counters } = event.result;
    if (testError) errors.push(Math.min(testError.goodness ?? Infinity, testError.readout ?? Infinity));
    done += workOf(network, counters).reduce((sum, { forward, update }) => sum + forward.done + update.done, 0) / epochs;
  }
  const { boards } = await planBoards(selectBoards(board), spec, network.plan, { epochSamples: data.train.count * epochs, checkpointEvery: { samples: 10_000 } });
  const plan = boards[0];
  const macs = spec.objective === "pair" ? macsOfPair(spec) : macsOfClasswise(spec);
  return {
    name: "Forward-Forward, engine", layers: spec.layers.map(({ units }) => units), numbers: spec.layers[0]!.weights, errors, samplesTo: samplesTo(errors, data.train.count),
    macs: { formula: macs, done: Math.round(done) }, bytes: { formula: network.plan.bytes.total, used: network.plan.bytes.total }, energyJ: plan?.epochJ ?? null, energyBasis: plan?.basis ?? "no such board",
  };
}

async function backpropRun(backend: Backend, name: string, shape: Shape, spec: NetworkSpec, data: OpenedDataset, { epochs, batch, rate, signal }: CompareOptions, engine: Contestant): Promise<Contestant> {
  const network = await BackpropNetwork.create(backend, { input: spec.input, classes: spec.classes, layers: shape.layers, optimiser: "adam", rate, schedule: spec.schedule, seed: spec.seed });
  const errors: number[] = [];
  try {
    for (let epoch = 1; epoch <= epochs && !signal?.aborted; epoch++) {
      const order = permutation(data.train.count, spec.seed, epoch);
      for (let from = 0; from < data.train.count; from += batch) {
        await network.train(batchOf(data.train, order, from, Math.min(from + batch, data.train.count)));
      }
      errors.push(await errorOf(network, data.test));
    }
  } finally {
    network.dispose();
  }
  const macs = macsOfBackprop(shape);
  const perMac = engine.macs.formula;
  const energyJ = engine.energyJ && { low: (engine.energyJ.low * macs) / perMac, high: (engine.energyJ.high * macs) / perMac };
  return {
    name, layers: shape.layers, numbers: "f32", errors, samplesTo: samplesTo(errors, data.train.count), macs: { formula: macs, done: null },
    bytes: { formula: bytesOfBackprop(shape, { bytes: F32, moments: 0 }), used: await peakOf(backend, spec, data.train, shape) }, energyJ,
    energyBasis: "the engine's energy times the ratio of the formulas' multiply-adds: as if a float multiply-add cost what the engine's cost, which no core without an FPU can do",
  };
}

async function errorOf(network: BackpropNetwork, test: Dataset): Promise<number> {
  let wrong = 0;
  for (let from = 0; from < test.count; from += 500) {
    const to = Math.min(from + 500, test.count);
    const scores = await network.predict(Array.from({ length: to - from }, (_, at) => frame(test, from + at)));
    scores.forEach((row, at) => (wrong += argmax(row) === test.labels[from + at] ? 0 : 1));
  }
  return Math.round((wrong / test.count) * 1e4) / 100;
}

function samplesTo(errors: readonly number[], perEpoch: number): Record<string, number | null> {
  return Object.fromEntries(TARGETS.map((target) => {
    const epoch = errors.findIndex((error) => error <= target);
    return [String(target), epoch < 0 ? null : (epoch + 1) * perEpoch];
  }));
}

/** Peak bytes of tensors in a backprop step of batch 1 with SGD, weights included. */
async function peakOf(backend: Backend, spec: NetworkSpec, data: Dataset, shape: Shape, optimiser: "sgd" | "adam" = "sgd", batch = 1): Promise<number> {
  const network = await BackpropNetwork.create(backend, { input: spec.input, classes: spec.classes, layers: shape.layers, optimiser, rate: 1e-4, schedule: { holdSamples: 0, totalSamples: 0 }, seed: spec.seed });
  try {
    return await peakBytes(backend, () => network.train(batchOf(data, permutation(data.count, 1, 1), 0, Math.min(batch, data.count))));
  } finally {
    network.dispose();
  }
}

async function batchedBytes(backend: Backend, spec: NetworkSpec, data: Dataset, batch: number): Promise<Comparison["batched"][number]> {
  const float = await FloatNetwork.create(backend, spec);
  try {
    const samples = batchOf(data, permutation(data.count, 1, 1), 0, Math.min(batch, data.count));
    return { batch, forwardForward: await peakBytes(backend, () => float.train(samples)), backprop: await peakOf(backend, spec, data, shapeOf(spec), "sgd", batch) };
  } finally {
    float.dispose();
  }
}

async function peakBytes({ tf }: Backend, step: () => Promise<void>): Promise<number> {
  const { peakBytes: bytes } = await tf.profile(async () => {
    await step();
    return tf.scalar(0);
  });
  return bytes;
}

function lossesOf(runs: readonly Contestant[], sameFormat: Comparison["sameFormat"], batched: Comparison["batched"]): string[] {
  const [engine, same, narrow] = runs as [Contestant, Contestant, Contestant];
  const last = ({ errors }: Contestant): number => errors.at(-1) ?? NaN;
  const said: string[] = [];
  for (const other of [same, narrow]) {
    if (last(other) < last(engine)) said.push(`error: ${other.name} (${other.layers.join("-")}) ends at ${last(other).toFixed(2)} %, Forward-Forward at ${last(engine).toFixed(2)} %`);
    if (other.macs.formula < engine.macs.formula) said.push(`multiply-adds: a step of ${other.name} takes ${(engine.macs.formula / other.macs.formula).toFixed(2)} times fewer, all zeros counted`);
    for (const target of TARGETS) {
      const [a, b] = [engine.samplesTo[target] ?? Infinity, other.samplesTo[target] ?? Infinity];
      if (b < a) said.push(`samples: ${other.name} is at ${target} % after ${b}, Forward-Forward after ${a === Infinity ? "more than it was given" : a}`);
    }
  }
  for (const { optimiser, forwardForward, backprop } of sameFormat) {
    const saved = 100 * (1 - forwardForward / backprop);
    said.push(`memory: in one number format (f32, ${optimiser}, batch 1) Forward-Forward ${saved >= 0 ? `saves ${saved.toFixed(1)} %` : `needs ${(-saved).toFixed(1)} % more`}: in a fully connected network nearly all of it is weights`);
  }
  for (const { batch, forwardForward, backprop } of batched) {
    if (forwardForward > backprop) said.push(`memory: as used by tfjs at batch ${batch}, Forward-Forward's peak is ${(forwardForward / backprop).toFixed(2)} times backprop's`);
  }
  return said;
}
