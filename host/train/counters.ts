import * as kinds from "../../assembly/abi/region.js";
import { LAYER_NEGATIVES_RIGHT, LAYER_POSITIVES_RIGHT, LAYER_ROWS_UPDATED, LAYER_ROWS_USED, NET_READOUT_RIGHT } from "../../assembly/abi/state.js";
import type { Network } from "../engine/network.js";
import { geometryOfSpec, hasTwoFrames } from "../spec/network_spec.js";

/** What the engine counted over a stretch of training, in percent; null where it does not apply. */
export interface TrainingCounters {
  /** Samples the readout had wrong before it learned from them: a running estimate of the error, for free. */
  readoutError: number | null;
  /** Of each layer: how often it told positive from negative (goodness on the right side of θ; class-wise: the true group won). */
  discrimination: number[];
  /** Of each layer: rows multiplied a sample, out of all rows: the work that sparse inputs left. */
  rowsUsed: number[];
  /** Of each layer: rows of weights updated a sample (of a recurrent network: an iteration that learns), out of all rows. */
  rowsUpdated: number[];
}

const LAYER_COUNTERS = [LAYER_POSITIVES_RIGHT, LAYER_NEGATIVES_RIGHT, LAYER_ROWS_USED, LAYER_ROWS_UPDATED];
const COUNTERS = LAYER_COUNTERS.length;

/** Reads the engine's counters now; `since` turns two readings into rates. Counters wrap at 2^32. */
export class CounterReader {
  private last: Uint32Array;
  /** Of each layer: how often a pass may multiply, and a step update, each row. */
  private readonly places: readonly number[];
  private readonly updates: readonly number[];

  constructor(private readonly network: Network) {
    this.last = this.read();
    // A convolution's one matrix is multiplied at every place that is computed, and learns there by blocks of 8 channels, positive and negative apart.
    const { layers, objective } = network.spec;
    this.places = geometryOfSpec(network.spec).map(({ above }, layer) => (layers[layer]?.kind === "conv" ? above.width * above.height * layers[layer].pool ** 2 : 1));
    this.updates = layers.map(({ kind, channels }, layer) => (kind === "conv" ? (this.places[layer] ?? 1) * Math.ceil(channels / 8) * (objective === "pair" ? 2 : 1) : 1));
  }

  /** Rates over the samples since the last call (or the start). */
  since(samples: number): TrainingCounters {
    const now = this.read();
    const difference = now.map((value, index) => (value - (this.last[index] ?? 0)) >>> 0);
    this.last = now;
    const { spec } = this.network;
    const pair = spec.objective === "pair";
    const { iterations, first, last, stream } = spec.recurrence;
    const single = spec.readout.from === null ? 0 : 1;
    // A recurrent pair goes on for some iterations, behind a start unless it is a stream, where every class follows.
    const rounds = iterations === 0 ? 1 : stream ? last * Math.ceil(spec.classes / 2) : last + 1;
    const passes = pair ? single + 2 * rounds : 1;
    const passesOfFirst = iterations === 0 ? 1 : 1 + 2 * (stream ? rounds : last);
    const decisions = iterations === 0 ? 1 : last - first + 1;
    const twoFrames = hasTwoFrames(spec.negatives);
    const at = (layer: number, counter: number): number => difference[1 + COUNTERS * layer + counter] ?? 0;
    return {
      readoutError: spec.readout.from === null ? null : 100 * (1 - (difference[0] ?? 0) / samples),
      discrimination: spec.layers.map((_, layer) => (100 * (at(layer, 0) + (pair ? at(layer, 1) : 0))) / (samples * decisions * (pair ? 2 : 1))),
      rowsUsed: spec.layers.map((_, layer) => {
        // Passes of labels share the image; two frames have each their own.
        return this.ofRows(layer, at(layer, 2), samples * (layer === 0 && !twoFrames ? passesOfFirst : passes) * this.places[layer]!);
      }),
      rowsUpdated: spec.layers.map((_, layer) => this.ofRows(layer, at(layer, 3), samples * decisions * this.updates[layer]!)),
    };
  }

  /** A count of rows in percent of all rows, `times` over; 0 for a box, which has none. */
  private ofRows(layer: number, rows: number, times: number): number {
    if (this.network.spec.layers[layer]?.kind === "box") return 0;
    return (100 * rows) / (times * this.network.region(kinds.REGION_WEIGHTS, layer).rows);
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
