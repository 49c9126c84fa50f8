import { type Activities, type ShownLabel } from "../analysis/activities.js";
import { type Dataset, frame } from "../data/dataset.js";
import type { OpenedDataset } from "../data/open.js";
import { MayflyError } from "../errors.js";
import type { Backend } from "../reference/backends/backend.js";
import { type FloatEpoch, trainFloat } from "../reference/float/train.js";
import type { NetworkSpec } from "../spec/network_spec.js";
import { createTwin, type Twin, type TwinKind, TWIN_NAMES } from "./twin.js";

export interface TwinTraining {
  readonly epochs: number;
  readonly batch: number;
  /** Adam's. */
  readonly rate: number;
  readonly signal?: AbortSignal;
  onProgress?(kind: TwinKind, epoch: number, done: number, total: number, samplesPerSecond: number): void;
  onEpoch?(kind: TwinKind, epoch: FloatEpoch): void;
}

export interface TrainedTwin {
  readonly twin: Twin;
  /** Percent wrong after each epoch: by goodness, or by the output layer ("readout"). */
  readonly epochs: readonly FloatEpoch[];
}

/** A new twin, through all its epochs, with the order of samples that the network had. Throws when interrupted: a twin is trained in one go. */
export async function trainTwin(backend: Backend, kind: TwinKind, spec: NetworkSpec, data: OpenedDataset, training: TwinTraining): Promise<TrainedTwin> {
  const { epochs, batch, rate, signal } = training;
  const twin = await createTwin(backend, kind, spec, { rate, totalSamples: epochs * data.train.count });
  const done: FloatEpoch[] = [];
  try {
    for await (const event of trainFloat(twin, data.train, { epochs, batch, seed: spec.seed, test: data.test, evaluateEvery: 1, evaluateBatch: framesAtOnce(spec), ...(signal && { signal }) })) {
      if (event.type === "progress") training.onProgress?.(kind, event.epoch, event.done, event.total, event.pairsPerSecond);
      else if (event.type === "epoch") {
        done.push(event.result);
        training.onEpoch?.(kind, event.result);
      } else if (event.reason === "aborted") throw new MayflyError(`interrupted: the twin (${TWIN_NAMES[kind]}) is not kept, and is trained anew next time`, 1);
    }
  } catch (error) {
    twin.dispose();
    throw error;
  }
  return { twin, epochs: done };
}

/** What a twin's units do on the first `samples` samples of a data set. A twin on the Forward-Forward objective sees the label as the network itself was shown it. */
export async function activitiesOfTwin(twin: Twin, spec: NetworkSpec, data: Dataset, samples: number, shown: ShownLabel): Promise<Activities> {
  const count = Math.min(samples, data.count);
  const layers = spec.layers.map(({ units }, layer) => ({ layer, units, y: new Float32Array(count * units) }));
  const most = framesAtOnce(spec);
  for (let from = 0; from < count; from += most) {
    const indices = Array.from({ length: Math.min(most, count - from) }, (_, at) => from + at);
    const seen = await twin.activities(indices.map((index) => frame(data, index)), indices.map((index) => (shown === "true" ? data.labels[index]! : "neutral")));
    seen.forEach((y, layer) => layers[layer]!.y.set(y, from * layers[layer]!.units));
  }
  return { layers, labels: data.labels.subarray(0, count), classes: spec.classes, samples: count };
}

/** Frames forwarded together: the fields of local layers are copied out for each. */
function framesAtOnce({ layers }: NetworkSpec): number {
  const values = Math.max(...layers.map(({ kind, units, channels, field }) => (kind === "local" ? (units / channels) * field ** 2 * 4 : units)));
  return Math.max(4, Math.min(500, Math.floor(4_000_000 / values)));
}
