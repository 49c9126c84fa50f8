/**
 * Sums of a place: rows of lists x its matrix, exact however many rows there are. A layer of i16 weights with more than 516 rows adds pieces of
 * them in 64 bits; any other keeps them in RT_SUMS from the start. Channels CHANNELS_FROM..CHANNELS_TO-1; i32 [2][stride], positive first.
 */
import { EXACT_ROWS } from "../abi/limits";
import { forwardPaired } from "../kernels/forward_paired";
import { forwardSingle } from "../kernels/forward_single";
import { PAIRED_BYTES, SINGLE_BYTES, entries } from "../kernels/rows";
import { PIECE_ROWS, addWide, narrowSums } from "../kernels/wide_sums";
import { weightBytes } from "../layers/layer";
import { RT_SUMS, RT_WIDE_SUMS, runtime } from "../memory";
import { ROWS, STRIDE, map } from "./geometry";
import { CHANNELS_FROM, CHANNELS_TO, mapJob } from "./map_job";

const PIECE: i32 = PIECE_ROWS >> 1;

/** Whether an i32 may be too small for a sum of the layer under way. */
// @ts-ignore: decorator
@inline function isWide(layer: i32): bool {
  return weightBytes(layer) == 2 && map(ROWS) > EXACT_ROWS;
}

/** Starts at 0: the sums of one pass, or of both of a pair. */
export function clearSums(layer: i32, pair: bool): void {
  const bytes = <usize>map(STRIDE) << 2;
  if (isWide(layer)) memory.fill(runtime(RT_WIDE_SUMS), 0, pair ? bytes << 2 : bytes << 1);
  else memory.fill(runtime(RT_SUMS), 0, pair ? bytes << 1 : bytes);
}

/** Starts at sums that are known, i32 (stride,): of one pass, or the same for both of a pair. */
export function startSums(layer: i32, known: usize, pair: bool): void {
  const bytes = <usize>map(STRIDE) << 2;
  if (isWide(layer)) {
    clearSums(layer, false);
    addWide(known, map(STRIDE), runtime(RT_WIDE_SUMS));
  } else memory.copy(runtime(RT_SUMS), known, bytes);
  if (pair) shareSums(layer);
}

/** The negative's sums become those of the positive. */
export function shareSums(layer: i32): void {
  const bytes = <usize>map(STRIDE) << 2;
  if (isWide(layer)) memory.copy(runtime(RT_WIDE_SUMS) + (bytes << 1), runtime(RT_WIDE_SUMS), bytes << 1);
  else memory.copy(runtime(RT_SUMS) + bytes, runtime(RT_SUMS), bytes);
}

/** Adds the rows of a single list. */
export function addSingleRows(layer: i32, list: usize, rows: i32, matrix: usize): void {
  if (!isWide(layer)) return single(layer, list, entries(rows), matrix);
  for (let left = entries(rows); left > 0; left -= PIECE) {
    memory.fill(runtime(RT_SUMS), 0, <usize>map(STRIDE) << 2);
    single(layer, list, min(left, PIECE), matrix);
    addWide(runtime(RT_SUMS), map(STRIDE), runtime(RT_WIDE_SUMS));
    list += <usize>PIECE * SINGLE_BYTES;
  }
}

/** Adds those of a paired list to both sums. */
export function addPairedRows(layer: i32, list: usize, rows: i32, matrix: usize): void {
  if (!isWide(layer)) return paired(layer, list, entries(rows), matrix);
  for (let left = entries(rows); left > 0; left -= PIECE) {
    memory.fill(runtime(RT_SUMS), 0, <usize>map(STRIDE) << 3);
    paired(layer, list, min(left, PIECE), matrix);
    addWide(runtime(RT_SUMS), map(STRIDE) << 1, runtime(RT_WIDE_SUMS));
    list += <usize>PIECE * PAIRED_BYTES;
  }
}

/** Ends the sums, which stand in RT_SUMS from then on. */
export function endSums(layer: i32, pair: bool): void {
  if (isWide(layer)) narrowSums(runtime(RT_WIDE_SUMS), pair ? map(STRIDE) << 1 : map(STRIDE), runtime(RT_SUMS));
}

function single(layer: i32, list: usize, count: i32, matrix: usize): void {
  if (weightBytes(layer) == 1) forwardSingle<i8>(list, count, matrix, map(STRIDE), runtime(RT_SUMS), mapJob(CHANNELS_FROM), mapJob(CHANNELS_TO));
  else forwardSingle<i16>(list, count, matrix, map(STRIDE), runtime(RT_SUMS), mapJob(CHANNELS_FROM), mapJob(CHANNELS_TO));
}

function paired(layer: i32, list: usize, count: i32, matrix: usize): void {
  const stride = map(STRIDE);
  if (weightBytes(layer) == 1) forwardPaired<i8>(list, count, matrix, stride, runtime(RT_SUMS), stride, mapJob(CHANNELS_FROM), mapJob(CHANNELS_TO));
  else forwardPaired<i16>(list, count, matrix, stride, runtime(RT_SUMS), stride, mapJob(CHANNELS_FROM), mapJob(CHANNELS_TO));
}
