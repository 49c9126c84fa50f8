import * as kinds from "../assembly/abi/region.js";
import { LAYER_ROWS_UPDATED, LAYER_ROWS_USED } from "../assembly/abi/state.js";
import type { Network } from "../host/engine/network.js";

/** Tells how long the board would have taken for what the engine has done since the last call. */
export interface StepTimer {
  sinceLastUs(): number;
}

/** What the board takes for a multiply-add forward and for a weight's update. */
export interface StepRates {
  readonly macUs: number;
  readonly updateUs: number;
}

/** Counts the rows of weights that the engine says it multiplied and updated (docs/algorithm.md, Counters). */
export class RowTimer implements StepTimer {
  private readonly layers: { readonly state: Uint32Array; readonly units: number; used: number; updated: number }[];

  constructor(network: Network, private readonly rates: StepRates) {
    this.layers = network.spec.layers.map(({ units }, layer) => ({ state: network.view(network.region(kinds.REGION_LAYER_STATE, layer)) as Uint32Array, units, used: 0, updated: 0 }));
    this.sinceLastUs();
  }

  sinceLastUs(): number {
    let us = 0;
    for (const layer of this.layers) {
      const used = layer.state[LAYER_ROWS_USED >> 2]!;
      const updated = layer.state[LAYER_ROWS_UPDATED >> 2]!;
      us += layer.units * (((used - layer.used) >>> 0) * this.rates.macUs + ((updated - layer.updated) >>> 0) * this.rates.updateUs);
      layer.used = used;
      layer.updated = updated;
    }
    return us;
  }
}
