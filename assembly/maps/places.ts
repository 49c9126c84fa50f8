/** Forward: place by place, rows of the field x the place's matrix -> activities, and the largest of each square of places. */
import { LAYER_CEILING, SPEC_BIAS_LEVEL } from "../abi/spec";
import { LAYER, PHASE_MAP_BAND, PHASE_MAP_END, UNIT, enter, get, listInto, set } from "../ff/job_state";
import { activate } from "../kernels/activate";
import { endPairedField, endSingleField, rowsOfField, rowsOfFieldPair } from "../kernels/field_rows";
import { clip } from "../kernels/ceiling";
import { countInputs, fieldPays } from "../kernels/forward_field";
import { poolPlace } from "../kernels/pool";
import { scale, weightBytes, weights } from "../layers/layer";
import { RT_ACTIVITY, RT_COEFFICIENTS, RT_PLACE_ROWS, RT_POOLED_PLACE, RT_SUMS, runtime } from "../memory";
import { layerSpec, spec } from "../spec";
import { countRows } from "./bands";
import {
  BAND, BELOW_CHANNELS, CHANNELS, FIELD, HEIGHT, KEPT_UNITS, MATRICES, PLANE_BYTES, POOL, ROWS, ROW_BYTES, RUN, STEP, STRIDE, WIDTH, inBands, map,
} from "./geometry";
import { activityPlane, inputMap } from "./input_map";
import { CHANNELS_FROM, CHANNELS_TO, FIRST_ROW, LABEL_ROWS, PAIR, TWO_MAPS, mapJob } from "./map_job";
import { addField, addPairedRows, addSingleRows, clearSums, endSums, shareSums } from "./place_sums";

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

/** Goes on through the places of the band row by row, UNIT counting all before pooling; at least one. */
export function sumPlaces(left: i64): i64 {
  const layer = get(LAYER);
  const pool = map(POOL);
  const columns = map(WIDTH) * pool;
  const end = columns * bandEnd() * pool;
  const first = mapJob(FIRST_ROW) * map(WIDTH);
  let at = get(UNIT);
  let cost: i64 = 0;
  let used = 0;
  do {
    const row = at / columns;
    const column = at - row * columns;
    const place = (row / pool) * map(WIDTH) + column / pool;
    const rows = sumPlace(layer, place, place - first, windowOf(layer, row, column), (row % pool) * pool + (column % pool));
    used += rows;
    cost += <i64>rows * (mapJob(CHANNELS_TO) - mapJob(CHANNELS_FROM)) + map(FIELD) * map(RUN);
    at++;
  } while (at < end && cost < left);
  set(UNIT, at);
  countRows(layer, used);
  if (at == end) enter(inBands() ? PHASE_MAP_BAND : PHASE_MAP_END);
  return cost;
}

/** Row of places (after pooling) behind the band under way. */
export function bandEnd(): i32 {
  return min(mapJob(FIRST_ROW) + map(BAND), map(HEIGHT));
}

/** Computes a place, whose activities go to number `at` of those that are kept; `within`: which of its square. Returns the rows multiplied. */
export function sumPlace(layer: i32, place: i32, at: i32, window: usize, within: i32): i32 {
  const matrix = matrixOf(layer, place);
  const pair = mapJob(PAIR) != 0;
  const two = mapJob(TWO_MAPS) != 0;
  const rows = sumField(layer, window, two, matrix);
  const labels = mapJob(LABEL_ROWS);
  if (pair && !two) {
    shareSums();
    addPairedRows(layer, listInto(0), labels, matrix);
  } else if (labels > 0) addSingleRows(layer, listInto(0), labels, matrix);
  endSums(pair);
  giveActivity(layer, at, within, 0);
  if (pair) giveActivity(layer, at, within, 1);
  return two ? rows << 1 : rows;
}

/** The field's part of a place's sums, and the bias: by a list of the inputs that are not 0, or as the field lies. Returns those inputs, bias counted. */
function sumField(layer: i32, window: usize, two: bool, matrix: usize): i32 {
  const list = runtime(RT_PLACE_ROWS);
  clearSums(two);
  const channels = mapJob(CHANNELS_TO) - mapJob(CHANNELS_FROM);
  if (!fieldPays(channels)) {
    const rows = listPlace(window);
    if (two) addPairedRows(layer, list, rows, matrix);
    else addSingleRows(layer, list, rows, matrix);
    return rows;
  }
  const inputs = countInputs(window, two ? <usize>map(PLANE_BYTES) : 0, map(ROW_BYTES), map(FIELD), map(RUN));
  addField(layer, window, two, matrix);
  const level = spec(SPEC_BIAS_LEVEL);
  if (level == 0) return inputs;
  if (two) addPairedRows(layer, list, endPairedField(list, 0, map(ROWS) - 1, level), matrix);
  else addSingleRows(layer, list, endSingleField(list, 0, map(ROWS) - 1, level), matrix);
  return inputs + 1;
}

/**
 * Sums -> the activities of a place, or the largest of its square so far. Blocks of 8 channels reach into the next square, or behind the last unit,
 * with zeros: there they stand until the first place of that square is computed, and are larger than nothing after it.
 */
function giveActivity(layer: i32, at: i32, within: i32, plane: usize): void {
  const from = <usize>mapJob(CHANNELS_FROM);
  const count = mapJob(CHANNELS_TO) - mapJob(CHANNELS_FROM);
  const sums = runtime(RT_SUMS) + ((plane * <usize>map(STRIDE) + from) << 2);
  const unit = <usize>(at * map(CHANNELS)) + from;
  const planeUnits = activityPlane(map(KEPT_UNITS)) >> 1;
  const y = runtime(RT_ACTIVITY) + ((plane * planeUnits + unit) << 1);
  const pools = map(POOL) > 1;
  const remembered = runtime(RT_POOLED_PLACE) + plane * planeUnits + unit;
  if (within == 0) {
    activateChannels(layer, sums, count, y);
    if (pools) memory.fill(remembered, 0, count);
    return;
  }
  // The coefficients are of the layer before, or not made yet.
  const now = runtime(RT_COEFFICIENTS);
  activateChannels(layer, sums, count, now);
  poolPlace(now, count, within, y, remembered);
}

export function activateChannels(layer: i32, sums: usize, count: i32, y: usize): void {
  activate(sums, count, scale(layer) - 3, y);
  const ceiling = layerSpec(layer, LAYER_CEILING);
  if (ceiling > 0) clip(y, count, ceiling);
}
