/**
 * Update of a convolution in bands. For each block of 8 channels that learns: the block's activities are computed again band by band, the sums D of its
 * rows over the active places of all bands gathered in 32 bits, and only then is each row rounded, once, as without bands. A block's update changes
 * no other block's weights, so what is computed again is what it was.
 */
import { SPEC_BIAS_LEVEL } from "../abi/spec";
import { LAYER_ROWS_UPDATED, LAYER_ROWS_USED } from "../abi/state";
import { LAYER, PHASE_MAP_ROWS, PHASE_MAP_ROW_SUMS, UNIT, enter, get, set } from "../ff/job_state";
import { convSums } from "../kernels/conv_sums";
import { layerState } from "../layers/layer";
import { RT_GAINS, RT_PLACE_COEFFICIENTS, RT_ROW_SUMS, runtime } from "../memory";
import { spec } from "../spec";
import { count } from "../state";
import { nextBand, startBands } from "./bands";
import { FIELD_ROWS, ROW_BYTES, RUN, STRIDE, WIDTH, map } from "./geometry";
import {
  BLOCK_PLACES, CHANNELS_FROM, CHANNELS_TO, FIRST_ROW, FOR_UPDATE, PAIR, PLACES, ROW, ROWS_AGAIN, SUM_POSITIVE, mapJob, mapJob64, mapJobAt, setMapJob, setMapJob64,
} from "./map_job";
import { bandEnd } from "./places";
import { addSums, endBlock, gainsAny, gatherBlock, leave, startBlockUpdate } from "./update";

const BLOCK: i32 = 8;

export function startBlocks(): void {
  setMapJob64(ROWS_AGAIN, 0);
  startBlock(0);
}

/** The next block from `channel` on with a gain, positive or negative; behind the last the layer is left. */
function startBlock(channel: i32): void {
  const layer = get(LAYER);
  const negative = mapJob(PAIR) ? <usize>map(STRIDE) << 2 : 0;
  for (; channel < map(STRIDE); channel += BLOCK) {
    const gains = runtime(RT_GAINS) + (<usize>channel << 2);
    if (gainsAny(gains) || gainsAny(gains + negative)) break;
  }
  if (channel == map(STRIDE)) {
    // A row of all channels is one row.
    count(layerState(layer) + LAYER_ROWS_USED, <i32>(mapJob64(ROWS_AGAIN) / (map(STRIDE) / BLOCK)));
    leave(layer);
    return;
  }
  setMapJob(CHANNELS_FROM, channel);
  setMapJob(CHANNELS_TO, channel + BLOCK);
  setMapJob(BLOCK_PLACES, 0);
  memory.fill(mapJobAt(SUM_POSITIVE), 0, 64);
  memory.fill(runtime(RT_ROW_SUMS), 0, <usize>map(FIELD_ROWS) << 5);
  startBands(FOR_UPDATE);
}

/** The active places of the band. */
export function gatherBand(): i64 {
  const first = mapJob(FIRST_ROW);
  const rows = bandEnd() - first;
  const places = gatherBlock(mapJob(CHANNELS_FROM), first, rows);
  setMapJob(BLOCK_PLACES, mapJob(BLOCK_PLACES) + places);
  setMapJob(PLACES, places);
  setMapJob(ROW, 0);
  if (places > 0) enter(PHASE_MAP_ROW_SUMS);
  else afterBand();
  return <i64>(map(WIDTH) * rows) << 3;
}

/** Adds them to the sums of the block's rows. */
export function sumBlockRows(left: i64): i64 {
  const pairs = (mapJob(PLACES) + 1) >> 1;
  const from = mapJob(ROW);
  const each = pairs << 4;
  const to = <i32>min<i64>(map(FIELD_ROWS), from + max<i64>(left / each, 4));
  convSums(runtime(RT_PLACE_COEFFICIENTS), pairs, map(RUN), map(ROW_BYTES), from, to, runtime(RT_ROW_SUMS) + (<usize>from << 5));
  setMapJob(ROW, to);
  if (to == map(FIELD_ROWS)) afterBand();
  return <i64>(to - from) * each;
}

/** The next band, or the block's update behind the last. */
function afterBand(): void {
  if (nextBand()) return;
  const channel = mapJob(CHANNELS_FROM);
  if (mapJob(BLOCK_PLACES) == 0) return startBlock(channel + BLOCK);
  enter(PHASE_MAP_ROWS);
  set(UNIT, channel);
  setMapJob(ROW, 0);
  startBlockUpdate(get(LAYER), channel);
}

/** Rounds the sums, row by row; at least 4. */
export function updateBlockRows(left: i64): i64 {
  const layer = get(LAYER);
  const from = mapJob(ROW);
  const to = <i32>min<i64>(map(FIELD_ROWS), from + max<i64>(left >> 4, 4));
  for (let row = from; row < to; row++) addSums(layer, row, runtime(RT_ROW_SUMS) + (<usize>row << 5));
  setMapJob(ROW, to);
  if (to == map(FIELD_ROWS)) {
    endBlock(layer);
    startBlock(get(UNIT) + BLOCK);
  }
  return <i64>(to - from) << 4;
}
