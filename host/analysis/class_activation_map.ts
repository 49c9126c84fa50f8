import * as kinds from "../../assembly/abi/region.js";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { isMap } from "../spec/geometry.js";
import { type NetworkSpec, geometryOfSpec } from "../spec/network_spec.js";

export interface ClassActivationMap {
  /** From 1; null for all layers together. */
  readonly layer: number | null;
  readonly width: number;
  readonly height: number;
  /** [height][width]: how much each place speaks for the class (positive) or against it, in logits. */
  readonly values: Float64Array;
}

/** Places of every layer that the linear classifier sees. */
function seenMaps(spec: NetworkSpec): { layer: number; width: number; height: number; channels: number }[] {
  const geometry = geometryOfSpec(spec);
  return spec.layers.flatMap((layer, index) => (isMap(layer) && spec.readout.from !== null && index >= spec.readout.from ? [{ layer: index, ...geometry[index]!.above }] : []));
}

/**
 * Class activation maps (Scodellaro et al. 2023, §3.3) from the readout, the linear classifier: at each place Σ over the channels of weight of the class ×
 * normalised activity. One map for each layer the readout sees, and one of all of them, each spread over the frame.
 */
export function classActivationMaps(network: Network, frame: Uint8Array, label: number): ClassActivationMap[] {
  const { spec } = network;
  const maps = seenMaps(spec);
  if (maps.length === 0) throw new MayflyError("class activation maps need layers of kind conv or local that the readout sees: this network has none", 1);
  if (!Number.isInteger(label) || label < 0 || label >= spec.classes) throw new MayflyError(`class ${label}: this network has classes 0 to ${spec.classes - 1}`, 2);
  const activities = network.activities(frame, "readout");
  const each = maps.map(({ layer, width, height, channels }): ClassActivationMap => {
    const y = activities.find((seen) => seen.layer === layer)?.y ?? new Int16Array(width * height * channels);
    const region = network.region(kinds.REGION_READOUT_WEIGHTS, layer);
    const weights = network.view(region);
    const rms = Math.sqrt(y.reduce((sum, value) => sum + value * value, 0) / y.length) || 1;
    const values = new Float64Array(width * height);
    // Weights are multiples of 2^-11.
    y.forEach((value, unit) => {
      const place = Math.floor(unit / channels);
      values[place] = (values[place] ?? 0) + ((weights[unit * region.stride + label] ?? 0) / 2048) * (value / rms);
    });
    return { layer: layer + 1, width, height, values };
  });
  const { width, height } = spec.input;
  const all = new Float64Array(width * height);
  for (const map of each) spread(map, width, height).forEach((value, place) => (all[place] = (all[place] ?? 0) + value));
  return [...each, { layer: null, width, height, values: all }];
}

/** A map as large as the frame, by linear interpolation between its places' middles. */
export function spread(map: Pick<ClassActivationMap, "width" | "height" | "values">, width: number, height: number): Float64Array {
  const at = (row: number, column: number): number => map.values[Math.min(Math.max(row, 0), map.height - 1) * map.width + Math.min(Math.max(column, 0), map.width - 1)] ?? 0;
  return Float64Array.from({ length: width * height }, (_, place) => {
    const y = ((Math.floor(place / width) + 0.5) * map.height) / height - 0.5;
    const x = (((place % width) + 0.5) * map.width) / width - 0.5;
    const [row, column] = [Math.floor(y), Math.floor(x)];
    const [down, right] = [y - row, x - column];
    return (1 - down) * ((1 - right) * at(row, column) + right * at(row, column + 1)) + down * ((1 - right) * at(row + 1, column) + right * at(row + 1, column + 1));
  });
}
