/**
 * The pair of passes: positive and negative to learn from, layer by layer, each weight loaded once for both. In prediction two labels to compare, where they
 * do not go together with others (labels_pass.ts).
 */
import { SPEC_CLASSES, SPEC_GOODNESS_FROM, SPEC_LAYER_COUNT } from "../abi/spec";
import { LAYER_ROWS_UPDATED, LAYER_ROWS_USED } from "../abi/state";
import { FULL } from "../full";
import { multiplier } from "../kernels/normalise";
import { rowsOfPair } from "../kernels/pair_inputs";
import { clearWords, copyWords } from "../kernels/words";
import { denseBeginUpdate, denseForwardPaired, denseUpdatePaired, denseUpdateSingle } from "../layers/dense";
import { layerState, ownTo, stride, units } from "../layers/layer";
import {
  RT_ACTIVITY, RT_CLASS_TERMS, RT_COEFFICIENTS, RT_IMAGE_ROWS, RT_IMAGE_SUMS, RT_LOGITS, RT_SUMS, listScratch, runtime,
} from "../memory";
import { startMap } from "../maps/pass";
import { listWaves } from "../maps/waves";
import { isMap, spec } from "../spec";
import { isBox, twoFrames, twoImages, waves } from "../spec_variants";
import { count } from "../state";
import { activateAndSquare } from "./activity";
import { showPair, takePairRows } from "./box";
import { goodnessOf, score } from "./goodness";
import {
  COMPLETED, FRAME_ROWS, IMAGE_ROWS, JOB_TRAIN, KIND, LABEL, LABEL_LIST_ROWS, LAYER, OTHER_LABEL, PHASE_CHOOSE, PHASE_LABEL_UPDATE, PHASE_PAIR_END,
  PHASE_PAIR_START, PHASE_PAIR_SUMS, PHASE_PAIR_UPDATE, ROWS_IN, ROWS_OUT, UNIT, decay, enter, finish, get, listInto, pairList,
  pieceEnd, set, withPairedBias,
} from "./job_state";
import { labelRows } from "./label";
import { drawNegative } from "./negative";
import { pairCoefficients } from "./pair";
import { decidesOtherwise, variantCoefficients } from "./pair_variants";
import { startIterations } from "./recurrent_pass";
import { recurrent } from "./recurrent_spec";

/** Whether the pair is two labels to compare. A function of its own, so that `mayfly pack` can say no where labels go together. */
function pairPredicts(): bool {
  return FULL && get(KIND) != JOB_TRAIN;
}

/** Training: draws the negative's label. Prediction of the full build: the next two labels, or the end. */
export function choosePair(): i64 {
  const classes = spec(SPEC_CLASSES);
  if (!pairPredicts()) {
    // Between two frames there is no label to draw.
    if (!(FULL && twoFrames())) set(OTHER_LABEL, drawNegative(get(LABEL), runtime(RT_LOGITS), runtime(RT_CLASS_TERMS)));
  } else {
    const label = get(LABEL) + 2;
    if (label >= classes) {
      finish();
      return 1;
    }
    set(LABEL, label);
    set(OTHER_LABEL, min(label + 1, classes - 1));
  }
  if (FULL) if (recurrent()) {
    startIterations();
    return classes;
  }
  set(LAYER, 0);
  enter(PHASE_PAIR_START);
  return classes;
}

export function startPair(): i64 {
  const layer = get(LAYER);
  if (FULL && isMap(layer)) return startMap(true);
  const sums = runtime(RT_SUMS);
  const plane = stride(layer);
  if (FULL && layer == 0 && twoImages()) {
    if (waves()) listWaves();
    set(ROWS_IN, get(FRAME_ROWS));
  }
  if (FULL && isBox(layer)) return showPair(layer);
  if (layer > 0 || (FULL && twoImages())) {
    clearWords(sums, <usize>plane << 3);
    enter(PHASE_PAIR_SUMS);
    return plane << 1;
  }
  copyWords(sums, runtime(RT_IMAGE_SUMS), <usize>plane << 2);
  copyWords(sums + (<usize>plane << 2), runtime(RT_IMAGE_SUMS), <usize>plane << 2);
  const rows = labelRows(listInto(0), 0, get(LABEL), get(OTHER_LABEL));
  set(LABEL_LIST_ROWS, rows);
  denseForwardPaired(0, listInto(0), rows, sums, plane, 0, plane);
  set(ROWS_IN, get(IMAGE_ROWS));
  enter(PHASE_PAIR_END);
  return plane << 2;
}

export function sumPair(left: i64): i64 {
  return sumBoth(pairList(get(LAYER)), PHASE_PAIR_END, left);
}

/** Sums of both over ROWS_IN rows of a paired list, then phase `next`. */
export function sumBoth(list: usize, next: i32, left: i64): i64 {
  const layer = get(LAYER);
  const rows = get(ROWS_IN);
  const from = get(UNIT);
  const to = pieceEnd(ownTo(layer), rows << 1, left);
  denseForwardPaired(layer, list, rows, runtime(RT_SUMS), stride(layer), from, to);
  set(UNIT, to);
  if (to == ownTo(layer)) {
    count(layerState(layer) + LAYER_ROWS_USED, rows << 1);
    enter(next);
  }
  return <i64>(to - from) * rows << 1;
}

export function endPair(): i64 {
  const layer = get(LAYER);
  const width = units(layer);
  const plane = stride(layer);
  const positive = runtime(RT_ACTIVITY);
  const negative = positive + (<usize>plane << 1);
  const sums = runtime(RT_SUMS);
  const squaresPositive = activateAndSquare(layer, sums, positive);
  const squaresNegative = activateAndSquare(layer, sums + (<usize>plane << 2), negative);
  set(COMPLETED, layer + 256);
  const goodnessPositive = goodnessOf(squaresPositive);
  const goodnessNegative = goodnessOf(squaresNegative);
  const last = layer + 1 == spec(SPEC_LAYER_COUNT);
  const trains = !pairPredicts();
  if (!last) {
    const by = multiplier(squaresPositive, width);
    set(ROWS_OUT, rowsOfPair(positive, negative, width, by, multiplier(squaresNegative, width), listInto(layer + 1), listScratch()));
  }
  if (trains) {
    const otherwise = FULL && decidesOtherwise(layer);
    if (otherwise ? variantCoefficients(layer, goodnessPositive, goodnessNegative, plane) : pairCoefficients(layer, goodnessPositive, goodnessNegative, plane)) {
      denseBeginUpdate(layer);
      enter(layer == 0 && !(FULL && twoImages()) ? PHASE_LABEL_UPDATE : PHASE_PAIR_UPDATE);
    } else leavePair(layer);
  } else {
    if (layer >= spec(SPEC_GOODNESS_FROM)) scoreBoth(goodnessPositive, goodnessNegative);
    leavePair(layer);
  }
  return width << 3;
}

/** Adds the goodness of a layer to the scores of both labels; a last odd one is both. */
export function scoreBoth(goodness: i32, ofOther: i32): void {
  score(get(LABEL), goodness);
  if (get(OTHER_LABEL) != get(LABEL)) score(get(OTHER_LABEL), ofOther);
}

/** The two label rows of the first layer, then the image's rows with fresh remainders. */
export function updateLabels(): i64 {
  denseUpdatePaired(0, listInto(0), get(LABEL_LIST_ROWS), runtime(RT_COEFFICIENTS), 0, stride(0));
  denseBeginUpdate(0);
  enter(PHASE_PAIR_UPDATE);
  return stride(0) << 1;
}

export function updatePairPass(left: i64): i64 {
  const layer = get(LAYER);
  const rows = get(ROWS_IN);
  const from = get(UNIT);
  const to = pieceEnd(ownTo(layer), rows, left);
  if (layer == 0 && !(FULL && twoImages())) denseUpdateSingle(0, runtime(RT_IMAGE_ROWS), rows, runtime(RT_COEFFICIENTS), from, to);
  else denseUpdatePaired(layer, pairList(layer), rows, runtime(RT_COEFFICIENTS), from, to);
  set(UNIT, to);
  let cost = <i64>(to - from) * rows;
  if (to == ownTo(layer)) {
    count(layerState(layer) + LAYER_ROWS_UPDATED, rows);
    cost += decay(layer);
    leavePair(layer);
  }
  return cost;
}

/** Goes on behind a box, with the activities that the host has written. */
export function takePair(): i64 {
  const layer = get(LAYER);
  set(ROWS_OUT, takePairRows(layer));
  leavePair(layer);
  return units(layer) << 3;
}

export function leavePair(layer: i32): void {
  if (layer + 1 == spec(SPEC_LAYER_COUNT)) {
    if (!pairPredicts()) finish();
    else enter(PHASE_CHOOSE);
    return;
  }
  // A map makes its own input from the activities.
  if (!FULL || !isMap(layer + 1)) set(ROWS_IN, withPairedBias(layer + 1, listInto(layer + 1), get(ROWS_OUT)));
  set(LAYER, layer + 1);
  enter(PHASE_PAIR_START);
}
