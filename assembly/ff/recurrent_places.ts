/** One place of a local layer in an iteration of a recurrent network (docs/recurrence.md, "Local layers"): its rows, its activities, what it learns. */
import { LAYER_CHANNELS, SPEC_BIAS_LEVEL, SPEC_DAMPING } from "../abi/spec";
import { LAYER_LANES, LAYER_ROWS_UPDATED, LAYER_ROWS_USED } from "../abi/state";
import { advanceLanes } from "../fixed/random";
import { damp } from "../kernels/damp";
import { coefficientsOfPlace } from "../kernels/place_coefficients";
import { pullPlace } from "../kernels/place_peers";
import { closePaired, putPaired } from "../kernels/rows";
import { rowsOfInputs, rowsOfWindow } from "../kernels/unit_inputs";
import { exponent, layerState, peerMeans, unitInputs, unitPlane, unitState } from "../layers/layer";
import {
  BELOW_CHANNELS, BELOW_HEIGHT, BELOW_WIDTH, CHANNELS, FIELD, FIELD_ROWS, HEIGHT, PADDING, ROWS, STEP, STRIDE, UNITS, WIDTH, map,
} from "../maps/geometry";
import { activityPlane, inputMap } from "../maps/input_map";
import { PULL, TWO_MAPS, mapJob, setMapJob } from "../maps/map_job";
import { addPairedRows, addSingleRows, clearSums, endSums, saturateSums, startSums } from "../maps/place_sums";
import { activateChannels, listPlace, matrixOf, windowOf } from "../maps/places";
import { ceilingOf, updatePairedRows } from "../maps/update";
import { RT_ACTIVITY, RT_COEFFICIENTS, RT_IMAGE_SUMS, RT_PLACE_ROWS, RT_SUMS, runtime } from "../memory";
import { isMap, layerSpec, padded, spec } from "../spec";
import { count } from "../state";
import { LABEL, OTHER_LABEL, get } from "./job_state";
import { labelRows } from "./label";
import { isLast, labelsOf, negativeRow, positiveRow } from "./recurrent_rows";

/** Places of the layer under way. */
export function places(): i32 {
  return map(WIDTH) * map(HEIGHT);
}

/** What blocks of 8 channels do not reach behind the last unit, and other layers have left there, must be 0 in the state. */
export function clearBehind(): void {
  const units = map(UNITS);
  const bytes = <usize>(padded(units) + 8 - units) << 1;
  const at = runtime(RT_ACTIVITY) + (<usize>units << 1);
  memory.fill(at, 0, bytes);
  memory.fill(at + activityPlane(units), 0, bytes);
}

/** The image's part of a place's sums, bias included. */
export function sumImagePlace(place: i32): i64 {
  const sums = runtime(RT_SUMS);
  const bytes = <usize>map(STRIDE) << 2;
  const row = place / map(WIDTH);
  setMapJob(TWO_MAPS, 0);
  const rows = listPlace(windowOf(0, row, place - row * map(WIDTH)));
  clearSums(false);
  addSingleRows(0, runtime(RT_PLACE_ROWS), rows, matrixOf(0, place));
  saturateSums();
  memory.copy(runtime(RT_IMAGE_SUMS) + <usize>place * bytes, sums, bytes);
  count(layerState(0) + LAYER_ROWS_USED, rows);
  return <i64>rows * map(STRIDE) + map(FIELD_ROWS);
}

/** Sums, then activities of both passes, damped unless it is the start. */
export function sumPlace(layer: i32, place: i32, start: bool): i64 {
  const sums = runtime(RT_SUMS);
  const bytes = <usize>map(STRIDE) << 2;
  if (layer == 0) startSums(runtime(RT_IMAGE_SUMS) + <usize>place * bytes, true);
  else clearSums(true);
  const rows = rowsOfPlace(layer, place, start, false);
  addPairedRows(layer, runtime(RT_PLACE_ROWS), rows, matrixOf(layer, place));
  endSums(true);
  count(layerState(layer) + LAYER_ROWS_USED, (rows - labelsOf(layer)) << 1);
  give(layer, place, sums, 0, positiveRow(), start);
  give(layer, place, sums + bytes, 1, negativeRow(), start);
  return <i64>(rows << 1) * map(STRIDE) + map(FIELD_ROWS);
}

/** Blocks of 8 channels reach into the next place, which is computed later, or behind the last unit, where they leave zeros. */
function give(layer: i32, place: i32, sums: usize, plane: usize, stateRow: i32, start: bool): void {
  const unit = <usize>(place * map(CHANNELS)) << 1;
  const y = runtime(RT_ACTIVITY) + plane * activityPlane(map(UNITS)) + unit;
  activateChannels(layer, sums, map(STRIDE), y);
  if (!start) damp(unitState(layer, stateRow) + unit, y, map(STRIDE), spec(SPEC_DAMPING));
}

/** The update call of a place, unless it has nothing to learn. */
export function learnPlace(layer: i32, place: i32): i64 {
  const unit = <usize>(place * map(CHANNELS));
  const coefficients = runtime(RT_COEFFICIENTS);
  const y = runtime(RT_ACTIVITY) + (unit << 1);
  const shift = 31 - exponent(layer);
  let learns = coefficientsOfPlace(y, y + activityPlane(map(UNITS)), map(STRIDE), runtime(RT_SUMS), shift, ceilingOf(layer), coefficients);
  if (mapJob(PULL) != 0) learns = pullPlace(peerMeans(layer) + (unit << 2), map(CHANNELS), mapJob(PULL), shift, coefficients);
  if (!learns) return map(STRIDE);
  const lanes = layerState(layer) + LAYER_LANES;
  advanceLanes(lanes);
  const rows = rowsOfPlace(layer, place, false, true);
  updatePairedRows(layer, runtime(RT_PLACE_ROWS), rows, matrixOf(layer, place), lanes);
  count(layerState(layer) + LAYER_ROWS_UPDATED, rows - labelsOf(layer));
  return <i64>rows * map(STRIDE) + map(FIELD_ROWS);
}

/** The paired list of a place in PLACE_ROWS: field below, above, bias. In sums of the first layer field and bias are left out (`whole` false): the image's sums have them. */
function rowsOfPlace(layer: i32, place: i32, start: bool, whole: bool): i32 {
  const list = runtime(RT_PLACE_ROWS);
  const row = place / map(WIDTH);
  const column = place - row * map(WIDTH);
  const side = map(FIELD);
  const top = row * map(STEP);
  const left = column * map(STEP);
  let rows = 0;
  if (layer > 0) {
    const padding = map(PADDING);
    rows = rowsOfWindow(
      unitInputs(layer - 1, positiveRow()), unitInputs(layer - 1, negativeRow()), map(BELOW_WIDTH), map(BELOW_HEIGHT), map(BELOW_CHANNELS), top - padding, left - padding, side, 0, list, 0,
    );
  } else if (whole) {
    const image = inputMap(0);
    const border = 2 * map(PADDING);
    rows = rowsOfWindow(image, image, map(BELOW_WIDTH) + border, map(BELOW_HEIGHT) + border, map(BELOW_CHANNELS), top, left, side, 0, list, 0);
  }
  if (isLast(layer)) rows = labelRows(list, rows, get(LABEL), get(OTHER_LABEL));
  else if (!start) {
    const positive = unitInputs(layer + 1, positiveRow());
    const negative = unitInputs(layer + 1, negativeRow());
    const around = (side - 1) >> 1;
    rows = isMap(layer + 1)
      ? rowsOfWindow(positive, negative, map(WIDTH), map(HEIGHT), layerSpec(layer + 1, LAYER_CHANNELS), row - around, column - around, side, map(FIELD_ROWS), list, rows)
      : rowsOfInputs(positive, negative, unitPlane(layer + 1), map(FIELD_ROWS), list, rows);
  }
  const level = spec(SPEC_BIAS_LEVEL);
  if (level != 0 && (layer > 0 || whole)) putPaired(list, rows++, map(ROWS) - 1, level, level);
  closePaired(list, rows);
  return rows;
}
