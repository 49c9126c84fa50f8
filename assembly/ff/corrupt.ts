/**
 * Corrupted negatives (docs/streams.md, "Corrupted negatives"): the frame with a run of its places taken from an earlier frame, permuted, rotated,
 * or moved up or down. So a stream teaches what is normal without labels and without a host.
 */
import { CORRUPT_RAISE, CORRUPT_SHIFT, CORRUPT_SHUFFLE, CORRUPT_SPLICE, SPEC_INPUT_CHANNELS, SPEC_INPUT_HEIGHT, SPEC_INPUT_WIDTH, SPEC_NEGATIVES } from "../abi/spec";
import { NET_STEP, VARIANT_CORRUPTION } from "../abi/state";
import { draw } from "../fixed/random";
import { RT_FRAME, RT_KEPT, RT_NEGATIVE, RT_VARIANT_STATE, runtime } from "../memory";
import { frameSize, spec } from "../spec";
import { netState } from "../state";

/** Uniform in 0..count-1, from a random u16. */
// @ts-ignore: decorator
@inline function below(random: u32, count: i32): i32 {
  return <i32>((random * <u32>count) >>> 16);
}

/** The way that a random u16 chooses among those in use. */
function wayOf(random: u32): i32 {
  const ways = (spec(SPEC_NEGATIVES) >> 8) & 255;
  let left = below(random, popcnt(ways));
  let way = ways & -ways;
  for (let rest = ways & (ways - 1); left > 0; left--) {
    way = rest & -rest;
    rest &= rest - 1;
  }
  return way;
}

/** Writes the negative frame; returns the cost. */
export function corruptFrame(): i64 {
  const generator = runtime(RT_VARIANT_STATE) + VARIANT_CORRUPTION;
  const frame = runtime(RT_FRAME);
  const negative = runtime(RT_NEGATIVE);
  const places = spec(SPEC_INPUT_WIDTH) * spec(SPEC_INPUT_HEIGHT);
  const bytes = spec(SPEC_INPUT_CHANNELS);
  memory.copy(negative, frame, frameSize());

  const first = draw(generator);
  const second = draw(generator);
  const way = wayOf(first & 0xffff);
  const length = 1 + below(first >>> 16, max((places * (spec(SPEC_NEGATIVES) >> 16)) >> 8, 1));
  const at = below(second & 0xffff, places - length + 1) * bytes;
  const run = negative + <usize>at;
  if (way == CORRUPT_SPLICE) memory.copy(run, runtime(RT_KEPT) + <usize>at, length * bytes);
  else if (way == CORRUPT_SHUFFLE) permute(run, length, bytes, generator);
  else if (way == CORRUPT_SHIFT) rotate(run, frame + <usize>at, length, bytes, below(second >>> 16, length));
  else if (way == CORRUPT_RAISE) raise(run, length * bytes, second >>> 16);

  // The frame that runs are taken from is 16 steps old on average.
  if ((draw(generator) & 15) == 0 || load<u32>(netState(NET_STEP)) == 0) memory.copy(runtime(RT_KEPT), frame, frameSize());
  return frameSize() << 2;
}

/** Fisher-Yates from the last place down, all channels of a place together. */
function permute(run: usize, length: i32, bytes: i32, generator: usize): void {
  for (let last = length - 1; last > 0; last--) {
    const one = run + <usize>(last * bytes);
    const other = run + <usize>(below(draw(generator) & 0xffff, last + 1) * bytes);
    for (let k: usize = 0; k < <usize>bytes; k++) {
      const value = load<u8>(one + k);
      store<u8>(one + k, load<u8>(other + k));
      store<u8>(other + k, value);
    }
  }
}

/** Each place takes the values `by` places further on, the last ones those of the first. */
function rotate(run: usize, from: usize, length: i32, bytes: i32, by: i32): void {
  const head = <usize>(by * bytes);
  const rest = <usize>((length - by) * bytes);
  memory.copy(run, from + head, rest);
  memory.copy(run + rest, from, head);
}

/** All values up or down by 32 to 159. */
function raise(run: usize, count: i32, random: u32): void {
  const amount = 32 + <i32>(random & 127);
  const by = random & 0x8000 ? -amount : amount;
  for (let i: usize = 0; i < <usize>count; i++) store<u8>(run + i, min(max(<i32>load<u8>(run + i) + by, 0), 255));
}
