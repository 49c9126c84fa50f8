/** The words of the front end where they lie, behind the layers, and what follows from them. Asked only where there is one. */
import {
  CODING_SPLIT, FEATURES_RAW, FEATURES_SPECTRUM, FEATURES_STATISTICS, FRONT_BANDS, FRONT_CHANNELS, FRONT_CODING, FRONT_HOP, FRONT_KIND, FRONT_WINDOW, MAX_BLOCK,
} from "../abi/front";
import { SENSE_FRONT_END, SPEC_HEADER_WORDS, SPEC_LAYER_COUNT, SPEC_LAYER_WORDS, SPEC_SENSE } from "../abi/spec";
import { RT_FRONT_STATE, runtime } from "../memory";
import { spec } from "../spec_words";

/** A function of its own, so that `mayfly pack` can answer for a network. */
export function hasFront(): bool {
  return (spec(SPEC_SENSE) & SENSE_FRONT_END) != 0;
}

/** Index in the spec block of the front end's first word. */
// @ts-ignore: decorator
@inline export function frontStart(): i32 {
  return SPEC_HEADER_WORDS + spec(SPEC_LAYER_COUNT) * SPEC_LAYER_WORDS;
}

// @ts-ignore: decorator
@inline export function front(word: i32): i32 {
  return spec(frontStart() + word);
}

/** Address in the front end's state. */
// @ts-ignore: decorator
@inline export function frontState(offset: i32): usize {
  return runtime(RT_FRONT_STATE) + <usize>offset;
}

// @ts-ignore: decorator
@inline export function usesSpectrum(): bool {
  return front(FRONT_KIND) >= FEATURES_SPECTRUM;
}

/** Numbers that a window of one channel becomes. */
export function features(): i32 {
  return front(FRONT_KIND) == FEATURES_STATISTICS ? front(FRONT_BANDS) << 1 : front(FRONT_BANDS);
}

/** Values of the frame for each of them. */
// @ts-ignore: decorator
@inline export function codes(): i32 {
  return front(FRONT_CODING) == CODING_SPLIT ? 2 : 1;
}

/** Scales: one for each feature; the samples of a raw window are all alike and share their channel's. */
export function scales(): i32 {
  return front(FRONT_KIND) == FEATURES_RAW ? front(FRONT_CHANNELS) : features() * front(FRONT_CHANNELS);
}

/** Rows of the region that `push_block` takes. */
export function blockRows(): i32 {
  return min(front(FRONT_HOP), MAX_BLOCK);
}

/** Values of one window in a frame. */
export function windowValues(): i32 {
  return features() * codes() * front(FRONT_CHANNELS);
}

// @ts-ignore: decorator
@inline export function windowSamples(): i32 {
  return front(FRONT_WINDOW);
}
