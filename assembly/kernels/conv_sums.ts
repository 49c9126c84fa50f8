import { PLACES_BYTES } from "./conv_places";

/**
 * The first half of conv_update.ts, for places that come in several lists: sums (rows, 8) i32 += Σ over places of coefficient * x, for rows `from`..`to`-1
 * of the field, the first of them at `sums`. list, pairs, run, rowBytes: as there. Reads up to 3 bytes behind the field.
 */
export function convSums(list: usize, pairs: i32, run: i32, rowBytes: usize, from: i32, to: i32, sums: usize): void {
  if (ASC_FEATURE_SIMD) simd(list, pairs, run, rowBytes, from, to, sums);
  else scalar(list, pairs, run, rowBytes, from, to, sums);
}

function scalar(list: usize, pairs: i32, run: i32, rowBytes: usize, from: i32, to: i32, sums: usize): void {
  const end = list + <usize>pairs * PLACES_BYTES;
  for (let row = from; row < to; row++) {
    const offset = <usize>(row / run) * rowBytes + <usize>(row % run);
    for (let entry = list; entry < end; entry += PLACES_BYTES) {
      const first = <i32>load<u8>(<usize>load<u32>(entry) + offset), second = <i32>load<u8>(<usize>load<u32>(entry, 4) + offset);
      if ((first | second) == 0) continue;
      for (let i: usize = 0; i < 32; i += 4) {
        store<i32>(sums + i, load<i32>(sums + i) + first * <i32>load<i16>(entry + i, 8) + second * <i32>load<i16>(entry + i, 10));
      }
    }
    sums += 32;
  }
}

function simd(list: usize, pairs: i32, run: i32, rowBytes: usize, from: i32, to: i32, sums: usize): void {
  const end = list + <usize>pairs * PLACES_BYTES;
  let dy = from / run;
  let i = from - dy * run;
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
    addTo(sums, a0, a1);
    if (count > 1) addTo(sums + 32, b0, b1);
    if (count > 2) addTo(sums + 64, c0, c1);
    if (count > 3) addTo(sums + 96, d0, d1);
    sums += <usize>count << 5;
    row += count;
    i += count;
    if (i == run) {
      i = 0;
      dy++;
    }
  }
}

// @ts-ignore: decorator
@inline function addTo(sums: usize, low: v128, high: v128): void {
  v128.store(sums, i32x4.add(v128.load(sums), low));
  v128.store(sums, i32x4.add(v128.load(sums, 16), high), 16);
}
