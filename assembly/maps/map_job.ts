import { FULL } from "../full";

/** What a job must remember in the middle of a layer of a map, besides job_state.ts; in memory, so that it can stop anywhere. */
const MAP_JOB: usize = FULL ? memory.data(208, 16) : 0;

/** 1 in a pair of passes. */
export const PAIR: usize = 0;
/** 1 when positive and negative have an input map each; else they share the one of the frame, and differ in their labels. */
export const TWO_MAPS: usize = 4;
/** Rows of the list of labels, 0 for none. */
export const LABEL_ROWS: usize = 8;
/** Multipliers of the normalisation of what the layer gives. */
export const BY_POSITIVE: usize = 12;
export const BY_NEGATIVE: usize = 16;
/** Active places of the block of channels under way, and its next row. */
export const PLACES: usize = 20;
export const ROW: usize = 24;
/** Gain of the pull to the peers; 0 for none. */
export const PULL: usize = 28;
/** The remainders of its 8 channels, i32. */
export const CARRY: usize = 32;
/** Σ of its coefficients over the places, i32: positive, negative. */
export const SUM_POSITIVE: usize = 64;
export const SUM_NEGATIVE: usize = 96;
/** The lanes of the call of the two label rows. */
export const LABEL_LANES: usize = 128;
/** Σ y² of the layer, i64: positive (or of the only pass), negative. */
export const SQUARES_POSITIVE: usize = 152;
export const SQUARES_NEGATIVE: usize = 160;
/** Of a layer in bands: what its places are computed for, and the first row of places of the band. */
export const PURPOSE: usize = 168;
export const FIRST_ROW: usize = 172;
/** Purposes: the first time, or again for the map that the layer gives, or for its update. */
export const FOR_SQUARES: i32 = 0;
export const FOR_OUTPUT: i32 = 1;
export const FOR_UPDATE: i32 = 2;
/** Channels that are computed: all, or a block of 8. */
export const CHANNELS_FROM: usize = 176;
export const CHANNELS_TO: usize = 180;
/** Active places of the block in all bands so far. */
export const BLOCK_PLACES: usize = 184;
/** Rows multiplied once more for an update, over all blocks of channels: i64. */
export const ROWS_AGAIN: usize = 192;
/** 1 when the layer before has made the input map of the next. */
export const NEXT_MADE: usize = 200;
/** Where the draws of a step's dropout start, for the frames with waves. */
export const WAVE_RANDOM: usize = 144;

// @ts-ignore: decorator
@inline export function mapJob(field: usize): i32 {
  return load<i32>(MAP_JOB + field);
}

// @ts-ignore: decorator
@inline export function setMapJob(field: usize, value: i32): void {
  store<i32>(MAP_JOB + field, value);
}

// @ts-ignore: decorator
@inline export function mapJobAt(field: usize): usize {
  return MAP_JOB + field;
}

// @ts-ignore: decorator
@inline export function mapJob64(field: usize): i64 {
  return load<i64>(MAP_JOB + field);
}

// @ts-ignore: decorator
@inline export function setMapJob64(field: usize, value: i64): void {
  store<i64>(MAP_JOB + field, value);
}
