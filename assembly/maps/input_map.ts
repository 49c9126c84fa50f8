/** The maps that layers read: the frame's, once for all passes, and that of the layer under way. */
import { NEGATIVES_HYBRID, SPEC_CLASSES, SPEC_INPUT_DROPOUT, SPEC_NEGATIVES } from "../abi/spec";
import { frameSquares } from "../ff/frame_squares";
import { JOB_TRAIN, KIND, LAYER, get } from "../ff/job_state";
import { mixNegative } from "../ff/mask";
import { mapOfActivity, mapOfFrame, mapsOfFrames } from "../kernels/map_values";
import { multiplier } from "../kernels/normalise";
import { NET_DROPOUT } from "../abi/state";
import { RT_ACTIVITY, RT_FRAME, RT_LOGITS, RT_MAP_A, RT_MAP_B, RT_MAP_C, RT_NEGATIVE, RT_SCORES, runtime } from "../memory";
import { frameSize, padded, spec } from "../spec";
import { twoFrames, waves } from "../spec_variants";
import { netState } from "../state";
import { BELOW_CHANNELS, BELOW_HEIGHT, BELOW_WIDTH, PADDING, PLANE_BYTES, ROW_BYTES, enterMap, map } from "./geometry";
import { readWaves, startWaves } from "./waves";
import { BY_NEGATIVE, BY_POSITIVE, mapJob } from "./map_job";

/** Units of one plane of activity. */
// @ts-ignore: decorator
@inline export function activityPlane(units: i32): usize {
  return <usize>(padded(units) + 8) << 1;
}

/** First byte of the input map of `layer`, its zeros included. */
// @ts-ignore: decorator
@inline export function inputMap(layer: i32): usize {
  return runtime(layer == 0 ? RT_MAP_A : layer & 1 ? RT_MAP_B : RT_MAP_C);
}

// @ts-ignore: decorator
@inline function inner(at: usize): usize {
  return at + <usize>(map(PADDING) * (map(ROW_BYTES) + map(BELOW_CHANNELS)));
}

/** The frame, normalised, into the first layer's map; clears scores and logits. Returns the cost. */
export function readImageMap(): i64 {
  const frame = runtime(RT_FRAME);
  const size = frameSize();
  enterMap(0);
  if (waves()) startWaves();
  else if (twoFrames() && get(KIND) == JOB_TRAIN) readFrameMaps();
  else {
    const at = runtime(RT_MAP_A);
    const dropout = get(KIND) == JOB_TRAIN ? spec(SPEC_INPUT_DROPOUT) : 0;
    if (map(PADDING) > 0) memory.fill(at, 0, map(PLANE_BYTES));
    mapOfFrame(frame, map(BELOW_HEIGHT), map(BELOW_WIDTH) * map(BELOW_CHANNELS), multiplierOf(frame), dropout, netState(NET_DROPOUT), inner(at), map(ROW_BYTES));
  }
  memory.fill(runtime(RT_SCORES), 0, <usize>padded(spec(SPEC_CLASSES)) << 2);
  memory.fill(runtime(RT_LOGITS), 0, <usize>padded(spec(SPEC_CLASSES)) << 2);
  return size;
}

/** The frame with the neutral label, or with both labels of a pair, into the first layer's maps. */
export function readWaveMaps(pair: bool): i64 {
  const at = runtime(RT_MAP_A);
  const bytes = map(PLANE_BYTES);
  if (map(PADDING) > 0) memory.fill(at, 0, pair ? bytes << 1 : bytes);
  readWaves(pair, inner(at), bytes, map(ROW_BYTES));
  return frameSize() << (pair ? 3 : 2);
}

/** Both frames, a positive and a negative one, into the first layer's maps (docs/variants.md, "Two frames"). */
function readFrameMaps(): void {
  const frame = runtime(RT_FRAME);
  const negative = runtime(RT_NEGATIVE);
  const hybrid = spec(SPEC_NEGATIVES) == NEGATIVES_HYBRID;
  if (hybrid) mixNegative();
  const at = runtime(RT_MAP_A);
  const bytes = map(PLANE_BYTES);
  if (map(PADDING) > 0) memory.fill(at, 0, bytes << 1);
  mapsOfFrames(
    frame, negative, map(BELOW_HEIGHT), map(BELOW_WIDTH) * map(BELOW_CHANNELS), multiplierOf(frame), multiplierOf(negative), spec(SPEC_INPUT_DROPOUT), netState(NET_DROPOUT),
    inner(at), bytes, map(ROW_BYTES),
  );
  // Only now, in the same piece of work: a job dropped before leaves the frame before as it was.
  if (hybrid) memory.copy(negative, frame, frameSize());
}

/** Of a training frame; the values kept by dropout grow so that the expected mean square stays 1.0. */
function multiplierOf(frame: usize): i32 {
  const size = frameSize();
  const dropout = get(KIND) == JOB_TRAIN ? spec(SPEC_INPUT_DROPOUT) : 0;
  return multiplier((frameSquares(frame, 0, size) * (256 - dropout)) >> 8, size);
}

/** The activities below, normalised, into the map of the layer under way: of one pass, or of both of a pair. */
export function readMapBelow(pair: bool): i64 {
  const at = inputMap(get(LAYER));
  const bytes = map(PLANE_BYTES);
  const values = map(BELOW_WIDTH) * map(BELOW_CHANNELS);
  const rows = map(BELOW_HEIGHT);
  const activity = runtime(RT_ACTIVITY);
  if (map(PADDING) > 0) memory.fill(at, 0, pair ? bytes << 1 : bytes);
  mapOfActivity(activity, rows, values, mapJob(BY_POSITIVE), inner(at), map(ROW_BYTES));
  if (pair) mapOfActivity(activity + activityPlane(rows * values), rows, values, mapJob(BY_NEGATIVE), inner(at + bytes), map(ROW_BYTES));
  return pair ? bytes << 1 : bytes;
}
