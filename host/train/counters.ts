import * as kinds from "../../assembly/abi/region.js";
import type { Network } from "../engine/network.js";

/** What the engine counted over a stretch of training, in percent; null where it does not apply. */
export interface TrainingCounters {
  /** Samples the readout had wrong before it learned from them: a running estimate of the error, for free. */
  readoutError: number | null;
  /** Of each layer: how often it told positive from negative (goodness on the right side of θ; class-wise: the true group won). */
  discrimination: number[];
  /** Of each layer: rows multiplied a sample, out of all rows: the work that sparse inputs left. */
  rowsUsed: number[];
}

// Words of the state regions; see assembly/state.ts.
const READOUT_RIGHT = 2;
const POSITIVES_RIGHT = 4;
const NEGATIVES_RIGHT = 5;
const ROWS_USED = 6;

/** Reads the engine's counters now; `since` turns two readings into rates. Counters wrap at 2^32. */
export class CounterReader {
  private last: Uint32Array;

  constructor(private readonly network: Network) {
    this.last = this.read();
  }

  /** Rates over the samples since the last call (or the start). */
  since(samples: number): TrainingCounters {
    const now = this.read();
    const difference = now.map((value, index) => (value - (this.last[index] ?? 0)) >>> 0);
    this.last = now;
    const { spec } = this.network;
    const pair = spec.objective === "pair";
    const passes = pair ? (spec.readout.from === null ? 2 : 3) : 1;
    return {
      readoutError: spec.readout.from === null ? null : 100 * (1 - (difference[0] ?? 0) / samples),
      discrimination: spec.layers.map((_, layer) => (100 * ((difference[1 + 3 * layer] ?? 0) + (pair ? difference[2 + 3 * layer] ?? 0 : 0))) / (samples * (pair ? 2 : 1))),
      rowsUsed: spec.layers.map((_, layer) => {
        const rows = this.network.region(kinds.REGION_WEIGHTS, layer).rows;
        return (100 * (difference[3 + 3 * layer] ?? 0)) / (samples * rows * (layer === 0 ? 1 : passes));
      }),
    };
  }

  private read(): Uint32Array {
    const { network } = this;
    const state = network.view(network.region(kinds.REGION_STATE));
    const values = [state[READOUT_RIGHT] ?? 0];
    for (let layer = 0; layer < network.spec.layers.length; layer++) {
      const own = network.view(network.region(kinds.REGION_LAYER_STATE, layer));
      values.push(own[POSITIVES_RIGHT] ?? 0, own[NEGATIVES_RIGHT] ?? 0, own[ROWS_USED] ?? 0);
    }
    return Uint32Array.from(values);
  }
}
