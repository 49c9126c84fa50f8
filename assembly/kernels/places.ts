/**
 * A block of a row list as the forward kernels read it, once for each tile of units: where its rows are, instead of their numbers. A row's number is so
 * multiplied once a block and not once a tile; on a large processor that multiplication takes the place of one of vectors. SIMD builds only.
 *
 *   single, 12 bytes:   u32 row0, u32 row1, i16 x0, i16 x1
 *   paired, 16 bytes:   u32 row0, u32 row1, i16 x0+, i16 x1+, i16 x0-, i16 x1-
 */
import { PAIRED_BYTES, SINGLE_BYTES } from "./rows";

/** List entries (of two rows) that go through all units before the next: their rows stay in the innermost cache. */
export const BLOCK_ENTRIES: usize = 16;

export const SINGLE_PLACE_BYTES: usize = 12;
export const PAIRED_PLACE_BYTES: usize = 16;

/** The block under way. Builds without SIMD keep the room: all plan the same. */
export const BLOCK: usize = memory.data(256, 16);

/** Takes entries `at`..`end` of a single list, one or more, into BLOCK; returns the end of what is there. */
export function placeSingle(at: usize, end: usize, weights: usize, rowBytes: usize): usize {
  let to = BLOCK;
  for (; at < end; at += SINGLE_BYTES, to += SINGLE_PLACE_BYTES) {
    placeRows(at, to, weights, rowBytes);
    store<u32>(to, load<u32>(at, 4), 8);
  }
  return to;
}

/** The same of a paired list. */
export function placePaired(at: usize, end: usize, weights: usize, rowBytes: usize): usize {
  let to = BLOCK;
  for (; at < end; at += PAIRED_BYTES, to += PAIRED_PLACE_BYTES) {
    placeRows(at, to, weights, rowBytes);
    store<u64>(to, load<u64>(at, 4), 8);
  }
  return to;
}

// @ts-ignore: decorator
@inline function placeRows(at: usize, to: usize, weights: usize, rowBytes: usize): void {
  const rows = load<u32>(at);
  store<u32>(to, <u32>(weights + <usize>(rows & 0xffff) * rowBytes));
  store<u32>(to, <u32>(weights + <usize>(rows >>> 16) * rowBytes), 4);
}
