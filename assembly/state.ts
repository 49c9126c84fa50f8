/** What a network keeps from one sample to the next besides its weights. All u32, part of every checkpoint. */
import { LANES_BYTES } from "./fixed/random";
import { RT_STATE, runtime } from "./memory";

/** Samples trained. */
export const NET_STEP: usize = 0;
/** Generator that draws the negative labels. */
export const NET_SAMPLER: usize = 4;
/** Samples whose label the readout had right before it learned from them. */
export const NET_READOUT_RIGHT: usize = 8;
/** Generator that leaves out values of the frame. */
export const NET_DROPOUT: usize = 12;
export const NET_STATE_BYTES: usize = 16;

/** A layer's random lanes come first. */
export const LAYER_LANES: usize = 0;
/** Positives with goodness above θ; class-wise: samples whose true group won. */
export const LAYER_POSITIVES_RIGHT: usize = LANES_BYTES;
/** Negatives with goodness below θ. */
export const LAYER_NEGATIVES_RIGHT: usize = LANES_BYTES + 4;
/** Rows multiplied, in total (wraps): the work that sparse inputs left. */
export const LAYER_ROWS_USED: usize = LANES_BYTES + 8;
export const LAYER_STATE_BYTES: usize = 32;

// @ts-ignore: decorator
@inline export function netState(offset: usize): usize {
  return runtime(RT_STATE) + offset;
}

export function count(address: usize, amount: u32): void {
  store<u32>(address, load<u32>(address) + amount);
}
