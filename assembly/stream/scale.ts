/**
 * Scaling learned on the device: a feature's middle and spread (its mean and mean absolute deviation), or its least and most, as i32 q12 in the
 * region *front scales*. In the warm-up they are those of all values so far; later they follow slowly, or stay.
 */
import { FRONT_ADAPT, FRONT_CODING, FRONT_SATURATED, FRONT_SCALING, FRONT_SPREAD, CODING_SPLIT, SCALING_DEVIATION } from "../abi/front";
import { RT_FRONT_SCALES, runtime } from "../memory";
import { count } from "../state";
import { front, frontState } from "./front_words";

/** A spread below this (q12: 1/16 of a feature's unit) counts as this. */
const LEAST: i64 = 256;
/** Bounds that nothing touches come closer so much more slowly than they give way. */
const SLOWER: i32 = 8;

// @ts-ignore: decorator
@inline function scaleAt(index: i32): usize {
  return runtime(RT_FRONT_SCALES) + (<usize>index << 3);
}

/** Learns from the n-th value of a scale in the warm-up, n >= 1. */
export function learnScale(index: i32, value: i32, n: i32): void {
  const at = scaleAt(index);
  const x = value << 12;
  const low = load<i32>(at);
  const high = load<i32>(at, 4);
  if (front(FRONT_SCALING) != SCALING_DEVIATION) {
    store<i32>(at, n == 1 ? x : min(low, x));
    store<i32>(at, n == 1 ? x : max(high, x), 4);
    return;
  }
  if (n == 1) {
    store<i32>(at, x);
    store<i32>(at, 0, 4);
    return;
  }
  const distance = <i64>x - low;
  store<i32>(at, low + <i32>(distance / n));
  store<i32>(at, high + <i32>((abs<i64>(distance) - high) / (n - 1)), 4);
}

/** Follows a value after the warm-up. */
export function followScale(index: i32, value: i32): void {
  const adapt = front(FRONT_ADAPT);
  if (adapt == 0) return;
  const at = scaleAt(index);
  const x = <i64>value << 12;
  const low = <i64>load<i32>(at);
  const high = <i64>load<i32>(at, 4);
  if (front(FRONT_SCALING) == SCALING_DEVIATION) {
    store<i32>(at, <i32>(low + ((x - low) >> adapt)));
    store<i32>(at, <i32>(high + ((abs<i64>(x - low) - high) >> adapt)), 4);
    return;
  }
  const closer = (high - low) >> (adapt + SLOWER);
  store<i32>(at, <i32>(x < low ? low + ((x - low) >> adapt) : low + closer));
  store<i32>(at, <i32>(x > high ? high + ((x - high) >> adapt) : high - closer), 4);
}

/** A feature as u8, 128 (deviation) the middle; saturates, and counts that. */
function scaled(index: i32, value: i32): i32 {
  const at = scaleAt(index);
  const low = <i64>load<i32>(at);
  const distance = (<i64>value << 12) - low;
  const result = front(FRONT_SCALING) == SCALING_DEVIATION
    ? 128 + (distance * 2032) / (max<i64>(load<i32>(at, 4), LEAST) * front(FRONT_SPREAD))
    : (distance * 255) / max<i64>(<i64>load<i32>(at, 4) - low, LEAST);
  if (result >= 0 && result <= 255) return <i32>result;
  count(frontState(FRONT_SATURATED), 1);
  return result < 0 ? 0 : 255;
}

/** Writes a feature's one or two values to `to`, `apart` bytes from each other. */
export function emitScaled(index: i32, value: i32, to: usize, apart: usize): void {
  const u = scaled(index, value);
  if (front(FRONT_CODING) != CODING_SPLIT) {
    store<u8>(to, u);
    return;
  }
  store<u8>(to, min(max(u - 128, 0) << 1, 255));
  store<u8>(to + apart, min(max(128 - u, 0) << 1, 255));
}
