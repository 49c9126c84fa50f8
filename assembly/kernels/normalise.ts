import { isqrt } from "../fixed/isqrt";
import { xorshift32 } from "../fixed/random";
import { putPaired, putSingle } from "./rows";

/**
 * Layer normalisation to root mean square 1.0 (Hinton 2022, §2.1: only the direction goes on to the next layer), as a list
 * of the non-zero inputs: x = min(127, (v * m + 2^15) >> 16), where m = multiplier(Σ v², n) and 16 = 1.0.
 */

/** 16 / rms in q16; 0 when every value is 0. squares = Σ v², count = n. */
export function multiplier(squares: i64, count: i32): i32 {
  if (squares == 0) return 0;
  const rms = max<u32>(isqrt(<u64>(squares << 16) / count), 1);
  return <i32>((<u32>1 << 28) / rms);
}

// @ts-ignore: decorator
@inline function normalised(value: i32, by: i32): i32 {
  return min(<i32>((<u32>value * <u32>by + 32768) >>> 16), 127);
}

/** Σ v² over u8 values. */
export function sumSquaresU8(values: usize, from: i32, to: i32): i64 {
  let sum: i64 = 0;
  for (let i = from; i < to; i++) {
    const value = <i32>load<u8>(values + <usize>i);
    sum += <i64>(value * value);
  }
  return sum;
}

/**
 * The same, with each non-zero value left out with probability dropout / 256; `state` is the generator's address, drawn once
 * for each non-zero value.
 */
export function rowsOfFrameDropped(values: usize, from: i32, to: i32, by: i32, dropout: u32, state: usize, list: usize): i32 {
  let rows = 0;
  let random = load<u32>(state);
  for (let i = from; i < to; i++) {
    const value = <i32>load<u8>(values + <usize>i);
    if (value == 0) continue;
    random = xorshift32(random);
    if (random >>> 24 < dropout) continue;
    const x = normalised(value, by);
    if (x != 0) putSingle(list, rows++, i, x);
  }
  store<u32>(state, random);
  return rows;
}

/** A single list of u8 values `from`..`to`-1 (row = index); returns its rows. */
export function rowsOfFrame(values: usize, from: i32, to: i32, by: i32, list: usize): i32 {
  let rows = 0;
  for (let i = from; i < to; i++) {
    const value = <i32>load<u8>(values + <usize>i);
    if (value == 0) continue;
    const x = normalised(value, by);
    if (x != 0) putSingle(list, rows++, i, x);
  }
  return rows;
}

/** A single list of y (units,), i16; returns its rows. */
export function rowsOfActivity(y: usize, units: i32, by: i32, list: usize): i32 {
  let rows = 0;
  for (let i = 0; i < units; i++) {
    const value = <i32>load<i16>(y + (<usize>i << 1));
    if (value == 0) continue;
    const x = normalised(value, by);
    if (x != 0) putSingle(list, rows++, i, x);
  }
  return rows;
}

/** A paired list over the union of the non-zeros of y+ and y-; returns its rows. */
export function rowsOfPair(yPositive: usize, yNegative: usize, units: i32, byPositive: i32, byNegative: i32, list: usize): i32 {
  let rows = 0;
  for (let i = 0; i < units; i++) {
    const p = <i32>load<i16>(yPositive + (<usize>i << 1));
    const n = <i32>load<i16>(yNegative + (<usize>i << 1));
    if ((p | n) == 0) continue;
    const positive = normalised(p, byPositive);
    const negative = normalised(n, byNegative);
    if ((positive | negative) != 0) putPaired(list, rows++, i, positive, negative);
  }
  return rows;
}
