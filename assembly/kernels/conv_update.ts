import { PLACES_BYTES } from "./conv_places";
import { addToWeight, addToWeights } from "./weights";

/**
 * Update of 8 channels of a convolution: each row learns from all active places at once and is rounded once.
 *
 *   D = Σ over places of coefficient * x;  d = D * 2^shift + e;  w += d >> 16, saturating;  e = d & 0xffff
 *
 * list: see conv_places.ts, `pairs` entries. Rows `from`..`to`-1 of the field, [dy][dx][channel]: `run` of them lie side by side in the map, and the next
 * `run` a map row (`rowBytes`) on. column: the 8 weights of row 0, `stride` weights a row. carry: i32 (8,), the remainders e, which go on. |D| 2^shift < 2^31 - 2^17. Reads
 * up to 3 bytes behind the field.
 */
export function convUpdate<W>(list: usize, pairs: i32, column: usize, stride: i32, run: i32, rowBytes: usize, from: i32, to: i32, shift: i32, carry: usize): void {
  if (ASC_FEATURE_SIMD) simd<W>(list, pairs, column, stride, run, rowBytes, from, to, shift, carry);
  else scalar<W>(list, pairs, column, stride, run, rowBytes, from, to, shift, carry);
}

/** One row whose D are known: i32 (8,). */
export function addRow<W>(at: usize, sums: usize, shift: i32, carry: usize): void {
  for (let i: usize = 0; i < 8; i++) {
    const d = (load<i32>(sums + (i << 2)) << shift) + load<i32>(carry + (i << 2));
    addToWeight<W>(at + i * sizeof<W>(), d >> 16);
    store<i32>(carry + (i << 2), d & 0xffff);
  }
}

function scalar<W>(list: usize, pairs: i32, column: usize, stride: i32, run: i32, rowBytes: usize, from: i32, to: i32, shift: i32, carry: usize): void {
  const end = list + <usize>pairs * PLACES_BYTES;
  for (let row = from; row < to; row++) {
    const offset = <usize>(row / run) * rowBytes + <usize>(row % run);
    let d0 = 0, d1 = 0, d2 = 0, d3 = 0, d4 = 0, d5 = 0, d6 = 0, d7 = 0;
    for (let entry = list; entry < end; entry += PLACES_BYTES) {
      let x = <i32>load<u8>(<usize>load<u32>(entry) + offset);
      if (x != 0) {
        d0 += x * load<i16>(entry, 8), d1 += x * load<i16>(entry, 12), d2 += x * load<i16>(entry, 16), d3 += x * load<i16>(entry, 20);
        d4 += x * load<i16>(entry, 24), d5 += x * load<i16>(entry, 28), d6 += x * load<i16>(entry, 32), d7 += x * load<i16>(entry, 36);
      }
      x = <i32>load<u8>(<usize>load<u32>(entry, 4) + offset);
      if (x != 0) {
        d0 += x * load<i16>(entry, 10), d1 += x * load<i16>(entry, 14), d2 += x * load<i16>(entry, 18), d3 += x * load<i16>(entry, 22);
        d4 += x * load<i16>(entry, 26), d5 += x * load<i16>(entry, 30), d6 += x * load<i16>(entry, 34), d7 += x * load<i16>(entry, 38);
      }
    }
    const at = column + <usize>(row * stride) * sizeof<W>();
    add<W>(at, 0, d0, shift, carry), add<W>(at, 1, d1, shift, carry), add<W>(at, 2, d2, shift, carry), add<W>(at, 3, d3, shift, carry);
    add<W>(at, 4, d4, shift, carry), add<W>(at, 5, d5, shift, carry), add<W>(at, 6, d6, shift, carry), add<W>(at, 7, d7, shift, carry);
  }
}

// @ts-ignore: decorator
@inline function add<W>(at: usize, i: usize, sum: i32, shift: i32, carry: usize): void {
  const d = (sum << shift) + load<i32>(carry + (i << 2));
  addToWeight<W>(at + i * sizeof<W>(), d >> 16);
  store<i32>(carry + (i << 2), d & 0xffff);
}

function simd<W>(list: usize, pairs: i32, column: usize, stride: i32, run: i32, rowBytes: usize, from: i32, to: i32, shift: i32, carry: usize): void {
  const end = list + <usize>pairs * PLACES_BYTES;
  const weightBytes = <usize>stride * sizeof<W>();
  const mask = i32x4.splat(0xffff);
  let e0 = v128.load(carry), e1 = v128.load(carry, 16);
  let dy = from / run;
  let i = from - dy * run;
  let at = column + <usize>from * weightBytes;
  for (let row = from; row < to; ) {
    const offset = <usize>dy * rowBytes + <usize>i;
    // Four rows at once, for each place's four inputs are one load; at the end of a run fewer count.
    let a0 = i32x4.splat(0), a1 = i32x4.splat(0), b0 = i32x4.splat(0), b1 = i32x4.splat(0);
    let c0 = i32x4.splat(0), c1 = i32x4.splat(0), d0 = i32x4.splat(0), d1 = i32x4.splat(0);
    for (let entry = list; entry < end; entry += PLACES_BYTES) {
      const first = v128.load32_zero(<usize>load<u32>(entry) + offset), second = v128.load32_zero(<usize>load<u32>(entry, 4) + offset);
      const x = i16x8.extend_low_i8x16_u(v128.shuffle<i8>(first, second, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
      const low = v128.load(entry, 8), high = v128.load(entry, 24);
      let both = v128.shuffle<i32>(x, x, 0, 0, 0, 0);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(low, both)), a1 = i32x4.add(a1, i32x4.dot_i16x8_s(high, both));
      both = v128.shuffle<i32>(x, x, 1, 1, 1, 1);
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(low, both)), b1 = i32x4.add(b1, i32x4.dot_i16x8_s(high, both));
      both = v128.shuffle<i32>(x, x, 2, 2, 2, 2);
      c0 = i32x4.add(c0, i32x4.dot_i16x8_s(low, both)), c1 = i32x4.add(c1, i32x4.dot_i16x8_s(high, both));
      both = v128.shuffle<i32>(x, x, 3, 3, 3, 3);
      d0 = i32x4.add(d0, i32x4.dot_i16x8_s(low, both)), d1 = i32x4.add(d1, i32x4.dot_i16x8_s(high, both));
    }
    const count = min(min(4, run - i), to - row);
    e0 = i32x4.add(e0, i32x4.shl(a0, shift)), e1 = i32x4.add(e1, i32x4.shl(a1, shift));
    addToWeights<W>(at, i16x8.narrow_i32x4_s(i32x4.shr_s(e0, 16), i32x4.shr_s(e1, 16)));
    e0 = v128.and(e0, mask), e1 = v128.and(e1, mask);
    if (count > 1) {
      e0 = i32x4.add(e0, i32x4.shl(b0, shift)), e1 = i32x4.add(e1, i32x4.shl(b1, shift));
      addToWeights<W>(at + weightBytes, i16x8.narrow_i32x4_s(i32x4.shr_s(e0, 16), i32x4.shr_s(e1, 16)));
      e0 = v128.and(e0, mask), e1 = v128.and(e1, mask);
    }
    if (count > 2) {
      e0 = i32x4.add(e0, i32x4.shl(c0, shift)), e1 = i32x4.add(e1, i32x4.shl(c1, shift));
      addToWeights<W>(at + 2 * weightBytes, i16x8.narrow_i32x4_s(i32x4.shr_s(e0, 16), i32x4.shr_s(e1, 16)));
      e0 = v128.and(e0, mask), e1 = v128.and(e1, mask);
    }
    if (count > 3) {
      e0 = i32x4.add(e0, i32x4.shl(d0, shift)), e1 = i32x4.add(e1, i32x4.shl(d1, shift));
      addToWeights<W>(at + 3 * weightBytes, i16x8.narrow_i32x4_s(i32x4.shr_s(e0, 16), i32x4.shr_s(e1, 16)));
      e0 = v128.and(e0, mask), e1 = v128.and(e1, mask);
    }
    at += <usize>count * weightBytes;
    row += count;
    i += count;
    if (i == run) {
      i = 0;
      dy++;
    }
  }
  v128.store(carry, e0), v128.store(carry, e1, 16);
}
