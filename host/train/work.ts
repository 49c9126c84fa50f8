import * as kinds from "../../assembly/abi/region.js";
import type { Network } from "../engine/network.js";
import { geometryOfSpec } from "../spec/network_spec.js";

/** What a layer would do in one training sample if no row were skipped. */
export interface FullWork {
  /** Rows of weights multiplied, over all passes and places; and updated. What the engine's counters count. */
  readonly rowsUsed: number;
  readonly rowsUpdated: number;
  /** The same in multiply-adds. */
  readonly forwardMacs: number;
  readonly updateMacs: number;
}

/** Of each layer; 0 for a box, whose work is not the engine's. */
export function fullWork(network: Network): FullWork[] {
  const { spec } = network;
  const { layers, objective, readout, recurrence: { iterations, first, last, stream } } = spec;
  const pair = objective === "pair";
  const single = readout.from === null ? 0 : 1;
  // A recurrent pair goes on for some iterations, behind a start unless it is a stream, where every class follows.
  const rounds = iterations === 0 ? 1 : stream ? last * Math.ceil(spec.classes / 2) : last + 1;
  const passes = pair ? single + 2 * rounds : 1;
  const passesOfFirst = iterations === 0 ? 1 : 1 + 2 * (stream ? rounds : last);
  const decisions = iterations === 0 ? 1 : last - first + 1;
  const twoFrames = spec.negatives === "hybrid" || spec.negatives === "given";
  return geometryOfSpec(spec).map(({ above }, layer) => {
    const { kind, channels, pool } = layers[layer]!;
    if (kind === "box") return { rowsUsed: 0, rowsUpdated: 0, forwardMacs: 0, updateMacs: 0 };
    const { rows, columns } = network.region(kinds.REGION_WEIGHTS, layer);
    // A convolution's one matrix is multiplied at every place that is computed, and learns there by blocks of 8 channels, positive and negative apart.
    const places = kind === "conv" ? above.width * above.height * pool ** 2 : 1;
    const updates = kind === "conv" ? places * Math.ceil(channels / 8) * (pair ? 2 : 1) : 1;
    // Passes of labels share the image; two frames have each their own.
    const sharesImage = layer === 0 && !twoFrames;
    const rowsUsed = rows * places * (sharesImage ? passesOfFirst : passes);
    // A row is updated for positive and negative in one call, but for the image that both share.
    const products = kind === "conv" ? places * (pair ? 2 : 1) : pair && !(sharesImage && iterations === 0) ? 2 : 1;
    return { rowsUsed, rowsUpdated: rows * updates * decisions, forwardMacs: rowsUsed * columns, updateMacs: rows * columns * products * decisions };
  });
}

/** Work of an epoch, by the engine's counters, in multiply-adds a sample. */
export interface LayerWork {
  readonly forward: { readonly all: number; readonly done: number };
  readonly update: { readonly all: number; readonly done: number };
}

/** What the counters' shares (percent) mean in multiply-adds, of each layer. */
export function workOf(network: Network, { rowsUsed, rowsUpdated }: { readonly rowsUsed: readonly number[]; readonly rowsUpdated: readonly number[] }): LayerWork[] {
  return fullWork(network).map(({ forwardMacs, updateMacs }, layer) => ({
    forward: { all: forwardMacs, done: Math.round((forwardMacs * (rowsUsed[layer] ?? 0)) / 100) }, update: { all: updateMacs, done: Math.round((updateMacs * (rowsUpdated[layer] ?? 0)) / 100) },
  }));
}
