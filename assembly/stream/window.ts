/** From samples to frames: counts them, and at the end of each hop makes the window's features and, when the frame is whole, the frame. */
import {
  FEATURES_RAW, FRONT_CHANNEL, FRONT_CHANNELS, FRONT_CLIPPED, FRONT_FILLED, FRONT_FRAMES, FRONT_GAPS, FRONT_HEAD, FRONT_HOP, FRONT_KIND, FRONT_READY, FRONT_SAMPLES,
  FRONT_STATE_BYTES, FRONT_WANTED, FRONT_WARMUP, FRONT_WINDOWS, PUSH_FRAME, PUSH_NONE, PUSH_WINDOW,
} from "../abi/front";
import { RT_FRAME, RT_FRONT_FRAMES, RT_FRONT_RING, RT_FRONT_SCALES, runtime } from "../memory";
import { count } from "../state";
import { makeFeatures } from "./features";
import { codes, features, front, frontState, hasFront, scales, usesSpectrum, windowSamples, windowValues } from "./front_words";
import { putValue } from "./ring";
import { emitScaled, followScale, learnScale } from "./scale";
import { makeSine } from "./sine";

/** A fresh front end: nothing heard, nothing learned. */
export function initialiseFront(): void {
  memory.fill(runtime(RT_FRONT_SCALES), 0, <usize>scales() << 3);
  memory.fill(runtime(RT_FRONT_RING), 0, <usize>(windowSamples() * front(FRONT_CHANNELS)) << 1);
  if (front(FRONT_FRAMES) > 1) memory.fill(runtime(RT_FRONT_FRAMES), 0, front(FRONT_FRAMES) * windowValues());
  memory.fill(frontState(0), 0, FRONT_STATE_BYTES);
  store<i32>(frontState(FRONT_WANTED), windowSamples());
}

/** What is not part of a checkpoint. */
export function prepareFront(): void {
  if (hasFront() && usesSpectrum()) makeSine();
}

/** The signal was interrupted: the window and the frame under way are dropped, what was learned stays. */
export function dropWindow(): void {
  store<i32>(frontState(FRONT_HEAD), 0);
  store<i32>(frontState(FRONT_CHANNEL), 0);
  store<i32>(frontState(FRONT_FILLED), 0);
  store<i32>(frontState(FRONT_WANTED), windowSamples());
  count(frontState(FRONT_GAPS), 1);
}

/** Takes a value of an i16; returns PUSH_…. */
export function takeValue(value: i32): i32 {
  if (value == 32767 || value == -32768) count(frontState(FRONT_CLIPPED), 1);
  if (!putValue(value)) return PUSH_NONE;
  count(frontState(FRONT_SAMPLES), 1);
  const wanted = load<i32>(frontState(FRONT_WANTED)) - 1;
  store<i32>(frontState(FRONT_WANTED), wanted > 0 ? wanted : front(FRONT_HOP));
  return wanted > 0 ? PUSH_NONE : endWindow();
}

function endWindow(): i32 {
  const frames = front(FRONT_FRAMES);
  const values = <usize>windowValues();
  const history = runtime(RT_FRONT_FRAMES);
  const heard = load<u32>(frontState(FRONT_WINDOWS)) >= <u32>front(FRONT_WARMUP);
  // The windows of a frame move up; the new one is the last.
  if (heard && frames > 1) memory.copy(history, history + values, <usize>(frames - 1) * values);
  for (let channel = 0; channel < front(FRONT_CHANNELS); channel++) makeFeatures(channel);
  // The warm-up is over after so many windows, and they wrap no sooner than all has long been learned.
  const windows = load<u32>(frontState(FRONT_WINDOWS)) + 1;
  store<u32>(frontState(FRONT_WINDOWS), windows == 0 ? <u32>front(FRONT_WARMUP) : windows);
  if (!heard) return PUSH_WINDOW;
  const filled = min(load<i32>(frontState(FRONT_FILLED)) + 1, frames);
  store<i32>(frontState(FRONT_FILLED), filled);
  if (filled < frames) return PUSH_WINDOW;
  if (frames > 1) memory.copy(runtime(RT_FRAME), history, <usize>frames * values);
  count(frontState(FRONT_READY), 1);
  return PUSH_FRAME;
}

/** Learns from feature `index` of a channel, or scales it into its place [feature][channel] of the frame's last window. */
export function feature(channel: i32, index: i32, value: i32): void {
  const channels = front(FRONT_CHANNELS);
  const raw = front(FRONT_KIND) == FEATURES_RAW;
  const scale = raw ? channel : index * channels + channel;
  const windows = load<u32>(frontState(FRONT_WINDOWS));
  if (windows < <u32>front(FRONT_WARMUP)) {
    learnScale(scale, value, raw ? <i32>windows * features() + index + 1 : <i32>windows + 1);
    return;
  }
  const frames = front(FRONT_FRAMES);
  const row = frames > 1 ? runtime(RT_FRONT_FRAMES) + <usize>((frames - 1) * windowValues()) : runtime(RT_FRAME);
  emitScaled(scale, value, row + <usize>(index * codes() * channels + channel), channels);
  followScale(scale, value);
}
