/**
 * The dense layer: every unit sees every input. Weights [inputs][stride], input-major, so that a zero input costs nothing
 * in either direction. Each function picks the kernel of the layer's weight type and nothing else.
 */
import { advanceLanes } from "../fixed/random";
import { FULL } from "../full";
import { activityWithRow } from "../kernels/activity";
import { decayRow } from "../kernels/decay";
import { forwardPaired } from "../kernels/forward_paired";
import { forwardSingle } from "../kernels/forward_single";
import { entries } from "../kernels/rows";
import { updatePaired, updateSingle } from "../kernels/update";
import { LAYER_LANES } from "../abi/state";
import { inputs, layerState, ownFrom, ownTo, rowLength, scale, stride, units, updateShift, weightBytes, weights } from "./layer";

/** sums += x @ W over units `from`..`to`-1 for the rows of a single list. */
export function denseForwardSingle(layer: i32, list: usize, rows: i32, sums: usize, from: i32, to: i32): void {
  if (weightBytes(layer) == 1) forwardSingle<i8>(list, entries(rows), weights(layer), rowLength(layer), sums, from, to);
  else forwardSingle<i16>(list, entries(rows), weights(layer), rowLength(layer), sums, from, to);
}

/** Both sums of a pair; sums i32 [2][plane]. */
export function denseForwardPaired(layer: i32, list: usize, rows: i32, sums: usize, plane: i32, from: i32, to: i32): void {
  if (weightBytes(layer) == 1) forwardPaired<i8>(list, entries(rows), weights(layer), rowLength(layer), sums, plane, from, to);
  else forwardPaired<i16>(list, entries(rows), weights(layer), rowLength(layer), sums, plane, from, to);
}

/** y of sums + x times the weights of row `row`; returns Σ y². */
export function denseActivityWithRow(layer: i32, sums: usize, row: i32, x: i32, y: usize): i64 {
  const bytes = weightBytes(layer);
  return activityWithRow(sums, weights(layer) + <usize>(row * stride(layer) * bytes), bytes, x, stride(layer), scale(layer) - 3, y);
}

/** Fresh remainders for the next update call of the layer. */
export function denseBeginUpdate(layer: i32): void {
  advanceLanes(layerState(layer) + LAYER_LANES);
}

export function denseUpdateSingle(layer: i32, list: usize, rows: i32, coefficients: usize, from: i32, to: i32): void {
  const lanes = layerState(layer) + LAYER_LANES;
  if (weightBytes(layer) == 1) updateSingle<i8>(list, entries(rows), weights(layer), rowLength(layer), coefficients, lanes, updateShift(layer), from, to);
  else updateSingle<i16>(list, entries(rows), weights(layer), rowLength(layer), coefficients, lanes, updateShift(layer), from, to);
}

export function denseUpdatePaired(layer: i32, list: usize, rows: i32, coefficients: usize, from: i32, to: i32): void {
  const lanes = layerState(layer) + LAYER_LANES;
  if (weightBytes(layer) == 1) updatePaired<i8>(list, entries(rows), weights(layer), rowLength(layer), coefficients, lanes, updateShift(layer), from, to);
  else updatePaired<i16>(list, entries(rows), weights(layer), rowLength(layer), coefficients, lanes, updateShift(layer), from, to);
}

/** Decays the row whose turn it is at this step. Of the first layer, whose rows stand whole (layer.ts), all units. */
export function denseDecay(layer: i32, step: u32, decay: i32): void {
  const lanes = layerState(layer) + LAYER_LANES;
  advanceLanes(lanes);
  const row = weights(layer) + <usize>(step % <u32>inputs(layer)) * <usize>(rowLength(layer) * weightBytes(layer));
  const from = FULL && layer > 0 ? ownFrom(layer) : 0;
  const to = FULL && layer > 0 ? min(ownTo(layer), units(layer)) : units(layer);
  if (weightBytes(layer) == 1) decayRow<i8>(row, from, to, decay, lanes);
  else decayRow<i16>(row, from, to, decay, lanes);
}
