/** Two frames, a positive and a negative one, where negatives are not labels (docs/variants.md, "Two frames"). Training only: prediction has one frame. */
import { NEGATIVES_HYBRID, SPEC_INPUT_DROPOUT, SPEC_NEGATIVES } from "../abi/spec";
import { NET_DROPOUT } from "../abi/state";
import { positiveHalf, rowsOfFrames } from "../kernels/frames";
import { multiplier } from "../kernels/normalise";
import { RT_FRAME, RT_FRAME_ROWS, RT_IMAGE_ROWS, RT_NEGATIVE, runtime } from "../memory";
import { frameSize, spec } from "../spec";
import { netState } from "../state";
import { frameSquares } from "./frame_squares";
import { FRAME_ROWS, IMAGE_ROWS, set, withBias, withPairedBias } from "./job_state";
import { mixNegative } from "./mask";

/** Both frames as a paired list, and its positive half as the image of the single pass. Returns the cost. */
export function readFrames(): i64 {
  const frame = runtime(RT_FRAME);
  const negative = runtime(RT_NEGATIVE);
  const size = frameSize();
  const hybrid = spec(SPEC_NEGATIVES) == NEGATIVES_HYBRID;
  if (hybrid) mixNegative();
  const list = runtime(RT_FRAME_ROWS);
  const rows = rowsOfFrames(frame, negative, size, multiplierOf(frame, size), multiplierOf(negative, size), spec(SPEC_INPUT_DROPOUT), netState(NET_DROPOUT), list);
  const image = positiveHalf(list, rows, runtime(RT_IMAGE_ROWS));
  set(IMAGE_ROWS, withBias(0, runtime(RT_IMAGE_ROWS), image));
  set(FRAME_ROWS, withPairedBias(0, list, rows));
  // Only now, in the same piece of work: a job dropped before leaves the frame before as it was.
  if (hybrid) memory.copy(negative, frame, size);
  return size << 2;
}

/** As in `readImage`, the values kept grow. */
function multiplierOf(frame: usize, size: i32): i32 {
  return multiplier((frameSquares(frame, 0, size) * (256 - spec(SPEC_INPUT_DROPOUT))) >> 8, size);
}
