/** One region after the other: each 16-byte aligned, and the descriptor of the one that was asked for kept. */
import {
  FIELD_BYTES, FIELD_COLUMNS, FIELD_KIND, FIELD_LAYER, FIELD_OFFSET, FIELD_PERSISTENT, FIELD_ROWS, FIELD_STRIDE, FIELD_TYPE, TYPE_I16, TYPE_I8,
} from "./abi/region";
import { FULL } from "./full";

/** The walk: where the next region starts, and what to keep of it. */
export const WALK: usize = memory.data(16, 4);
export const WALK_CURSOR: usize = 0;
export const WALK_INDEX: usize = 4;
export const WALK_TARGET: usize = 8;
/** Descriptor of the region the walk was asked for. */
export const FOUND: usize = memory.data(36, 4);

function elementBytes(type: i32): i32 {
  return type <= TYPE_I8 ? 1 : type <= TYPE_I16 ? 2 : 4;
}

/** Places the next region and returns its address. */
export function place(kind: i32, layer: i32, type: i32, rows: i32, columns: i32, stride: i32, persistent: bool): usize {
  const at = <usize>load<u32>(WALK, WALK_CURSOR);
  // A matrix for every place of a map may be more than memory can hold.
  const bytes = FULL ? <i32>min<i64>(<i64>rows * stride * elementBytes(type), i32.MAX_VALUE) : rows * stride * elementBytes(type);
  const index = load<i32>(WALK, WALK_INDEX);
  if (index == load<i32>(WALK, WALK_TARGET)) {
    store<i32>(FOUND + (FIELD_KIND << 2), kind);
    store<i32>(FOUND + (FIELD_LAYER << 2), layer);
    store<i32>(FOUND + (FIELD_OFFSET << 2), <i32>at);
    store<i32>(FOUND + (FIELD_BYTES << 2), bytes);
    store<i32>(FOUND + (FIELD_TYPE << 2), type);
    store<i32>(FOUND + (FIELD_ROWS << 2), rows);
    store<i32>(FOUND + (FIELD_COLUMNS << 2), columns);
    store<i32>(FOUND + (FIELD_STRIDE << 2), stride);
    store<i32>(FOUND + (FIELD_PERSISTENT << 2), persistent ? 1 : 0);
  }
  store<i32>(WALK, index + 1, WALK_INDEX);
  // The cursor stops at 2^31, which no plan may reach, instead of wrapping.
  store<u32>(WALK, <u32>min<u64>((<u64>at + bytes + 15) & ~15, <u64>1 << 31), WALK_CURSOR);
  return at;
}
