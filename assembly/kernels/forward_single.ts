import { BLOCK, BLOCK_ENTRIES, SINGLE_PLACE_BYTES, placeSingle } from "./places";
import { SINGLE_BYTES, bytesOf } from "./rows";
import { addHigh, addHighBytes, addLow, addLowBytes, addWhole, highBytes, loadWeights, lowBytes } from "./weights";

/**
 * sums (units,) += x (rows,) @ W (rows, units), over the rows of a single list.
 *
 * W: i8 or i16, input-major, `stride` weights a row. sums: i32, cannot overflow for inputs of root mean square 16 and at most
 * 3840 rows. Units `from`..`to`-1, multiples of 8.
 */
export function forwardSingle<W>(list: usize, count: i32, weights: usize, stride: i32, sums: usize, from: i32, to: i32): void {
  if (ASC_FEATURE_RELAXED_SIMD && sizeof<W>() == 1) relaxed(list, count, weights, stride, sums, from, to);
  else if (ASC_FEATURE_SIMD) simd<W>(list, count, weights, stride, sums, from, to);
  else scalar<W>(list, count, weights, stride, sums, from, to);
}

function scalar<W>(list: usize, count: i32, weights: usize, stride: i32, sums: usize, from: i32, to: i32): void {
  const rowBytes = <usize>stride * sizeof<W>();
  const end = list + <usize>count * SINGLE_BYTES;
  for (let unit = from; unit < to; unit += 8) {
    const column = weights + <usize>unit * sizeof<W>();
    const out = sums + (<usize>unit << 2);
    let s0 = load<i32>(out), s1 = load<i32>(out, 4), s2 = load<i32>(out, 8), s3 = load<i32>(out, 12);
    let s4 = load<i32>(out, 16), s5 = load<i32>(out, 20), s6 = load<i32>(out, 24), s7 = load<i32>(out, 28);
    for (let entry = list; entry < end; entry += SINGLE_BYTES) {
      const rows = load<u32>(entry), inputs = load<i32>(entry, 4);
      let w = column + <usize>(rows & 0xffff) * rowBytes;
      let x = (inputs << 16) >> 16;
      s0 += <i32>load<W>(w) * x;
      s1 += <i32>load<W>(w, sizeof<W>()) * x;
      s2 += <i32>load<W>(w, 2 * sizeof<W>()) * x;
      s3 += <i32>load<W>(w, 3 * sizeof<W>()) * x;
      s4 += <i32>load<W>(w, 4 * sizeof<W>()) * x;
      s5 += <i32>load<W>(w, 5 * sizeof<W>()) * x;
      s6 += <i32>load<W>(w, 6 * sizeof<W>()) * x;
      s7 += <i32>load<W>(w, 7 * sizeof<W>()) * x;
      w = column + <usize>(rows >>> 16) * rowBytes;
      x = inputs >> 16;
      s0 += <i32>load<W>(w) * x;
      s1 += <i32>load<W>(w, sizeof<W>()) * x;
      s2 += <i32>load<W>(w, 2 * sizeof<W>()) * x;
      s3 += <i32>load<W>(w, 3 * sizeof<W>()) * x;
      s4 += <i32>load<W>(w, 4 * sizeof<W>()) * x;
      s5 += <i32>load<W>(w, 5 * sizeof<W>()) * x;
      s6 += <i32>load<W>(w, 6 * sizeof<W>()) * x;
      s7 += <i32>load<W>(w, 7 * sizeof<W>()) * x;
    }
    store<i32>(out, s0), store<i32>(out, s1, 4), store<i32>(out, s2, 8), store<i32>(out, s3, 12);
    store<i32>(out, s4, 16), store<i32>(out, s5, 20), store<i32>(out, s6, 24), store<i32>(out, s7, 28);
  }
}

/** The rows of BLOCK_ENTRIES entries go through all units before the next rows: whole rows then come from memory once and in a row. */
function simd<W>(list: usize, count: i32, weights: usize, stride: i32, sums: usize, from: i32, to: i32): void {
  const rowBytes = <usize>stride * sizeof<W>();
  const last = list + <usize>count * SINGLE_BYTES;
  const first = <usize>from * sizeof<W>(), behind = <usize>to * sizeof<W>();
  for (; list < last; list += BLOCK_ENTRIES * SINGLE_BYTES) {
    const end = placeSingle(list, min(list + BLOCK_ENTRIES * SINGLE_BYTES, last), weights, rowBytes);
    let column = first;
    if (sizeof<W>() == 1) for (; !ASC_FEATURE_RELAXED_SIMD && column + 32 <= behind; column += 32) bytes32(end, column, sums + (column << 2));
    else for (; column + 48 <= behind; column += 48) words24(end, column, sums + (column << 1));
    if (sizeof<W>() == 2) for (; column + 32 <= behind; column += 32) words16(end, column, sums + (column << 1));
    for (; column < behind; column += 8 * sizeof<W>()) units8<W>(end, column, sums + (column << 2) / sizeof<W>());
  }
}

// Each tile keeps its sums in registers, and no more weights than there are registers left for. Lanes of x: x0 x1 x0 x1 …; rows a and b
// interleaved: a0 b0 a1 b1 a2 b2 a3 b3, so each dot gives 4 units. `end`: of the block; column: of the tile, in bytes of a row.

// @ts-ignore: decorator
@inline function words24(end: usize, column: usize, out: usize): void {
  let s0 = v128.load(out), s1 = v128.load(out, 16), s2 = v128.load(out, 32), s3 = v128.load(out, 48), s4 = v128.load(out, 64), s5 = v128.load(out, 80);
  let entry = BLOCK;
  do {
    const x = v128.load_splat<i32>(entry, 8);
    const w0 = column + <usize>load<u32>(entry), w1 = column + <usize>load<u32>(entry, 4);
    let a = v128.load(w0), b = v128.load(w1);
    s0 = addLow(s0, a, b, x), s1 = addHigh(s1, a, b, x);
    a = v128.load(w0, 16), b = v128.load(w1, 16);
    s2 = addLow(s2, a, b, x), s3 = addHigh(s3, a, b, x);
    a = v128.load(w0, 32), b = v128.load(w1, 32);
    s4 = addLow(s4, a, b, x), s5 = addHigh(s5, a, b, x);
    entry += SINGLE_PLACE_BYTES;
  } while (entry < end);
  v128.store(out, s0), v128.store(out, s1, 16), v128.store(out, s2, 32), v128.store(out, s3, 48), v128.store(out, s4, 64), v128.store(out, s5, 80);
}

// @ts-ignore: decorator
@inline function words16(end: usize, column: usize, out: usize): void {
  let s0 = v128.load(out), s1 = v128.load(out, 16), s2 = v128.load(out, 32), s3 = v128.load(out, 48);
  let entry = BLOCK;
  do {
    const x = v128.load_splat<i32>(entry, 8);
    const w0 = column + <usize>load<u32>(entry), w1 = column + <usize>load<u32>(entry, 4);
    let a = v128.load(w0), b = v128.load(w1);
    s0 = addLow(s0, a, b, x), s1 = addHigh(s1, a, b, x);
    a = v128.load(w0, 16), b = v128.load(w1, 16);
    s2 = addLow(s2, a, b, x), s3 = addHigh(s3, a, b, x);
    entry += SINGLE_PLACE_BYTES;
  } while (entry < end);
  v128.store(out, s0), v128.store(out, s1, 16), v128.store(out, s2, 32), v128.store(out, s3, 48);
}

/** What is left of the units, 8 at a time. */
// @ts-ignore: decorator
@inline function units8<W>(end: usize, column: usize, out: usize): void {
  let s0 = v128.load(out), s1 = v128.load(out, 16);
  let entry = BLOCK;
  do {
    const x = v128.load_splat<i32>(entry, 8);
    const a = loadWeights<W>(column + <usize>load<u32>(entry)), b = loadWeights<W>(column + <usize>load<u32>(entry, 4));
    s0 = addLow(s0, a, b, x), s1 = addHigh(s1, a, b, x);
    entry += SINGLE_PLACE_BYTES;
  } while (entry < end);
  v128.store(out, s0), v128.store(out, s1, 16);
}

// i8 weights are interleaved as bytes and then with zeros, each the high byte of an i16: that makes w * 256 without a sign extension. A block's sums,
// 32 * 127 * 32768 at most, fit an i32, and divide by 256 exactly.

// @ts-ignore: decorator
@inline function bytes32(end: usize, column: usize, out: usize): void {
  let s0 = i32x4.splat(0), s1 = i32x4.splat(0), s2 = i32x4.splat(0), s3 = i32x4.splat(0);
  let s4 = i32x4.splat(0), s5 = i32x4.splat(0), s6 = i32x4.splat(0), s7 = i32x4.splat(0);
  let entry = BLOCK;
  do {
    const x = v128.load_splat<i32>(entry, 8);
    const w0 = column + <usize>load<u32>(entry), w1 = column + <usize>load<u32>(entry, 4);
    let a = v128.load(w0), b = v128.load(w1);
    let ab = lowBytes(a, b);
    s0 = addLowBytes(s0, ab, x), s1 = addHighBytes(s1, ab, x);
    ab = highBytes(a, b);
    s2 = addLowBytes(s2, ab, x), s3 = addHighBytes(s3, ab, x);
    a = v128.load(w0, 16), b = v128.load(w1, 16);
    ab = lowBytes(a, b);
    s4 = addLowBytes(s4, ab, x), s5 = addHighBytes(s5, ab, x);
    ab = highBytes(a, b);
    s6 = addLowBytes(s6, ab, x), s7 = addHighBytes(s7, ab, x);
    entry += SINGLE_PLACE_BYTES;
  } while (entry < end);
  addWhole(out, s0), addWhole(out + 16, s1), addWhole(out + 32, s2), addWhole(out + 48, s3);
  addWhole(out + 64, s4), addWhole(out + 80, s5), addWhole(out + 96, s6), addWhole(out + 112, s7);
}

/**
 * i8 weights, four rows at once. `relaxed_dot_i8x16_i7x16` leaves two things open, and neither can happen here: inputs are at most
 * 127, so their sign bit is clear, and two products are at most 2 * 128 * 127 < 2^15, so no i16 saturates.
 */
function relaxed(list: usize, count: i32, weights: usize, stride: i32, sums: usize, from: i32, to: i32): void {
  const end = list + <usize>count * SINGLE_BYTES;
  const rowBytes = <usize>stride;
  let unit = from;
  for (; unit + 32 <= to; unit += 32) {
    const column = weights + <usize>unit;
    const out = sums + (<usize>unit << 2);
    let s0 = v128.load(out), s1 = v128.load(out, 16), s2 = v128.load(out, 32), s3 = v128.load(out, 48);
    let s4 = v128.load(out, 64), s5 = v128.load(out, 80), s6 = v128.load(out, 96), s7 = v128.load(out, 112);
    for (let entry = list; entry < end; entry += 2 * SINGLE_BYTES) {
      // An odd last entry is followed by itself with inputs 0.
      const pair = entry + SINGLE_BYTES < end;
      const second = pair ? entry + SINGLE_BYTES : entry;
      const x = i32x4.splat(bytesOf(load<u32>(entry, 4)) | (pair ? bytesOf(load<u32>(second, 4)) << 16 : 0));
      const w0 = column + <usize>load<u16>(entry) * rowBytes, w1 = column + <usize>load<u16>(entry, 2) * rowBytes;
      const w2 = column + <usize>load<u16>(second) * rowBytes, w3 = column + <usize>load<u16>(second, 2) * rowBytes;
      let a = v128.load(w0), b = v128.load(w1), c = v128.load(w2), d = v128.load(w3);
      let ab = v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      let cd = v128.shuffle<i8>(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      s0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.shuffle<i16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11), x, s0);
      s1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.shuffle<i16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15), x, s1);
      ab = v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      cd = v128.shuffle<i8>(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      s2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.shuffle<i16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11), x, s2);
      s3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.shuffle<i16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15), x, s3);
      a = v128.load(w0, 16), b = v128.load(w1, 16), c = v128.load(w2, 16), d = v128.load(w3, 16);
      ab = v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      cd = v128.shuffle<i8>(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      s4 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.shuffle<i16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11), x, s4);
      s5 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.shuffle<i16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15), x, s5);
      ab = v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      cd = v128.shuffle<i8>(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      s6 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.shuffle<i16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11), x, s6);
      s7 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.shuffle<i16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15), x, s7);
    }
    v128.store(out, s0), v128.store(out, s1, 16), v128.store(out, s2, 32), v128.store(out, s3, 48);
    v128.store(out, s4, 64), v128.store(out, s5, 80), v128.store(out, s6, 96), v128.store(out, s7, 112);
  }
  if (unit < to) simd<i8>(list, count, weights, stride, sums, unit, to);
}
