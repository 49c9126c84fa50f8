/** What maps need in memory. Scratch is as large as the largest layer, whatever the depth. */
import {
  REGION_MAP_A, REGION_MAP_B, REGION_PLACE_COEFFICIENTS, REGION_PLACE_ROWS, REGION_POOLED_PLACE, TYPE_I16, TYPE_U16, TYPE_U8,
} from "../abi/region";
import { KIND_CONV, LAYER_KIND, LAYER_UNITS, OBJECTIVE_CLASSWISE, SPEC_CLASSES, SPEC_LAYER_COUNT, SPEC_OBJECTIVE, SPEC_READOUT_FROM } from "../abi/spec";
import { FULL } from "../full";
import { RT_MAP_A, RT_MAP_B, RT_PLACE_COEFFICIENTS, RT_PLACE_ROWS, RT_POOLED_PLACE, setRuntime } from "../memory";
import { place } from "../plan_walk";
import { recurrent } from "../ff/recurrent_spec";
import { isMap, layerInputs, layerSpec, padded, spec } from "../spec";
import { twoImages } from "../spec_variants";
import { HEIGHT, MATRICES, PLANE_BYTES, PLANNED, POOL, ROWS, UNITS, WIDTH, describeMap } from "./geometry";

/** The most that any layer needs, gathered on a walk through the layers. */
const NEEDS: usize = FULL ? memory.data(32, 4) : 0;
const MAP_A: usize = 0;
const MAP_B: usize = 4;
const POOLED: usize = 8;
const FIELD_LIST: usize = 12;
const PLACES: usize = 16;
const ACTIVITY: usize = 20;
const LIST_A: usize = 24;
const LIST_B: usize = 28;

function need(field: usize, amount: i32): void {
  store<i32>(NEEDS + field, max(load<i32>(NEEDS + field), amount));
}

export function clearNeeds(): void {
  memory.fill(NEEDS, 0, 32);
  // The neutral label is a list.
  need(LIST_A, padded(spec(SPEC_CLASSES)));
}

/** Activities and their lists are those of any layer of a network with maps. */
export function addNeeds(layer: i32): void {
  const units = layerSpec(layer, LAYER_UNITS);
  // Blocks of 8 channels reach beyond the last unit.
  need(ACTIVITY, padded(units) + 8);
  const next = layer + 1;
  // In a recurrent network a dense layer's list holds what is above, too.
  if (recurrent() && !isMap(layer)) {
    need(LIST_A, layerInputs(layer));
    need(LIST_B, layerInputs(layer));
  }
  const listed = layer >= spec(SPEC_READOUT_FROM) || !isMap(layer) || (next < spec(SPEC_LAYER_COUNT) && !isMap(next));
  if (listed) need(next & 1 ? LIST_B : LIST_A, padded(units));
  if (!isMap(layer)) return;
  describeMap(layer, PLANNED);
  const pool = load<i32>(PLANNED, POOL);
  // The update reads up to 3 bytes behind the last field.
  need(layer == 0 ? MAP_A : MAP_B, load<i32>(PLANNED, PLANE_BYTES) + 8);
  if (pool > 1) need(POOLED, load<i32>(PLANNED, UNITS) + 8);
  need(FIELD_LIST, load<i32>(PLANNED, ROWS));
  if (layerSpec(layer, LAYER_KIND) == KIND_CONV) need(PLACES, load<i32>(PLANNED, WIDTH) * load<i32>(PLANNED, HEIGHT) * min(8, pool * pool));
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
  const pooled = region(REGION_POOLED_PLACE, TYPE_U8, planes(), load<i32>(NEEDS + POOLED));
  const rows = region(REGION_PLACE_ROWS, TYPE_U16, (load<i32>(NEEDS + FIELD_LIST) >> 1) + 2, entryColumns());
  const places = region(REGION_PLACE_COEFFICIENTS, TYPE_I16, (load<i32>(NEEDS + PLACES) * planes() + 1) >> 1, 20);
  if (!commit) return;
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
