/** What maps need in memory. Scratch is as large as the largest layer, whatever the depth. */
import {
  REGION_GAINS, REGION_MAP_A, REGION_MAP_B, REGION_MAP_C, REGION_PLACE_COEFFICIENTS, REGION_PLACE_ROWS, REGION_POOLED_PLACE, REGION_ROW_SUMS, REGION_WIDE_SUMS, TYPE_I16,
  TYPE_I32, TYPE_U16, TYPE_U8,
} from "../abi/region";
import { KIND_CONV, LAYER_KIND, LAYER_UNITS, OBJECTIVE_CLASSWISE, SPEC_CLASSES, SPEC_LAYER_COUNT, SPEC_OBJECTIVE, SPEC_READOUT_FROM } from "../abi/spec";
import { FULL } from "../full";
import { RT_GAINS, RT_MAP_A, RT_MAP_B, RT_MAP_C, RT_PLACE_COEFFICIENTS, RT_PLACE_ROWS, RT_POOLED_PLACE, RT_ROW_SUMS, RT_WIDE_SUMS, setRuntime } from "../memory";
import { place } from "../plan_walk";
import { recurrent } from "../ff/recurrent_spec";
import { isMap, layerInputs, layerSpec, padded, spec } from "../spec";
import { twoImages, waves } from "../spec_variants";
import { BAND, FIELD_ROWS, HEIGHT, KEPT_UNITS, MATRICES, PLANE_BYTES, PLANNED, POOL, ROWS, STRIDE, WIDE, WIDTH, describeMap } from "./geometry";

/** The most that any layer needs, gathered on a walk through the layers. */
const NEEDS: usize = FULL ? memory.data(52, 4) : 0;
const MAP_A: usize = 0;
const MAP_B: usize = 4;
const POOLED: usize = 8;
const FIELD_LIST: usize = 12;
const PLACES: usize = 16;
const ACTIVITY: usize = 20;
const LIST_A: usize = 24;
const LIST_B: usize = 28;
const MAP_C: usize = 32;
/** Channels of the widest layer, where any is in bands. */
const GAINS: usize = 36;
const ROW_SUMS: usize = 40;
/** Channels of the widest layer whose sums an i32 may not hold. */
const WIDE_SUMS: usize = 44;
/** Whether any layer is in bands: then a layer's input and what it gives are there at the same time. */
const BANDS: usize = 48;

function need(field: usize, amount: i32): void {
  store<i32>(NEEDS + field, max(load<i32>(NEEDS + field), amount));
}

export function clearNeeds(): void {
  memory.fill(NEEDS, 0, 52);
  for (let layer = 0; layer < spec(SPEC_LAYER_COUNT); layer++) if (isInBands(layer)) need(BANDS, 1);
  // The neutral label is a list.
  need(LIST_A, padded(spec(SPEC_CLASSES)));
}

/** Activities and their lists are those of any layer of a network with maps. */
export function addNeeds(layer: i32): void {
  const units = layerSpec(layer, LAYER_UNITS);
  const next = layer + 1;
  // In a recurrent network a dense layer's list holds what is above, too.
  if (recurrent() && !isMap(layer)) {
    need(LIST_A, layerInputs(layer));
    need(LIST_B, layerInputs(layer));
  }
  const bands = isInBands(layer);
  const toDense = next < spec(SPEC_LAYER_COUNT) && !isMap(next);
  // The readout of a map in bands reads the map that it gives.
  if ((layer >= spec(SPEC_READOUT_FROM) && !bands) || !isMap(layer) || toDense) need(next & 1 ? LIST_B : LIST_A, padded(units));
  if (!isMap(layer)) return need(ACTIVITY, padded(units) + 8);
  describeMap(layer, PLANNED);
  const pool = load<i32>(PLANNED, POOL);
  const kept = load<i32>(PLANNED, KEPT_UNITS);
  // Blocks of 8 channels reach beyond the last unit.
  need(ACTIVITY, padded(kept) + 8);
  // The update reads up to 3 bytes behind the last field.
  need(inputOf(layer), load<i32>(PLANNED, PLANE_BYTES) + 8);
  if (pool > 1) need(POOLED, kept + 8);
  need(FIELD_LIST, load<i32>(PLANNED, ROWS));
  const conv = layerSpec(layer, LAYER_KIND) == KIND_CONV;
  if (conv) need(PLACES, load<i32>(PLANNED, WIDTH) * load<i32>(PLANNED, BAND) * min(8, pool * pool));
  if (load<i32>(PLANNED, WIDE)) need(WIDE_SUMS, load<i32>(PLANNED, STRIDE));
  if (load<i32>(NEEDS + BANDS) != 0) need(GAINS, load<i32>(PLANNED, STRIDE));
  if (!bands) return;
  if (conv) need(ROW_SUMS, load<i32>(PLANNED, FIELD_ROWS));
  const read = layer >= spec(SPEC_READOUT_FROM);
  // The update of a readout has one place.
  if (read) need(PLACES, 1);
  if (toDense || (read && next == spec(SPEC_LAYER_COUNT))) need(inputOf(next), units + 8);
}

/** Whether a layer is a map that does not have all its activities at once. */
export function isInBands(layer: i32): bool {
  if (!isMap(layer)) return false;
  describeMap(layer, PLANNED);
  return load<i32>(PLANNED, BAND) < load<i32>(PLANNED, HEIGHT);
}

/** Which of the maps is the input of a layer; the first layer's is free after it where it is made anew for each pass, or there is one pass only. */
function inputOf(layer: i32): usize {
  if (layer == 0) return MAP_A;
  if (layer & 1 || load<i32>(NEEDS + BANDS) == 0) return MAP_B;
  return planes() == 1 || waves() ? MAP_A : MAP_C;
}

/** Matrices of a map layer: 1, or one for each place. */
export function matricesOf(layer: i32): i32 {
  describeMap(layer, PLANNED);
  return load<i32>(PLANNED, MATRICES);
}

/** Positive and negative at once, or one pass alone. */
// @ts-ignore: decorator
@inline export function planes(): i32 {
  return spec(SPEC_OBJECTIVE) == OBJECTIVE_CLASSWISE ? 1 : 2;
}

/** u16 of an entry of a list: of one input vector, or of a pair of them. */
// @ts-ignore: decorator
@inline export function entryColumns(): i32 {
  return planes() == 1 ? 4 : 6;
}

export function listedUnits(odd: bool): i32 {
  return load<i32>(NEEDS + (odd ? LIST_B : LIST_A));
}

export function activityUnits(): i32 {
  return load<i32>(NEEDS + ACTIVITY);
}

/** Places the regions that only maps need. */
export function placeMaps(commit: bool): void {
  const mapA = region(REGION_MAP_A, TYPE_U8, twoImages() ? 2 : 1, load<i32>(NEEDS + MAP_A));
  const mapB = region(REGION_MAP_B, TYPE_U8, planes(), load<i32>(NEEDS + MAP_B));
  const mapC = region(REGION_MAP_C, TYPE_U8, planes(), load<i32>(NEEDS + MAP_C));
  const pooled = region(REGION_POOLED_PLACE, TYPE_U8, planes(), load<i32>(NEEDS + POOLED));
  const rows = region(REGION_PLACE_ROWS, TYPE_U16, (load<i32>(NEEDS + FIELD_LIST) >> 1) + 2, entryColumns());
  const places = region(REGION_PLACE_COEFFICIENTS, TYPE_I16, (load<i32>(NEEDS + PLACES) * planes() + 1) >> 1, 20);
  const wide = load<i32>(NEEDS + WIDE_SUMS) << 1;
  const wideSums = region(REGION_WIDE_SUMS, TYPE_I32, 2, wide);
  const channels = load<i32>(NEEDS + GAINS);
  const gains = region(REGION_GAINS, TYPE_I32, 2, channels);
  const rowSums = region(REGION_ROW_SUMS, TYPE_I32, load<i32>(NEEDS + ROW_SUMS), 8);
  if (!commit) return;
  setRuntime(RT_WIDE_SUMS, wideSums);
  setRuntime(RT_GAINS, gains);
  setRuntime(RT_ROW_SUMS, rowSums);
  setRuntime(RT_MAP_C, inputOf(2) == MAP_A ? mapA : inputOf(2) == MAP_B ? mapB : mapC);
  setRuntime(RT_MAP_A, mapA);
  setRuntime(RT_MAP_B, mapB);
  setRuntime(RT_POOLED_PLACE, pooled);
  setRuntime(RT_PLACE_ROWS, rows);
  setRuntime(RT_PLACE_COEFFICIENTS, places);
}

/** A region, unless nothing needs it. */
function region(kind: i32, type: i32, rows: i32, columns: i32): usize {
  return rows * columns == 0 ? 0 : place(kind, -1, type, rows, columns, columns, false);
}
