/**
 * From goodness to gains: i32 [2][channels padded], signed, in the place of the sums, which have become activities by then; of a network in bands,
 * which sums again, in a place of their own. Before them Σ y² of each channel stands there, i64.
 */
import { SPEC_CLASSES } from "../abi/spec";
import { channelSquares } from "../kernels/channel_squares";
import { RT_ACTIVITY, RT_GAINS, runtime } from "../memory";
import { spec } from "../spec";
import { CHANNELS, HEIGHT, STRIDE, WIDTH, inBands, map } from "./geometry";
import { PULL, setMapJob } from "./map_job";

/** Σ y² of each channel; of a layer in bands it stands there already. */
export function squareChannels(): void {
  if (inBands()) return;
  clearSquares();
  addSquares(map(HEIGHT));
}

export function clearSquares(): void {
  memory.fill(runtime(RT_GAINS), 0, <usize>map(STRIDE) << 3);
}

/** Adds those of `rows` rows of places. */
export function addSquares(rows: i32): void {
  channelSquares(runtime(RT_ACTIVITY), map(WIDTH) * rows, map(CHANNELS), runtime(RT_GAINS));
}

/** Σ y² of the channels of class `c`, after `squareChannels`. */
export function groupSquares(c: i32): i64 {
  const size = map(CHANNELS) / spec(SPEC_CLASSES);
  let sum: i64 = 0;
  for (let channel = c * size; channel < (c + 1) * size; channel++) sum += load<i64>(runtime(RT_GAINS) + (<usize>channel << 3));
  return sum;
}

/** The gain of the channels of class `c`. */
export function setGroupGain(c: i32, gain: i32): void {
  const size = map(CHANNELS) / spec(SPEC_CLASSES);
  setGains(c * size, (c + 1) * size, gain);
}

/** The gains of a pair: of all channels alike. */
export function setPairGains(positive: i32, negative: i32): void {
  clearGains();
  setGains(0, map(CHANNELS), positive);
  setGains(map(STRIDE), map(STRIDE) + map(CHANNELS), negative);
}

/** Padding has gain 0; and no unit is pulled to its peers until told so. */
export function clearGains(): void {
  setMapJob(PULL, 0);
  memory.fill(runtime(RT_GAINS), 0, <usize>map(STRIDE) << 3);
}

/** Besides the gains of a pair: how strongly its units are pulled to their peers. */
export function setPull(gain: i32): void {
  setMapJob(PULL, gain);
}

function setGains(from: i32, to: i32, gain: i32): void {
  for (let i = from; i < to; i++) store<i32>(runtime(RT_GAINS) + (<usize>i << 2), gain);
}
