/** Row lists as assembly/kernels/rows.ts lays them out: two rows an entry, an odd last row joined by itself with inputs 0. */
export interface Row {
  row: number;
  x: number;
}

export interface PairedRow {
  row: number;
  positive: number;
  negative: number;
}

export const SINGLE_BYTES = 8;
export const PAIRED_BYTES = 12;

export function entriesOf(rows: number): number {
  return Math.ceil(rows / 2);
}

/** row0, row1, x0, x1 of each entry; 16 bits each. */
export function singleList(rows: readonly Row[]): Int16Array {
  return Int16Array.from(entries(rows).flatMap(([a, b]) => [a.row, b?.row ?? a.row, a.x, b?.x ?? 0]));
}

/** row0, row1, x0+, x1+, x0-, x1- of each entry; 16 bits each. */
export function pairedList(rows: readonly PairedRow[]): Int16Array {
  return Int16Array.from(entries(rows).flatMap(([a, b]) => [a.row, b?.row ?? a.row, a.positive, b?.positive ?? 0, a.negative, b?.negative ?? 0]));
}

function entries<T>(rows: readonly T[]): [T, T | undefined][] {
  return Array.from({ length: entriesOf(rows.length) }, (_, index) => [rows[2 * index]!, rows[2 * index + 1]]);
}
