/**
 * Where the layers of a map lie: docs/maps.md, "Geometry". A map is [height][width][channels]; a place of a layer sees a square field of the map
 * below. Worked out from the spec into one of two blocks: one for the plan, one for the job under way, for a host may ask for regions between
 * two pieces of a job.
 */
import {
  BAND_BIT, KIND_LOCAL, LABEL_APPEND, LAYER_CHANNELS, LAYER_FIELD, LAYER_KIND, LAYER_POOL, LAYER_UNITS, LAYER_WEIGHT_BITS, SPEC_BIAS_LEVEL, SPEC_CLASSES, SPEC_INPUT_CHANNELS, SPEC_INPUT_HEIGHT,
  SPEC_INPUT_WIDTH, SPEC_LABEL_PLACEMENT, SPEC_LAYER_COUNT,
} from "../abi/spec";
import { EXACT_ROWS, MAX_MAP } from "../abi/limits";
import { recurrent } from "../ff/recurrent_spec";
import { isMap, layerSpec, padded, spec } from "../spec";
import { FULL } from "../full";
import { CHANNELS_FROM, CHANNELS_TO, FIRST_ROW, FOR_SQUARES, PURPOSE, setMapJob } from "./map_job";

// The core has no room for what it never uses.
export const PLANNED: usize = FULL ? memory.data(88, 4) : 0;
const CURRENT: usize = FULL ? memory.data(88, 4) : 0;

/** The map below. */
export const BELOW_WIDTH: usize = 0;
export const BELOW_HEIGHT: usize = 4;
export const BELOW_CHANNELS: usize = 8;
/** Side of the field, distance of two places, zeros around the map below. */
export const FIELD: usize = 12;
export const STEP: usize = 16;
export const PADDING: usize = 20;
/** Side of the squares of max pooling; 1 = none. */
export const POOL: usize = 24;
/** Places after pooling. */
export const WIDTH: usize = 28;
export const HEIGHT: usize = 32;
export const CHANNELS: usize = 36;
/** Channels padded to whole blocks of 8: the row length of the weights. */
export const STRIDE: usize = 40;
/** Bytes of a row of the map below with its zeros, and of the whole of it. */
export const ROW_BYTES: usize = 44;
export const PLANE_BYTES: usize = 48;
/** Values of the field that lie side by side, and all of them. */
export const RUN: usize = 52;
export const FIELD_ROWS: usize = 56;
/** Rows of one matrix: field, labels, bias. */
export const ROWS: usize = 60;
/** Matrices: 1, or one for each place. */
export const MATRICES: usize = 64;
export const UNITS: usize = 68;
/** Rows of places (after pooling) that are worked at a time, and their units: those whose activities are there at once. */
export const BAND: usize = 72;
export const KEPT_UNITS: usize = 76;
/** Zeros around the map that the layer gives to the next. */
export const NEXT_PADDING: usize = 80;
/** 1 where an i32 may be too small for a sum: i16 weights, and more rows than any inputs allow. */
export const WIDE: usize = 84;

/** A field of the geometry of the layer under way. */
// @ts-ignore: decorator
@inline export function map(field: usize): i32 {
  return load<i32>(CURRENT + field);
}

/** Makes `layer` the one under way, with all its channels, from its first place on. */
export function enterMap(layer: i32): void {
  describeMap(layer, CURRENT);
  setMapJob(CHANNELS_FROM, 0);
  setMapJob(CHANNELS_TO, map(STRIDE));
  setMapJob(PURPOSE, FOR_SQUARES);
  setMapJob(FIRST_ROW, 0);
}

/** Places along one side before pooling; below 1 where the field does not fit. */
export function placesAlong(size: i32, field: i32): i32 {
  const free = size + 2 * (field >>> 24) - (field & 255);
  return free < 0 ? 0 : free / ((field >>> 16) & 255) + 1;
}

/** The geometry of a map layer into `at`. All layers before it are maps; their words are valid. */
export function describeMap(layer: i32, at: usize): void {
  let width = spec(SPEC_INPUT_WIDTH);
  let height = spec(SPEC_INPUT_HEIGHT);
  let channels = spec(SPEC_INPUT_CHANNELS);
  for (let l = 0; l < layer; l++) {
    const pool = poolOf(l);
    width = placesAlong(width, layerSpec(l, LAYER_FIELD)) / pool;
    height = placesAlong(height, layerSpec(l, LAYER_FIELD)) / pool;
    channels = layerSpec(l, LAYER_CHANNELS);
  }
  const field = layerSpec(layer, LAYER_FIELD);
  const side = field & 255;
  const padding = field >>> 24;
  const pool = poolOf(layer);
  const own = layerSpec(layer, LAYER_CHANNELS);
  store<i32>(at, width, BELOW_WIDTH);
  store<i32>(at, height, BELOW_HEIGHT);
  store<i32>(at, channels, BELOW_CHANNELS);
  store<i32>(at, side, FIELD);
  store<i32>(at, (field >>> 16) & 255, STEP);
  store<i32>(at, padding, PADDING);
  store<i32>(at, pool, POOL);
  const placesWidth = placesAlong(width, field) / pool;
  const placesHeight = placesAlong(height, field) / pool;
  store<i32>(at, placesWidth, WIDTH);
  store<i32>(at, placesHeight, HEIGHT);
  store<i32>(at, own, CHANNELS);
  store<i32>(at, padded(own), STRIDE);
  const rowBytes = (width + 2 * padding) * channels;
  store<i32>(at, rowBytes, ROW_BYTES);
  store<i32>(at, rowBytes * (height + 2 * padding), PLANE_BYTES);
  store<i32>(at, side * channels, RUN);
  store<i32>(at, side * side * channels, FIELD_ROWS);
  const labels = layer == 0 && spec(SPEC_LABEL_PLACEMENT) == LABEL_APPEND ? spec(SPEC_CLASSES) : 0;
  const above = recurrent() ? rowsAboveField(layer, side) : labels;
  store<i32>(at, side * side * channels + above + (spec(SPEC_BIAS_LEVEL) > 0 ? 1 : 0), ROWS);
  store<i32>(at, layerSpec(layer, LAYER_KIND) == KIND_LOCAL ? placesWidth * placesHeight : 1, MATRICES);
  store<i32>(at, placesWidth * placesHeight * own, UNITS);
  const band = bandOf(layer);
  const kept = band > 0 && band < placesHeight ? band : placesHeight;
  store<i32>(at, layerSpec(layer, LAYER_WEIGHT_BITS) == 16 && load<i32>(at, ROWS) > EXACT_ROWS ? 1 : 0, WIDE);
  store<i32>(at, kept, BAND);
  store<i32>(at, kept * placesWidth * own, KEPT_UNITS);
  store<i32>(at, layer + 1 < spec(SPEC_LAYER_COUNT) && isMap(layer + 1) ? layerSpec(layer + 1, LAYER_FIELD) >>> 24 : 0, NEXT_PADDING);
}

/** Side of the squares of max pooling; 1 = none. */
export function poolOf(layer: i32): i32 {
  return max(layerSpec(layer, LAYER_POOL) & ((1 << BAND_BIT) - 1), 1);
}

/** Rows of places at a time as the spec has them; 0 = all. */
export function bandOf(layer: i32): i32 {
  return layerSpec(layer, LAYER_POOL) >>> BAND_BIT;
}

// Functions of their own, so that `mayfly pack` can answer for a network without.

/** Whether the layer under way is worked in bands. */
export function inBands(): bool {
  return map(BAND) < map(HEIGHT);
}

/** Whether an i32 may be too small for its sums. */
export function isWide(): bool {
  return map(WIDE) != 0;
}

/** In a recurrent network: the same field of the map above, or all units of a dense layer, or labels. Words of the layer above need not be valid yet. */
function rowsAboveField(layer: i32, side: i32): i32 {
  if (layer + 1 == spec(SPEC_LAYER_COUNT)) return spec(SPEC_CLASSES);
  const each = min(max(layerSpec(layer + 1, isMap(layer + 1) ? LAYER_CHANNELS : LAYER_UNITS), 0), MAX_MAP);
  return isMap(layer + 1) ? side * side * each : each;
}

/** Row of class 0 in the matrices of the layer under way. */
export function labelRowOfMap(): i32 {
  return map(FIELD_ROWS);
}
