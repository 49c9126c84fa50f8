import { isMap, type LayerGeometry } from "../spec/geometry.js";
import type { LayerSpec } from "../spec/network_spec.js";

/** How a layer of kind local or conv lies on what is below (docs/maps.md, Geometry). Places are those that are computed, before pooling. */
export interface MapLayout {
  readonly below: { readonly width: number; readonly height: number; readonly channels: number };
  /** Computed places. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly field: number;
  readonly stride: number;
  readonly padding: number;
  readonly pool: number;
  /** Values below: the first inputs of the layer. */
  readonly belowUnits: number;
  /** Of a recurrent network whose next layer is a map: a place sees the field of it around itself; its units are the inputs behind those below. */
  readonly above: MapSize | null;
}

export interface MapSize {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Null of a layer that is no map. `next`: the map above, where a recurrent network has one. */
export function layoutOf(layer: LayerSpec, { below, above }: LayerGeometry, next: MapSize | null): MapLayout | null {
  if (!isMap(layer)) return null;
  const { field, stride, padding, channels } = layer;
  const pool = Math.max(layer.pool, 1);
  return { below, height: above.height * pool, width: above.width * pool, channels, field, stride, padding, pool, belowUnits: below.width * below.height * below.channels, above: next };
}

/** Indices into [height][width][channels] of what each place sees, [places][field · field · channels], −1 outside. */
export function windows(map: { width: number; height: number; channels: number }, places: { width: number; height: number }, { field, stride, padding }: { field: number; stride: number; padding: number }): Int32Array {
  const rows = field * field * map.channels;
  const seen = new Int32Array(places.width * places.height * rows);
  let at = 0;
  for (let row = 0; row < places.height; row++) {
    for (let column = 0; column < places.width; column++) {
      for (let dy = 0; dy < field; dy++) {
        for (let dx = 0; dx < field; dx++) {
          const [y, x] = [row * stride + dy - padding, column * stride + dx - padding];
          const outside = y < 0 || y >= map.height || x < 0 || x >= map.width;
          for (let channel = 0; channel < map.channels; channel++) seen[at++] = outside ? -1 : (y * map.width + x) * map.channels + channel;
        }
      }
    }
  }
  return seen;
}

/**
 * Which of a layer's inputs each row of each place's matrix takes, [places][rows]: its field below, then (docs/recurrence.md) that above, then what all
 * places see: units above that are no map, label rows, bias. `inputs`, one past the last, stands for what is outside a map: a column of zeros.
 */
export function seenByPlaces(layout: MapLayout, inputs: number): Int32Array {
  const { above, belowUnits, field } = layout;
  const parts = [{ seen: windows(layout.below, layout, layout), from: 0 }];
  if (above) parts.push({ seen: windows(above, layout, { field, stride: 1, padding: Math.floor((field - 1) / 2) }), from: belowUnits });
  const places = layout.width * layout.height;
  const first = belowUnits + (above ? above.width * above.height * above.channels : 0);
  const rows = rowsOfPlace(layout, inputs - first);
  const all = new Int32Array(places * rows);
  for (let place = 0; place < places; place++) {
    let at = place * rows;
    for (const { seen, from } of parts) {
      const own = seen.subarray((place * seen.length) / places, ((place + 1) * seen.length) / places);
      for (const index of own) all[at++] = index < 0 ? inputs : from + index;
    }
    for (let other = first; other < inputs; other++) all[at++] = other;
  }
  return all;
}

/** Rows of one place's matrix; `others`: inputs that all places see. */
export function rowsOfPlace({ field, below, above }: MapLayout, others: number): number {
  return field * field * (below.channels + (above?.channels ?? 0)) + others;
}
