import * as kinds from "../../assembly/abi/region.js";
import type { Network } from "../engine/network.js";
import { type LayerGeometry, unitsAbove } from "../spec/geometry.js";
import { asInput, geometryOfSpec, hasTwoFrames, networkSchema, type NetworkSpec } from "../spec/network_spec.js";

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
  const pairs = stream ? Math.ceil(spec.classes / 2) : 1;
  const rounds = iterations === 0 ? 1 : (stream ? last : last + 1) * pairs;
  const decisions = iterations === 0 ? 1 : last - first + 1;
  const passes = pair ? single + 2 * rounds : 1;
  const ownImage = ownImages(spec);
  const geometry = geometryOfSpec(spec);
  const more = uncountedAndAbove(spec, geometry);
  return geometry.map(({ above: map }, layer) => {
    const { kind, channels, pool } = layers[layer]!;
    if (kind === "box") return { rowsUsed: 0, rowsUpdated: 0, forwardMacs: 0, updateMacs: 0 };
    const { rows: all, columns } = network.region(kinds.REGION_WEIGHTS, layer);
    const { labels, above } = more[layer]!;
    const rows = all - labels;
    // A convolution's one matrix is multiplied at every place that is computed, and learns there by blocks of 8 channels, positive and negative apart.
    const places = kind === "conv" ? map.width * map.height * pool ** 2 : 1;
    const updates = kind === "conv" ? places * Math.ceil(channels / 8) * (pair ? 2 : 1) : 1;
    // Passes share the image of the first layer, unless each has its own; a map does not keep its sums from the single pass to the pair.
    const sharesImage = layer === 0 && !ownImage;
    const onMap = kind === "local" || kind === "conv";
    const times = sharesImage ? (onMap && pair ? 1 + single : 1) : passes;
    const rowsUsed = iterations > 0 && layer === 0 ? (rows - above) * times + above * 2 * last * pairs : rows * places * times;
    // A row is updated for positive and negative in one call, but for the image that both share.
    const products = kind === "conv" ? places * (pair ? 2 : 1) : pair && !(sharesImage && iterations === 0) ? 2 : 1;
    return { rowsUsed, rowsUpdated: rows * updates * decisions, forwardMacs: rowsUsed * columns, updateMacs: rows * columns * products * decisions };
  });
}

/** Whether positive and negative are frames of their own, not one frame with two labels in rows beside it. */
function ownImages({ negatives, waves }: NetworkSpec): boolean {
  return hasTwoFrames(negatives) || waves !== null;
}

/** Of each layer's rows: those of labels, which the engine does not count, and those from the layer above in a recurrent network. */
function uncountedAndAbove(spec: NetworkSpec, geometry: readonly LayerGeometry[]): { labels: number; above: number }[] {
  const parsed = networkSchema.parse(asInput(spec));
  return spec.layers.map(({ kind }, layer) => {
    const { width, height } = geometry[layer]!.above;
    // A local layer has rows of its own for every place.
    const places = kind === "local" ? width * height : 1;
    const recurrent = spec.recurrence.iterations > 0;
    const last = layer + 1 === spec.layers.length;
    const labels = recurrent ? last : layer === 0 && spec.label.placement !== "none";
    return { labels: labels ? places * spec.classes : 0, above: recurrent && !last ? places * unitsAbove(parsed, geometry, layer) : 0 };
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
