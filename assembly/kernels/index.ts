/** Entry of the kernel builds, which only tests and benches load: every kernel under its own name, for both weight types. */
import { activate } from "./activate";
import { activity, activityWithRow } from "./activity";
import { coefficientsPaired, coefficientsSingle } from "./coefficients";
import { addRow, convUpdate } from "./conv_update";
import { damp } from "./damp";
import { decayRow } from "./decay";
import { forwardField, forwardFieldPair } from "./forward_field";
import { forwardPaired } from "./forward_paired";
import { forwardSingle } from "./forward_single";
import { multiplier, rowsOfActivity, rowsOfFrame, sumSquaresU8 } from "./normalise";
import { inputsOfPair, rowsOfPair, rowsOfPairInputs } from "./pair_inputs";
import { sumSquares } from "./sum_squares";
import { inputsOfActivity, rowsOfInputs, rowsOfWindow } from "./unit_inputs";
import { updatePaired, updateSingle } from "./update";
import { clearWords, copyWords } from "./words";
import { crc32 } from "../checkpoint/crc32";
import { expneg, logistic } from "../fixed/exponential";
import { isqrt } from "../fixed/isqrt";
import { mix, xorshift32 } from "../fixed/random";
import { coefficientExponent, scheduledRate } from "../fixed/rate";
import { softmax } from "../fixed/softmax";

export {
  activate, activity, activityWithRow, clearWords, coefficientsPaired, coefficientsSingle, coefficientExponent, copyWords, crc32, damp, expneg, inputsOfActivity, inputsOfPair, isqrt, logistic, mix, multiplier, rowsOfActivity, rowsOfFrame,
  rowsOfInputs, rowsOfPairInputs, rowsOfWindow, rowsOfPair, scheduledRate, softmax, sumSquares, sumSquaresU8, xorshift32,
};

// Of variants of the full build.
export { clip, silenceAtCeiling } from "./ceiling";
export { positiveHalf, rowsOfFrames } from "./frames";

// Of maps.
export { channelSquares } from "./channel_squares";
export { closePlaces, gatherPlaces } from "./conv_places";
export { convSums } from "./conv_sums";
export { endPairedField, endSingleField, rowsOfField, rowsOfFieldPair } from "./field_rows";
export { countInputs } from "./forward_field";
export { mapOfActivity } from "./map_values";
export { coefficientsOfPlace } from "./place_coefficients";
export { gatherPulled, pullPlace } from "./place_peers";
export { poolPlace } from "./pool";
export { addWide, narrowSums } from "./wide_sums";

export function convUpdateI8(list: usize, pairs: i32, column: usize, stride: i32, run: i32, rowBytes: usize, from: i32, to: i32, shift: i32, carry: usize): void {
  convUpdate<i8>(list, pairs, column, stride, run, rowBytes, from, to, shift, carry);
}

export function convUpdateI16(list: usize, pairs: i32, column: usize, stride: i32, run: i32, rowBytes: usize, from: i32, to: i32, shift: i32, carry: usize): void {
  convUpdate<i16>(list, pairs, column, stride, run, rowBytes, from, to, shift, carry);
}

export function addRowI8(at: usize, sums: usize, shift: i32, carry: usize): void {
  addRow<i8>(at, sums, shift, carry);
}

export function addRowI16(at: usize, sums: usize, shift: i32, carry: usize): void {
  addRow<i16>(at, sums, shift, carry);
}

export function forwardFieldI8(window: usize, rowBytes: usize, side: i32, run: i32, weights: usize, stride: i32, sums: usize, from: i32, to: i32): void {
  forwardField<i8>(window, rowBytes, side, run, weights, stride, sums, from, to);
}

export function forwardFieldI16(window: usize, rowBytes: usize, side: i32, run: i32, weights: usize, stride: i32, sums: usize, from: i32, to: i32): void {
  forwardField<i16>(window, rowBytes, side, run, weights, stride, sums, from, to);
}

export function forwardFieldPairI8(
  window: usize, plane: usize, rowBytes: usize, side: i32, run: i32, weights: usize, stride: i32, sums: usize, planeSums: i32, from: i32, to: i32,
): void {
  forwardFieldPair<i8>(window, plane, rowBytes, side, run, weights, stride, sums, planeSums, from, to);
}

export function forwardFieldPairI16(
  window: usize, plane: usize, rowBytes: usize, side: i32, run: i32, weights: usize, stride: i32, sums: usize, planeSums: i32, from: i32, to: i32,
): void {
  forwardFieldPair<i16>(window, plane, rowBytes, side, run, weights, stride, sums, planeSums, from, to);
}

export function forwardSingleI8(list: usize, count: i32, weights: usize, stride: i32, sums: usize, from: i32, to: i32): void {
  forwardSingle<i8>(list, count, weights, stride, sums, from, to);
}

export function forwardSingleI16(list: usize, count: i32, weights: usize, stride: i32, sums: usize, from: i32, to: i32): void {
  forwardSingle<i16>(list, count, weights, stride, sums, from, to);
}

export function forwardPairedI8(list: usize, count: i32, weights: usize, stride: i32, sums: usize, plane: i32, from: i32, to: i32): void {
  forwardPaired<i8>(list, count, weights, stride, sums, plane, from, to);
}

export function forwardPairedI16(list: usize, count: i32, weights: usize, stride: i32, sums: usize, plane: i32, from: i32, to: i32): void {
  forwardPaired<i16>(list, count, weights, stride, sums, plane, from, to);
}

export function updateSingleI8(list: usize, count: i32, weights: usize, stride: i32, coefficients: usize, lanes: usize, shift: i32, from: i32, to: i32): void {
  updateSingle<i8>(list, count, weights, stride, coefficients, lanes, shift, from, to);
}

export function updateSingleI16(list: usize, count: i32, weights: usize, stride: i32, coefficients: usize, lanes: usize, shift: i32, from: i32, to: i32): void {
  updateSingle<i16>(list, count, weights, stride, coefficients, lanes, shift, from, to);
}

export function updatePairedI8(list: usize, count: i32, weights: usize, stride: i32, coefficients: usize, lanes: usize, shift: i32, from: i32, to: i32): void {
  updatePaired<i8>(list, count, weights, stride, coefficients, lanes, shift, from, to);
}

export function updatePairedI16(list: usize, count: i32, weights: usize, stride: i32, coefficients: usize, lanes: usize, shift: i32, from: i32, to: i32): void {
  updatePaired<i16>(list, count, weights, stride, coefficients, lanes, shift, from, to);
}

export function decayRowI8(row: usize, units: i32, decay: i32, lanes: usize): void {
  decayRow<i8>(row, 0, units, decay, lanes);
}

export function decayRowI16(row: usize, units: i32, decay: i32, lanes: usize): void {
  decayRow<i16>(row, 0, units, decay, lanes);
}
