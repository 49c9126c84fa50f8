import { BLOCK, BLOCK_ENTRIES } from "./places";
import { BLOCK_STEP, evens, highHalves, learns, odds, remainders } from "./remainders";
import { PAIRED_BYTES, SINGLE_BYTES } from "./rows";
import { fitsRunning, updateRunning } from "./update_running";
import { addTo16Weights, addToWeight, addToWeights } from "./weights";

/**
 * W[row][unit] += (a+[unit] * x+[row] + a-[unit] * x-[row]) * 2^shift / 2^16, with carried rounding, saturating: the rank-2
 * update of a pair (Hinton 2022, eq. 1) as one pass. In a single list x- = x+.
 *
 * The remainder of each unit starts at a random u16 and is carried from row to row, so every rounding is unbiased and
 * the errors of neighbouring rows cancel. It costs no random number for each weight.
 *
 * coefficients: i16 [units][2], a+ and a- side by side. lanes: 8 u16 that start the remainders (see fixed/random.ts).
 * W: i8 or i16, input-major, `stride` weights a row. 0 <= shift <= 8. Units `from`..`to`-1, multiples of 8. A unit with
 * both coefficients 0 changes nothing and is skipped.
 */
export function updateSingle<W>(list: usize, count: i32, weights: usize, stride: i32, coefficients: usize, lanes: usize, shift: i32, from: i32, to: i32): void {
  if (ASC_FEATURE_SIMD) vectors<W>(list, count, 0, weights, stride, coefficients, lanes, shift, from, to);
  else scalarSingle<W>(list, count, weights, stride, coefficients, lanes, shift, from, to);
}

/** The same over a paired list. */
export function updatePaired<W>(list: usize, count: i32, weights: usize, stride: i32, coefficients: usize, lanes: usize, shift: i32, from: i32, to: i32): void {
  if (ASC_FEATURE_SIMD) vectors<W>(list, count, PAIRED_BYTES - SINGLE_BYTES, weights, stride, coefficients, lanes, shift, from, to);
  else scalarPaired<W>(list, count, weights, stride, coefficients, lanes, shift, from, to);
}

/**
 * Three units that learn at a time, wherever they are in a group of 32: each row's place and input are then worked out once for three weights. Where
 * fewer are left, the first of them stands in with coefficient and remainder 0, which changes nothing. Places are masked where they are
 * used: so C made of this needs one bounds check a row (host/pack_c/merge_checks.ts).
 */
function scalarSingle<W>(list: usize, count: i32, weights: usize, stride: i32, coefficients: usize, lanes: usize, shift: i32, from: i32, to: i32): void {
  const rowBytes = <usize>stride * sizeof<W>();
  const end = list + <usize>count * SINGLE_BYTES;
  for (let unit = from; unit < to;) {
    unit = nextActive(coefficients, unit, to);
    if (unit >= to) return;
    const group = min((unit | (GROUP - 1)) + 1, to);
    const columns = weights + <usize>(unit & ~(GROUP - 1)) * sizeof<W>();
    const a0 = factor(coefficients, unit, shift), c0 = <usize>unit * sizeof<W>();
    let e0 = remainder(lanes, unit);
    let a1 = 0, a2 = 0, e1 = 0, e2 = 0;
    let c1 = c0, c2 = c0;
    unit = nextActive(coefficients, unit + 1, group);
    if (unit < group) {
      a1 = factor(coefficients, unit, shift), c1 = <usize>unit * sizeof<W>(), e1 = remainder(lanes, unit);
      unit = nextActive(coefficients, unit + 1, group);
    }
    if (unit < group) {
      a2 = factor(coefficients, unit, shift), c2 = <usize>unit * sizeof<W>(), e2 = remainder(lanes, unit);
      unit++;
    }
    for (let entry = list; entry < end; entry += SINGLE_BYTES) {
      const rows = load<u32>(entry), inputs = load<i32>(entry, 4);
      let row = columns + <usize>(rows & 0xffff) * rowBytes;
      let x = (inputs << 16) >> 16;
      e0 += a0 * x, addToWeight<W>(row + (c0 & placeMask<W>()), e0 >> 16), e0 &= 0xffff;
      e1 += a1 * x, addToWeight<W>(row + (c1 & placeMask<W>()), e1 >> 16), e1 &= 0xffff;
      e2 += a2 * x, addToWeight<W>(row + (c2 & placeMask<W>()), e2 >> 16), e2 &= 0xffff;
      row = columns + <usize>(rows >>> 16) * rowBytes;
      x = inputs >> 16;
      e0 += a0 * x, addToWeight<W>(row + (c0 & placeMask<W>()), e0 >> 16), e0 &= 0xffff;
      e1 += a1 * x, addToWeight<W>(row + (c1 & placeMask<W>()), e1 >> 16), e1 &= 0xffff;
      e2 += a2 * x, addToWeight<W>(row + (c2 & placeMask<W>()), e2 >> 16), e2 &= 0xffff;
    }
  }
}

/** One unit at a time: paired lists are short, or of layers above the first. */
function scalarPaired<W>(list: usize, count: i32, weights: usize, stride: i32, coefficients: usize, lanes: usize, shift: i32, from: i32, to: i32): void {
  const rowBytes = <usize>stride * sizeof<W>();
  const end = list + <usize>count * PAIRED_BYTES;
  for (let unit = nextActive(coefficients, from, to); unit < to; unit = nextActive(coefficients, unit + 1, to)) {
    const positive = <i32>load<i16>(coefficients + (<usize>unit << 2)) << shift;
    const negative = <i32>load<i16>(coefficients + (<usize>unit << 2), 2) << shift;
    const column = weights + <usize>unit * sizeof<W>();
    let carry = remainder(lanes, unit);
    for (let entry = list; entry < end; entry += PAIRED_BYTES) {
      for (let half: usize = 0; half < 4; half += 2) {
        const sum = carry + positive * <i32>load<i16>(entry + half, 4) + negative * <i32>load<i16>(entry + half, 8);
        carry = sum & 0xffff;
        addToWeight<W>(column + <usize>load<u16>(entry + half) * rowBytes, sum >> 16);
      }
    }
  }
}

/** Units whose weights in a row lie together. */
const GROUP: i32 = 32;

/** Of a unit's place in its group, in bytes. */
// @ts-ignore: decorator
@inline function placeMask<W>(): usize {
  return <usize>(GROUP - 1) * sizeof<W>();
}

/** The first unit from `unit` on that learns, or `to` at most. */
function nextActive(coefficients: usize, unit: i32, to: i32): i32 {
  while (unit < to && load<i32>(coefficients + (<usize>unit << 2)) == 0) unit++;
  return unit;
}

/** What a unit's remainder starts with. */
function remainder(lanes: usize, unit: i32): i32 {
  return (<i32>load<u16>(lanes + (<usize>(unit & 7) << 1)) + (unit >> 3) * BLOCK_STEP) & 0xffff;
}

/** a+ + a-, for lists whose inputs are the same in both, times 2^shift. */
function factor(coefficients: usize, unit: i32, shift: i32): i32 {
  return (<i32>load<i16>(coefficients + (<usize>unit << 2)) + <i32>load<i16>(coefficients + (<usize>unit << 2), 2)) << shift;
}

/** `negative`: bytes from x+ to x- in an entry, 0 in a single list. */
function vectors<W>(list: usize, count: i32, negative: usize, weights: usize, stride: i32, coefficients: usize, lanes: usize, shift: i32, from: i32, to: i32): void {
  // Without a shift a step is 2 * 127 * 32767 / 2^16 at most: it fits an i8.
  if (sizeof<W>() == 1 && shift == 0) return simd<W, i8>(list, count, negative, weights, stride, coefficients, lanes, 0, from, to);
  if (sizeof<W>() == 2 && negative == 0 && fitsRunning(coefficients, shift, from, to)) from = updateRunning(list, count, weights, stride, coefficients, lanes, shift, from, to);
  if (from < to) simd<W, i16>(list, count, negative, weights, stride, coefficients, lanes, shift, from, to);
}

/**
 * A unit's remainder is never cut off: its sum runs on, and a step is the difference of the sum's high halves before and after a row. Steps fit S, i8 or
 * i16, so the difference is right although the sum wraps.
 *
 * In blocks of rows, as the forward kernels (places.ts). A remainder need not be kept from block to block: mod 2^16 it is its start and the coefficients
 * times all inputs before.
 */
function simd<W, S>(list: usize, count: i32, negative: usize, weights: usize, stride: i32, coefficients: usize, lanes: usize, shift: i32, from: i32, to: i32): void {
  const end = list + <usize>count * (SINGLE_BYTES + negative);
  const random = v128.load(lanes);
  const rowBytes = stride * <i32>sizeof<W>();
  const factors = i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(1 << shift), 0, rowBytes), 2, rowBytes);
  let inputs = i32x4.splat(0);
  while (list < end) {
    // (x+, x-) of the rows before, as two i16.
    const before = i16x8.add(v128.shuffle<i32>(inputs, inputs, 1, 1, 1, 1), v128.shuffle<i32>(inputs, inputs, 3, 3, 3, 3));
    let behind = BLOCK;
    do {
      // Row, (x+, x-); row, (x+, x-).
      const entry = i32x4.mul(negative ? pairedRows(list) : singleRows(list), factors);
      inputs = i16x8.add(inputs, entry);
      v128.store(behind, i32x4.add(entry, i64x2.splat(<i64>weights)));
      behind += 16;
      list += SINGLE_BYTES + negative;
    } while (list < end && behind < BLOCK + 16 * BLOCK_ENTRIES);
    let unit = from;
    // Steps of i8 weights by a shift are rare (rates above the usual): they have no code for 16 units.
    for (; sizeof<W>() == sizeof<S>() && unit + 16 <= to; unit += 16) {
      const at = coefficients + (<usize>unit << 2);
      if (learns(at) || learns(at + 32)) units16<W>(behind, <usize>unit * sizeof<W>(), at, remainders(random, unit), before);
    }
    for (; unit < to; unit += 8) {
      const at = coefficients + (<usize>unit << 2);
      if (learns(at)) units8<W>(behind, <usize>unit * sizeof<W>(), at, remainders(random, unit), before);
    }
  }
}

// @ts-ignore: decorator
@inline function singleRows(entry: usize): v128 {
  return v128.shuffle<i16>(v128.load64_zero(entry), i32x4.splat(0), 0, 8, 2, 2, 1, 8, 3, 3);
}

// @ts-ignore: decorator
@inline function pairedRows(entry: usize): v128 {
  return v128.shuffle<i16>(v128.load_lane<i32>(entry, v128.load64_zero(entry), 2, 8), i32x4.splat(0), 0, 8, 2, 4, 1, 8, 3, 5);
}

/** `start`: remainders of the first 8 at the first row of all; `before`: (x+, x-) of the rows before. */
// @ts-ignore: decorator
@inline function units16<W>(behind: usize, column: usize, at: usize, start: v128, before: v128): void {
  const a = v128.load(at), b = v128.load(at, 16), c = v128.load(at, 32), d = v128.load(at, 48);
  const c0 = evens(a, b), c1 = odds(a, b), c2 = evens(c, d), c3 = odds(c, d);
  let e0 = remainder32(start, c0, before), e1 = remainder32(i32x4.shr_u(start, 16), c1, before);
  start = i16x8.add(start, i16x8.splat(<i16>BLOCK_STEP));
  let e2 = remainder32(start, c2, before), e3 = remainder32(i32x4.shr_u(start, 16), c3, before);
  let h0 = i16x8.splat(0), h1 = h0;
  let row = BLOCK;
  do {
    const x = v128.load_splat<i32>(row, 4);
    e0 = i32x4.add(e0, i32x4.dot_i16x8_s(c0, x)), e1 = i32x4.add(e1, i32x4.dot_i16x8_s(c1, x));
    e2 = i32x4.add(e2, i32x4.dot_i16x8_s(c2, x)), e3 = i32x4.add(e3, i32x4.dot_i16x8_s(c3, x));
    const g0 = highHalves(e0, e1), g1 = highHalves(e2, e3);
    addTo16Weights<W>(column + <usize>load<u32>(row), i16x8.sub(g0, h0), i16x8.sub(g1, h1));
    h0 = g0, h1 = g1;
    row += 8;
  } while (row < behind);
}

// @ts-ignore: decorator
@inline function units8<W>(behind: usize, column: usize, at: usize, start: v128, before: v128): void {
  const a = v128.load(at), b = v128.load(at, 16);
  const c0 = evens(a, b), c1 = odds(a, b);
  let e0 = remainder32(start, c0, before), e1 = remainder32(i32x4.shr_u(start, 16), c1, before);
  let h0 = i16x8.splat(0);
  let row = BLOCK;
  do {
    const x = v128.load_splat<i32>(row, 4);
    e0 = i32x4.add(e0, i32x4.dot_i16x8_s(c0, x)), e1 = i32x4.add(e1, i32x4.dot_i16x8_s(c1, x));
    const g0 = highHalves(e0, e1);
    addToWeights<W>(column + <usize>load<u32>(row), i16x8.sub(g0, h0));
    h0 = g0;
    row += 8;
  } while (row < behind);
}

/** Remainders (low halves of `start`) of 4 units behind the rows before. */
// @ts-ignore: decorator
@inline function remainder32(start: v128, coefficients: v128, before: v128): v128 {
  return v128.and(i32x4.add(start, i32x4.dot_i16x8_s(coefficients, before)), i32x4.splat(0xffff));
}
