/**
 * The front end of a stream (docs/streams.md): raw samples to frames. Its 16 words stand behind the layers when SPEC_SENSE has the bit
 * SENSE_FRONT_END. Full build only.
 */

export const FRONT_WORDS: i32 = 16;

/** What a window becomes. */
export const FRONT_KIND: i32 = 0;
/** Samples of each channel in a window; of a spectrum a power of two. */
export const FRONT_WINDOW: i32 = 1;
/** Samples from one window to the next. */
export const FRONT_HOP: i32 = 2;
export const FRONT_CHANNELS: i32 = 3;
/** Parts of a window, or bands of its spectrum, in each channel. */
export const FRONT_BANDS: i32 = 4;
/** Filter bank: lower edge of the first band, its width to the centre, in bins q16, and the growth of widths from band to band, q16. */
export const FRONT_LOW: i32 = 5;
export const FRONT_WIDTH: i32 = 6;
export const FRONT_GROWTH: i32 = 7;
/** Windows that stand under each other in a frame, the oldest first. */
export const FRONT_FRAMES: i32 = 8;
export const FRONT_SCALING: i32 = 9;
/** Scaling by deviation: so many mean absolute deviations, q4, fill half of the range. */
export const FRONT_SPREAD: i32 = 10;
/** Windows from which the scaling is learned before the first frame. */
export const FRONT_WARMUP: i32 = 11;
/** The scaling follows by a 2^-adapt of the difference afterwards; 0 = frozen. */
export const FRONT_ADAPT: i32 = 12;
export const FRONT_CODING: i32 = 13;
/** Share of alarms wanted while all is normal, q16; 0 = no threshold is kept. */
export const FRONT_ALARM: i32 = 14;
/** Not in use: 0. */
export const FRONT_REST: i32 = 15;

/** Means of parts of the window: of as many as it has samples, the samples themselves. */
export const FEATURES_RAW: i32 = 0;
/** Mean and log energy about it of parts of the window. */
export const FEATURES_STATISTICS: i32 = 1;
/** Magnitudes of the spectrum, in bands of equal width. */
export const FEATURES_SPECTRUM: i32 = 2;
/** Log energies in overlapping triangles, as wide as the ear's or all alike. */
export const FEATURES_BANK: i32 = 3;

export const SCALING_DEVIATION: i32 = 0;
export const SCALING_RANGE: i32 = 1;

/** 128 is the middle. */
export const CODING_OFFSET: i32 = 0;
/** Two values a feature: how much above the middle, and how much below. */
export const CODING_SPLIT: i32 = 1;

/** What `push` says: nothing new, a frame is ready, a window went into the warm-up or into a frame that is not full yet. */
export const PUSH_NONE: i32 = 0;
export const PUSH_FRAME: i32 = 1;
export const PUSH_WINDOW: i32 = 2;

/** Most rows of the region that `push_block` takes its samples from. */
export const MAX_BLOCK: i32 = 64;
export const MAX_WINDOW: i32 = 4096;
export const MIN_SPECTRUM: i32 = 16;
export const MAX_FRONT_CHANNELS: i32 = 16;

// Byte offsets in the front end's state, part of a checkpoint. u32 unless said.
/** Samples taken (wraps). */
export const FRONT_SAMPLES: i32 = 0;
export const FRONT_WINDOWS: i32 = 4;
/** Frames given. */
export const FRONT_READY: i32 = 8;
/** Feature values beyond what a u8 holds after scaling. */
export const FRONT_SATURATED: i32 = 12;
/** Sample values at an end of an i16: the sensor's range was too small. */
export const FRONT_CLIPPED: i32 = 16;
export const FRONT_GAPS: i32 = 20;
/** Row of the ring that the next sample takes, and its channel. */
export const FRONT_HEAD: i32 = 24;
export const FRONT_CHANNEL: i32 = 28;
/** Samples wanted until the next window is whole. */
export const FRONT_WANTED: i32 = 32;
/** Windows in the frame since the last gap, at most FRONT_FRAMES. */
export const FRONT_FILLED: i32 = 36;
/** Scores that the threshold has learned from. */
export const FRONT_SCORES: i32 = 40;
export const FRONT_ALARMS: i32 = 44;
/** i64, q8 of a score: the threshold, the mean score and its mean absolute deviation. */
export const FRONT_THRESHOLD: i32 = 48;
export const FRONT_MEAN: i32 = 56;
export const FRONT_DEVIATION: i32 = 64;
export const FRONT_STATE_BYTES: i32 = 80;
