import { xorshift32 } from "../fixed/random";
import { normalised } from "./normalise";
import { PAIRED_BYTES, closePaired, closeSingle, putPaired, putSingle } from "./rows";

/**
 * A paired list of two frames of u8 values (row = index), each normalised with its own multiplier; returns its rows. Each value that is
 * not 0 in one of them is left out of both with probability dropout / 256: one draw for each, none when dropout = 0. `state`: address of the generator.
 */
export function rowsOfFrames(positive: usize, negative: usize, count: i32, byPositive: i32, byNegative: i32, dropout: u32, state: usize, list: usize): i32 {
  let random = load<u32>(state);
  let rows = 0;
  let i = 0;
  while (i < count) {
    // Most of both is empty: pass over 8 zeros at once.
    if (i + 8 <= count && (load<u64>(positive + <usize>i) | load<u64>(negative + <usize>i)) == 0) {
      i += 8;
      continue;
    }
    // No branch on the values, as in rowsOfFrame.
    for (const end = min(i + 8, count); i < end; i++) {
      const p = <i32>load<u8>(positive + <usize>i);
      const n = <i32>load<u8>(negative + <usize>i);
      const drawn = xorshift32(random);
      random = select(drawn, random, ((p | n) != 0) & (dropout != 0));
      const xPositive = normalised(p, byPositive);
      const xNegative = normalised(n, byNegative);
      putPaired(list, rows, i, xPositive, xNegative);
      rows += i32(((xPositive | xNegative) != 0) & ((dropout == 0) | (drawn >>> 24 >= dropout)));
    }
  }
  store<u32>(state, random);
  closePaired(list, rows);
  return rows;
}

/** A single list of the rows of a paired one whose positive input is not 0; returns its rows. */
export function positiveHalf(paired: usize, count: i32, list: usize): i32 {
  let rows = 0;
  for (let i = 0; i < count; i++) {
    const at = paired + <usize>(i >> 1) * PAIRED_BYTES + (<usize>(i & 1) << 1);
    const x = <i32>load<i16>(at, 4);
    putSingle(list, rows, <i32>load<u16>(at), x);
    rows += i32(x != 0);
  }
  closeSingle(list, rows);
  return rows;
}
