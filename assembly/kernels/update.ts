import { PAIRED_BYTES, SINGLE_BYTES } from "./rows";
import { addToWeight, addToWeights } from "./weights";

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

function simd<W, L>(list: usize, count: i32, weights: usize, stride: i32, coefficients: usize, lanes: usize, shift: i32, from: i32, to: i32): void {
  const rowBytes = <usize>stride * sizeof<W>();
  const end = list + <usize>count * entryBytes<L>();
  const low = i32x4.splat(0xffff);
  const factor = i16x8.splat(<i16>(<i32>1 << shift));
  const random = v128.load(lanes);
  let unit = from;
  for (; unit + 16 <= to; unit += 16) {
    const at = coefficients + (<usize>unit << 2);
    const a0 = v128.load(at), a1 = v128.load(at, 16), a2 = v128.load(at, 32), a3 = v128.load(at, 48);
    if (!v128.any_true(v128.or(v128.or(a0, a1), v128.or(a2, a3)))) continue;
    const column = weights + <usize>unit * sizeof<W>();
    const start = i16x8.add(random, i16x8.splat(<i16>((unit >> 3) * BLOCK_STEP)));
    const next = i16x8.add(random, i16x8.splat(<i16>(((unit >> 3) + 1) * BLOCK_STEP)));
    let e0 = i32x4.extend_low_i16x8_u(start), e1 = i32x4.extend_high_i16x8_u(start);
    let e2 = i32x4.extend_low_i16x8_u(next), e3 = i32x4.extend_high_i16x8_u(next);
    for (let entry = list; entry < end; entry += entryBytes<L>()) {
      let both = i16x8.mul(firstInputs<L>(entry), factor);
      let w = column + <usize>load<u16>(entry) * rowBytes;
      e0 = i32x4.add(e0, i32x4.dot_i16x8_s(a0, both)), e1 = i32x4.add(e1, i32x4.dot_i16x8_s(a1, both));
      e2 = i32x4.add(e2, i32x4.dot_i16x8_s(a2, both)), e3 = i32x4.add(e3, i32x4.dot_i16x8_s(a3, both));
      addToWeights<W>(w, i16x8.narrow_i32x4_s(i32x4.shr_s(e0, 16), i32x4.shr_s(e1, 16)));
      addToWeights<W>(w + 8 * sizeof<W>(), i16x8.narrow_i32x4_s(i32x4.shr_s(e2, 16), i32x4.shr_s(e3, 16)));
      e0 = v128.and(e0, low), e1 = v128.and(e1, low), e2 = v128.and(e2, low), e3 = v128.and(e3, low);

      both = i16x8.mul(secondInputs<L>(entry), factor);
      w = column + <usize>load<u16>(entry, 2) * rowBytes;
      e0 = i32x4.add(e0, i32x4.dot_i16x8_s(a0, both)), e1 = i32x4.add(e1, i32x4.dot_i16x8_s(a1, both));
      e2 = i32x4.add(e2, i32x4.dot_i16x8_s(a2, both)), e3 = i32x4.add(e3, i32x4.dot_i16x8_s(a3, both));
      addToWeights<W>(w, i16x8.narrow_i32x4_s(i32x4.shr_s(e0, 16), i32x4.shr_s(e1, 16)));
      addToWeights<W>(w + 8 * sizeof<W>(), i16x8.narrow_i32x4_s(i32x4.shr_s(e2, 16), i32x4.shr_s(e3, 16)));
      e0 = v128.and(e0, low), e1 = v128.and(e1, low), e2 = v128.and(e2, low), e3 = v128.and(e3, low);
    }
  }
  for (; unit < to; unit += 8) {
    const at = coefficients + (<usize>unit << 2);
    const a0 = v128.load(at), a1 = v128.load(at, 16);
    if (!v128.any_true(v128.or(a0, a1))) continue;
    const column = weights + <usize>unit * sizeof<W>();
    const start = i16x8.add(random, i16x8.splat(<i16>((unit >> 3) * BLOCK_STEP)));
    let e0 = i32x4.extend_low_i16x8_u(start), e1 = i32x4.extend_high_i16x8_u(start);
    for (let entry = list; entry < end; entry += entryBytes<L>()) {
      let both = i16x8.mul(firstInputs<L>(entry), factor);
      e0 = i32x4.add(e0, i32x4.dot_i16x8_s(a0, both)), e1 = i32x4.add(e1, i32x4.dot_i16x8_s(a1, both));
      addToWeights<W>(column + <usize>load<u16>(entry) * rowBytes, i16x8.narrow_i32x4_s(i32x4.shr_s(e0, 16), i32x4.shr_s(e1, 16)));
      e0 = v128.and(e0, low), e1 = v128.and(e1, low);

      both = i16x8.mul(secondInputs<L>(entry), factor);
      e0 = i32x4.add(e0, i32x4.dot_i16x8_s(a0, both)), e1 = i32x4.add(e1, i32x4.dot_i16x8_s(a1, both));
      addToWeights<W>(column + <usize>load<u16>(entry, 2) * rowBytes, i16x8.narrow_i32x4_s(i32x4.shr_s(e0, 16), i32x4.shr_s(e1, 16)));
      e0 = v128.and(e0, low), e1 = v128.and(e1, low);
    }
  }
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
