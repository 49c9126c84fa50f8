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

// Stages of instances that divide the units of each layer between them: what says "own units" is done for those of `divide_units`. Between two of them the host
// brings what the others have (host/threads/unit_runner.ts).
/** The frame's rows. */
export const STAGE_FRAME_ROWS: i32 = 5;
/** Own units of the first layer's sums of them. */
export const STAGE_FRAME_SUMS: i32 = 6;
/** Own units' activities of a layer's single pass; all of the first layer's, when all sums of the frame are there. */
export const STAGE_SINGLE_UNITS: i32 = 7;
/** From all units' activities to the rows of the next layer. */
export const STAGE_SINGLE_ROWS: i32 = 8;
/** The readout's part of a layer. */
export const STAGE_READOUT: i32 = 9;
/** Own units' activities of a layer's pair; all of the first layer's. */
export const STAGE_PAIR_UNITS: i32 = 10;
/** From all units' activities to goodness, coefficients and the rows of the next layer; HANDOVER where there is something to learn. */
export const STAGE_PAIR_ROWS: i32 = 11;
/** What own units learn; from the label's rows all of the first layer, so that these are the same in all instances. */
export const STAGE_UPDATE: i32 = 12;

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
