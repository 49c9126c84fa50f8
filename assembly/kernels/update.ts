import { PAIRED_BYTES, SINGLE_BYTES } from "./rows";
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
  if (ASC_FEATURE_SIMD) simd<W, u8>(list, count, weights, stride, coefficients, lanes, shift, from, to);
  else scalarSingle<W>(list, count, weights, stride, coefficients, lanes, shift, from, to);
}

/** The same over a paired list. */
export function updatePaired<W>(list: usize, count: i32, weights: usize, stride: i32, coefficients: usize, lanes: usize, shift: i32, from: i32, to: i32): void {
  if (ASC_FEATURE_SIMD) simd<W, u16>(list, count, weights, stride, coefficients, lanes, shift, from, to);
  else scalarPaired<W>(list, count, weights, stride, coefficients, lanes, shift, from, to);
}

/** Between neighbouring blocks of 8 units the starting remainders move by the golden ratio of 2^16. */
const BLOCK_STEP: i32 = 0x9e37;

// The second type parameter stands for the kind of list: u8 single, u16 paired.

// @ts-ignore: decorator
@inline function entryBytes<L>(): usize {
  return sizeof<L>() == 1 ? SINGLE_BYTES : PAIRED_BYTES;
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

/**
 * A unit's remainder is never cut off: its sum runs on, and a step is the difference of the sum's high halves before and after a row. Steps fit in
 * i16, so the difference is right although the sum wraps.
 */
function simd<W, L>(list: usize, count: i32, weights: usize, stride: i32, coefficients: usize, lanes: usize, shift: i32, from: i32, to: i32): void {
  const rowBytes = <usize>stride * sizeof<W>();
  const end = list + <usize>count * entryBytes<L>();
  const factor = i16x8.splat(<i16>(<i32>1 << shift));
  const random = v128.load(lanes);
  for (let unit = from; unit < to; unit += 8) {
    const at = coefficients + (<usize>unit << 2);
    if (!learns(at)) continue;
    const column = weights + <usize>unit * sizeof<W>();
    const start = i16x8.add(random, i16x8.splat(<i16>((unit >> 3) * BLOCK_STEP)));
    if (unit + 32 <= to && learns(at + 32) && learns(at + 64) && learns(at + 96)) {
      units32<W, L>(list, end, column, rowBytes, at, start, factor);
      unit += 24;
    } else units8<W, L>(list, end, column, rowBytes, at, start, factor);
  }
}

/** Whether any of the 8 units whose coefficients are at `at` changes its weights. */
// @ts-ignore: decorator
@inline function learns(at: usize): bool {
  return v128.any_true(v128.or(v128.load(at), v128.load(at, 16)));
}

/** The sums of 32 units stay in registers; there is no room for their coefficients. `start`: remainders of the first 8. */
// @ts-ignore: decorator
@inline function units32<W, L>(list: usize, end: usize, column: usize, rowBytes: usize, at: usize, start: v128, factor: v128): void {
  const step = i16x8.splat(<i16>BLOCK_STEP);
  let e0 = i32x4.extend_low_i16x8_u(start), e1 = i32x4.extend_high_i16x8_u(start);
  start = i16x8.add(start, step);
  let e2 = i32x4.extend_low_i16x8_u(start), e3 = i32x4.extend_high_i16x8_u(start);
  start = i16x8.add(start, step);
  let e4 = i32x4.extend_low_i16x8_u(start), e5 = i32x4.extend_high_i16x8_u(start);
  start = i16x8.add(start, step);
  let e6 = i32x4.extend_low_i16x8_u(start), e7 = i32x4.extend_high_i16x8_u(start);
  let h0 = i16x8.splat(0), h1 = i16x8.splat(0), h2 = i16x8.splat(0), h3 = i16x8.splat(0);
  for (let entry = list; entry < end; entry += entryBytes<L>()) {
    let x = i16x8.mul(firstInputs<L>(entry), factor);
    let w = column + <usize>load<u16>(entry) * rowBytes;
    e0 = i32x4.add(e0, i32x4.dot_i16x8_s(v128.load(at), x)), e1 = i32x4.add(e1, i32x4.dot_i16x8_s(v128.load(at, 16), x));
    e2 = i32x4.add(e2, i32x4.dot_i16x8_s(v128.load(at, 32), x)), e3 = i32x4.add(e3, i32x4.dot_i16x8_s(v128.load(at, 48), x));
    let g0 = highHalves(e0, e1), g1 = highHalves(e2, e3);
    addTo16Weights<W>(w, i16x8.sub(g0, h0), i16x8.sub(g1, h1));
    e4 = i32x4.add(e4, i32x4.dot_i16x8_s(v128.load(at, 64), x)), e5 = i32x4.add(e5, i32x4.dot_i16x8_s(v128.load(at, 80), x));
    e6 = i32x4.add(e6, i32x4.dot_i16x8_s(v128.load(at, 96), x)), e7 = i32x4.add(e7, i32x4.dot_i16x8_s(v128.load(at, 112), x));
    let g2 = highHalves(e4, e5), g3 = highHalves(e6, e7);
    addTo16Weights<W>(w + 16 * sizeof<W>(), i16x8.sub(g2, h2), i16x8.sub(g3, h3));

    x = i16x8.mul(secondInputs<L>(entry), factor);
    w = column + <usize>load<u16>(entry, 2) * rowBytes;
    e0 = i32x4.add(e0, i32x4.dot_i16x8_s(v128.load(at), x)), e1 = i32x4.add(e1, i32x4.dot_i16x8_s(v128.load(at, 16), x));
    e2 = i32x4.add(e2, i32x4.dot_i16x8_s(v128.load(at, 32), x)), e3 = i32x4.add(e3, i32x4.dot_i16x8_s(v128.load(at, 48), x));
    h0 = highHalves(e0, e1), h1 = highHalves(e2, e3);
    addTo16Weights<W>(w, i16x8.sub(h0, g0), i16x8.sub(h1, g1));
    e4 = i32x4.add(e4, i32x4.dot_i16x8_s(v128.load(at, 64), x)), e5 = i32x4.add(e5, i32x4.dot_i16x8_s(v128.load(at, 80), x));
    e6 = i32x4.add(e6, i32x4.dot_i16x8_s(v128.load(at, 96), x)), e7 = i32x4.add(e7, i32x4.dot_i16x8_s(v128.load(at, 112), x));
    h2 = highHalves(e4, e5), h3 = highHalves(e6, e7);
    addTo16Weights<W>(w + 16 * sizeof<W>(), i16x8.sub(h2, g2), i16x8.sub(h3, g3));
  }
}

// @ts-ignore: decorator
@inline function units8<W, L>(list: usize, end: usize, column: usize, rowBytes: usize, at: usize, start: v128, factor: v128): void {
  const a0 = v128.load(at), a1 = v128.load(at, 16);
  let e0 = i32x4.extend_low_i16x8_u(start), e1 = i32x4.extend_high_i16x8_u(start);
  let h0 = i16x8.splat(0);
  for (let entry = list; entry < end; entry += entryBytes<L>()) {
    let x = i16x8.mul(firstInputs<L>(entry), factor);
    e0 = i32x4.add(e0, i32x4.dot_i16x8_s(a0, x)), e1 = i32x4.add(e1, i32x4.dot_i16x8_s(a1, x));
    const first = highHalves(e0, e1);
    addToWeights<W>(column + <usize>load<u16>(entry) * rowBytes, i16x8.sub(first, h0));

    x = i16x8.mul(secondInputs<L>(entry), factor);
    e0 = i32x4.add(e0, i32x4.dot_i16x8_s(a0, x)), e1 = i32x4.add(e1, i32x4.dot_i16x8_s(a1, x));
    h0 = highHalves(e0, e1);
    addToWeights<W>(column + <usize>load<u16>(entry, 2) * rowBytes, i16x8.sub(h0, first));
  }
}

/** The high halves of 8 i32 sums. */
// @ts-ignore: decorator
@inline function highHalves(low: v128, high: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(low, 16), i32x4.shr_s(high, 16));
}

/** (x+, x-) of an entry's first row, in every pair of lanes. */
// @ts-ignore: decorator
@inline function firstInputs<L>(entry: usize): v128 {
  if (sizeof<L>() == 1) return v128.load_splat<i16>(entry, 4);
  const x = v128.load_splat<i64>(entry, 4);
  return v128.shuffle<i16>(x, x, 0, 2, 0, 2, 0, 2, 0, 2);
}

/** (x+, x-) of an entry's second row. */
// @ts-ignore: decorator
@inline function secondInputs<L>(entry: usize): v128 {
  if (sizeof<L>() == 1) return v128.load_splat<i16>(entry, 6);
  const x = v128.load_splat<i64>(entry, 4);
  return v128.shuffle<i16>(x, x, 1, 3, 1, 3, 1, 3, 1, 3);
}
