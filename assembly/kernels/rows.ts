/**
 * Row lists: the non-zero inputs of a layer, ascending, two rows an entry. `dot_i16x8_s` multiplies two rows at once, so
 * an odd last row is joined by itself with inputs 0.
 *
 *   single, 8 bytes:   u16 row0, u16 row1, i16 x0, i16 x1
 *   paired, 12 bytes:  u16 row0, u16 row1, i16 x0+, i16 x1+, i16 x0-, i16 x1-
 */
export const SINGLE_BYTES: usize = 8;
export const PAIRED_BYTES: usize = 12;

/** Writes row number `index` of a single list; rows come in order, and `closeSingle` ends the list. */
// @ts-ignore: decorator
@inline export function putSingle(list: usize, index: i32, row: i32, x: i32): void {
  const at = list + <usize>(index >> 1) * SINGLE_BYTES + (<usize>(index & 1) << 1);
  store<u16>(at, <u16>row);
  store<i16>(at, <i16>x, 4);
}

/** Joins an odd last row by itself with input 0. A row may still be put behind it, and the list closed again. */
// @ts-ignore: decorator
@inline export function closeSingle(list: usize, rows: i32): void {
  if ((rows & 1) == 0) return;
  const at = list + <usize>(rows >> 1) * SINGLE_BYTES;
  store<u16>(at, load<u16>(at), 2);
  store<i16>(at, 0, 6);
}

/** Writes row number `index` of a paired list; `closePaired` ends the list. */
// @ts-ignore: decorator
@inline export function putPaired(list: usize, index: i32, row: i32, positive: i32, negative: i32): void {
  const at = list + <usize>(index >> 1) * PAIRED_BYTES + (<usize>(index & 1) << 1);
  store<u16>(at, <u16>row);
  store<i16>(at, <i16>positive, 4);
  store<i16>(at, <i16>negative, 8);
}

// @ts-ignore: decorator
@inline export function closePaired(list: usize, rows: i32): void {
  if ((rows & 1) == 0) return;
  const at = list + <usize>(rows >> 1) * PAIRED_BYTES;
  store<u16>(at, load<u16>(at), 2);
  store<i16>(at, 0, 6);
  store<i16>(at, 0, 10);
}

/** Entries that hold `rows` rows. */
// @ts-ignore: decorator
@inline export function entries(rows: i32): i32 {
  return (rows + 1) >> 1;
}

/** Two inputs in i16 lanes as two bytes. */
// @ts-ignore: decorator
@inline export function bytesOf(inputs: u32): u32 {
  return (inputs | (inputs >>> 8)) & 0xffff;
}
