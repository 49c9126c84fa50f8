import { closePaired, closeSingle, putPaired, putSingle } from "./rows";

/**
 * The non-zero inputs that a place of a map sees, as a list. Row numbers count through the field: [dy][dx][channel].
 *
 * window: the field's first value, u8 in a map with rows of `rowBytes`; side: rows of the field; run: values of one of them.
 * Returns the rows put into the list, which is not closed.
 */
export function rowsOfField(window: usize, rowBytes: usize, side: i32, run: i32, list: usize): i32 {
  let rows = 0;
  let row = 0;
  for (let dy = 0; dy < side; dy++) {
    for (let i = 0; i < run; ) {
      // Most of an image is empty: pass over 8 zeros at once.
      if (i + 8 <= run && load<u64>(window + <usize>i) == 0) {
        i += 8;
        continue;
      }
      // No branch on the values: each is written, and overwritten by the next when it is 0.
      for (const end = min(i + 8, run); i < end; i++) {
        const x = <i32>load<u8>(window + <usize>i);
        putSingle(list, rows, row + i, x);
        rows += i32(x != 0);
      }
    }
    row += run;
    window += rowBytes;
  }
  return rows;
}

/** The same over the union of the non-zeros of two maps; `plane`: bytes from the positive to the negative one. */
export function rowsOfFieldPair(window: usize, plane: usize, rowBytes: usize, side: i32, run: i32, list: usize): i32 {
  let rows = 0;
  let row = 0;
  for (let dy = 0; dy < side; dy++) {
    for (let i = 0; i < run; ) {
      if (i + 8 <= run && (load<u64>(window + <usize>i) | load<u64>(window + plane + <usize>i)) == 0) {
        i += 8;
        continue;
      }
      for (const end = min(i + 8, run); i < end; i++) {
        const positive = <i32>load<u8>(window + <usize>i);
        const negative = <i32>load<u8>(window + plane + <usize>i);
        putPaired(list, rows, row + i, positive, negative);
        rows += i32((positive | negative) != 0);
      }
    }
    row += run;
    window += rowBytes;
  }
  return rows;
}

/** Ends a list with the always-on row, when its level is not 0; returns the rows. */
export function endSingleField(list: usize, rows: i32, biasRow: i32, level: i32): i32 {
  if (level != 0) putSingle(list, rows++, biasRow, level);
  closeSingle(list, rows);
  return rows;
}

export function endPairedField(list: usize, rows: i32, biasRow: i32, level: i32): i32 {
  if (level != 0) putPaired(list, rows++, biasRow, level, level);
  closePaired(list, rows);
  return rows;
}
