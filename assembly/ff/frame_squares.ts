import { FULL } from "../full";
import { sumSquaresU8 } from "../kernels/normalise";

/** More squares of bytes than these could overflow the i32 that `sumSquaresU8` sums in. */
const SQUARES: i32 = 32768;

/** Σ v² over the values `from`..`to`-1 of a frame, which are more than 3840 in the full build only. */
// @ts-ignore: decorator
@inline export function frameSquares(frame: usize, from: i32, to: i32): i64 {
  return FULL ? inParts(frame, from, to) : sumSquaresU8(frame, from, to);
}

function inParts(frame: usize, from: i32, to: i32): i64 {
  let squares: i64 = 0;
  for (; from < to; from += SQUARES) squares += sumSquaresU8(frame, from, min(from + SQUARES, to));
  return squares;
}
