/**
 * Where things live. Three parts, in this order:
 *
 *   static      tables and the RUNTIME block, placed by the compiler below `__heap_base`
 *   persistent  header, spec, state, weights: a checkpoint is a copy of these bytes
 *   transient   layer table and scratch, rebuilt by `init` and `open`
 *
 * The persistent part holds no addresses, so a checkpoint moves freely between builds. Nothing is live at address 0.
 */
import { FULL } from "./full";

/** Start of the persistent part, 16-byte aligned. */
// @ts-ignore: decorator
@inline export function base(): usize {
  return (__heap_base + 15) & ~15;
}

/** The RUNTIME block: what one instance knows of itself; never part of a checkpoint. */
export const RUNTIME: usize = FULL ? memory.data(160, 16) : memory.data(128, 16);
export const RT_STATUS: usize = 0;
export const RT_DETAIL: usize = 4;
export const RT_READY: usize = 8;
export const RT_PERSISTENT_BYTES: usize = 12;
export const RT_STATE: usize = 16;
export const RT_LAYERS: usize = 20;
export const RT_FRAME: usize = 24;
export const RT_IMAGE_ROWS: usize = 28;
export const RT_ROWS_A: usize = 32;
export const RT_ROWS_B: usize = 36;
export const RT_IMAGE_SUMS: usize = 40;
export const RT_SUMS: usize = 44;
export const RT_ACTIVITY: usize = 48;
export const RT_COEFFICIENTS: usize = 52;
export const RT_CLASS_TERMS: usize = 56;
export const RT_SCORES: usize = 60;
export const RT_LOGITS: usize = 64;
export const RT_TOTAL_BYTES: usize = 68;
// Of networks with maps.
export const RT_MAP_A: usize = 72;
export const RT_MAP_B: usize = 76;
export const RT_POOLED_PLACE: usize = 80;
export const RT_PLACE_ROWS: usize = 84;
export const RT_PLACE_COEFFICIENTS: usize = 88;
// Of networks with maps in bands: without, the first is MAP_B, the second SUMS.
export const RT_MAP_C: usize = 92;
export const RT_GAINS: usize = 96;
export const RT_ROW_SUMS: usize = 120;
/** Of maps with more rows than an i32 holds. */
export const RT_WIDE_SUMS: usize = 124;
// Regions of the variants, of the full build.
export const RT_VARIANT_STATE: usize = 100;
export const RT_NEGATIVE: usize = 104;
export const RT_MASK: usize = 108;
export const RT_TARGETS: usize = 112;
export const RT_FRAME_ROWS: usize = 116;
// Of streams.
export const RT_KEPT: usize = 128;
export const RT_FRONT_STATE: usize = 132;
export const RT_FRONT_SCALES: usize = 136;
export const RT_FRONT_RING: usize = 140;
export const RT_FRONT_FRAMES: usize = 144;
export const RT_FRONT_BLOCK: usize = 148;
export const RT_SINE: usize = 152;
export const RT_SPECTRUM: usize = 156;

// @ts-ignore: decorator
@inline export function runtime(offset: usize): usize {
  return <usize>load<u32>(RUNTIME + offset);
}

// @ts-ignore: decorator
@inline export function setRuntime(offset: usize, value: usize): void {
  store<u32>(RUNTIME + offset, <u32>value);
}

/** For the making of lists (normalise.ts, pair_inputs.ts): the sums, which are done with, or not yet there. */
// @ts-ignore: decorator
@inline export function listScratch(): usize {
  return runtime(RT_SUMS);
}

/** Its bytes: 8 for each unit of the widest layer. */
// @ts-ignore: decorator
@inline export function listScratchBytes(): usize {
  return ASC_FEATURE_SIMD ? runtime(RT_ACTIVITY) - runtime(RT_SUMS) : 0;
}

/** Keeps and returns a status with its detail. */
export function report(status: i32, detail: i32): i32 {
  store<i32>(RUNTIME + RT_STATUS, status);
  store<i32>(RUNTIME + RT_DETAIL, detail);
  return status;
}
