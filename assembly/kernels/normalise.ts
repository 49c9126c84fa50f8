import { isqrt } from "../fixed/isqrt";
import { xorshift32 } from "../fixed/random";
import { gather, lanesAbove0, listSingle, movesOf, rowsMoved } from "./gather";
import { SINGLE_BYTES, closePaired, closeSingle, putPaired, putSingle } from "./rows";

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
@inline export function normalised(value: i32, by: i32): i32 {
  return min(<i32>((<u32>value * <u32>by + 32768) >>> 16), 127);
}

/** Σ v² over u8 values `from`..`to`-1; at most 3840 * 255². */
export function sumSquaresU8(values: usize, from: i32, to: i32): i64 {
  if (ASC_FEATURE_SIMD) return sumSquaresU8Simd(values, from, to);
  return sumSquaresU8Scalar(values, from, to);
}

function sumSquaresU8Scalar(values: usize, from: i32, to: i32): i64 {
  let sum = 0;
  for (let i = from; i < to; i++) {
    const value = <i32>load<u8>(values + <usize>i);
    sum += value * value;
  }
  return <i64>sum;
}

function sumSquaresU8Simd(values: usize, from: i32, to: i32): i64 {
  let sums = i32x4.splat(0);
  let i = from;
  for (; i + 16 <= to; i += 16) {
    const block = v128.load(values + <usize>i);
    const low = i16x8.extend_low_i8x16_u(block), high = i16x8.extend_high_i8x16_u(block);
    sums = i32x4.add(sums, i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high)));
  }
  const sum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  return <i64>sum + sumSquaresU8Scalar(values, i, to);
}

/**
 * A single list of u8 values `from`..`to`-1 (row = index); returns its rows. Each non-zero value is left out with probability
 * dropout / 256: one draw for each, none when dropout = 0. `state`: address of the generator. `scratch`: of builds with SIMD, any bytes from 64.
 */
export function rowsOfFrame(values: usize, from: i32, to: i32, by: i32, dropout: u32, state: usize, list: usize, scratch: usize, scratchBytes: usize): i32 {
  const rows = ASC_FEATURE_SIMD ? rowsOfFrameSimd(values, from, to, by, dropout, state, list, scratch, scratchBytes >> 1) : rowsOfFrameScalar(values, from, to, by, dropout, state, list);
  closeSingle(list, rows);
  return rows;
}

function rowsOfFrameScalar(values: usize, from: i32, to: i32, by: i32, dropout: u32, state: usize, list: usize): i32 {
  let random = load<u32>(state);
  let rows = 0;
  let i = from;
  while (i < to) {
    // Most of an image is empty: pass over 8 zeros at once.
    if (i + 8 <= to && load<u64>(values + <usize>i) == 0) {
      i += 8;
      continue;
    }
    // No branch on the values: each is written, and overwritten by the next if it was not to stay.
    for (const end = min(i + 8, to); i < end; i++) {
      const value = <i32>load<u8>(values + <usize>i);
      const drawn = xorshift32(random);
      random = select(drawn, random, (value != 0) & (dropout != 0));
      const x = normalised(value, by);
      putSingle(list, rows, i, x);
      rows += i32((x != 0) & ((dropout == 0) | (drawn >>> 24 >= dropout)));
    }
  }
  store<u32>(state, random);
  return rows;
}

/** Gathers the non-zero values; with dropout each of them is drawn for on its way to the list. May read 7 bytes behind the values. */
function rowsOfFrameSimd(values: usize, from: i32, to: i32, by: i32, dropout: u32, state: usize, list: usize, scratch: usize, column: usize): i32 {
  const factor = i32x4.splat(by);
  // A column with fewer has room for 8 more.
  const most = <i32>(column >> 1) - 8;
  let rows = 0, gathered = 0;
  for (let i = from; i < to; i += 8) {
    if (load<u64>(values + <usize>i) == 0) continue;
    let value = v128.load_ext<u8>(values + <usize>i);
    if (i + 8 > to) value = v128.and(value, i16x8.lt_s(i16x8(0, 1, 2, 3, 4, 5, 6, 7), i16x8.splat(<i16>(to - i))));
    const x = normalisedBlock(value, factor);
    const mask = lanesAbove0(dropout != 0 ? value : x);
    const moves = movesOf(mask);
    const at = scratch + (<usize>gathered << 1);
    gather(at, rowsMoved(moves, i), mask);
    gather(at + column, i8x16.swizzle(x, moves), mask);
    gathered += popcnt(mask);
    if (gathered <= most) continue;
    rows = listFrame(list, rows, gathered, dropout, state, scratch, column);
    gathered = 0;
  }
  return listFrame(list, rows, gathered, dropout, state, scratch, column);
}

/** Lists those of the gathered rows that the dropout leaves; returns the rows of the list. */
function listFrame(list: usize, rows: i32, gathered: i32, dropout: u32, state: usize, scratch: usize, column: usize): i32 {
  const end = scratch + (<usize>gathered << 1);
  if (dropout != 0) {
    let random = load<u32>(state);
    for (; scratch < end; scratch += 2) {
      random = xorshift32(random);
      const x = load<u16>(scratch + column);
      putSingle(list, rows, load<u16>(scratch), x);
      rows += i32((x != 0) & (random >>> 24 >= dropout));
    }
    store<u32>(state, random);
    return rows;
  }
  // The second half of an entry may still be free.
  if (rows & i32(gathered != 0)) {
    putSingle(list, rows++, load<u16>(scratch), load<u16>(scratch + column));
    scratch += 2;
    gathered--;
  }
  listSingle(scratch, column, gathered, list + <usize>(rows >> 1) * SINGLE_BYTES);
  return rows + gathered;
}

/** A single list of y (units,), i16, padded with zeros to whole blocks of 8; returns its rows. `scratch`: of builds with SIMD, 4 bytes a unit, padded. */
export function rowsOfActivity(y: usize, units: i32, by: i32, list: usize, scratch: usize): i32 {
  return ASC_FEATURE_SIMD ? rowsOfActivitySimd(y, units, by, list, scratch) : rowsOfActivityScalar(y, units, by, list);
}

export function rowsOfActivityScalar(y: usize, units: i32, by: i32, list: usize): i32 {
  let rows = 0;
  for (let i = 0; i < units; i++) {
    const value = <i32>load<i16>(y + (<usize>i << 1));
    if (value == 0) continue;
    const x = normalised(value, by);
    if (x != 0) putSingle(list, rows++, i, x);
  }
  closeSingle(list, rows);
  return rows;
}

function rowsOfActivitySimd(y: usize, units: i32, by: i32, list: usize, scratch: usize): i32 {
  const factor = i32x4.splat(by);
  const column = <usize>((units + 7) & ~7) << 1;
  let rows = 0;
  for (let i = 0; i < units; i += 8) {
    const x = normalisedBlock(v128.load(y + (<usize>i << 1)), factor);
    const mask = lanesAbove0(x);
    const moves = movesOf(mask);
    const at = scratch + (<usize>rows << 1);
    gather(at, rowsMoved(moves, i), mask);
    gather(at + column, i8x16.swizzle(x, moves), mask);
    rows += popcnt(mask);
  }
  listSingle(scratch, column, rows, list);
  closeSingle(list, rows);
  return rows;
}

/** A paired list over the union of the non-zeros of y+ and y-, i16, as a map has them; returns its rows. Without scratch: pair_inputs.ts makes one faster. */
export function rowsOfPairScalar(yPositive: usize, yNegative: usize, units: i32, byPositive: i32, byNegative: i32, list: usize): i32 {
  let rows = 0;
  for (let i = 0; i < units; i++) {
    const p = <i32>load<i16>(yPositive + (<usize>i << 1));
    const n = <i32>load<i16>(yNegative + (<usize>i << 1));
    if ((p | n) == 0) continue;
    const positive = normalised(p, byPositive);
    const negative = normalised(n, byNegative);
    if ((positive | negative) != 0) putPaired(list, rows++, i, positive, negative);
  }
  closePaired(list, rows);
  return rows;
}

/** `normalised` of 8 values, as i16 lanes: half of what a shift by 15 leaves, rounded up. */
// @ts-ignore: decorator
@inline export function normalisedBlock(values: v128, factor: v128): v128 {
  const low = i32x4.shr_u(i32x4.mul(i32x4.extend_low_i16x8_u(values), factor), 15);
  const high = i32x4.shr_u(i32x4.mul(i32x4.extend_high_i16x8_u(values), factor), 15);
  return i16x8.min_u(i16x8.avgr_u(i16x8.narrow_i32x4_u(low, high), i16x8.splat(0)), i16x8.splat(127));
}
