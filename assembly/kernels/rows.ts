/**
 * Row lists: the non-zero inputs of a layer, ascending, two rows an entry. `dot_i16x8_s` multiplies two rows at once, so
 * an odd last row is joined by itself with inputs 0.
 *
 *   single, 8 bytes:   u16 row0, u16 row1, i16 x0, i16 x1
 *   paired, 12 bytes:  u16 row0, u16 row1, i16 x0+, i16 x1+, i16 x0-, i16 x1-
 */
export const SINGLE_BYTES: usize = 8;
export const PAIRED_BYTES: usize = 12;

/** Writes row number `index` of a single list. */
// @ts-ignore: decorator
@inline export function putSingle(list: usize, index: i32, row: i32, x: i32): void {
  const at = list + <usize>(index >> 1) * SINGLE_BYTES;
  if (index & 1) {
    store<u16>(at, <u16>row, 2);
    store<i16>(at, <i16>x, 6);
  } else {
    store<u32>(at, <u32>row | (<u32>row << 16));
    store<u32>(at, <u32>x, 4);
  }
}

/** Writes row number `index` of a paired list. */
// @ts-ignore: decorator
@inline export function putPaired(list: usize, index: i32, row: i32, positive: i32, negative: i32): void {
  const at = list + <usize>(index >> 1) * PAIRED_BYTES;
  if (index & 1) {
    store<u16>(at, <u16>row, 2);
    store<i16>(at, <i16>positive, 6);
    store<i16>(at, <i16>negative, 10);
  } else {
    store<u32>(at, <u32>row | (<u32>row << 16));
    store<u32>(at, <u32>positive, 4);
    store<u32>(at, <u32>negative, 8);
  }
}

/** Entries that hold `rows` rows. */
// @ts-ignore: decorator
@inline export function entries(rows: i32): i32 {
  return (rows + 1) >> 1;
}
