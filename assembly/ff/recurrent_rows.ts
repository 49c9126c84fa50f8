/** The paired lists of a recurrent layer: what it sees in an iteration, in ascending rows. */
import { SPEC_BIAS_LEVEL, SPEC_LAYER_COUNT } from "../abi/spec";
import { SINGLE_BYTES, closePaired, putPaired } from "../kernels/rows";
import { rowsOfInputs } from "../kernels/unit_inputs";
import { inputs, unitInputs, unitPlane } from "../layers/layer";
import { RT_IMAGE_ROWS, runtime } from "../memory";
import { spec } from "../spec";
import { IMAGE_ROWS, LABEL, OTHER_LABEL, get } from "./job_state";
import { labelRows } from "./label";
import { firstRowAbove, streams } from "./recurrent_spec";

/** Rows of every layer's state that the pair of passes works on. */
export function positiveRow(): i32 {
  return streams() ? get(LABEL) : 0;
}

export function negativeRow(): i32 {
  return streams() ? get(OTHER_LABEL) : 1;
}

// @ts-ignore: decorator
@inline export function isLast(layer: i32): bool {
  return layer + 1 == spec(SPEC_LAYER_COUNT);
}

/** Label rows in the list of a layer: counters leave them out. */
export function labelsOf(layer: i32): i32 {
  return !isLast(layer) ? 0 : get(LABEL) == get(OTHER_LABEL) ? 1 : 2;
}

/** What the sums of the layer are made from: of layer 0 without frame and bias, which are in the image's sums. In the start nothing is above but labels. */
export function rowsOfIteration(layer: i32, start: bool, list: usize): i32 {
  if (layer == 0) {
    const rows = withAbove(0, start, list, 0);
    closePaired(list, rows);
    return rows;
  }
  const rows = withAbove(layer, start, list, withUnits(layer - 1, 0, list, 0));
  return closedWithBias(layer, list, rows);
}

/** All rows of the input of layer 0, frame and bias included: what it learns from. */
export function rowsOfFirstLayer(list: usize): i32 {
  const image = runtime(RT_IMAGE_ROWS);
  const rows = get(IMAGE_ROWS) - (spec(SPEC_BIAS_LEVEL) != 0 ? 1 : 0);
  for (let i = 0; i < rows; i++) {
    const at = image + <usize>(i >> 1) * SINGLE_BYTES + (<usize>(i & 1) << 1);
    const x = <i32>load<i16>(at, 4);
    putPaired(list, i, <i32>load<u16>(at), x, x);
  }
  return closedWithBias(0, list, withAbove(0, false, list, rows));
}

function withAbove(layer: i32, start: bool, list: usize, rows: i32): i32 {
  if (isLast(layer)) return labelRows(list, rows, get(LABEL), get(OTHER_LABEL));
  return start ? rows : withUnits(layer + 1, firstRowAbove(layer), list, rows);
}

function withUnits(layer: i32, first: i32, list: usize, rows: i32): i32 {
  return rowsOfInputs(unitInputs(layer, positiveRow()), unitInputs(layer, negativeRow()), unitPlane(layer), first, list, rows);
}

function closedWithBias(layer: i32, list: usize, rows: i32): i32 {
  const level = spec(SPEC_BIAS_LEVEL);
  if (level != 0) putPaired(list, rows++, inputs(layer) - 1, level, level);
  closePaired(list, rows);
  return rows;
}
