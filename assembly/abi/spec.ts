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

// Header words that only the full build knows; the core build wants 0 in all of them.
export const SPEC_VARIANTS: i32 = 22;
/** Training frames are shifted by up to so many pixels each way. */
export const SPEC_JITTER: i32 = 22;
/** Whether positives get much goodness or little, in the low 8 bits. */
export const SPEC_SENSE: i32 = 23;
/** Bit of SPEC_SENSE: the words of a front end (abi/front.ts) stand behind the layers. */
export const SENSE_FRONT_END: i32 = 1 << 8;
/** Phases apart in time: so many steps learn from positives only, then SPEC_ASLEEP from negatives only; both 0: together. */
export const SPEC_AWAKE: i32 = 24;
export const SPEC_ASLEEP: i32 = 25;
/** Times the random mask of a hybrid negative is blurred. */
export const SPEC_MASK_BLURS: i32 = 26;
/** Iterations of a recurrent network, 0 = feed-forward; from bit 8 the first that counts and learns, from bit 16 the last. */
export const SPEC_RECURRENCE: i32 = 27;
/** Bit of SPEC_RECURRENCE: the state is kept from one sample to the next, for every class. */
export const RECURRENCE_STREAM: i32 = 1 << 24;
/** Share of the old state in an iteration of a recurrent network, q8. */
export const SPEC_DAMPING: i32 = 28;
/** Where the targets of the readout and of class-wise goodness come from. */
export const SPEC_TARGETS: i32 = 29;
/** Seed of this device's own gains and ceilings; 0 = the ideal device. */
export const SPEC_DEVICE: i32 = 30;
/** Spatially extended labels: 0 = none, else set (1, 2), from bit 8 their intensity K, q8. */
export const SPEC_WAVES: i32 = 31;

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

// Words of a layer that only the full build knows.
export const LAYER_VARIANTS: i32 = 9;
/** Groups of units that each decide for themselves; 0 or 1 = the whole layer. */
export const LAYER_BLOCKS: i32 = 9;
/** Largest activity, q7; 0 = none but the format's. */
export const LAYER_CEILING: i32 = 10;
/** Strength of peer normalisation, q15. */
export const LAYER_PEER: i32 = 11;
/** Receptive field of a map: width, height << 8, stride << 16, padding << 24. */
export const LAYER_FIELD: i32 = 12;
/** Units at each place of a map. */
export const LAYER_CHANNELS: i32 = 13;
/** Side of the squares of max pooling; 0 or 1 = none. From bit 8: rows of places that a map is worked in at a time, 0 = all of them. */
export const LAYER_POOL: i32 = 14;
/** Where the rows of a band stand in LAYER_POOL. */
export const BAND_BIT: i32 = 8;
/** Class-wise: coefficients below this (q15) are sampled: this large, or 0; 0 = as they are. */
export const LAYER_SAMPLE: i32 = 15;

export const OBJECTIVE_PAIR: i32 = 0;
export const OBJECTIVE_CLASSWISE: i32 = 1;
export const LOSS_THRESHOLD: i32 = 0;
export const LOSS_DIFFERENCE: i32 = 1;
export const LABEL_NONE: i32 = 0;
export const LABEL_REPLACE: i32 = 1;
export const LABEL_APPEND: i32 = 2;
export const NEGATIVES_RANDOM: i32 = 0;
export const NEGATIVES_HARD: i32 = 1;
/** The image mixed with the one before through a random mask (Hinton 2022, §3.2). */
export const NEGATIVES_HYBRID: i32 = 2;
/** The host writes the negative frame. */
export const NEGATIVES_GIVEN: i32 = 3;
/** The frame corrupted; SPEC_NEGATIVES holds in bits 8 to 15 the ways in use, from bit 16 the most of the frame that is corrupted, q8. */
export const NEGATIVES_CORRUPTED: i32 = 4;
/** Ways to corrupt a run of the frame: take it from an earlier frame, permute it, rotate it, move it up or down. */
export const CORRUPT_SPLICE: i32 = 1;
export const CORRUPT_SHUFFLE: i32 = 2;
export const CORRUPT_SHIFT: i32 = 4;
export const CORRUPT_RAISE: i32 = 8;
export const SENSE_MAXIMISE: i32 = 0;
export const SENSE_MINIMISE: i32 = 1;
/** The label is the target. */
export const TARGETS_LABEL: i32 = 0;
/** The host writes the probability of every class. */
export const TARGETS_GIVEN: i32 = 1;
export const KIND_DENSE: i32 = 0;
/** Receptive fields without weight sharing. */
export const KIND_LOCAL: i32 = 1;
/** Receptive fields with one set of weights. */
export const KIND_CONV: i32 = 2;
/** A function that only the host knows, with no weights. */
export const KIND_BOX: i32 = 3;
