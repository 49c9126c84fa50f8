/** The state of the job under way, in memory, and the moves that all of its parts share. */
import { LAYER_DECAY, OBJECTIVE_CLASSWISE, SPEC_BIAS_LEVEL, SPEC_LAYER_COUNT, SPEC_OBJECTIVE, SPEC_READOUT_FROM } from "../abi/spec";
import { STAGE_BY_NEGATIVE, STAGE_BY_POSITIVE, STAGE_LABEL, STAGE_OTHER_LABEL, STAGE_PAIR, STAGE_ROWS } from "../abi/stage";
import { NET_STEP } from "../abi/state";
import { closePaired, closeSingle, putPaired, putSingle } from "../kernels/rows";
import { denseDecay } from "../layers/dense";
import { inputs, stride } from "../layers/layer";
import { FULL } from "../full";
import { RT_FRAME_ROWS, RT_IMAGE_ROWS, RT_ROWS_A, RT_ROWS_B, runtime } from "../memory";
import { layerSpec, spec } from "../spec";
import { isBox, twoImages } from "../spec_variants";
import { count, netState } from "../state";

export const JOB_NONE: i32 = 0;
/** Learn from the frame and its label. */
export const JOB_TRAIN: i32 = 1;
/** Scores of every class by goodness. */
export const JOB_GOODNESS: i32 = 2;
/** Logits of every class by the readout. */
export const JOB_READOUT: i32 = 3;

export const PHASE_IMAGE: i32 = 1;
export const PHASE_IMAGE_SUMS: i32 = 2;
export const PHASE_SINGLE_START: i32 = 3;
export const PHASE_SINGLE_SUMS: i32 = 4;
export const PHASE_SINGLE_END: i32 = 5;
export const PHASE_SINGLE_UPDATE: i32 = 6;
export const PHASE_CHOOSE: i32 = 7;
export const PHASE_PAIR_START: i32 = 8;
export const PHASE_PAIR_SUMS: i32 = 9;
export const PHASE_PAIR_END: i32 = 10;
export const PHASE_LABEL_UPDATE: i32 = 11;
export const PHASE_PAIR_UPDATE: i32 = 12;
export const PHASE_READOUT_SUMS: i32 = 13;
export const PHASE_READOUT_UPDATE: i32 = 14;
// Prediction by goodness, of labels that go together (labels_pass.ts).
export const PHASE_LABELS_SUMS: i32 = 15;
export const PHASE_LABELS_END: i32 = 16;
// Phases that only the full build has.
export const PHASE_VARIANTS: i32 = 32;
export const PHASE_JITTER: i32 = 32;
export const PHASE_MASK: i32 = 33;
export const PHASE_BLUR: i32 = 34;
export const PHASE_CORRUPT: i32 = 37;
/** Waiting for the activities of a box, in a single pass and in a pair of passes. */
export const PHASE_BOX_SINGLE: i32 = 35;
export const PHASE_BOX_PAIR: i32 = 36;
// Of layers that are maps: assembly/maps/.
export const PHASE_MAP_SUMS: i32 = 40;
export const PHASE_MAP_END: i32 = 41;
export const PHASE_MAP_UPDATE: i32 = 42;
/** Of layers in bands: the end of a band, sums of the rows of a block of channels, their update. */
export const PHASE_MAP_BAND: i32 = 43;
export const PHASE_MAP_ROW_SUMS: i32 = 44;
export const PHASE_MAP_ROWS: i32 = 45;
export const PHASE_MAP_READOUT_SUMS: i32 = 46;
export const PHASE_MAP_READOUT_UPDATE: i32 = 47;

// Recurrent networks, instead of those of a pair (recurrent_pass.ts).
export const PHASE_ITERATION_ROWS: i32 = 64;
export const PHASE_ITERATION_SUMS: i32 = 65;
export const PHASE_ITERATION_END: i32 = 66;
export const PHASE_ITERATION_UPDATE: i32 = 67;
export const PHASE_ITERATION_INPUTS: i32 = 68;
export const PHASE_ITERATION_OTHERS: i32 = 69;
export const PHASE_ITERATION_IMAGE: i32 = 70;
export const PHASE_ITERATION_PLACES: i32 = 71;
export const PHASE_ITERATION_LEARN: i32 = 72;

/** State of the job under way. */
const JOB: usize = FULL ? memory.data(72, 16) : memory.data(48, 16);
export const KIND: usize = 0;
export const PHASE: usize = 4;
export const LAYER: usize = 8;
/** First unit not yet done in a phase that goes through the units in pieces. */
export const UNIT: usize = 12;
/** The label; in a pair of passes that of the positive one. */
export const LABEL: usize = STAGE_LABEL;
export const OTHER_LABEL: usize = STAGE_OTHER_LABEL;
export const IMAGE_ROWS: usize = 24;
/** Rows of the list that is the input of the current layer, and of the one it makes. */
export const ROWS_IN: usize = 28;
export const ROWS_OUT: usize = STAGE_ROWS;
export const LABEL_LIST_ROWS: usize = 36;
/** Rows of the paired list of two frames. */
export const FRAME_ROWS: usize = 44;

/** Layer whose activities the last piece completed, + 256 for a pair; -1 for none. For those who watch. */
export const COMPLETED: usize = FULL ? 48 : 44;
/** Full build: the stage that the job is (abi/stage.ts), 0 for a whole step or a prediction. */
export const STAGE: usize = 52;
export const BY_POSITIVE: usize = STAGE_BY_POSITIVE;
export const BY_NEGATIVE: usize = STAGE_BY_NEGATIVE;
/** Rows of the paired lists into even and odd layers (unit_stage.ts). */
export const PAIR_ROWS: usize = 64;

/** Where the words of the job stand. */
export function jobAddress(): usize {
  return JOB;
}

// @ts-ignore: decorator
@inline export function get(field: usize): i32 {
  return load<i32>(JOB + field);
}

// @ts-ignore: decorator
@inline export function set(field: usize, value: i32): void {
  store<i32>(JOB + field, value);
}

/** Whether the job is a stage of instances that divide the units of layers. A function of its own, so that `mayfly pack` can say what it is on a device. */
export function byUnits(): bool {
  return get(STAGE) > STAGE_PAIR;
}

// @ts-ignore: decorator
@inline export function classwise(): bool {
  return spec(SPEC_OBJECTIVE) == OBJECTIVE_CLASSWISE;
}

// @ts-ignore: decorator
@inline export function readsOut(): bool {
  return spec(SPEC_READOUT_FROM) < spec(SPEC_LAYER_COUNT);
}

/** The list that is the input of `layer` > 0; that of layer 0 is free for label rows. */
export function listInto(layer: i32): usize {
  return runtime(layer & 1 ? RT_ROWS_B : RT_ROWS_A);
}

/** The list that is the paired input of `layer`; the first layer has one when there are two frames. */
// @ts-ignore: decorator
@inline export function pairList(layer: i32): usize {
  if (FULL) {
    if (layer == 0 && twoImages()) return runtime(RT_FRAME_ROWS);
  }
  return listInto(layer);
}

export function inputList(layer: i32): usize {
  return layer == 0 ? runtime(RT_IMAGE_ROWS) : listInto(layer);
}

/** Where a piece of `end` units that started at UNIT may end: whole blocks of 32 units, all the rest if the limit allows. */
export function pieceEnd(end: i32, rows: i32, left: i64): i32 {
  const from = get(UNIT);
  const affordable = left / max(rows, 1);
  if (affordable >= end - from) return end;
  return min(end, from + max(32, <i32>affordable & ~31));
}

/** Enters a phase at its first unit. */
export function enter(phase: i32): void {
  set(PHASE, phase);
  set(UNIT, 0);
}

/** Adds the always-on row to the single list that is the input of `layer`. */
export function withBias(layer: i32, list: usize, rows: i32): i32 {
  const level = spec(SPEC_BIAS_LEVEL);
  if (level == 0 || (FULL && isBox(layer))) return rows;
  putSingle(list, rows, inputs(layer) - 1, level);
  closeSingle(list, rows + 1);
  return rows + 1;
}

/** The same for a paired list. */
export function withPairedBias(layer: i32, list: usize, rows: i32): i32 {
  const level = spec(SPEC_BIAS_LEVEL);
  if (level == 0 || (FULL && isBox(layer))) return rows;
  putPaired(list, rows, inputs(layer) - 1, level, level);
  closePaired(list, rows + 1);
  return rows + 1;
}

/** Weight decay of the row whose turn it is; returns its cost. */
export function decay(layer: i32): i64 {
  const amount = layerSpec(layer, LAYER_DECAY);
  if (amount == 0) return 0;
  denseDecay(layer, load<u32>(netState(NET_STEP)), amount);
  return stride(layer);
}

export function finish(): void {
  if (get(KIND) == JOB_TRAIN) count(netState(NET_STEP), 1);
  set(KIND, JOB_NONE);
}
