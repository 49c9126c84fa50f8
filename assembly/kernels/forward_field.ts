import { loadWeights } from "./weights";

/**
 * sums (units,) += x (rows,) @ W (rows, units) straight from the field of a place in a map, without a list: where few inputs are 0, making the list
 * takes longer than what it saves. The same sums, for rows left out add nothing.
 *
 * window: the field's first value, u8 <= 127 in a map with rows of `rowBytes`; side: rows of the field; run: values of one of them. W: i8 or i16, row
 * [dy][i] of `stride` weights. sums: i32. Units `from`..`to`-1, multiples of 8.
 */
export function forwardField<W>(window: usize, rowBytes: usize, side: i32, run: i32, weights: usize, stride: i32, sums: usize, from: i32, to: i32): void {
  if (!ASC_FEATURE_SIMD) return scalar<W>(window, rowBytes, side, run, weights, stride, sums, from, to);
  let unit = from;
  for (; unit + 16 <= to; unit += 16) single16<W>(window, rowBytes, side, run, weights + <usize>unit * sizeof<W>(), <usize>stride * sizeof<W>(), sums + (<usize>unit << 2));
  if (unit < to) single8<W>(window, rowBytes, side, run, weights + <usize>unit * sizeof<W>(), <usize>stride * sizeof<W>(), sums + (<usize>unit << 2));
}

/** The same for two maps, `plane` bytes from the positive to the negative one; sums: i32 [2][`planeSums`]. */
export function forwardFieldPair<W>(
  window: usize, plane: usize, rowBytes: usize, side: i32, run: i32, weights: usize, stride: i32, sums: usize, planeSums: i32, from: i32, to: i32,
): void {
  const bytes = <usize>planeSums << 2;
  if (!ASC_FEATURE_SIMD) {
    scalar<W>(window, rowBytes, side, run, weights, stride, sums, from, to);
    return scalar<W>(window + plane, rowBytes, side, run, weights, stride, sums + bytes, from, to);
  }
  let unit = from;
  for (; unit + 16 <= to; unit += 16) pair16<W>(window, plane, rowBytes, side, run, weights + <usize>unit * sizeof<W>(), <usize>stride * sizeof<W>(), sums + (<usize>unit << 2), bytes);
  if (unit < to) pair8<W>(window, plane, rowBytes, side, run, weights + <usize>unit * sizeof<W>(), <usize>stride * sizeof<W>(), sums + (<usize>unit << 2), bytes);
}

function scalar<W>(window: usize, rowBytes: usize, side: i32, run: i32, weights: usize, stride: i32, sums: usize, from: i32, to: i32): void {
  let row = weights;
  for (let dy = 0; dy < side; dy++) {
    for (let i = 0; i < run; i++) {
      const x = <i32>load<u8>(window + <usize>i);
      for (let unit = from; x != 0 && unit < to; unit++) {
        const at = sums + (<usize>unit << 2);
        store<i32>(at, load<i32>(at) + x * <i32>load<W>(row + <usize>unit * sizeof<W>()));
      }
      row += <usize>stride * sizeof<W>();
    }
    window += rowBytes;
  }
}

/** More channels are worth a list of the inputs that are not 0, which takes about as long as the products of so many. Without SIMD any are. */
const LIST_CHANNELS: i32 = 24;

/** Whether a field is better taken as it lies. */
// @ts-ignore: decorator
@inline export function fieldPays(channels: i32): bool {
  return ASC_FEATURE_SIMD && channels <= LIST_CHANNELS;
}

const ONES: u64 = 0x7f7f7f7f7f7f7f7f;

/** Inputs of a field that are not 0 in one of the maps; `plane` 0: of one map. Reads up to 7 bytes behind the field. */
export function countInputs(window: usize, plane: usize, rowBytes: usize, side: i32, run: i32): i32 {
  let count = 0;
  for (let dy = 0; dy < side; dy++) {
    let i = 0;
    // A byte of at most 127 and another 127 have the top bit if it is not 0.
    for (; i + 8 <= run; i += 8) count += <i32>popcnt<u64>(((load<u64>(window + <usize>i) | load<u64>(window + plane + <usize>i)) + ONES) & ~ONES);
    if (i < run) {
      const within = (<u64>1 << (<u64>(run - i) << 3)) - 1;
      count += <i32>popcnt<u64>((((load<u64>(window + <usize>i) | load<u64>(window + plane + <usize>i)) & within) + ONES) & ~ONES);
    }
    window += rowBytes;
  }
  return count;
}

// Two rows at a time: their inputs side by side in every pair of lanes, their weights interleaved.

/** The last two inputs of a row, or the last and 0. */
// @ts-ignore: decorator
@inline function tail(at: usize, both: bool): v128 {
  return i32x4.splat(<i32>load<u8>(at) | (both ? <i32>load<u8>(at, 1) << 16 : 0));
}

function single16<W>(window: usize, rowBytes: usize, side: i32, run: i32, column: usize, weightBytes: usize, sums: usize): void {
  let s0 = v128.load(sums), s1 = v128.load(sums, 16), s2 = v128.load(sums, 32), s3 = v128.load(sums, 48);
  for (let dy = 0; dy < side; dy++) {
    let i = 0;
    for (; i + 8 <= run; i += 8) {
      const inputs = v128.load64_zero(window + <usize>i);
      if (v128.any_true(inputs)) {
        let x = i16x8.extend_low_i8x16_u(inputs);
        let w = column;
        for (let k = 0; k < 4; k++) {
          const each = v128.shuffle<i32>(x, x, 0, 0, 0, 0);
          x = v128.shuffle<i32>(x, x, 1, 2, 3, 0);
          let a = loadWeights<W>(w), b = loadWeights<W>(w + weightBytes);
          s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), each));
          s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), each));
          a = loadWeights<W>(w + 8 * sizeof<W>()), b = loadWeights<W>(w + weightBytes + 8 * sizeof<W>());
          s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), each));
          s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), each));
          w += weightBytes << 1;
        }
      }
      column += weightBytes << 3;
    }
    for (; i < run; i += 2) {
      const both = i + 1 < run;
      const each = tail(window + <usize>i, both);
      const other = both ? column + weightBytes : column;
      let a = loadWeights<W>(column), b = loadWeights<W>(other);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), each));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), each));
      a = loadWeights<W>(column + 8 * sizeof<W>()), b = loadWeights<W>(other + 8 * sizeof<W>());
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), each));
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), each));
      column = other + weightBytes;
    }
    window += rowBytes;
  }
  v128.store(sums, s0), v128.store(sums, s1, 16), v128.store(sums, s2, 32), v128.store(sums, s3, 48);
}

function single8<W>(window: usize, rowBytes: usize, side: i32, run: i32, column: usize, weightBytes: usize, sums: usize): void {
  let s0 = v128.load(sums), s1 = v128.load(sums, 16);
  for (let dy = 0; dy < side; dy++) {
    for (let i = 0; i < run; i += 2) {
      const both = i + 1 < run;
      const each = tail(window + <usize>i, both);
      const other = both ? column + weightBytes : column;
      const a = loadWeights<W>(column), b = loadWeights<W>(other);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), each));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), each));
      column = other + weightBytes;
    }
    window += rowBytes;
  }
  v128.store(sums, s0), v128.store(sums, s1, 16);
}

function pair16<W>(window: usize, plane: usize, rowBytes: usize, side: i32, run: i32, column: usize, weightBytes: usize, sums: usize, sumsBytes: usize): void {
  const negative = sums + sumsBytes;
  let p0 = v128.load(sums), p1 = v128.load(sums, 16), p2 = v128.load(sums, 32), p3 = v128.load(sums, 48);
  let n0 = v128.load(negative), n1 = v128.load(negative, 16), n2 = v128.load(negative, 32), n3 = v128.load(negative, 48);
  for (let dy = 0; dy < side; dy++) {
    let i = 0;
    for (; i + 8 <= run; i += 8) {
      const positives = v128.load64_zero(window + <usize>i), negatives = v128.load64_zero(window + plane + <usize>i);
      if (v128.any_true(v128.or(positives, negatives))) {
        let p = i16x8.extend_low_i8x16_u(positives), n = i16x8.extend_low_i8x16_u(negatives);
        let w = column;
        for (let k = 0; k < 4; k++) {
          const x = v128.shuffle<i32>(p, p, 0, 0, 0, 0), z = v128.shuffle<i32>(n, n, 0, 0, 0, 0);
          p = v128.shuffle<i32>(p, p, 1, 2, 3, 0), n = v128.shuffle<i32>(n, n, 1, 2, 3, 0);
          let a = loadWeights<W>(w), b = loadWeights<W>(w + weightBytes);
          let ab = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
          p0 = i32x4.add(p0, i32x4.dot_i16x8_s(ab, x)), n0 = i32x4.add(n0, i32x4.dot_i16x8_s(ab, z));
          ab = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
          p1 = i32x4.add(p1, i32x4.dot_i16x8_s(ab, x)), n1 = i32x4.add(n1, i32x4.dot_i16x8_s(ab, z));
          a = loadWeights<W>(w + 8 * sizeof<W>()), b = loadWeights<W>(w + weightBytes + 8 * sizeof<W>());
          ab = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
          p2 = i32x4.add(p2, i32x4.dot_i16x8_s(ab, x)), n2 = i32x4.add(n2, i32x4.dot_i16x8_s(ab, z));
          ab = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
          p3 = i32x4.add(p3, i32x4.dot_i16x8_s(ab, x)), n3 = i32x4.add(n3, i32x4.dot_i16x8_s(ab, z));
          w += weightBytes << 1;
        }
      }
      column += weightBytes << 3;
    }
    for (; i < run; i += 2) {
      const both = i + 1 < run;
      const x = tail(window + <usize>i, both), z = tail(window + plane + <usize>i, both);
      const other = both ? column + weightBytes : column;
      let a = loadWeights<W>(column), b = loadWeights<W>(other);
      let ab = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
      p0 = i32x4.add(p0, i32x4.dot_i16x8_s(ab, x)), n0 = i32x4.add(n0, i32x4.dot_i16x8_s(ab, z));
      ab = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
      p1 = i32x4.add(p1, i32x4.dot_i16x8_s(ab, x)), n1 = i32x4.add(n1, i32x4.dot_i16x8_s(ab, z));
      a = loadWeights<W>(column + 8 * sizeof<W>()), b = loadWeights<W>(other + 8 * sizeof<W>());
      ab = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
      p2 = i32x4.add(p2, i32x4.dot_i16x8_s(ab, x)), n2 = i32x4.add(n2, i32x4.dot_i16x8_s(ab, z));
      ab = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
      p3 = i32x4.add(p3, i32x4.dot_i16x8_s(ab, x)), n3 = i32x4.add(n3, i32x4.dot_i16x8_s(ab, z));
      column = other + weightBytes;
    }
    window += rowBytes;
  }
  v128.store(sums, p0), v128.store(sums, p1, 16), v128.store(sums, p2, 32), v128.store(sums, p3, 48);
  v128.store(negative, n0), v128.store(negative, n1, 16), v128.store(negative, n2, 32), v128.store(negative, n3, 48);
}

function pair8<W>(window: usize, plane: usize, rowBytes: usize, side: i32, run: i32, column: usize, weightBytes: usize, sums: usize, sumsBytes: usize): void {
  const negative = sums + sumsBytes;
  let p0 = v128.load(sums), p1 = v128.load(sums, 16), n0 = v128.load(negative), n1 = v128.load(negative, 16);
  for (let dy = 0; dy < side; dy++) {
    for (let i = 0; i < run; i += 2) {
      const both = i + 1 < run;
      const x = tail(window + <usize>i, both), z = tail(window + plane + <usize>i, both);
      const other = both ? column + weightBytes : column;
      const a = loadWeights<W>(column), b = loadWeights<W>(other);
      let ab = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
      p0 = i32x4.add(p0, i32x4.dot_i16x8_s(ab, x)), n0 = i32x4.add(n0, i32x4.dot_i16x8_s(ab, z));
      ab = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
      p1 = i32x4.add(p1, i32x4.dot_i16x8_s(ab, x)), n1 = i32x4.add(n1, i32x4.dot_i16x8_s(ab, z));
      column = other + weightBytes;
    }
    window += rowBytes;
  }
  v128.store(sums, p0), v128.store(sums, p1, 16), v128.store(negative, n0), v128.store(negative, n1, 16);
}
