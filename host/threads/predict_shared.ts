/** Predicts the samples of a data set in several threads, each some of them. */
import * as kinds from "../../assembly/abi/region.js";
import { LAYER_ROWS_USED } from "../../assembly/abi/state.js";
import type { Dataset } from "../data/dataset.js";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import type { Crew } from "./crew.js";
import { whyNotShared } from "./lanes.js";
import type { Predicted, Predictions } from "./protocol.js";

/** Samples that a thread is given at a time. */
const ERRAND = 100;

export interface PredictionWishes {
  /** Which ways to predict. */
  readonly goodness: boolean;
  readonly readout: boolean;
  /** Whether the scores of every class are wanted too. */
  readonly scores?: boolean;
}

/** Copies of frames in memory that threads share, made once for each data set. */
const copies = new WeakMap<Uint8Array, Uint8Array>();

function sharedFrames({ frames }: Dataset): Uint8Array {
  if (frames.buffer instanceof SharedArrayBuffer) return frames;
  let copy = copies.get(frames);
  if (!copy) copies.set(frames, copy = new Uint8Array(new SharedArrayBuffer(frames.length)));
  copy.set(frames);
  return copy;
}

/** Yields how many samples are done, returns what was predicted. Counters of the network grow as if it had done all alone, when all is done. */
export async function* predictShared(network: Network, crew: Crew, data: Dataset, wishes: PredictionWishes): AsyncGenerator<number, Omit<Predicted, "rowsUsed">, void> {
  const { spec } = network;
  const why = whyNotShared(spec);
  if (why !== null) throw new MayflyError(`this network predicts in one thread only: ${why}`, 2);
  crew.image.set(network.persistent);
  const frames = sharedFrames(data);
  const { scores = false } = wishes;
  const empty = (wanted: boolean): Predictions | null => (wanted ? { classes: new Uint8Array(data.count), scores: scores ? new Int32Array(data.count * spec.classes) : null } : null);
  const all = { goodness: empty(wishes.goodness), readout: empty(wishes.readout) };
  const rowsUsed = new Uint32Array(spec.layers.length);
  let given = 0;
  let done = 0;
  const errand = async (thread: number, reload: boolean): Promise<number> => {
    const from = given;
    const to = Math.min(from + ERRAND, data.count);
    given = to;
    const { predicted } = await crew.ask(thread, { type: "predict", reload, frames, from, to, goodness: wishes.goodness, readout: wishes.readout, scores });
    for (const by of ["goodness", "readout"] as const) {
      all[by]?.classes.set(predicted[by]!.classes, from);
      all[by]?.scores?.set(predicted[by]!.scores!, from * spec.classes);
    }
    predicted.rowsUsed.forEach((rows, layer) => (rowsUsed[layer] = rowsUsed[layer]! + rows));
    done += to - from;
    return thread;
  };
  const running = new Map<number, Promise<number>>();
  try {
    for (let thread = 0; thread < crew.size && given < data.count; thread++) running.set(thread, errand(thread, true));
    while (running.size > 0) {
      const thread = await Promise.race(running.values());
      running.delete(thread);
      if (given < data.count) running.set(thread, errand(thread, false));
      yield done;
    }
  } finally {
    // Whoever breaks off may ask the threads for something else at once.
    await Promise.allSettled(running.values());
  }
  rowsUsed.forEach((rows, layer) => {
    const state = network.view(network.region(kinds.REGION_LAYER_STATE, layer));
    state[LAYER_ROWS_USED >> 2] = (state[LAYER_ROWS_USED >> 2] ?? 0) + rows;
  });
  return all;
}

