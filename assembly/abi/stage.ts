/**
 * Stages: a training step in parts that different instances of the engine do, each for layers of its own (full build; docs/abi.md, "Stages").
 * Constants only: the host imports this very file.
 */

/** The frame: shifted, mixed, normalised; the first layer's sums of it. */
export const STAGE_FRAME: i32 = 1;
/** A layer of the single pass: the neutral one of a pair, or the only one of a class-wise network. */
export const STAGE_SINGLE: i32 = 2;
/** The draw of the negative's label. */
export const STAGE_NEGATIVE: i32 = 3;
/** A layer of the pair of passes. */
export const STAGE_PAIR: i32 = 4;

// Words of the job, from `job_address()`: byte offsets, each an i32. The host writes the labels before a stage; what a layer gives stands in the
// others after it, and has to stand there before the next layer's.
/** The sample's label. */
export const STAGE_LABEL: i32 = 16;
/** The negative's label: what STAGE_NEGATIVE has drawn, and STAGE_PAIR of the first layer needs. */
export const STAGE_OTHER_LABEL: i32 = 20;
/** Rows of the list that goes to the next layer, where that is dense. */
export const STAGE_ROWS: i32 = 32;
/** Multipliers of the normalisation of the activities that go to the next layer, where that is a map: of the positive or single pass, of the negative. */
export const STAGE_BY_POSITIVE: i32 = 56;
export const STAGE_BY_NEGATIVE: i32 = 60;
