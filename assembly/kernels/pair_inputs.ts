import { gather, lanesAbove0, movesOf, rowsMoved } from "./gather";
import { normalised, normalisedBlock } from "./normalise";
import { PAIRED_BYTES, closePaired, putPaired } from "./rows";

/**
 * The inputs of a pair on their way from one layer to the next: x (units,), u16, x+ in the low byte and x- in the high one. Arrays are padded with zeros to
 * whole blocks of 8; `count` is a multiple of 8.
 */

/** x+ and x- of y+ and y-, normalised. y: i16. */
export function inputsOfPair(yPositive: usize, yNegative: usize, count: i32, byPositive: i32, byNegative: i32, x: usize): void {
  if (ASC_FEATURE_SIMD) inputsSimd(yPositive, yNegative, count, byPositive, byNegative, x);
  else inputsScalar(yPositive, yNegative, count, byPositive, byNegative, x);
}

function inputsScalar(yPositive: usize, yNegative: usize, count: i32, byPositive: i32, byNegative: i32, x: usize): void {
  for (const end = x + (<usize>count << 1); x < end; x += 2, yPositive += 2, yNegative += 2) {
    store<u16>(x, <u16>(normalised(load<i16>(yPositive), byPositive) | (normalised(load<i16>(yNegative), byNegative) << 8)));
  }
}

function inputsSimd(yPositive: usize, yNegative: usize, count: i32, byPositive: i32, byNegative: i32, x: usize): void {
  const factorPositive = i32x4.splat(byPositive), factorNegative = i32x4.splat(byNegative);
  for (const end = x + (<usize>count << 1); x < end; x += 16, yPositive += 16, yNegative += 16) {
    const positive = normalisedBlock(v128.load(yPositive), factorPositive);
    const negative = normalisedBlock(v128.load(yNegative), factorNegative);
    v128.store(x, v128.or(positive, i16x8.shl(negative, 8)));
  }
}

/** A paired list of the inputs that are not 0; returns its rows. `scratch`: of builds with SIMD, 4 bytes a unit. */
export function rowsOfPairInputs(x: usize, count: i32, list: usize, scratch: usize): i32 {
  const rows = ASC_FEATURE_SIMD ? rowsSimd(x, count, list, scratch) : rowsScalar(x, count, list);
  closePaired(list, rows);
  return rows;
}

function rowsScalar(x: usize, count: i32, list: usize): i32 {
  let rows = 0;
  for (let i = 0; i < count; i++) {
    const both = <i32>load<u16>(x + (<usize>i << 1));
    if (both != 0) putPaired(list, rows++, i, both & 255, both >> 8);
  }
  return rows;
}

/** Gathers row numbers and inputs, then takes an entry of the list from two of each. */
function rowsSimd(x: usize, count: i32, list: usize, scratch: usize): i32 {
  const column = <usize>count << 1, none = i16x8.splat(0);
  let at = scratch;
  for (let i = 0; i < count; i += 8) {
    const both = v128.load(x + (<usize>i << 1));
    const mask = lanesAbove0(both);
    const moves = movesOf(mask);
    gather(at, rowsMoved(moves, i), mask);
    gather(at + column, i8x16.swizzle(both, moves), mask);
    at += <usize>popcnt(mask) << 1;
  }
  const rows = <i32>(at - scratch) >> 1;
  for (; scratch < at; scratch += 4, list += PAIRED_BYTES) {
    store<u32>(list, load<u32>(scratch));
    // Bytes x0+ x0- x1+ x1- as i16 x0+ x1+ x0- x1-.
    const inputs = v128.load32_zero(scratch + column);
    v128.store64_lane(list, v128.shuffle<i8>(inputs, none, 0, 16, 2, 16, 1, 16, 3, 16, 16, 16, 16, 16, 16, 16, 16, 16), 0, 4);
  }
  return rows;
}

/** Both: a paired list over the union of the non-zeros of y+ and y-; returns its rows. `scratch`: 2 bytes a unit, padded, of builds with SIMD 6. */
export function rowsOfPair(yPositive: usize, yNegative: usize, units: i32, byPositive: i32, byNegative: i32, list: usize, scratch: usize): i32 {
  const count = (units + 7) & ~7;
  inputsOfPair(yPositive, yNegative, count, byPositive, byNegative, scratch);
  return rowsOfPairInputs(scratch, count, list, scratch + (<usize>count << 1));
}
