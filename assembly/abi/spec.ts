/** The words of the spec block: 32 for the network, then 16 for each layer, all i32. Unused words are 0. */

export const SPEC_HEADER_WORDS: i32 = 32;
export const SPEC_LAYER_WORDS: i32 = 16;

// Header words.
export const SPEC_MAGIC: i32 = 0;
export const SPEC_VERSION: i32 = 1;
export const SPEC_OBJECTIVE: i32 = 2;
export const SPEC_CLASSES: i32 = 3;
export const SPEC_INPUT_WIDTH: i32 = 4;
export const SPEC_INPUT_HEIGHT: i32 = 5;
export const SPEC_INPUT_CHANNELS: i32 = 6;
export const SPEC_LABEL_PLACEMENT: i32 = 7;
export const SPEC_LABEL_LEVEL: i32 = 8;
export const SPEC_NEGATIVES: i32 = 9;
/** First layer whose activities the readout sees; layer_count = no readout. */
export const SPEC_READOUT_FROM: i32 = 10;
/** First layer whose goodness counts in prediction. */
export const SPEC_GOODNESS_FROM: i32 = 11;
export const SPEC_READOUT_RATE: i32 = 12;
export const SPEC_HOLD_STEPS: i32 = 13;
export const SPEC_TOTAL_STEPS: i32 = 14;
export const SPEC_SEED: i32 = 15;
export const SPEC_LAYER_COUNT: i32 = 16;
/** Bytes of linear memory the plan may use; 0 = no limit. */
export const SPEC_MEMORY_LIMIT: i32 = 17;
/** Level of the always-on input of every layer, q4; 0 = no bias. */
export const SPEC_BIAS_LEVEL: i32 = 18;
export const SPEC_LOSS: i32 = 19;
/** Probability that a value of the frame is left out of a training step, q8. */
export const SPEC_INPUT_DROPOUT: i32 = 20;
/** A coefficient below this (q15) counts as 0: a sample that is well separated teaches the layer nothing and costs no update. */
export const SPEC_MIN_COEFFICIENT: i32 = 21;
export const SPEC_RESERVED: i32 = 22;

// Words of one layer.
export const LAYER_KIND: i32 = 0;
export const LAYER_UNITS: i32 = 1;
export const LAYER_WEIGHT_BITS: i32 = 2;
/** Weights are multiples of 2^-scale. */
export const LAYER_SCALE: i32 = 3;
/** Learning rate, 2^24 = 1.0. */
export const LAYER_RATE: i32 = 4;
/** Temperature T of the logistic, q8. */
export const LAYER_TEMPERATURE: i32 = 5;
/** Weight decay at each visit of a row (one row a step), q16. */
export const LAYER_DECAY: i32 = 6;
/** Threshold: θ = units * this, q8. */
export const LAYER_THRESHOLD: i32 = 7;
/** Standard deviation of the initial weights times sqrt(inputs), q8. */
export const LAYER_INIT: i32 = 8;
export const LAYER_RESERVED: i32 = 9;

export const OBJECTIVE_PAIR: i32 = 0;
export const OBJECTIVE_CLASSWISE: i32 = 1;
export const LOSS_THRESHOLD: i32 = 0;
export const LOSS_DIFFERENCE: i32 = 1;
export const LABEL_NONE: i32 = 0;
export const LABEL_REPLACE: i32 = 1;
export const LABEL_APPEND: i32 = 2;
export const NEGATIVES_RANDOM: i32 = 0;
export const NEGATIVES_HARD: i32 = 1;
export const KIND_DENSE: i32 = 0;
