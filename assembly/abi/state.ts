/** Byte offsets in the state regions: what a network keeps from one sample to the next besides its weights. All u32. */

/** Samples trained. */
export const NET_STEP: i32 = 0;
/** Generator that draws the negative labels. */
export const NET_SAMPLER: i32 = 4;
/** Samples whose label the readout had right before it learned from them. */
export const NET_READOUT_RIGHT: i32 = 8;
/** Generator that leaves out values of the frame. */
export const NET_DROPOUT: i32 = 12;
export const NET_STATE_BYTES: i32 = 16;

/** A layer's four random lanes come first. */
export const LAYER_LANES: i32 = 0;
/** Positives with goodness above θ; class-wise: samples whose true group won. */
export const LAYER_POSITIVES_RIGHT: i32 = 16;
/** Negatives with goodness below θ. */
export const LAYER_NEGATIVES_RIGHT: i32 = 20;
/** Rows multiplied, in total (wraps): the work that sparse inputs left. */
export const LAYER_ROWS_USED: i32 = 24;
/** Rows of weights updated, in total (wraps). */
export const LAYER_ROWS_UPDATED: i32 = 28;
export const LAYER_STATE_BYTES: i32 = 32;

// Region variant state: generators that only some variants need.
/** Generator that shifts the frames. */
export const VARIANT_JITTER: i32 = 0;
/** Generator of the masks of hybrid negatives. */
export const VARIANT_MASKS: i32 = 4;
export const VARIANT_STATE_BYTES: i32 = 8;
/** Generator of corrupted negatives; the region has it where they are. */
export const VARIANT_CORRUPTION: i32 = 8;
export const CORRUPTION_STATE_BYTES: i32 = 12;
