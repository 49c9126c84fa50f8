import { type Dataset, frame } from "../data/dataset.js";
import { permutation } from "../data/shuffle.js";
import type { Build } from "../engine/artefacts.js";
import type { SampleExtras } from "../engine/extras.js";
import type { Backend } from "../reference/backends/backend.js";
import { sharesOfGroups } from "../reference/exact/classwise.js";
import { ExactNetwork } from "../reference/exact/network.js";
import { goodnessOfLabels, summedGoodness } from "../reference/exact/pair.js";
import { goodnessOfClamped } from "../reference/exact/recurrent.js";
import { Trace } from "../reference/exact/trace.js";
import { scoped } from "../reference/scope.js";
import type { NetworkSpec } from "../spec/network_spec.js";
import { madeExtras } from "./extras.js";
import { type EngineTrace, ObservedEngine } from "./observed_engine.js";
import { type Difference, Tally } from "./tally.js";

/** After so many steps the tallies so far are kept, and the engine's own scores of some frames compared. */
export const MARKS = [1, 10, 100, 1000, 10_000];
const SCORED_FRAMES = 3;

/**
 * Of a map there are no pre-activations and coefficients to compare: the engine keeps those of one place at a time. Of a recurrent network's pair
 * there are no pre-activations, but the activities of its start and each iteration, and the state after the last.
 */
const PARTS = ["preActivations", "activities", "goodness", "coefficients", "weights"] as const;
type Part = (typeof PARTS)[number];
export type LayerParity = Readonly<Record<Part, Difference>>;

export interface ReadoutParity {
  readonly logits: Difference;
  /** Of all parts. */
  readonly weights: Difference;
}

/** The state of the comparison after some steps, over all steps so far. */
export interface ParityMark {
  readonly steps: number;
  readonly layers: readonly LayerParity[];
  readonly readout: ReadoutParity | null;
}

export interface StepParity extends ParityMark {
  readonly builds: readonly Build[];
  readonly backend: string;
  readonly adapter: string;
  readonly marks: readonly ParityMark[];
  /** Zero differing integers. */
  readonly equal: boolean;
  readonly seconds: number;
}

export interface StepOptions {
  readonly steps: number;
  /** Builds of the engine, all held against one reference; counts add up. */
  readonly builds: readonly Build[];
  /** Hears after each step how many are done, and what was compared so far. */
  readonly onProgress?: (done: number, soFar: () => ParityMark) => void;
  readonly signal?: AbortSignal;
}

/** Trains an engine and the exact reference on the same samples, and compares every integer of every step. */
export async function compareSteps(backend: Backend, spec: NetworkSpec, data: Dataset, { steps, builds, onProgress, signal }: StepOptions): Promise<StepParity> {
  const started = performance.now();
  const engines = builds.map((build) => new ObservedEngine(spec, { build }));
  const reference = await ExactNetwork.create(backend, spec);
  const tallies = new Tallies(spec);
  const marks: ParityMark[] = [];
  let done = 0;
  try {
    // Before the first step: the weights at the start.
    await compareWeights(0, engines, reference, tallies);
    let order = permutation(data.count, spec.seed, 1);
    while (done < steps && !signal?.aborted) {
      if (done > 0 && done % data.count === 0) order = permutation(data.count, spec.seed, done / data.count + 1);
      const index = order[done % data.count]!;
      await compareStep(++done, engines, reference, { image: frame(data, index), label: data.labels[index]!, extras: madeExtras(spec, data, index) }, tallies);
      if (MARKS.includes(done) || done === steps) {
        for (let at = 0; at < Math.min(SCORED_FRAMES, data.count); at++) await compareScores(done, engines, reference, frame(data, at), tallies);
        marks.push(tallies.mark(done));
      }
      onProgress?.(done, () => tallies.mark(done));
    }
    for (const engine of engines) engine.checkUndisturbed();
  } finally {
    reference.dispose();
  }
  const end = tallies.mark(done);
  return { ...end, builds, backend: backend.name, adapter: backend.adapter, marks, equal: done === steps && differencesOf(end).every(({ differing }) => differing === 0), seconds: Math.round(performance.now() - started) / 1000 };
}

/** Every difference of a mark. */
export function differencesOf({ layers, readout }: ParityMark): Difference[] {
  return [...layers.flatMap((layer) => PARTS.map((part) => layer[part])), ...(readout ? [readout.logits, readout.weights] : [])];
}

class Tallies {
  readonly layers: readonly Readonly<Record<Part, Tally>>[];
  readonly logits = new Tally();
  readonly readoutWeights = new Tally();

  constructor(private readonly spec: NetworkSpec) {
    this.layers = spec.layers.map(() => ({ preActivations: new Tally(), activities: new Tally(), goodness: new Tally(), coefficients: new Tally(), weights: new Tally() }));
  }

  mark(steps: number): ParityMark {
    return {
      steps,
      layers: this.layers.map((layer) => ({ preActivations: layer.preActivations.value, activities: layer.activities.value, goodness: layer.goodness.value, coefficients: layer.coefficients.value, weights: layer.weights.value })),
      readout: this.spec.readout.from === null ? null : { logits: this.logits.value, weights: this.readoutWeights.value },
    };
  }
}

interface Sample {
  readonly image: Uint8Array;
  readonly label: number;
  readonly extras: SampleExtras;
}

async function compareStep(step: number, engines: readonly ObservedEngine[], reference: ExactNetwork, { image, label, extras }: Sample, tallies: Tallies): Promise<void> {
  const trace = new Trace(reference.backend);
  await reference.train(image, label, trace, extras);
  for (const engine of engines) {
    const traces = engine.train(image, label, extras);
    if (traces.length !== trace.layers.length) throw new Error(`the engine went through ${traces.length} layers, the reference through ${trace.layers.length}`);
    traces.forEach((one, at) => comparePass(step, one, trace.layers[at]!, tallies));
    if (reference.spec.readout.from !== null) tallies.logits.add(step, engine.logits(), trace.logits);
  }
  await compareWeights(step, engines, reference, tallies);
}

function comparePass(step: number, engine: EngineTrace, reference: Trace["layers"][number], tallies: Tallies): void {
  const tally = tallies.layers[engine.layer]!;
  if (engine.sums && reference.sums) tally.preActivations.add(step, engine.sums, reference.sums);
  tally.activities.add(step, engine.activities, reference.activities);
  tally.goodness.add(step, engine.goodness, reference.goodness);
  if (engine.coefficients && reference.coefficients) tally.coefficients.add(step, engine.coefficients, reference.coefficients);
}

async function compareWeights(step: number, engines: readonly ObservedEngine[], reference: ExactNetwork, tallies: Tallies): Promise<void> {
  for (const [layer, { matrix }] of reference.layers.entries()) {
    const weights = await matrix.read();
    for (const engine of engines) tallies.layers[layer]!.weights.add(step, engine.weights(layer), weights);
    const readout = await reference.readouts[layer]?.matrix.read();
    if (readout) for (const engine of engines) tallies.readoutWeights.add(step, engine.readoutWeights(layer), readout);
  }
}

/** The engine's own goodness, as it comes out in the scores of a prediction. */
async function compareScores(step: number, engines: readonly ObservedEngine[], reference: ExactNetwork, image: Uint8Array, tallies: Tallies): Promise<void> {
  await reference.backend.use();
  // The engines' scores are those of fresh ones with the same weights: a stream begins.
  const byLayer = await scoped(reference.backend.tf, () => (reference.isRecurrent ? goodnessOfClamped(reference, image, "silent") : reference.spec.objective === "pair" ? goodnessOfLabels(reference, image) : sharesOfGroups(reference, image)));
  for (const engine of engines) {
    engine.scores(image).forEach((scores, from) => {
      tallies.layers[from]!.goodness.add(step, scores, summedGoodness(reference, byLayer.slice(from)));
    });
  }
}
