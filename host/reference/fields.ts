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
}

export function layoutOf(layer: LayerSpec, { below, above }: LayerGeometry): MapLayout | null {
  if (!isMap(layer)) return null;
  const { field, stride, padding, channels } = layer;
  const pool = Math.max(layer.pool, 1);
  return { below, height: above.height * pool, width: above.width * pool, channels, field, stride, padding, pool, belowUnits: below.width * below.height * below.channels };
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
 * Which of a layer's inputs each row of each place's matrix takes, [places][rows]: its field, then what all places see (label rows, bias).
 * `inputs`, one past the last, stands for what is outside the map: a column of zeros.
 */
export function seenByPlaces(layout: MapLayout, inputs: number): Int32Array {
  const fields = windows(layout.below, layout, layout);
  const places = layout.width * layout.height;
  const fieldRows = fields.length / places;
  const others = inputs - layout.belowUnits;
  const seen = new Int32Array(places * (fieldRows + others));
  for (let place = 0; place < places; place++) {
    const start = place * (fieldRows + others);
    for (let row = 0; row < fieldRows; row++) {
      const index = fields[place * fieldRows + row]!;
      seen[start + row] = index < 0 ? inputs : index;
    }
    for (let other = 0; other < others; other++) seen[start + fieldRows + other] = layout.belowUnits + other;
  }
  return seen;
}
