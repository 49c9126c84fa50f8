/**
 * The update of i16 weights over a single list, with one multiplication for a unit's running sum: (a, e / 2) · (X, 2), where a = a+ + a-, e is the
 * remainder at the start of the block of rows, and X the sum of all inputs times 2^shift since. Products with a shift are even, so the lowest bit of e
 * changes nothing. X runs from -2^15: 32 rows of 127 * 2^4 fit an i16. SIMD builds only; see update.ts for what is updated.
 */
import { BLOCK, BLOCK_ENTRIES } from "./places";
import { BLOCK_STEP, evens, highHalves, learns, odds, remainders } from "./remainders";
import { SINGLE_BYTES } from "./rows";

/** Two i16 in every lane: (X, 2) before the first row of a block. */
const START: i32 = 0x28000;

/** Whether it can be done so: there are enough units, the shift is 1 to 4, and each sum of two coefficients an i16. */
export function fitsRunning(coefficients: usize, shift: i32, from: i32, to: i32): bool {
  if (from + 64 > to || shift < 1 || shift > 4) return false;
  let lost = i32x4.splat(0);
  for (let end = coefficients + (<usize>to << 2), at = coefficients + (<usize>from << 2); at < end; at += 16) {
    const sums = sumsOf(at);
    lost = v128.or(lost, v128.xor(sums, i32x4.shr_s(i32x4.shl(sums, 16), 16)));
  }
  return !v128.any_true(lost);
}

/** Updates whole tiles of 32 units; returns the first unit that is left. */
export function updateRunning(list: usize, count: i32, weights: usize, stride: i32, coefficients: usize, lanes: usize, shift: i32, from: i32, to: i32): i32 {
  const end = list + <usize>count * SINGLE_BYTES;
  const random = v128.load(lanes), none = i32x4.splat(0);
  const factors = i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(1 << shift), 0, stride << 1), 2, stride << 1);
  // Inputs of the rows before, mod 2^16, less what X starts from.
  let before = i32x4.splat(START & 0xffff);
  let unit = from;
  while (list < end) {
    let inputs = i64x2.splat(<i64>START << 32), behind = BLOCK;
    do {
      // Row, x; row, x, and then the second x is the sum of both.
      let entry = i32x4.mul(v128.shuffle<i16>(v128.load64_zero(list), none, 0, 8, 2, 8, 1, 8, 3, 8), factors);
      entry = i32x4.add(entry, v128.shuffle<i32>(none, entry, 0, 0, 0, 5));
      entry = i16x8.add(i32x4.add(entry, i64x2.splat(<i64>weights)), inputs);
      v128.store(behind, entry);
      inputs = v128.shuffle<i32>(entry, none, 4, 3, 4, 3);
      behind += 16;
      list += SINGLE_BYTES;
    } while (list < end && behind < BLOCK + 16 * BLOCK_ENTRIES);
    for (unit = from; unit + 32 <= to; unit += 32) {
      const at = coefficients + (<usize>unit << 2);
      if (learns(at) || learns(at + 32) || learns(at + 64) || learns(at + 96)) units32(behind, <usize>unit << 1, at, remainders(random, unit), before);
    }
    before = i16x8.add(before, i16x8.sub(v128.shuffle<i32>(inputs, inputs, 1, 1, 1, 1), i32x4.splat(START)));
  }
  return unit;
}

/** `start`: remainders of the first 8 units at the first row of all. */
// @ts-ignore: decorator
@inline function units32(behind: usize, column: usize, at: usize, start: v128, before: v128): void {
  const x = i32x4.splat(START);
  let low = sumsOf(at), high = sumsOf(at + 16);
  const c0 = withRemainders(evens(low, high), start, before), c1 = withRemainders(odds(low, high), i32x4.shr_u(start, 16), before);
  let h0 = highHalves(i32x4.dot_i16x8_s(c0, x), i32x4.dot_i16x8_s(c1, x));
  start = i16x8.add(start, i16x8.splat(<i16>BLOCK_STEP));
  low = sumsOf(at + 32), high = sumsOf(at + 48);
  const c2 = withRemainders(evens(low, high), start, before), c3 = withRemainders(odds(low, high), i32x4.shr_u(start, 16), before);
  let h1 = highHalves(i32x4.dot_i16x8_s(c2, x), i32x4.dot_i16x8_s(c3, x));
  start = i16x8.add(start, i16x8.splat(<i16>BLOCK_STEP));
  low = sumsOf(at + 64), high = sumsOf(at + 80);
  const c4 = withRemainders(evens(low, high), start, before), c5 = withRemainders(odds(low, high), i32x4.shr_u(start, 16), before);
  let h2 = highHalves(i32x4.dot_i16x8_s(c4, x), i32x4.dot_i16x8_s(c5, x));
  start = i16x8.add(start, i16x8.splat(<i16>BLOCK_STEP));
  low = sumsOf(at + 96), high = sumsOf(at + 112);
  const c6 = withRemainders(evens(low, high), start, before), c7 = withRemainders(odds(low, high), i32x4.shr_u(start, 16), before);
  let h3 = highHalves(i32x4.dot_i16x8_s(c6, x), i32x4.dot_i16x8_s(c7, x));
  let row = BLOCK;
  do {
    const x = v128.load_splat<i32>(row, 4), w = column + <usize>load<u32>(row);
    const g0 = highHalves(i32x4.dot_i16x8_s(c0, x), i32x4.dot_i16x8_s(c1, x));
    const g1 = highHalves(i32x4.dot_i16x8_s(c2, x), i32x4.dot_i16x8_s(c3, x));
    const g2 = highHalves(i32x4.dot_i16x8_s(c4, x), i32x4.dot_i16x8_s(c5, x));
    const g3 = highHalves(i32x4.dot_i16x8_s(c6, x), i32x4.dot_i16x8_s(c7, x));
    v128.store(w, i16x8.add_sat_s(v128.load(w), i16x8.sub(g0, h0)));
    v128.store(w, i16x8.add_sat_s(v128.load(w, 16), i16x8.sub(g1, h1)), 16);
    v128.store(w, i16x8.add_sat_s(v128.load(w, 32), i16x8.sub(g2, h2)), 32);
    v128.store(w, i16x8.add_sat_s(v128.load(w, 48), i16x8.sub(g3, h3)), 48);
    h0 = g0, h1 = g1, h2 = g2, h3 = g3;
    row += 8;
  } while (row < behind);
}

/** a+ + a- of 4 units, i32. */
// @ts-ignore: decorator
@inline function sumsOf(at: usize): v128 {
  return i32x4.dot_i16x8_s(v128.load(at), i16x8.splat(1));
}

/** (a, e / 2) of 4 units, e from `start` (low halves) on behind the rows before. */
// @ts-ignore: decorator
@inline function withRemainders(a: v128, start: v128, before: v128): v128 {
  const e = i32x4.shl(i32x4.add(start, i32x4.dot_i16x8_s(a, before)), 16);
  return v128.shuffle<i16>(a, i32x4.shr_u(e, 1), 0, 9, 2, 11, 4, 13, 6, 15);
}
