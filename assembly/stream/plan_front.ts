/** The regions of a front end (docs/streams.md). Full build only, and only where there is one. */
import {
  REGION_FRONT_BLOCK, REGION_FRONT_FRAMES, REGION_FRONT_RING, REGION_FRONT_SCALES, REGION_FRONT_STATE, REGION_SINE, REGION_SPECTRUM, TYPE_I16, TYPE_I32, TYPE_U32, TYPE_U8,
} from "../abi/region";
import { FRONT_CHANNELS, FRONT_FRAMES, FRONT_STATE_BYTES } from "../abi/front";
import { RT_FRONT_BLOCK, RT_FRONT_FRAMES, RT_FRONT_RING, RT_FRONT_SCALES, RT_FRONT_STATE, RT_SINE, RT_SPECTRUM, setRuntime } from "../memory";
import { place } from "../plan_walk";
import { blockRows, front, scales, usesSpectrum, windowSamples, windowValues } from "./front_words";

/** All that a power cut must not lose, down to the samples of the window under way. */
export function placePersistentFront(commit: bool): void {
  const channels = front(FRONT_CHANNELS);
  const state = place(REGION_FRONT_STATE, -1, TYPE_U32, 1, FRONT_STATE_BYTES >> 2, FRONT_STATE_BYTES >> 2, true);
  const learned = place(REGION_FRONT_SCALES, -1, TYPE_I32, scales(), 2, 2, true);
  const ring = place(REGION_FRONT_RING, -1, TYPE_I16, windowSamples(), channels, channels, true);
  const frames: usize = front(FRONT_FRAMES) > 1 ? place(REGION_FRONT_FRAMES, -1, TYPE_U8, front(FRONT_FRAMES), windowValues(), windowValues(), true) : 0;
  if (!commit) return;
  setRuntime(RT_FRONT_STATE, state);
  setRuntime(RT_FRONT_SCALES, learned);
  setRuntime(RT_FRONT_RING, ring);
  setRuntime(RT_FRONT_FRAMES, frames);
}

export function placeTransientFront(commit: bool): void {
  const channels = front(FRONT_CHANNELS);
  const block = place(REGION_FRONT_BLOCK, -1, TYPE_I16, blockRows(), channels, channels, false);
  if (commit) setRuntime(RT_FRONT_BLOCK, block);
  if (!usesSpectrum()) return;
  const half = windowSamples() >> 1;
  const sine = place(REGION_SINE, -1, TYPE_I32, 1, (half >> 1) + 1, (half >> 1) + 1, false);
  const spectrum = place(REGION_SPECTRUM, -1, TYPE_I16, half, 2, 2, false);
  if (!commit) return;
  setRuntime(RT_SINE, sine);
  setRuntime(RT_SPECTRUM, spectrum);
}
