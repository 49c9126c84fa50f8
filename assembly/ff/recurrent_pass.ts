/**
 * The pair of passes of a recurrent network (Hinton 2022, §3.4; docs/recurrence.md): a bottom-up start, then iterations in which every
 * layer sees the ones below and above as they were before. Layer by layer, like the other passes, but round and round:
 *
 *   rows -> sums -> activity, damped -> [ update ] -> next layer … -> inputs of every layer made new -> next iteration
 *
 * What a layer keeps is one row of state for each pass under way, whatever the number of iterations. In a stream each class has its own row,
 * kept from sample to sample, and there is no start.
 */
import { FULL } from "../full";
import { LAYER_DECAY, SPEC_CLASSES, SPEC_DAMPING, SPEC_GOODNESS_FROM } from "../abi/spec";
import { LAYER_ROWS_UPDATED, LAYER_ROWS_USED } from "../abi/state";
import { damp } from "../kernels/damp";
import { multiplier } from "../kernels/normalise";
import { sumSquares } from "../kernels/sum_squares";
import { inputsOfActivity } from "../kernels/unit_inputs";
import { denseBeginUpdate, denseForwardPaired, denseUpdatePaired } from "../layers/dense";
import { layerState, stride, unitInputs, unitPlane, unitState, units } from "../layers/layer";
import { enterMap } from "../maps/geometry";
import { activityPlane } from "../maps/input_map";
import { decayMap } from "../maps/update";
import { RT_ACTIVITY, RT_COEFFICIENTS, RT_IMAGE_SUMS, RT_ROWS_A, RT_SUMS, runtime } from "../memory";
import { isMap, layerSpec, spec } from "../spec";
import { count } from "../state";
import { activateLayer } from "./activity";
import { goodnessOf, score } from "./goodness";
import {
  COMPLETED, JOB_TRAIN, KIND, LABEL, LAYER, OTHER_LABEL, PHASE_CHOOSE, PHASE_ITERATION_END, PHASE_ITERATION_IMAGE, PHASE_ITERATION_INPUTS, PHASE_ITERATION_LEARN, PHASE_ITERATION_OTHERS, PHASE_ITERATION_PLACES, PHASE_ITERATION_ROWS,
  PHASE_ITERATION_SUMS, PHASE_ITERATION_UPDATE, ROWS_IN, UNIT, decay, enter, finish, get, pieceEnd, set,
} from "./job_state";
import { pairCoefficients } from "./pair";
import { decidesOtherwise, variantCoefficients } from "./pair_variants";
import { clearBehind, learnPlace, places, sumImagePlace, sumPlace } from "./recurrent_places";
import { isLast, labelsOf, negativeRow, positiveRow, rowsOfFirstLayer, rowsOfIteration } from "./recurrent_rows";
import { firstIteration, lastIteration, streams } from "./recurrent_spec";

/** State of the passes under way, besides the job's: the iteration (0: the start); in a stream the labels taught, -1 none, and the next class to follow on. */
const PASSES: usize = FULL ? memory.data(16, 4) : 0;
const ITERATION: usize = 0;
const TAUGHT: usize = 4;
const TAUGHT_OTHER: usize = 8;
const NEXT_CLASS: usize = 12;

// @ts-ignore: decorator
@inline function iteration(): i32 {
  return load<i32>(PASSES, ITERATION);
}

/** Starts the passes of the job's two labels. */
export function startIterations(): void {
  store<i32>(PASSES, -1, TAUGHT);
  // The image's sums of a map are made here, of other layers before all passes.
  if (isMap(0) && (get(KIND) == JOB_TRAIN || get(LABEL) == 0)) enter(PHASE_ITERATION_IMAGE);
  else begin();
}

function begin(): void {
  store<i32>(PASSES, streams() ? 1 : 0, ITERATION);
  set(LAYER, 0);
  enter(PHASE_ITERATION_ROWS);
}

/** Does a piece of one of the phases here; returns its cost. */
export function iterationPiece(phase: i32, left: i64): i64 {
  if (phase == PHASE_ITERATION_ROWS) return gatherRows();
  if (phase == PHASE_ITERATION_SUMS) return sumRows(left);
  if (phase == PHASE_ITERATION_END) return endLayer();
  if (phase == PHASE_ITERATION_UPDATE) return updateLayer(left);
  if (phase == PHASE_ITERATION_INPUTS) return renewInputs();
  if (phase == PHASE_ITERATION_PLACES) return throughPlaces(left);
  if (phase == PHASE_ITERATION_LEARN) return learnPlaces(left);
  if (phase == PHASE_ITERATION_IMAGE) return sumImagePlaces(left);
  return followOthers();
}

/** The list of the layer in ROWS_A, and sums to add it to. */
function gatherRows(): i64 {
  const layer = get(LAYER);
  if (isMap(layer)) {
    enterMap(layer);
    clearBehind();
    enter(PHASE_ITERATION_PLACES);
    return 1;
  }
  const sums = runtime(RT_SUMS);
  const planeBytes = <usize>stride(layer) << 2;
  if (layer == 0) {
    memory.copy(sums, runtime(RT_IMAGE_SUMS), planeBytes);
    memory.copy(sums + planeBytes, runtime(RT_IMAGE_SUMS), planeBytes);
  } else memory.fill(sums, 0, planeBytes << 1);
  const rows = rowsOfIteration(layer, iteration() == 0, runtime(RT_ROWS_A));
  count(layerState(layer) + LAYER_ROWS_USED, (rows - labelsOf(layer)) << 1);
  set(ROWS_IN, rows);
  enter(PHASE_ITERATION_SUMS);
  return (stride(layer) << 1) + rows;
}

/** The image's part of the sums of all places of a first layer that is a map. */
function sumImagePlaces(left: i64): i64 {
  if (get(UNIT) == 0) enterMap(0);
  const end = places();
  let place = get(UNIT);
  let cost: i64 = 0;
  do cost += sumImagePlace(place++);
  while (place < end && cost < left);
  set(UNIT, place);
  if (place == end) begin();
  return cost;
}

/** Sums and activities of a map, place by place. */
function throughPlaces(left: i64): i64 {
  const layer = get(LAYER);
  const end = places();
  let place = get(UNIT);
  let cost: i64 = 0;
  do cost += sumPlace(layer, place++, iteration() == 0);
  while (place < end && cost < left);
  set(UNIT, place);
  if (place == end) enter(PHASE_ITERATION_END);
  return cost;
}

/** What a map learns, place by place. */
function learnPlaces(left: i64): i64 {
  const layer = get(LAYER);
  const end = places();
  let place = get(UNIT);
  let cost: i64 = 0;
  do cost += learnPlace(layer, place++);
  while (place < end && cost < left);
  set(UNIT, place);
  if (place < end) return cost;
  const amount = layerSpec(layer, LAYER_DECAY);
  if (amount != 0) decayMap(layer, amount);
  leaveLayer();
  return cost + stride(layer);
}

function sumRows(left: i64): i64 {
  const layer = get(LAYER);
  const rows = get(ROWS_IN);
  const from = get(UNIT);
  const to = pieceEnd(stride(layer), rows << 1, left);
  denseForwardPaired(layer, runtime(RT_ROWS_A), rows, runtime(RT_SUMS), stride(layer), from, to);
  set(UNIT, to);
  if (to == stride(layer)) enter(PHASE_ITERATION_END);
  return <i64>(to - from) * rows << 1;
}

/** From sums to the damped activities of both passes, in ACTIVITY and in the state; learns from them or scores them where the iteration counts. */
function endLayer(): i64 {
  const layer = get(LAYER);
  const width = units(layer);
  const maps = isMap(layer);
  const positive = runtime(RT_ACTIVITY);
  const negative = positive + (maps ? activityPlane(width) : <usize>stride(layer) << 1);
  const start = iteration() == 0;
  if (!maps) {
    activateLayer(layer, runtime(RT_SUMS), positive);
    activateLayer(layer, runtime(RT_SUMS) + (<usize>stride(layer) << 2), negative);
    if (!start) {
      damp(unitState(layer, positiveRow()), positive, stride(layer), spec(SPEC_DAMPING));
      damp(unitState(layer, negativeRow()), negative, stride(layer), spec(SPEC_DAMPING));
    }
  }
  // Only now, with both damped: of an odd number of classes in a stream the last is paired with itself.
  memory.copy(unitState(layer, positiveRow()), positive, <usize>unitPlane(layer) << 1);
  memory.copy(unitState(layer, negativeRow()), negative, <usize>unitPlane(layer) << 1);
  set(COMPLETED, layer + 256);
  if (start) makeInputs(layer);
  if (iteration() >= firstIteration() && judged(layer, goodnessOf(sumSquares(positive, 0, width)), goodnessOf(sumSquares(negative, 0, width)))) {
    if (maps) {
      enter(PHASE_ITERATION_LEARN);
      return width << 3;
    }
    if (layer == 0) set(ROWS_IN, rowsOfFirstLayer(runtime(RT_ROWS_A)));
    denseBeginUpdate(layer);
    enter(PHASE_ITERATION_UPDATE);
  } else leaveLayer();
  return width << 3;
}

/** Counts or scores the goodness of both passes; true when the layer has something to learn, with its coefficients made. */
function judged(layer: i32, positive: i32, negative: i32): bool {
  if (get(KIND) == JOB_TRAIN) {
    if (load<i32>(PASSES, TAUGHT) >= 0) return false;
    return decidesOtherwise(layer) ? variantCoefficients(layer, positive, negative, stride(layer)) : pairCoefficients(layer, positive, negative, stride(layer));
  }
  if (layer >= spec(SPEC_GOODNESS_FROM)) {
    score(get(LABEL), positive);
    if (get(OTHER_LABEL) != get(LABEL)) score(get(OTHER_LABEL), negative);
  }
  return false;
}

function updateLayer(left: i64): i64 {
  const layer = get(LAYER);
  const rows = get(ROWS_IN);
  const from = get(UNIT);
  const to = pieceEnd(stride(layer), rows, left);
  denseUpdatePaired(layer, runtime(RT_ROWS_A), rows, runtime(RT_COEFFICIENTS), from, to);
  set(UNIT, to);
  let cost = <i64>(to - from) * rows;
  if (to == stride(layer)) {
    count(layerState(layer) + LAYER_ROWS_UPDATED, rows - labelsOf(layer));
    cost += decay(layer);
    leaveLayer();
  }
  return cost;
}

/** The next layer; behind the last one the next iteration, for which the inputs are made new: those of the start are already. */
function leaveLayer(): void {
  const layer = get(LAYER);
  if (!isLast(layer)) {
    set(LAYER, layer + 1);
    return enter(PHASE_ITERATION_ROWS);
  }
  if (iteration() == 0) nextIteration();
  else if (iteration() == lastIteration() && !streams()) endPasses();
  else {
    set(LAYER, 0);
    enter(PHASE_ITERATION_INPUTS);
  }
}

/** What the neighbours of one layer see of it in the next iteration. */
function renewInputs(): i64 {
  const layer = get(LAYER);
  makeInputs(layer);
  if (!isLast(layer)) set(LAYER, layer + 1);
  else if (iteration() == lastIteration()) endPasses();
  else nextIteration();
  return unitPlane(layer) << 2;
}

function makeInputs(layer: i32): void {
  makeRow(layer, positiveRow());
  if (negativeRow() != positiveRow()) makeRow(layer, negativeRow());
}

function makeRow(layer: i32, row: i32): void {
  const y = unitState(layer, row);
  inputsOfActivity(y, unitPlane(layer), multiplier(sumSquares(y, 0, units(layer)), units(layer)), unitInputs(layer, row));
}

function nextIteration(): void {
  store<i32>(PASSES, iteration() + 1, ITERATION);
  set(LAYER, 0);
  enter(PHASE_ITERATION_ROWS);
}

function endPasses(): void {
  if (get(KIND) != JOB_TRAIN) return enter(PHASE_CHOOSE);
  if (!streams()) return finish();
  if (load<i32>(PASSES, TAUGHT) < 0) {
    store<i32>(PASSES, get(LABEL), TAUGHT);
    store<i32>(PASSES, get(OTHER_LABEL), TAUGHT_OTHER);
    store<i32>(PASSES, 0, NEXT_CLASS);
  }
  enter(PHASE_ITERATION_OTHERS);
}

/** In a stream every class sees every frame: after the two that learned, the others follow on, two at a time. */
function followOthers(): i64 {
  const label = untaught(load<i32>(PASSES, NEXT_CLASS));
  if (label == spec(SPEC_CLASSES)) {
    finish();
    return 1;
  }
  const other = untaught(label + 1);
  set(LABEL, label);
  set(OTHER_LABEL, other < spec(SPEC_CLASSES) ? other : label);
  store<i32>(PASSES, other + 1, NEXT_CLASS);
  begin();
  return 1;
}

/** The first class from `from` on that has not learned in this step; as many as there are classes for none. */
function untaught(from: i32): i32 {
  let label = from;
  while (label == load<i32>(PASSES, TAUGHT) || label == load<i32>(PASSES, TAUGHT_OTHER)) label++;
  return min(label, spec(SPEC_CLASSES));
}
