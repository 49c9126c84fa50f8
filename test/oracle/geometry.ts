/** How maps lie upon each other: docs/maps.md, "Geometry". */
import type { LayerSpec, Spec } from "./spec.js";

/** [height][width][channels]. */
export interface MapSize {
  height: number;
  width: number;
  channels: number;
}

export interface Place {
  row: number;
  column: number;
}

/** Units of a map lie row-major, channels innermost. */
export function sizeOf({ height, width, channels }: MapSize): number {
  return height * width * channels;
}

export function isMap({ kind }: LayerSpec): boolean {
  return kind === "local" || kind === "conv";
}

/** What a layer gives; 0 is the first. The frame is layer −1. A layer without places is one place. */
export function mapOf(net: Spec, layer: number): MapSize {
  if (layer < 0) return { height: net.height, width: net.width, channels: net.channels };
  const spec = net.layers[layer]!;
  if (!isMap(spec)) return { height: 1, width: 1, channels: spec.units };
  const { height, width } = placesOf(net, layer);
  const pool = poolOf(spec);
  return { height: Math.floor(height / pool), width: Math.floor(width / pool), channels: spec.channels! };
}

/** Places before pooling. */
function placesOf(net: Spec, layer: number): { height: number; width: number } {
  const below = mapOf(net, layer - 1);
  const { field, stride, padding } = net.layers[layer]!;
  const along = (size: number) => Math.floor((size + 2 * padding! - field!) / stride!) + 1;
  return { height: along(below.height), width: along(below.width) };
}

export function poolOf({ pool }: LayerSpec): number {
  return pool || 1;
}

/** The places that are computed: none of those that pooling leaves over. Row-major. */
export function computedPlaces(net: Spec, layer: number): Place[] {
  const { height, width } = mapOf(net, layer);
  const pool = poolOf(net.layers[layer]!);
  return Array.from({ length: height * pool * width * pool }, (_, place) => ({ row: Math.floor(place / (width * pool)), column: place % (width * pool) }));
}

/** Indices into the map below of what a place sees: one for each row of its weights, −1 outside. */
export function fieldOf(net: Spec, layer: number, { row, column }: Place): number[] {
  const below = mapOf(net, layer - 1);
  const { field, stride, padding } = net.layers[layer]!;
  return Array.from({ length: field! * field! * below.channels }, (_, j) => {
    const [dy, dx, channel] = [Math.floor(j / (field! * below.channels)), Math.floor(j / below.channels) % field!, j % below.channels];
    const [y, x] = [row * stride! + dy - padding!, column * stride! + dx - padding!];
    return y < 0 || y >= below.height || x < 0 || x >= below.width ? -1 : (y * below.width + x) * below.channels + channel;
  });
}
