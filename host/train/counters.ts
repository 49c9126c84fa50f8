import * as kinds from "../../assembly/abi/region.js";
import { LAYER_NEGATIVES_RIGHT, LAYER_POSITIVES_RIGHT, LAYER_ROWS_UPDATED, LAYER_ROWS_USED, NET_READOUT_RIGHT } from "../../assembly/abi/state.js";
import type { Network } from "../engine/network.js";
import { type FullWork, fullWork } from "./work.js";

/** What the engine counted over a stretch of training, in percent; null where it does not apply. */
export interface TrainingCounters {
  /** Samples the readout had wrong before it learned from them: a running estimate of the error, for free. */
  readoutError: number | null;
  /** Of each layer: how often it told positive from negative (goodness on the right side of θ; class-wise: the true group won). */
  discrimination: number[];
  /** Of each layer: rows multiplied a sample, out of all rows: the work that sparse inputs left. Of a map in bands also those multiplied once more. */
  rowsUsed: number[];
  /** Of each layer: rows of weights updated a sample (of a recurrent network: an iteration that learns), out of all rows. */
  rowsUpdated: number[];
}

const LAYER_COUNTERS = [LAYER_POSITIVES_RIGHT, LAYER_NEGATIVES_RIGHT, LAYER_ROWS_USED, LAYER_ROWS_UPDATED];
const COUNTERS = LAYER_COUNTERS.length;

/** Reads the engine's counters now; `since` turns two readings into rates. They wrap at 2^32, which large maps reach within an epoch: `note` in between. */
export class CounterReader {
  private last: Uint32Array;
  /** Counted since the last `since`, up to the last reading. */
  private readonly counted: Float64Array;
  /** Of each layer, a sample: how often rows may be multiplied and updated. */
  private readonly full: readonly FullWork[];

  constructor(private readonly network: Network) {
    this.last = this.read();
    this.counted = new Float64Array(this.last.length);
    this.full = fullWork(network);
  }

  /** Rates over the samples since the last call (or the start). */
  since(samples: number): TrainingCounters {
    this.note();
    const difference = this.counted.slice();
    this.counted.fill(0);
    const { spec } = this.network;
    const pair = spec.objective === "pair";
    const { iterations, first, last } = spec.recurrence;
    const decisions = iterations === 0 ? 1 : last - first + 1;
    const at = (layer: number, counter: number): number => difference[1 + COUNTERS * layer + counter] ?? 0;
    const share = (count: number, all: number): number => (all === 0 ? 0 : (100 * count) / (samples * all));
    return {
      readoutError: spec.readout.from === null ? null : 100 * (1 - (difference[0] ?? 0) / samples),
      discrimination: spec.layers.map((_, layer) => (100 * (at(layer, 0) + (pair ? at(layer, 1) : 0))) / (samples * decisions * (pair ? 2 : 1))),
      rowsUsed: this.full.map(({ rowsUsed }, layer) => share(at(layer, 2), rowsUsed)),
      rowsUpdated: this.full.map(({ rowsUpdated }, layer) => share(at(layer, 3), rowsUpdated)),
    };
  }

  /** Adds up what was counted since the last reading. */
  note(): void {
    const now = this.read();
    now.forEach((value, index) => (this.counted[index]! += (value - this.last[index]!) >>> 0));
    this.last = now;
  }

  private read(): Uint32Array {
    const { network } = this;
    const state = network.view(network.region(kinds.REGION_STATE));
    const values = [state[NET_READOUT_RIGHT >> 2] ?? 0];
    for (let layer = 0; layer < network.spec.layers.length; layer++) {
      const own = network.view(network.region(kinds.REGION_LAYER_STATE, layer));
      values.push(...LAYER_COUNTERS.map((offset) => own[offset >> 2] ?? 0));
    }
    return Uint32Array.from(values);
  }
}
