/** The single pass: with the neutral label, for the readout; or the only pass of a class-wise network. Layer by layer. */
import { SPEC_CLASSES, SPEC_GOODNESS_FROM, SPEC_LAYER_COUNT } from "../abi/spec";
import { LAYER_ROWS_UPDATED, LAYER_ROWS_USED, NET_READOUT_RIGHT } from "../abi/state";
import { FULL } from "../full";
import { multiplier, rowsOfActivity } from "../kernels/normalise";
import { clearWords, copyWords } from "../kernels/words";
import { denseBeginUpdate, denseForwardSingle, denseUpdateSingle } from "../layers/dense";
import { hasReadout, layerState, ownTo, stride, units } from "../layers/layer";
import { RT_ACTIVITY, RT_CLASS_TERMS, RT_COEFFICIENTS, RT_IMAGE_SUMS, RT_LOGITS, RT_SUMS, listScratch, runtime } from "../memory";
import { startMap } from "../maps/pass";
import { readsGivenMap } from "../maps/readout_chunks";
import { isMap, padded, spec } from "../spec";
import { isBox, twoFrames, twoImages } from "../spec_variants";
import { count, netState } from "../state";
import { activateAndSquare } from "./activity";
import { showSingle, takeSingleRows } from "./box";
import { classwiseCoefficients, groupGoodness } from "./classwise";
import { goodnessOf, score } from "./goodness";
import {
  COMPLETED, IMAGE_ROWS, JOB_GOODNESS, JOB_TRAIN, KIND, LABEL, LABEL_LIST_ROWS, LAYER, PHASE_CHOOSE, PHASE_MAP_READOUT_SUMS, PHASE_MAP_READOUT_UPDATE, PHASE_READOUT_SUMS, PHASE_READOUT_UPDATE, PHASE_SINGLE_END,
  PHASE_SINGLE_START, PHASE_SINGLE_SUMS, PHASE_SINGLE_UPDATE, ROWS_IN, ROWS_OUT, UNIT, classwise, decay, enter, finish, get, inputList, listInto, pieceEnd, readsOut,
  set, withBias,
} from "./job_state";
import { neutralRows } from "./label";
import { recurrent } from "./recurrent_spec";
import { argmax, readoutCoefficients, readoutLogits, readoutSums, readoutUpdate } from "./readout";

export function startSingle(): i64 {
  const layer = get(LAYER);
  if (FULL && isMap(layer)) return startMap(false);
  const sums = runtime(RT_SUMS);
  if (FULL && isBox(layer)) return showSingle(layer);
  if (layer > 0) {
    clearWords(sums, <usize>stride(layer) << 2);
    enter(PHASE_SINGLE_SUMS);
    return stride(layer);
  }
  copyWords(sums, runtime(RT_IMAGE_SUMS), <usize>stride(0) << 2);
  // The image's sums are there already; the neutral label of a pair with labels adds its rows, from the list that layer 0 does not need.
  if (classwise() || (FULL && (twoImages() || (recurrent() && spec(SPEC_LAYER_COUNT) > 1)))) {
    set(ROWS_IN, get(IMAGE_ROWS));
    enter(PHASE_SINGLE_END);
  } else {
    set(ROWS_IN, neutralRows(listInto(0), 0));
    enter(PHASE_SINGLE_SUMS);
  }
  return stride(0);
}

export function sumSingle(left: i64): i64 {
  const layer = get(LAYER);
  const rows = get(ROWS_IN);
  const from = get(UNIT);
  const end = layer == 0 ? stride(0) : ownTo(layer);
  const to = pieceEnd(end, rows, left);
  denseForwardSingle(layer, listInto(layer), rows, runtime(RT_SUMS), from, to);
  set(UNIT, to);
  if (to == end) {
    // Label rows are not counted.
    const labels = FULL && recurrent() && layer + 1 == spec(SPEC_LAYER_COUNT) ? get(LABEL_LIST_ROWS) : 0;
    if (layer > 0) count(layerState(layer) + LAYER_ROWS_USED, rows - labels);
    enter(PHASE_SINGLE_END);
  }
  return <i64>(to - from) * rows;
}

export function endSingle(): i64 {
  const layer = get(LAYER);
  const width = units(layer);
  const activity = runtime(RT_ACTIVITY);
  const output = listInto(layer + 1);
  const trains = get(KIND) == JOB_TRAIN;
  const ofAll = activateAndSquare(layer, runtime(RT_SUMS), activity);
  set(COMPLETED, layer);
  const squares = classwise() ? groupGoodness(layer) : ofAll;
  if (FULL && twoFrames() && get(KIND) == JOB_GOODNESS && layer >= spec(SPEC_GOODNESS_FROM)) score(0, goodnessOf(squares));
  const learns = classwise() && trains && classwiseCoefficients(layer, get(LABEL));
  const rows = rowsOfActivity(activity, width, multiplier(squares, width), output, listScratch());
  set(ROWS_OUT, rows);
  // The update is still to come and needs COEFFICIENTS, which the readout uses too: the readout waits for `leaveSingle`.
  if (learns) {
    denseBeginUpdate(layer);
    enter(PHASE_SINGLE_UPDATE);
  } else leaveSingle(layer);
  return width << 2;
}

export function updateSinglePass(left: i64): i64 {
  const layer = get(LAYER);
  const rows = get(ROWS_IN);
  const from = get(UNIT);
  const to = pieceEnd(stride(layer), rows, left);
  denseUpdateSingle(layer, inputList(layer), rows, runtime(RT_COEFFICIENTS), from, to);
  set(UNIT, to);
  let cost = <i64>(to - from) * rows;
  if (to == stride(layer)) {
    count(layerState(layer) + LAYER_ROWS_UPDATED, rows);
    cost += decay(layer);
    leaveSingle(layer);
  }
  return cost;
}

/** The readout's part of the layer, where there is one, then the next layer. */
export function leaveSingle(layer: i32): void {
  if (!hasReadout(layer)) return nextSingle(layer);
  clearWords(runtime(RT_CLASS_TERMS), <usize>padded(spec(SPEC_CLASSES)) << 2);
  enter(FULL && readsGivenMap(layer) ? PHASE_MAP_READOUT_SUMS : PHASE_READOUT_SUMS);
}

export function sumReadout(left: i64): i64 {
  const layer = get(LAYER);
  const rows = get(ROWS_OUT);
  const end = padded(spec(SPEC_CLASSES));
  const from = get(UNIT);
  const to = pieceEnd(end, rows, left);
  readoutSums(layer, listInto(layer + 1), rows, from, to);
  set(UNIT, to);
  if (to == end) endReadoutSums(layer);
  return <i64>(to - from) * rows + end;
}

/** From the sums of a layer's part to what it learns, where it does. */
// @ts-ignore: decorator
@inline export function endReadoutSums(layer: i32): void {
  readoutLogits(layer);
  if (get(KIND) == JOB_TRAIN) {
    readoutCoefficients(layer, get(LABEL));
    enter(FULL && readsGivenMap(layer) ? PHASE_MAP_READOUT_UPDATE : PHASE_READOUT_UPDATE);
  } else nextSingle(layer);
}

export function updateReadout(left: i64): i64 {
  const layer = get(LAYER);
  const rows = get(ROWS_OUT);
  const end = padded(spec(SPEC_CLASSES));
  const from = get(UNIT);
  const to = pieceEnd(end, rows, left);
  readoutUpdate(layer, listInto(layer + 1), rows, from, to);
  set(UNIT, to);
  if (to == end) nextSingle(layer);
  return <i64>(to - from) * rows;
}

/** Goes on behind a box, with the activities that the host has written. */
export function takeSingle(): i64 {
  const layer = get(LAYER);
  set(ROWS_OUT, takeSingleRows(layer));
  nextSingle(layer);
  return units(layer) << 2;
}

export function nextSingle(layer: i32): void {
  if (layer + 1 == spec(SPEC_LAYER_COUNT)) return endSinglePass();
  // A map makes its own input from the activities.
  if (!FULL || !isMap(layer + 1)) {
    let rows = get(ROWS_OUT);
    if (FULL) if (recurrent() && layer + 2 == spec(SPEC_LAYER_COUNT)) {
      rows = neutralRows(listInto(layer + 1), rows);
      set(LABEL_LIST_ROWS, rows - get(ROWS_OUT));
    }
    set(ROWS_IN, withBias(layer + 1, listInto(layer + 1), rows));
  }
  set(LAYER, layer + 1);
  enter(PHASE_SINGLE_START);
}

function endSinglePass(): void {
  const trains = get(KIND) == JOB_TRAIN;
  if (trains && readsOut() && argmax(runtime(RT_LOGITS)) == get(LABEL)) count(netState(NET_READOUT_RIGHT), 1);
  if (classwise() || !trains) return finish();
  enter(PHASE_CHOOSE);
}
