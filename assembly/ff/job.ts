/**
 * A job is one sample on its way through the network: training, or prediction. It is a small state machine whose whole state lies
 * in memory, so that it can stop after any bounded piece of work and go on later:
 *
 *   image -> image sums -> [ neutral pass, layer by layer -> negative label ] -> [ pair of passes, layer by layer ] -> done
 *
 * Class-wise networks have one pass only. Each layer learns before the next one starts, from its own input and activity.
 * Scratch is as large as the widest layer, whatever the depth.
 */
import { BUSY, OK } from "../abi/status";
import { activate } from "../kernels/activate";
import { multiplier, rowsOfActivity, rowsOfFrame, rowsOfPair, sumSquaresU8 } from "../kernels/normalise";
import { closePaired, closeSingle, putPaired, putSingle } from "../kernels/rows";
import { sumSquares } from "../kernels/sum_squares";
import {
  denseBeginUpdate, denseDecay, denseForwardPaired, denseForwardSingle, denseUpdatePaired, denseUpdateSingle,
} from "../layers/dense";
import { hasReadout, inputs, layerState, scale, stride, units } from "../layers/layer";
import {
  RT_ACTIVITY, RT_COEFFICIENTS, RT_CLASS_TERMS, RT_FRAME, RT_IMAGE_ROWS, RT_IMAGE_SUMS, RT_LOGITS, RT_ROWS_A, RT_ROWS_B, RT_SCORES, RT_SUMS,
  runtime,
} from "../memory";
import {
  LAYER_DECAY, OBJECTIVE_CLASSWISE, SPEC_BIAS_LEVEL, SPEC_CLASSES, SPEC_GOODNESS_FROM, SPEC_INPUT_DROPOUT, SPEC_LAYER_COUNT, SPEC_OBJECTIVE,
  SPEC_READOUT_FROM,
} from "../abi/spec";
import { frameSize, layerSpec, padded, spec } from "../spec";
import { LAYER_ROWS_UPDATED, LAYER_ROWS_USED, NET_DROPOUT, NET_READOUT_RIGHT, NET_STEP } from "../abi/state";
import { count, netState } from "../state";
import { classwiseCoefficients, groupGoodness } from "./classwise";
import { goodnessOf } from "./goodness";
import { imageStart, labelRows, neutralRows } from "./label";
import { drawNegative } from "./negative";
import { pairCoefficients } from "./pair";
import { argmax, readoutForward, readoutLearn } from "./readout";

export const JOB_NONE: i32 = 0;
/** Learn from the frame and its label. */
export const JOB_TRAIN: i32 = 1;
/** Scores of every class by goodness. */
export const JOB_GOODNESS: i32 = 2;
/** Logits of every class by the readout. */
export const JOB_READOUT: i32 = 3;

const PHASE_IMAGE: i32 = 1;
const PHASE_IMAGE_SUMS: i32 = 2;
const PHASE_SINGLE_START: i32 = 3;
const PHASE_SINGLE_SUMS: i32 = 4;
const PHASE_SINGLE_END: i32 = 5;
const PHASE_SINGLE_UPDATE: i32 = 6;
const PHASE_CHOOSE: i32 = 7;
const PHASE_PAIR_START: i32 = 8;
const PHASE_PAIR_SUMS: i32 = 9;
const PHASE_PAIR_END: i32 = 10;
const PHASE_LABEL_UPDATE: i32 = 11;
const PHASE_PAIR_UPDATE: i32 = 12;

/** State of the job under way. */
const JOB: usize = memory.data(48, 16);
const KIND: usize = 0;
const PHASE: usize = 4;
const LAYER: usize = 8;
/** First unit not yet done in a phase that goes through the units in pieces. */
const UNIT: usize = 12;
/** The label; in a pair of passes that of the positive one. */
const LABEL: usize = 16;
const OTHER_LABEL: usize = 20;
const IMAGE_ROWS: usize = 24;
/** Rows of the list that is the input of the current layer, and of the one it makes. */
const ROWS_IN: usize = 28;
const ROWS_OUT: usize = 32;
const LABEL_LIST_ROWS: usize = 36;

// @ts-ignore: decorator
@inline function get(field: usize): i32 {
  return load<i32>(JOB + field);
}

// @ts-ignore: decorator
@inline function set(field: usize, value: i32): void {
  store<i32>(JOB + field, value);
}

export function jobPending(): bool {
  return get(KIND) != JOB_NONE;
}

export function dropJob(): void {
  set(KIND, JOB_NONE);
}

export function startJob(kind: i32, label: i32): void {
  set(KIND, kind);
  set(PHASE, PHASE_IMAGE);
  set(LABEL, label);
}

/**
 * Works until the job is done (OK) or about `limit` multiply-adds are spent (BUSY). The smallest piece is 32 units of one
 * layer, so one call costs at most `limit` + 64 * inputs.
 */
export function workJob(limit: i64): i32 {
  let left = limit;
  while (get(KIND) != JOB_NONE) {
    if (left <= 0) return BUSY;
    left -= piece(left);
  }
  return OK;
}

/** Does a piece of the current phase; returns its cost. */
function piece(left: i64): i64 {
  const phase = get(PHASE);
  if (phase == PHASE_IMAGE) return readImage();
  if (phase == PHASE_IMAGE_SUMS) return sumImage(left);
  if (phase == PHASE_SINGLE_START) return startSingle();
  if (phase == PHASE_SINGLE_SUMS) return sumSingle(left);
  if (phase == PHASE_SINGLE_END) return endSingle();
  if (phase == PHASE_SINGLE_UPDATE) return updateSinglePass(left);
  if (phase == PHASE_CHOOSE) return choosePair();
  if (phase == PHASE_PAIR_START) return startPair();
  if (phase == PHASE_PAIR_SUMS) return sumPair(left);
  if (phase == PHASE_PAIR_END) return endPair();
  if (phase == PHASE_LABEL_UPDATE) return updateLabels();
  return updatePairPass(left);
}

// @ts-ignore: decorator
@inline function classwise(): bool {
  return spec(SPEC_OBJECTIVE) == OBJECTIVE_CLASSWISE;
}

// @ts-ignore: decorator
@inline function readsOut(): bool {
  return spec(SPEC_READOUT_FROM) < spec(SPEC_LAYER_COUNT);
}

/** The list that is the input of `layer` > 0; that of layer 0 is free for label rows. */
function listInto(layer: i32): usize {
  return runtime(layer & 1 ? RT_ROWS_B : RT_ROWS_A);
}

function inputList(layer: i32): usize {
  return layer == 0 ? runtime(RT_IMAGE_ROWS) : listInto(layer);
}

/** Where a piece that started at UNIT may end: whole blocks of 32 units, all the rest if the limit allows. */
function pieceEnd(layer: i32, rows: i32, left: i64): i32 {
  const from = get(UNIT);
  const affordable = left / max(rows, 1);
  const end = stride(layer);
  if (affordable >= end - from) return end;
  return min(end, from + max(32, <i32>affordable & ~31));
}

/** Enters a phase at its first unit. */
function enter(phase: i32): void {
  set(PHASE, phase);
  set(UNIT, 0);
}

// --- the image, once for all passes -------------------------------------------------------------------------------

function readImage(): i64 {
  const frame = runtime(RT_FRAME);
  const from = imageStart();
  const to = frameSize();
  const list = runtime(RT_IMAGE_ROWS);
  const squares = sumSquaresU8(frame, from, to);
  const dropout = get(KIND) == JOB_TRAIN ? spec(SPEC_INPUT_DROPOUT) : 0;
  // The values kept grow so that the expected mean square stays 1.0.
  const by = multiplier(dropout == 0 ? squares : (squares * (256 - dropout)) >> 8, to);
  let rows = rowsOfFrame(frame, from, to, by, dropout, netState(NET_DROPOUT), list);
  rows = withBias(0, list, rows);
  set(IMAGE_ROWS, rows);
  memory.fill(runtime(RT_IMAGE_SUMS), 0, <usize>stride(0) << 2);
  memory.fill(runtime(RT_SCORES), 0, <usize>padded(spec(SPEC_CLASSES)) << 2);
  memory.fill(runtime(RT_LOGITS), 0, <usize>padded(spec(SPEC_CLASSES)) << 2);
  enter(PHASE_IMAGE_SUMS);
  return to;
}

/** Adds the always-on row to the single list that is the input of `layer`. */
function withBias(layer: i32, list: usize, rows: i32): i32 {
  const level = spec(SPEC_BIAS_LEVEL);
  if (level == 0) return rows;
  putSingle(list, rows, inputs(layer) - 1, level);
  closeSingle(list, rows + 1);
  return rows + 1;
}

function sumImage(left: i64): i64 {
  const from = get(UNIT);
  const to = pieceEnd(0, get(IMAGE_ROWS), left);
  denseForwardSingle(0, runtime(RT_IMAGE_ROWS), get(IMAGE_ROWS), runtime(RT_IMAGE_SUMS), from, to);
  set(UNIT, to);
  if (to == stride(0)) {
    count(layerState(0) + LAYER_ROWS_USED, get(IMAGE_ROWS));
    set(LAYER, 0);
    startPasses();
  }
  return <i64>(to - from) * get(IMAGE_ROWS);
}

/** The first pass of the job: the single one where anything needs it, else the pair. */
function startPasses(): void {
  const kind = get(KIND);
  if (classwise() || kind == JOB_READOUT || (kind == JOB_TRAIN && readsOut())) enter(PHASE_SINGLE_START);
  else {
    if (kind == JOB_GOODNESS) set(LABEL, -2);
    enter(PHASE_CHOOSE);
  }
}

// --- single pass: neutral label, or class-wise --------------------------------------------------------------------

function startSingle(): i64 {
  const layer = get(LAYER);
  const sums = runtime(RT_SUMS);
  if (layer > 0) {
    memory.fill(sums, 0, <usize>stride(layer) << 2);
    enter(PHASE_SINGLE_SUMS);
    return stride(layer);
  }
  memory.copy(sums, runtime(RT_IMAGE_SUMS), <usize>stride(0) << 2);
  let rows = 0;
  if (!classwise()) {
    rows = neutralRows(listInto(0));
    denseForwardSingle(0, listInto(0), rows, sums, 0, stride(0));
  }
  set(ROWS_IN, get(IMAGE_ROWS));
  enter(PHASE_SINGLE_END);
  return <i64>stride(0) * (rows + 1);
}

function sumSingle(left: i64): i64 {
  const layer = get(LAYER);
  const rows = get(ROWS_IN);
  const from = get(UNIT);
  const to = pieceEnd(layer, rows, left);
  denseForwardSingle(layer, listInto(layer), rows, runtime(RT_SUMS), from, to);
  set(UNIT, to);
  if (to == stride(layer)) {
    count(layerState(layer) + LAYER_ROWS_USED, rows);
    enter(PHASE_SINGLE_END);
  }
  return <i64>(to - from) * rows;
}

function endSingle(): i64 {
  const layer = get(LAYER);
  const width = units(layer);
  const activity = runtime(RT_ACTIVITY);
  const output = listInto(layer + 1);
  const trains = get(KIND) == JOB_TRAIN;
  activate(runtime(RT_SUMS), stride(layer), scale(layer) - 3, activity);
  const squares = classwise() ? groupGoodness(layer) : sumSquares(activity, 0, width);
  const learns = classwise() && trains && classwiseCoefficients(layer, get(LABEL));
  const rows = rowsOfActivity(activity, width, multiplier(squares, width), output);
  set(ROWS_OUT, rows);
  // The update is still to come and needs COEFFICIENTS, which the readout uses too: it waits for `leaveSingle`.
  if (learns) {
    denseBeginUpdate(layer);
    enter(PHASE_SINGLE_UPDATE);
  } else leaveSingle(layer);
  return width << 2;
}

function updateSinglePass(left: i64): i64 {
  const layer = get(LAYER);
  const rows = get(ROWS_IN);
  const from = get(UNIT);
  const to = pieceEnd(layer, rows, left);
  denseUpdateSingle(layer, inputList(layer), rows, runtime(RT_COEFFICIENTS), from, to);
  set(UNIT, to);
  if (to == stride(layer)) {
    count(layerState(layer) + LAYER_ROWS_UPDATED, rows);
    decay(layer);
    leaveSingle(layer);
  }
  return <i64>(to - from) * rows;
}

/** The readout's part of the layer, then the next layer. */
function leaveSingle(layer: i32): void {
  const output = listInto(layer + 1);
  const rows = get(ROWS_OUT);
  if (hasReadout(layer)) {
    readoutForward(layer, output, rows);
    if (get(KIND) == JOB_TRAIN) readoutLearn(layer, output, rows, get(LABEL));
  }
  if (layer + 1 == spec(SPEC_LAYER_COUNT)) return endSinglePass();
  set(ROWS_IN, withBias(layer + 1, output, rows));
  set(LAYER, layer + 1);
  enter(PHASE_SINGLE_START);
}

function endSinglePass(): void {
  const trains = get(KIND) == JOB_TRAIN;
  if (trains && readsOut() && argmax(runtime(RT_LOGITS)) == get(LABEL)) count(netState(NET_READOUT_RIGHT), 1);
  if (classwise() || !trains) return finish();
  enter(PHASE_CHOOSE);
}

// --- pair of passes: positive and negative, or two labels to compare ----------------------------------------------

/** Training: draws the negative's label. Prediction: the next two labels, or the end. */
function choosePair(): i64 {
  const classes = spec(SPEC_CLASSES);
  if (get(KIND) == JOB_TRAIN) set(OTHER_LABEL, drawNegative(get(LABEL), runtime(RT_LOGITS), runtime(RT_CLASS_TERMS)));
  else {
    const label = get(LABEL) + 2;
    if (label >= classes) {
      finish();
      return 1;
    }
    set(LABEL, label);
    set(OTHER_LABEL, min(label + 1, classes - 1));
  }
  set(LAYER, 0);
  enter(PHASE_PAIR_START);
  return classes;
}

function startPair(): i64 {
  const layer = get(LAYER);
  const sums = runtime(RT_SUMS);
  const plane = stride(layer);
  if (layer > 0) {
    memory.fill(sums, 0, <usize>plane << 3);
    enter(PHASE_PAIR_SUMS);
    return plane << 1;
  }
  memory.copy(sums, runtime(RT_IMAGE_SUMS), <usize>plane << 2);
  memory.copy(sums + (<usize>plane << 2), runtime(RT_IMAGE_SUMS), <usize>plane << 2);
  const rows = labelRows(listInto(0), get(LABEL), get(OTHER_LABEL));
  set(LABEL_LIST_ROWS, rows);
  denseForwardPaired(0, listInto(0), rows, sums, plane, 0, plane);
  set(ROWS_IN, get(IMAGE_ROWS));
  enter(PHASE_PAIR_END);
  return plane << 2;
}

function sumPair(left: i64): i64 {
  const layer = get(LAYER);
  const rows = get(ROWS_IN);
  const from = get(UNIT);
  const to = pieceEnd(layer, rows << 1, left);
  denseForwardPaired(layer, listInto(layer), rows, runtime(RT_SUMS), stride(layer), from, to);
  set(UNIT, to);
  if (to == stride(layer)) {
    count(layerState(layer) + LAYER_ROWS_USED, rows << 1);
    enter(PHASE_PAIR_END);
  }
  return <i64>(to - from) * rows << 1;
}

function endPair(): i64 {
  const layer = get(LAYER);
  const width = units(layer);
  const plane = stride(layer);
  const positive = runtime(RT_ACTIVITY);
  const negative = positive + (<usize>plane << 1);
  const sums = runtime(RT_SUMS);
  const shift = scale(layer) - 3;
  activate(sums, plane, shift, positive);
  activate(sums + (<usize>plane << 2), plane, shift, negative);
  const squaresPositive = sumSquares(positive, 0, width);
  const squaresNegative = sumSquares(negative, 0, width);
  const goodnessPositive = goodnessOf(squaresPositive);
  const goodnessNegative = goodnessOf(squaresNegative);
  const last = layer + 1 == spec(SPEC_LAYER_COUNT);
  const trains = get(KIND) == JOB_TRAIN;
  if (!last) {
    const by = multiplier(squaresPositive, width);
    set(ROWS_OUT, rowsOfPair(positive, negative, width, by, multiplier(squaresNegative, width), listInto(layer + 1)));
  }
  if (trains) {
    if (pairCoefficients(layer, goodnessPositive, goodnessNegative, plane)) {
      denseBeginUpdate(layer);
      enter(layer == 0 ? PHASE_LABEL_UPDATE : PHASE_PAIR_UPDATE);
    } else leavePair(layer);
  } else {
    if (layer >= spec(SPEC_GOODNESS_FROM)) {
      score(get(LABEL), goodnessPositive);
      if (get(OTHER_LABEL) != get(LABEL)) score(get(OTHER_LABEL), goodnessNegative);
    }
    leavePair(layer);
  }
  return width << 3;
}

/** Adds a goodness to the score of a class, saturating. */
function score(label: i32, goodness: i32): void {
  const at = runtime(RT_SCORES) + (<usize>label << 2);
  store<i32>(at, <i32>min<i64>(<i64>load<i32>(at) + goodness, i32.MAX_VALUE));
}

/** The two label rows of the first layer, then the image's rows with fresh remainders. */
function updateLabels(): i64 {
  denseUpdatePaired(0, listInto(0), get(LABEL_LIST_ROWS), runtime(RT_COEFFICIENTS), 0, stride(0));
  denseBeginUpdate(0);
  enter(PHASE_PAIR_UPDATE);
  return stride(0) << 1;
}

function updatePairPass(left: i64): i64 {
  const layer = get(LAYER);
  const rows = get(ROWS_IN);
  const from = get(UNIT);
  const to = pieceEnd(layer, rows, left);
  if (layer == 0) denseUpdateSingle(0, runtime(RT_IMAGE_ROWS), rows, runtime(RT_COEFFICIENTS), from, to);
  else denseUpdatePaired(layer, listInto(layer), rows, runtime(RT_COEFFICIENTS), from, to);
  set(UNIT, to);
  if (to == stride(layer)) {
    count(layerState(layer) + LAYER_ROWS_UPDATED, rows);
    decay(layer);
    leavePair(layer);
  }
  return <i64>(to - from) * rows;
}

function leavePair(layer: i32): void {
  if (layer + 1 == spec(SPEC_LAYER_COUNT)) {
    if (get(KIND) == JOB_TRAIN) finish();
    else enter(PHASE_CHOOSE);
    return;
  }
  let rows = get(ROWS_OUT);
  const level = spec(SPEC_BIAS_LEVEL);
  if (level != 0) {
    putPaired(listInto(layer + 1), rows++, inputs(layer + 1) - 1, level, level);
    closePaired(listInto(layer + 1), rows);
  }
  set(ROWS_IN, rows);
  set(LAYER, layer + 1);
  enter(PHASE_PAIR_START);
}

// --- the end ------------------------------------------------------------------------------------------------------

function decay(layer: i32): void {
  const amount = layerSpec(layer, LAYER_DECAY);
  if (amount != 0) denseDecay(layer, load<u32>(netState(NET_STEP)), amount);
}

function finish(): void {
  if (get(KIND) == JOB_TRAIN) count(netState(NET_STEP), 1);
  set(KIND, JOB_NONE);
}
