/** Forward: place by place, rows of the field x the place's matrix -> activities, and the largest of each square of places. */
import { LAYER_CEILING, SPEC_BIAS_LEVEL, SPEC_DEVICE } from "../abi/spec";
import { LAYER_ROWS_USED } from "../abi/state";
import { LAYER, PHASE_MAP_END, UNIT, enter, get, listInto, set } from "../ff/job_state";
import { activate } from "../kernels/activate";
import { endPairedField, endSingleField, rowsOfField, rowsOfFieldPair } from "../kernels/field_rows";
import { clip } from "../kernels/ceiling";
import { forwardPaired } from "../kernels/forward_paired";
import { forwardSingle } from "../kernels/forward_single";
import { poolPlace } from "../kernels/pool";
import { entries } from "../kernels/rows";
import { layerState, scale, weightBytes, weights } from "../layers/layer";
import { RT_ACTIVITY, RT_COEFFICIENTS, RT_PLACE_ROWS, RT_POOLED_PLACE, RT_SUMS, runtime } from "../memory";
import { layerSpec, spec } from "../spec";
import { count } from "../state";
import {
  BELOW_CHANNELS, CHANNELS, FIELD, HEIGHT, MATRICES, PLANE_BYTES, POOL, ROWS, ROW_BYTES, RUN, STEP, STRIDE, UNITS, WIDTH, map,
} from "./geometry";
import { activityPlane, inputMap } from "./input_map";
import { LABEL_ROWS, PAIR, TWO_MAPS, mapJob, setMapJob } from "./map_job";

/** Bytes from the window of a place to that of the one below it, and of the one beside it. */
// @ts-ignore: decorator
@inline export function rowStep(): usize {
  return <usize>(map(STEP) * map(ROW_BYTES));
}

// @ts-ignore: decorator
@inline export function columnStep(): usize {
  return <usize>(map(STEP) * map(BELOW_CHANNELS));
}

/** First value that a place, by its row and column before pooling, sees. */
export function windowOf(layer: i32, row: i32, column: i32): usize {
  return inputMap(layer) + <usize>row * rowStep() + <usize>column * columnStep();
}

/** The matrix of a place. */
export function matrixOf(layer: i32, place: i32): usize {
  const at = map(MATRICES) == 1 ? 0 : place;
  return weights(layer) + <usize>at * <usize>(map(ROWS) * map(STRIDE) * weightBytes(layer));
}

/** The rows of a place's own input, with the bias: one list, or a paired one where there are two maps. Returns its rows. */
export function listPlace(window: usize): i32 {
  const list = runtime(RT_PLACE_ROWS);
  const bias = map(ROWS) - 1;
  const level = spec(SPEC_BIAS_LEVEL);
  if (mapJob(TWO_MAPS)) return endPairedField(list, rowsOfFieldPair(window, map(PLANE_BYTES), map(ROW_BYTES), map(FIELD), map(RUN), list), bias, level);
  return endSingleField(list, rowsOfField(window, map(ROW_BYTES), map(FIELD), map(RUN), list), bias, level);
}

/** Goes on through the places row by row, UNIT counting them; at least one. */
export function sumPlaces(left: i64): i64 {
  const layer = get(LAYER);
  const pool = map(POOL);
  const columns = map(WIDTH) * pool;
  const end = columns * map(HEIGHT) * pool;
  let at = get(UNIT);
  let cost: i64 = 0;
  let used = 0;
  do {
    const row = at / columns;
    const column = at - row * columns;
    const place = (row / pool) * map(WIDTH) + column / pool;
    const rows = sumPlace(layer, place, windowOf(layer, row, column), (row % pool) * pool + (column % pool));
    used += rows;
    cost += <i64>rows * map(STRIDE) + map(FIELD) * map(RUN);
    at++;
  } while (at < end && cost < left);
  set(UNIT, at);
  count(layerState(layer) + LAYER_ROWS_USED, used);
  if (at == end) enter(PHASE_MAP_END);
  return cost;
}

/** Computes a place; `within`: which of its square. Returns the rows multiplied. */
function sumPlace(layer: i32, place: i32, window: usize, within: i32): i32 {
  const list = runtime(RT_PLACE_ROWS);
  const sums = runtime(RT_SUMS);
  const stride = map(STRIDE);
  const bytes = <usize>stride << 2;
  const matrix = matrixOf(layer, place);
  const pair = mapJob(PAIR) != 0;
  const two = mapJob(TWO_MAPS) != 0;
  const rows = listPlace(window);
  memory.fill(sums, 0, two ? bytes << 1 : bytes);
  if (two) sumPairedRows(layer, list, rows, matrix);
  else sumSingleRows(layer, list, rows, matrix);
  const labels = mapJob(LABEL_ROWS);
  if (pair && !two) {
    memory.copy(sums + bytes, sums, bytes);
    sumPairedRows(layer, listInto(0), labels, matrix);
  } else if (labels > 0) sumSingleRows(layer, listInto(0), labels, matrix);
  giveActivity(layer, place, within, sums, 0);
  if (pair) giveActivity(layer, place, within, sums + bytes, 1);
  return two ? rows << 1 : rows;
}

export function sumSingleRows(layer: i32, list: usize, rows: i32, matrix: usize): void {
  const stride = map(STRIDE);
  if (weightBytes(layer) == 1) forwardSingle<i8>(list, entries(rows), matrix, stride, runtime(RT_SUMS), 0, stride);
  else forwardSingle<i16>(list, entries(rows), matrix, stride, runtime(RT_SUMS), 0, stride);
}

export function sumPairedRows(layer: i32, list: usize, rows: i32, matrix: usize): void {
  const stride = map(STRIDE);
  if (weightBytes(layer) == 1) forwardPaired<i8>(list, entries(rows), matrix, stride, runtime(RT_SUMS), stride, 0, stride);
  else forwardPaired<i16>(list, entries(rows), matrix, stride, runtime(RT_SUMS), stride, 0, stride);
}

/**
 * Sums -> the activities of a place, or the largest of its square so far. Blocks of 8 channels reach into the next square, or behind the last unit,
 * with zeros: there they stand until the first place of that square is computed, and are larger than nothing after it.
 */
function giveActivity(layer: i32, place: i32, within: i32, sums: usize, plane: usize): void {
  const stride = map(STRIDE);
  const unit = <usize>(place * map(CHANNELS));
  const y = runtime(RT_ACTIVITY) + plane * activityPlane(map(UNITS)) + (unit << 1);
  const pools = map(POOL) > 1;
  const remembered = runtime(RT_POOLED_PLACE) + plane * (activityPlane(map(UNITS)) >> 1) + unit;
  if (within == 0) {
    activateChannels(layer, sums, y);
    if (pools) memory.fill(remembered, 0, stride);
    return;
  }
  // The coefficients are of the layer before, or not made yet.
  const now = runtime(RT_COEFFICIENTS);
  activateChannels(layer, sums, now);
  poolPlace(now, stride, within, y, remembered);
}

export function activateChannels(layer: i32, sums: usize, y: usize): void {
  activate(sums, map(STRIDE), scale(layer) - 3, y);
  const ceiling = layerSpec(layer, LAYER_CEILING);
  if (ceiling > 0) clip(y, map(STRIDE), ceiling);
}
