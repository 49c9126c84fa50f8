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

interface Window {
  field: number;
  stride: number;
  padding: number;
}

/** Indices into the map below of what a place sees: one for each row of its weights, −1 outside. */
export function fieldBelow(net: Spec, layer: number, place: Place): number[] {
  const { field, stride, padding } = net.layers[layer]!;
  return fieldOn(mapOf(net, layer - 1), { field: field!, stride: stride!, padding: padding! }, place);
}

/** Indices into the layer above of what a place of a recurrent network sees: around itself when that is a map, too, else all. */
export function fieldAbove(net: Spec, layer: number, place: Place): number[] {
  const above = mapOf(net, layer + 1);
  if (!isMap(net.layers[layer + 1]!)) return Array.from({ length: sizeOf(above) }, (_, unit) => unit);
  const field = net.layers[layer]!.field!;
  return fieldOn(above, { field, stride: 1, padding: Math.floor((field - 1) / 2) }, place);
}

/** Row-major, channels innermost. */
function fieldOn({ height, width, channels }: MapSize, { field, stride, padding }: Window, { row, column }: Place): number[] {
  return Array.from({ length: field * field * channels }, (_, j) => {
    const [dy, dx, channel] = [Math.floor(j / (field * channels)), Math.floor(j / channels) % field, j % channels];
    const [y, x] = [row * stride + dy - padding, column * stride + dx - padding];
    return y < 0 || y >= height || x < 0 || x >= width ? -1 : (y * width + x) * channels + channel;
  });
}
