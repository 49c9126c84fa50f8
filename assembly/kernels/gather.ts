/**
 * From lanes to a list without a branch on any value: of 8 lanes those that are to be listed move together and are stored behind those gathered
 * before, in columns of row numbers, inputs, and inputs of the negative (u16 each, `column` bytes apart); from there they go to a list, two rows at
 * a time. SIMD builds only.
 */
import { SINGLE_BYTES } from "./rows";

/** For every set of 4 lanes of 16 bits a swizzle that moves those in it together, lowest first. Other builds keep the room: all plan the same. */
const MOVES: usize = ASC_FEATURE_SIMD
  ? memory.data<u64>([
    0x100010001000100, 0x100010001000100, 0x100010001000302, 0x100010003020100,
    0x100010001000504, 0x100010005040100, 0x100010005040302, 0x100050403020100,
    0x100010001000706, 0x100010007060100, 0x100010007060302, 0x100070603020100,
    0x100010007060504, 0x100070605040100, 0x100070605040302, 0x706050403020100,
  ], 16)
  : memory.data(128, 16);

/** A bit for each of 8 i16 that is above 0. Not `i16x8.bitmask`: in V8 11.3 that waits for the swizzle before it, whose register it takes for scratch. */
// @ts-ignore: decorator
@inline export function lanesAbove0(values: v128): i32 {
  const above = i16x8.gt_s(values, i16x8.splat(0));
  return i8x16.bitmask(i8x16.narrow_i16x8_s(above, above)) & 255;
}

/** A swizzle that moves the lanes in `mask` together, in each half of a vector for itself. */
// @ts-ignore: decorator
@inline export function movesOf(mask: i32): v128 {
  // The second 4 lanes are 8 bytes further.
  return i64x2.replace_lane(v128.load64_zero(MOVES + (<usize>(mask & 15) << 3)), 1, load<i64>(MOVES + (<usize>(mask >> 4) << 3)) | 0x0808080808080808);
}

/** Row numbers of the lanes that `moves` takes, of 8 rows from `first` on. */
// @ts-ignore: decorator
@inline export function rowsMoved(moves: v128, first: i32): v128 {
  return i16x8.add(i16x8.shr_u(moves, 9), i16x8.splat(<i16>first));
}

/** Stores 8 values moved so at `at`, behind those gathered before; up to 8 places there become anything. */
// @ts-ignore: decorator
@inline export function gather(at: usize, together: v128, mask: i32): void {
  v128.store_lane<u64>(at, together, 0);
  v128.store_lane<u64>(at + (<usize>popcnt(mask & 15) << 1), together, 1);
}

/** Writes `gathered` rows as entries of a single list from `at` on; an odd last one is half of an entry. */
export function listSingle(columns: usize, column: usize, gathered: i32, at: usize): void {
  for (const end = columns + (<usize>gathered << 1); columns < end; columns += 4, at += SINGLE_BYTES) {
    store<u32>(at, load<u32>(columns));
    store<u32>(at, load<u32>(columns + column), 4);
  }
}
