import { MayflyError } from "../errors.js";
import type { Backend, Tensor } from "../reference/backends/backend.js";
import type { BackpropLayerSpec } from "../reference/backprop/layer.js";
import { BackpropNetwork } from "../reference/backprop/network.js";
import { isPlain } from "../reference/fixed_spec.js";
import { EndToEndObjective } from "../reference/float/end_to_end.js";
import { FloatNetwork } from "../reference/float/network.js";
import { MAYFLY } from "../reference/float/recipe.js";
import type { BatchLearner } from "../reference/float/train.js";
import type { Kept } from "../reference/scope.js";
import { type NetworkSpec, asInput, resolveSpec } from "../spec/network_spec.js";

/** Networks of the same shapes that learn by backpropagation: of the cross-entropy, and of the goodness that Forward-Forward has (Tosato et al. 2023: BP and BP/FF). */
export const TWINS = ["backprop", "backprop-ff"] as const;
export type TwinKind = (typeof TWINS)[number];

export const TWIN_NAMES: Readonly<Record<TwinKind, string>> = { backprop: "backprop, cross-entropy", "backprop-ff": "backprop, FF objective" };

export interface TwinOptions {
  /** Adam's rate: constant for the first half of all samples, then in a line to 0. */
  readonly rate: number;
  readonly totalSamples: number;
}

/** A twin, to train and to watch. */
export interface Twin extends BatchLearner {
  readonly kind: TwinKind;
  readonly weights: readonly Kept<Tensor>[];
  /** y of every hidden layer, [frames][units], flat; `labels` are those in the input, where a twin has them there. */
  activities(frames: readonly Uint8Array[], labels: readonly (number | "neutral")[]): Promise<Float32Array[]>;
  dispose(): void;
}

/** Throws unless a network has such a twin. */
export function checkTwin(kind: TwinKind, spec: NetworkSpec): void {
  if (kind === "backprop") {
    const odd = spec.layers.find((layer) => layer.kind !== "dense" && layer.kind !== "local");
    if (odd) throw new MayflyError(`the backprop twin has dense and local layers, and this network has one of kind ${odd.kind}`, 2);
    if (spec.recurrence.stream) throw new MayflyError("a network for streams has no backprop twin: its input is the state that former samples left", 2);
    return;
  }
  if (spec.recurrence.iterations > 0) throw new MayflyError("a recurrent network has no twin on the Forward-Forward objective: take --against backprop, which has its layers without the iterations", 2);
  if (!isPlain(endToEndSpec(spec, spec.schedule.totalSamples))) throw new MayflyError("the twin on the Forward-Forward objective has fully connected layers and none of the variants of docs/variants.md: take --against backprop", 2);
}

/** A fresh twin of a network, from the network's seed. */
export async function createTwin(backend: Backend, kind: TwinKind, spec: NetworkSpec, { rate, totalSamples }: TwinOptions): Promise<Twin> {
  checkTwin(kind, spec);
  if (kind === "backprop") {
    const network = await BackpropNetwork.create(backend, { input: spec.input, classes: spec.classes, layers: spec.layers.map(hiddenLayer), optimiser: "adam", rate, schedule: halfHeld(totalSamples), seed: spec.seed });
    return {
      kind, weights: network.weights, get samples() { return network.samples; },
      train: (batch) => network.train(batch), predict: (frames, by) => network.predict(frames, by), activities: (frames) => network.activities(frames), dispose: () => network.dispose(),
    };
  }
  const network = await FloatNetwork.create(backend, endToEndSpec(spec, totalSamples), { ...MAYFLY, name: "end-to-end", optimiser: "adam", rate, reduction: "mean" }, (made) => new EndToEndObjective(made));
  return {
    kind, weights: network.layers.map((layer) => layer.weights), get samples() { return network.samples; },
    train: (batch) => network.train(batch), predict: (frames, by) => network.predict(frames, by), activities: (frames, labels) => network.activities(frames, labels), dispose: () => network.dispose(),
  };
}

function halfHeld(totalSamples: number): NetworkSpec["schedule"] {
  return { holdSamples: Math.floor(totalSamples / 2), totalSamples };
}

function hiddenLayer({ kind, units, channels, field, stride, padding }: NetworkSpec["layers"][number]): BackpropLayerSpec {
  return kind === "local" ? { channels, field, stride, padding } : units;
}

/** The same network without a readout, so with random negatives, and without decay. */
function endToEndSpec(spec: NetworkSpec, totalSamples: number): NetworkSpec {
  const input = asInput(spec);
  return resolveSpec({ ...input, layers: input.layers.map((layer) => ({ ...layer, decay: 0 })), negatives: spec.negatives === "hard" ? "random" : spec.negatives, readout: { ...spec.readout, from: null }, schedule: halfHeld(totalSamples) });
}
