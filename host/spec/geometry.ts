import { MAX_INPUTS, MAX_MAP, MAX_ROWS } from "../../assembly/abi/limits.js";
import { MayflyError } from "../errors.js";
import type { ParsedSpec } from "./network_schema.js";

/** What a layer gives to the next one: units at the places of a map. A dense layer is one place. */
export interface MapShape {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Layers as they lie: what each sees, and what it gives. */
export interface LayerGeometry {
  readonly below: MapShape;
  /** Places before pooling; equal to those of `above` without it. */
  readonly places: { readonly width: number; readonly height: number };
  readonly above: MapShape;
  /** Inputs of a unit, without label and bias. */
  readonly fanIn: number;
}

export const unitsOf = ({ width, height, channels }: MapShape): number => width * height * channels;

/** Rows of a recurrent network's layer that come from the units of the next one; the last layer sees labels there. A place sees the same field of a map above. */
export function unitsAbove({ layers }: ParsedSpec, geometry: readonly LayerGeometry[], index: number): number {
  const next = geometry[index + 1];
  if (!next) return 0;
  const { field = 0 } = layers[index]!;
  return isMap(layers[index + 1]!) ? field * field * next.above.channels : unitsOf(next.above);
}

/** Throws where a layer is wrongly described or does not fit the one below. */
export function geometryOf(spec: ParsedSpec): LayerGeometry[] {
  let below: MapShape = spec.input;
  return spec.layers.map((layer, index) => {
    const name = `layer ${index + 1}`;
    const under = spec.layers[index - 1];
    if (isMap(layer) && under && !isMap(under)) throw new MayflyError(`${name} is a ${layer.kind} map on ${under.kind} units, which lie nowhere: maps come first`, 2);
    const geometry = isMap(layer) ? mapGeometry(layer, below, name) : flatGeometry(layer, below, name, index > 0);
    below = geometry.above;
    return geometry;
  });
}

type ParsedLayer = ParsedSpec["layers"][number];

export function isMap(layer: { readonly kind: ParsedLayer["kind"] }): boolean {
  return layer.kind === "local" || layer.kind === "conv";
}

function flatGeometry(layer: ParsedLayer, below: MapShape, name: string, onMap: boolean): LayerGeometry {
  const { units } = layer;
  if (units === undefined) throw new MayflyError(`${name} (${layer.kind}) has no units`, 2);
  for (const field of ["channels", "field", "stride", "padding", "pool", "bandRows"] as const) {
    if (layer[field]) throw new MayflyError(`${name} is ${layer.kind} and has no ${field}: that belongs to kinds local and conv`, 2);
  }
  const most = layer.weights === "i8" ? MAX_ROWS : MAX_INPUTS;
  if (below.width * below.height > 1 && onMap && unitsOf(below) > most) {
    throw new MayflyError(`${name} (${layer.kind}) has the ${unitsOf(below)} units of the map below as its inputs, and ${most} is the most of ${layer.weights} weights: give the map fewer channels, or pooling${layer.weights === "i8" ? "" : ", or use i8"}`, 2);
  }
  return { below, places: { width: 1, height: 1 }, above: { width: 1, height: 1, channels: units }, fanIn: unitsOf(below) };
}

function mapGeometry(layer: ParsedLayer, below: MapShape, name: string): LayerGeometry {
  const { channels, field, padding = 0 } = layer;
  const [stride, pool] = [layer.stride || 1, layer.pool || 1];
  if (!channels || !field) throw new MayflyError(`${name} (${layer.kind}) needs channels and field, e.g. { kind: "${layer.kind}", channels: 16, field: 5 }`, 2);
  if (layer.kind === "local" && pool > 1) throw new MayflyError(`${name} is local and has no pooling: that belongs to kind conv`, 2);
  if (padding >= field) throw new MayflyError(`${name}: padding ${padding} is not smaller than the field ${field}, so some places would see nothing`, 2);
  const along = (size: number, what: string): number => {
    const places = Math.floor((size + 2 * padding - field) / stride) + 1;
    if (places < 1) throw new MayflyError(`${name}: a field of ${field} does not fit into the ${size} inputs of the ${what} below${padding ? `, padded by ${padding}` : ""}`, 2);
    if (places < pool) throw new MayflyError(`${name}: its ${places} places along the ${what} are fewer than the pool of ${pool}`, 2);
    return places;
  };
  const places = { width: along(below.width, "width"), height: along(below.height, "height") };
  const above = { width: Math.floor(places.width / pool), height: Math.floor(places.height / pool), channels };
  if (unitsOf(above) > MAX_MAP) throw new MayflyError(`${name}: ${above.height} x ${above.width} places of ${channels} channels are ${unitsOf(above)} units, and ${MAX_MAP} is the most: use fewer channels, a larger stride, or pooling`, 2);
  if (field * field * below.channels > MAX_ROWS) throw new MayflyError(`${name}: a field of ${field} x ${field} on ${below.channels} channels has ${field * field * below.channels} inputs, and ${MAX_ROWS} is the most`, 2);
  if (layer.units !== undefined && layer.units !== unitsOf(above)) throw new MayflyError(`${name} has ${above.height} x ${above.width} places of ${channels} channels: ${unitsOf(above)} units, not ${layer.units}; leave units out`, 2);
  return { below, places, above, fanIn: field * field * below.channels };
}
