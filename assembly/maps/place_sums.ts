/**
 * Sums of a place: rows of lists x its matrix, exact however many rows there are. A layer of i16 weights with more than 516 rows adds pieces of
 * them in 64 bits; any other keeps them in RT_SUMS from the start. Channels CHANNELS_FROM..CHANNELS_TO-1; i32 [2][stride], positive first.
 */
import { forwardField, forwardFieldPair } from "../kernels/forward_field";
import { forwardPaired } from "../kernels/forward_paired";
import { forwardSingle } from "../kernels/forward_single";
import { PAIRED_BYTES, SINGLE_BYTES, entries } from "../kernels/rows";
import { PIECE_ROWS, addWide, narrowSums } from "../kernels/wide_sums";
import { weightBytes } from "../layers/layer";
import { RT_SUMS, RT_WIDE_SUMS, runtime } from "../memory";
import { FIELD, PLANE_BYTES, ROW_BYTES, RUN, STRIDE, isWide, map } from "./geometry";
import { CHANNELS_FROM, CHANNELS_TO, mapJob } from "./map_job";

const PIECE: i32 = PIECE_ROWS >> 1;

/** Starts at 0: the sums of one pass, or of both of a pair. */
// @ts-ignore: decorator
@inline export function clearSums(pair: bool): void {
  const bytes = <usize>map(STRIDE) << 2;
  if (isWide()) memory.fill(runtime(RT_WIDE_SUMS), 0, pair ? bytes << 2 : bytes << 1);
  else memory.fill(runtime(RT_SUMS), 0, pair ? bytes << 1 : bytes);
}

/** Starts at sums that are known, i32 (stride,): of one pass, or the same for both of a pair. */
export function startSums(known: usize, pair: bool): void {
  const bytes = <usize>map(STRIDE) << 2;
  if (isWide()) {
    clearSums(false);
    addWide(known, map(STRIDE), runtime(RT_WIDE_SUMS));
  } else memory.copy(runtime(RT_SUMS), known, bytes);
  if (pair) shareSums();
}

/** The negative's sums become those of the positive. */
export function shareSums(): void {
  const bytes = <usize>map(STRIDE) << 2;
  if (isWide()) memory.copy(runtime(RT_WIDE_SUMS) + (bytes << 1), runtime(RT_WIDE_SUMS), bytes << 1);
  else memory.copy(runtime(RT_SUMS) + bytes, runtime(RT_SUMS), bytes);
}

/** Adds the rows of a single list. */
// @ts-ignore: decorator
@inline export function addSingleRows(layer: i32, list: usize, rows: i32, matrix: usize): void {
  if (isWide()) addSinglePieces(layer, list, rows, matrix);
  else single(layer, list, entries(rows), matrix);
}

function addSinglePieces(layer: i32, list: usize, rows: i32, matrix: usize): void {
  for (let left = entries(rows); left > 0; left -= PIECE) {
    memory.fill(runtime(RT_SUMS), 0, <usize>map(STRIDE) << 2);
    single(layer, list, min(left, PIECE), matrix);
    addWide(runtime(RT_SUMS), map(STRIDE), runtime(RT_WIDE_SUMS));
    list += <usize>PIECE * SINGLE_BYTES;
  }
}

/** Adds those of a paired list to both sums. */
export function addPairedRows(layer: i32, list: usize, rows: i32, matrix: usize): void {
  if (!isWide()) return paired(layer, list, entries(rows), matrix);
  for (let left = entries(rows); left > 0; left -= PIECE) {
    memory.fill(runtime(RT_SUMS), 0, <usize>map(STRIDE) << 3);
    paired(layer, list, min(left, PIECE), matrix);
    addWide(runtime(RT_SUMS), map(STRIDE) << 1, runtime(RT_WIDE_SUMS));
    list += <usize>PIECE * PAIRED_BYTES;
  }
}

/** Beyond it a sum gives the largest activity, or none: 32767 * 2^11 and its rounding are below. */
const FAR: i32 = 1 << 30;

/** Adds the field of a place as it lies in its map, or both maps. */
export function addField(layer: i32, window: usize, pair: bool, matrix: usize): void {
  const side = map(FIELD);
  const run = map(RUN);
  if (!isWide()) return field(layer, window, side, run, pair, matrix);
  const rowBytes = <usize>(map(STRIDE) * weightBytes(layer));
  for (let dy = 0; dy < side; dy++) {
    for (let from = 0; from < run; from += PIECE_ROWS) {
      memory.fill(runtime(RT_SUMS), 0, <usize>map(STRIDE) << (pair ? 3 : 2));
      field(layer, window + <usize>from, 1, min(run - from, PIECE_ROWS), pair, matrix + <usize>(dy * run + from) * rowBytes);
      addWide(runtime(RT_SUMS), map(STRIDE) << (pair ? 1 : 0), runtime(RT_WIDE_SUMS));
    }
    window += <usize>map(ROW_BYTES);
  }
}

function field(layer: i32, window: usize, side: i32, run: i32, pair: bool, matrix: usize): void {
  const stride = map(STRIDE);
  const rowBytes = <usize>map(ROW_BYTES);
  const sums = runtime(RT_SUMS);
  const from = mapJob(CHANNELS_FROM);
  const to = mapJob(CHANNELS_TO);
  const plane = <usize>map(PLANE_BYTES);
  if (weightBytes(layer) == 1) {
    if (pair) forwardFieldPair<i8>(window, plane, rowBytes, side, run, matrix, stride, sums, stride, from, to);
    else forwardField<i8>(window, rowBytes, side, run, matrix, stride, sums, from, to);
  } else if (pair) forwardFieldPair<i16>(window, plane, rowBytes, side, run, matrix, stride, sums, stride, from, to);
  else forwardField<i16>(window, rowBytes, side, run, matrix, stride, sums, from, to);
}

/** Ends the sums, which stand in RT_SUMS from then on, as far as activities can tell. */
// @ts-ignore: decorator
@inline export function endSums(pair: bool): void {
  if (isWide()) narrowSums(runtime(RT_WIDE_SUMS), pair ? map(STRIDE) << 1 : map(STRIDE), FAR, runtime(RT_SUMS));
}

/** Ends sums to which others are still to be added: they saturate. */
export function saturateSums(): void {
  if (isWide()) narrowSums(runtime(RT_WIDE_SUMS), map(STRIDE), i32.MAX_VALUE, runtime(RT_SUMS));
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
