import { BLOCK, BLOCK_ENTRIES, PAIRED_PLACE_BYTES, placePaired } from "./places";
import { PAIRED_BYTES, bytesOf } from "./rows";
import { addHigh, addHighBytes, addLow, addLowBytes, addWhole, highBytes, loadWeights, lowBytes } from "./weights";

/**
 * sums+ (units,) += x+ (rows,) @ W (rows, units), and the same for sums- and x-, over the rows of a paired list: each
 * weight is loaded once for both.
 *
 * W: i8 or i16, input-major, `stride` weights a row. sums: i32 [2][`plane`], positive first. Units `from`..`to`-1,
 * multiples of 8.
 */
export function forwardPaired<W>(list: usize, count: i32, weights: usize, stride: i32, sums: usize, plane: i32, from: i32, to: i32): void {
  if (ASC_FEATURE_RELAXED_SIMD && sizeof<W>() == 1) relaxed(list, count, weights, stride, sums, plane, from, to);
  else if (ASC_FEATURE_SIMD) simd<W>(list, count, weights, stride, sums, plane, from, to);
  else scalar<W>(list, count, weights, stride, sums, plane, from, to);
}

function scalar<W>(list: usize, count: i32, weights: usize, stride: i32, sums: usize, plane: i32, from: i32, to: i32): void {
  const rowBytes = <usize>stride * sizeof<W>();
  const end = list + <usize>count * PAIRED_BYTES;
  for (let unit = from; unit < to; unit += 4) {
    const column = weights + <usize>unit * sizeof<W>();
    const out = sums + (<usize>unit << 2);
    const outNegative = out + (<usize>plane << 2);
    let p0 = load<i32>(out), p1 = load<i32>(out, 4), p2 = load<i32>(out, 8), p3 = load<i32>(out, 12);
    let n0 = load<i32>(outNegative), n1 = load<i32>(outNegative, 4), n2 = load<i32>(outNegative, 8), n3 = load<i32>(outNegative, 12);
    for (let entry = list; entry < end; entry += PAIRED_BYTES) {
      for (let half: usize = 0; half < 4; half += 2) {
        const p = <i32>load<i16>(entry + half, 4);
        const n = <i32>load<i16>(entry + half, 8);
        const at = column + <usize>load<u16>(entry + half) * rowBytes;
        let w = <i32>load<W>(at);
        p0 += w * p, n0 += w * n;
        w = <i32>load<W>(at, sizeof<W>());
        p1 += w * p, n1 += w * n;
        w = <i32>load<W>(at, 2 * sizeof<W>());
        p2 += w * p, n2 += w * n;
        w = <i32>load<W>(at, 3 * sizeof<W>());
        p3 += w * p, n3 += w * n;
      }
    }
    store<i32>(out, p0), store<i32>(out, p1, 4), store<i32>(out, p2, 8), store<i32>(out, p3, 12);
    store<i32>(outNegative, n0), store<i32>(outNegative, n1, 4), store<i32>(outNegative, n2, 8), store<i32>(outNegative, n3, 12);
  }
}

/** In blocks of rows, as in forward_single.ts. */
function simd<W>(list: usize, count: i32, weights: usize, stride: i32, sums: usize, plane: i32, from: i32, to: i32): void {
  const rowBytes = <usize>stride * sizeof<W>();
  const last = list + <usize>count * PAIRED_BYTES;
  const planeBytes = <usize>plane << 2;
  const first = <usize>from * sizeof<W>(), behind = <usize>to * sizeof<W>();
  for (; list < last; list += BLOCK_ENTRIES * PAIRED_BYTES) {
    const end = placePaired(list, min(list + BLOCK_ENTRIES * PAIRED_BYTES, last), weights, rowBytes);
    let column = first;
    // With relaxed SIMD only 8 bytes are left over.
    for (; !(ASC_FEATURE_RELAXED_SIMD && sizeof<W>() == 1) && column + 16 * sizeof<W>() <= behind; column += 16 * sizeof<W>()) {
      if (sizeof<W>() == 1) bytes16(end, column, sums + (column << 2), planeBytes);
      else words16(end, column, sums + (column << 1), planeBytes);
    }
    if (column < behind) units8<W>(end, column, sums + (column << 2) / sizeof<W>(), planeBytes);
  }
}

// @ts-ignore: decorator
@inline function words16(end: usize, column: usize, out: usize, planeBytes: usize): void {
  const outNegative = out + planeBytes;
  let p0 = v128.load(out), p1 = v128.load(out, 16), p2 = v128.load(out, 32), p3 = v128.load(out, 48);
  let n0 = v128.load(outNegative), n1 = v128.load(outNegative, 16), n2 = v128.load(outNegative, 32), n3 = v128.load(outNegative, 48);
  let entry = BLOCK;
  do {
    const positive = v128.load_splat<i32>(entry, 8), negative = v128.load_splat<i32>(entry, 12);
    const w0 = column + <usize>load<u32>(entry), w1 = column + <usize>load<u32>(entry, 4);
    let a = v128.load(w0), b = v128.load(w1);
    p0 = addLow(p0, a, b, positive), n0 = addLow(n0, a, b, negative);
    p1 = addHigh(p1, a, b, positive), n1 = addHigh(n1, a, b, negative);
    a = v128.load(w0, 16), b = v128.load(w1, 16);
    p2 = addLow(p2, a, b, positive), n2 = addLow(n2, a, b, negative);
    p3 = addHigh(p3, a, b, positive), n3 = addHigh(n3, a, b, negative);
    entry += PAIRED_PLACE_BYTES;
  } while (entry < end);
  v128.store(out, p0), v128.store(out, p1, 16), v128.store(out, p2, 32), v128.store(out, p3, 48);
  v128.store(outNegative, n0), v128.store(outNegative, n1, 16), v128.store(outNegative, n2, 32), v128.store(outNegative, n3, 48);
}

/** Sums times 256, as in forward_single.ts. */
// @ts-ignore: decorator
@inline function bytes16(end: usize, column: usize, out: usize, planeBytes: usize): void {
  let p0 = i32x4.splat(0), p1 = i32x4.splat(0), p2 = i32x4.splat(0), p3 = i32x4.splat(0);
  let n0 = i32x4.splat(0), n1 = i32x4.splat(0), n2 = i32x4.splat(0), n3 = i32x4.splat(0);
  let entry = BLOCK;
  do {
    const positive = v128.load_splat<i32>(entry, 8), negative = v128.load_splat<i32>(entry, 12);
    const a = v128.load(column + <usize>load<u32>(entry)), b = v128.load(column + <usize>load<u32>(entry, 4));
    let ab = lowBytes(a, b);
    p0 = addLowBytes(p0, ab, positive), n0 = addLowBytes(n0, ab, negative);
    p1 = addHighBytes(p1, ab, positive), n1 = addHighBytes(n1, ab, negative);
    ab = highBytes(a, b);
    p2 = addLowBytes(p2, ab, positive), n2 = addLowBytes(n2, ab, negative);
    p3 = addHighBytes(p3, ab, positive), n3 = addHighBytes(n3, ab, negative);
    entry += PAIRED_PLACE_BYTES;
  } while (entry < end);
  const outNegative = out + planeBytes;
  addWhole(out, p0), addWhole(out + 16, p1), addWhole(out + 32, p2), addWhole(out + 48, p3);
  addWhole(outNegative, n0), addWhole(outNegative + 16, n1), addWhole(outNegative + 32, n2), addWhole(outNegative + 48, n3);
}

/** The last 8 units. */
// @ts-ignore: decorator
@inline function units8<W>(end: usize, column: usize, out: usize, planeBytes: usize): void {
  const outNegative = out + planeBytes;
  let p0 = v128.load(out), p1 = v128.load(out, 16), n0 = v128.load(outNegative), n1 = v128.load(outNegative, 16);
  let entry = BLOCK;
  do {
    const positive = v128.load_splat<i32>(entry, 8), negative = v128.load_splat<i32>(entry, 12);
    const a = loadWeights<W>(column + <usize>load<u32>(entry)), b = loadWeights<W>(column + <usize>load<u32>(entry, 4));
    p0 = addLow(p0, a, b, positive), n0 = addLow(n0, a, b, negative);
    p1 = addHigh(p1, a, b, positive), n1 = addHigh(n1, a, b, negative);
    entry += PAIRED_PLACE_BYTES;
  } while (entry < end);
  v128.store(out, p0), v128.store(out, p1, 16), v128.store(outNegative, n0), v128.store(outNegative, n1, 16);
}

/** i8 weights, four rows at once, each loaded once for both: see forward_single.ts for why it is exact. */
function relaxed(list: usize, count: i32, weights: usize, stride: i32, sums: usize, plane: i32, from: i32, to: i32): void {
  const end = list + <usize>count * PAIRED_BYTES;
  const rowBytes = <usize>stride;
  const planeBytes = <usize>plane << 2;
  let unit = from;
  for (; unit + 16 <= to; unit += 16) {
    const column = weights + <usize>unit;
    const out = sums + (<usize>unit << 2);
    let p0 = v128.load(out), p1 = v128.load(out, 16), p2 = v128.load(out, 32), p3 = v128.load(out, 48);
    let n0 = v128.load(out + planeBytes), n1 = v128.load(out + planeBytes, 16);
    let n2 = v128.load(out + planeBytes, 32), n3 = v128.load(out + planeBytes, 48);
    for (let entry = list; entry < end; entry += 2 * PAIRED_BYTES) {
      const two = entry + PAIRED_BYTES < end;
      const second = two ? entry + PAIRED_BYTES : entry;
      const positive = i32x4.splat(bytesOf(load<u32>(entry, 4)) | (two ? bytesOf(load<u32>(second, 4)) << 16 : 0));
      const negative = i32x4.splat(bytesOf(load<u32>(entry, 8)) | (two ? bytesOf(load<u32>(second, 8)) << 16 : 0));
      const a = v128.load(column + <usize>load<u16>(entry) * rowBytes), b = v128.load(column + <usize>load<u16>(entry, 2) * rowBytes);
      const c = v128.load(column + <usize>load<u16>(second) * rowBytes), d = v128.load(column + <usize>load<u16>(second, 2) * rowBytes);
      let ab = v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      let cd = v128.shuffle<i8>(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      let w = v128.shuffle<i16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11);
      p0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w, positive, p0), n0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w, negative, n0);
      w = v128.shuffle<i16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15);
      p1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w, positive, p1), n1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w, negative, n1);
      ab = v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      cd = v128.shuffle<i8>(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      w = v128.shuffle<i16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11);
      p2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w, positive, p2), n2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w, negative, n2);
      w = v128.shuffle<i16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15);
      p3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w, positive, p3), n3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w, negative, n3);
    }
    v128.store(out, p0), v128.store(out, p1, 16), v128.store(out, p2, 32), v128.store(out, p3, 48);
    v128.store(out + planeBytes, n0), v128.store(out + planeBytes, n1, 16);
    v128.store(out + planeBytes, n2, 32), v128.store(out + planeBytes, n3, 48);
  }
  if (unit < to) simd<i8>(list, count, weights, stride, sums, plane, unit, to);
}
