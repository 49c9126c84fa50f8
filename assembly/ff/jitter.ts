/** Jitter: a training frame is shifted by a random number of pixels, in memory, before anything else of the step. */
import {
  LABEL_REPLACE, NEGATIVES_GIVEN, SPEC_CLASSES, SPEC_INPUT_CHANNELS, SPEC_INPUT_HEIGHT, SPEC_INPUT_WIDTH, SPEC_JITTER, SPEC_LABEL_PLACEMENT, SPEC_NEGATIVES,
} from "../abi/spec";
import { VARIANT_JITTER } from "../abi/state";
import { draw } from "../fixed/random";
import { RT_FRAME, RT_NEGATIVE, RT_VARIANT_STATE, runtime } from "../memory";
import { frameSize, spec } from "../spec";

/** Shifts the frame, and with it the negative frame that the host has written; returns the cost. */
export function shiftFrames(): i64 {
  const random = draw(runtime(RT_VARIANT_STATE) + VARIANT_JITTER);
  const dx = offset(random & 0xffff);
  const dy = offset(random >>> 16);
  // What stands where the label goes is no part of the picture.
  if (spec(SPEC_LABEL_PLACEMENT) == LABEL_REPLACE) memory.fill(runtime(RT_FRAME), 0, spec(SPEC_CLASSES));
  shift(runtime(RT_FRAME), dx, dy);
  if (spec(SPEC_NEGATIVES) == NEGATIVES_GIVEN) shift(runtime(RT_NEGATIVE), dx, dy);
  return frameSize() << 1;
}

/** Uniform in -jitter..jitter, from a random u16. */
function offset(random: u32): i32 {
  const most = spec(SPEC_JITTER);
  return <i32>((random * <u32>(2 * most + 1)) >>> 16) - most;
}

/** frame u8 [height][width][channels]: the value at (row, column) becomes that of (row - dy, column - dx), 0 outside. |dx| < width, |dy| < height. */
function shift(frame: usize, dx: i32, dy: i32): void {
  const height = spec(SPEC_INPUT_HEIGHT);
  const bytes = spec(SPEC_INPUT_WIDTH) * spec(SPEC_INPUT_CHANNELS);
  const gap = <usize>(abs(dx) * spec(SPEC_INPUT_CHANNELS));
  const kept = <usize>bytes - gap;
  for (let i = 0; i < height; i++) {
    // From the side the rows move to, so that none is overwritten before it has moved.
    const row = dy > 0 ? height - 1 - i : i;
    const to = frame + <usize>(row * bytes);
    const from = frame + <usize>((row - dy) * bytes);
    if (row - dy < 0 || row - dy >= height) memory.fill(to, 0, bytes);
    else if (dx >= 0) {
      memory.copy(to + gap, from, kept);
      memory.fill(to, 0, gap);
    } else {
      memory.copy(to, from + gap, kept);
      memory.fill(to + kept, 0, gap);
    }
  }
}
