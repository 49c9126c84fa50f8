/**
 * From lanes to a list without a branch on any value: of 8 lanes those that are to be listed move together and are stored behind those gathered
 * before, in columns of row numbers, inputs, and inputs of the negative (u16 each, `column` bytes apart); from there they go to a list, two rows at
 * a time. SIMD builds only.
 */
import { SINGLE_BYTES } from "./rows";

/** For every set of 4 lanes of 16 bits the places of those in it, lowest first: 4 bits each, in bytes. Other builds keep the room: all plan the same. */
const PLACES: usize = ASC_FEATURE_SIMD
  ? memory.data<u16>([0x0, 0x0, 0x2, 0x20, 0x4, 0x40, 0x42, 0x420, 0x6, 0x60, 0x62, 0x620, 0x64, 0x640, 0x642, 0x6420], 16)
  : memory.data(32, 16);

/** A swizzle that moves the lanes in `mask` together, in each half of a vector for itself. */
// @ts-ignore: decorator
@inline export function movesOf(mask: i32): v128 {
  return i64x2.replace_lane(i64x2.splat(bytesOfSet(mask & 15)), 1, bytesOfSet(mask >> 4) + 0x0808080808080808);
}

// @ts-ignore: decorator
@inline function bytesOfSet(set: i32): i64 {
  const places = <i64>load<u16>(PLACES + (<usize>set << 1));
  return ((places * 0x1001001001) & 0x000e000e000e000e) * 0x0101 + 0x0100010001000100;
}

/** Stores what the swizzle `moves` takes of 8 values at `at`, behind those gathered before; up to 8 places there become anything. */
// @ts-ignore: decorator
@inline export function gather(at: usize, values: v128, moves: v128, mask: i32): void {
  const together = i8x16.swizzle(values, moves);
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
