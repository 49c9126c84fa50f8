import { normalised, normalisedBlock } from "./normalise";
import { putPaired } from "./rows";

/**
 * What a layer's neighbours see of it, kept from one iteration of a recurrent network to the next: x (units,), u8, the normalised
 * activities (normalise.ts). Both arrays are padded with zeros to whole blocks of 8; `count` is a multiple of 8.
 */

/** x = min(127, (y * by + 2^15) >> 16). y: i16. */
export function inputsOfActivity(y: usize, count: i32, by: i32, x: usize): void {
  if (ASC_FEATURE_SIMD) simd(y, count, by, x);
  else scalar(y, count, by, x);
}

function scalar(y: usize, count: i32, by: i32, x: usize): void {
  for (let i = 0; i < count; i++) store<u8>(x + <usize>i, <u8>normalised(<i32>load<i16>(y + (<usize>i << 1)), by));
}

function simd(y: usize, count: i32, by: i32, x: usize): void {
  const factor = i32x4.splat(by);
  for (let i = 0; i < count; i += 8) {
    const block = normalisedBlock(v128.load(y + (<usize>i << 1)), factor);
    store<i64>(x + <usize>i, i64x2.extract_lane(i8x16.narrow_i16x8_u(block, block), 0));
  }
}

/** Adds the inputs that are not 0 in x+ or x- to the `rows` rows of a paired list, as rows `first` and on; returns the rows it has then. Not closed. */
export function rowsOfInputs(positive: usize, negative: usize, count: i32, first: i32, list: usize, rows: i32): i32 {
  for (let i = 0; i < count; i += 8) {
    const p = load<u64>(positive + <usize>i);
    const n = load<u64>(negative + <usize>i);
    let left = p | n;
    while (left != 0) {
      const bit = ctz(left) & 56;
      putPaired(list, rows++, first + i + <i32>(bit >> 3), <i32>((p >> bit) & 0xff), <i32>((n >> bit) & 0xff));
      left &= ~(<u64>0xff << bit);
    }
  }
  return rows;
}

/**
 * The same for the window of a place: `side` x `side` places of a map [height][width][channels] from (top, left) on, which may reach beyond its edges.
 * Row numbers count through the whole window, [dy][dx][channel].
 */
export function rowsOfWindow(
  positive: usize, negative: usize, width: i32, height: i32, channels: i32, top: i32, left: i32, side: i32, first: i32, list: usize, rows: i32,
): i32 {
  const from = max(left, 0);
  const run = (min(left + side, width) - from) * channels;
  for (let dy = max(-top, 0); dy < min(side, height - top); dy++) {
    const at = <usize>(((top + dy) * width + from) * channels);
    const row = first + (dy * side + from - left) * channels;
    for (let i = 0; i < run; i++) {
      if (i + 8 <= run && (load<u64>(positive + at + <usize>i) | load<u64>(negative + at + <usize>i)) == 0) {
        i += 7;
        continue;
      }
      const p = <i32>load<u8>(positive + at + <usize>i);
      const n = <i32>load<u8>(negative + at + <usize>i);
      if ((p | n) != 0) putPaired(list, rows++, row + i, p, n);
    }
  }
  return rows;
}
