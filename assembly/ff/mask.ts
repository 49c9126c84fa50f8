/**
 * Hybrid negatives (Hinton 2022, §3.2): the frame and the one before, mixed through a mask of large regions of ones and zeros, which
 * is random bits blurred a few times with [1/4, 1/2, 1/4] both ways and cut at a half.
 */
import { SPEC_INPUT_CHANNELS, SPEC_INPUT_HEIGHT, SPEC_INPUT_WIDTH } from "../abi/spec";
import { VARIANT_MASKS } from "../abi/state";
import { draw } from "../fixed/random";
import { RT_FRAME, RT_MASK, RT_NEGATIVE, RT_VARIANT_STATE, runtime } from "../memory";
import { spec } from "../spec";

// @ts-ignore: decorator
@inline function places(): i32 {
  return spec(SPEC_INPUT_WIDTH) * spec(SPEC_INPUT_HEIGHT);
}

/** Fills MASK u8 [height][width] with 0 or 255, a bit each; returns the cost. */
export function drawMask(): i64 {
  const mask = runtime(RT_MASK);
  const count = places();
  let random: u32 = 0;
  for (let i = 0; i < count; i++) {
    if ((i & 31) == 0) random = draw(runtime(RT_VARIANT_STATE) + VARIANT_MASKS);
    store<u8>(mask + <usize>i, (random >>> (i & 31)) & 1 ? 255 : 0);
  }
  return count;
}

/** Blurs the mask once, along its rows, then along its columns; returns the cost. */
export function blurMask(): i64 {
  const mask = runtime(RT_MASK);
  const width = spec(SPEC_INPUT_WIDTH);
  const height = spec(SPEC_INPUT_HEIGHT);
  for (let row = 0; row < height; row++) blurLine(mask + <usize>(row * width), width, 1);
  for (let column = 0; column < width; column++) blurLine(mask + <usize>column, height, width);
  return places() << 3;
}

/** `count` values, `step` bytes apart; beyond the edge stands the edge's own value. */
function blurLine(line: usize, count: i32, step: i32): void {
  let before = <i32>load<u8>(line);
  let value = before;
  for (let i = 0; i < count; i++) {
    const at = line + <usize>(i * step);
    const after = i + 1 < count ? <i32>load<u8>(at + step) : value;
    store<u8>(at, (before + 2 * value + after + 2) >> 2);
    before = value;
    value = after;
  }
}

/** The negative takes the frame's values in all channels where the mask is at least a half, and keeps those of the frame before elsewhere. */
export function mixNegative(): void {
  const frame = runtime(RT_FRAME);
  const negative = runtime(RT_NEGATIVE);
  const mask = runtime(RT_MASK);
  const channels = <usize>spec(SPEC_INPUT_CHANNELS);
  const count = <usize>places();
  for (let i: usize = 0; i < count; i++) {
    if (load<u8>(mask + i) < 128) continue;
    for (let value = i * channels; value < (i + 1) * channels; value++) store<u8>(negative + value, load<u8>(frame + value));
  }
}
