/** A layer of a map on its way through a job: its start, its goodness and coefficients, the input of the next. */
import { KIND_CONV, LABEL_NONE, LAYER_KIND, SPEC_GOODNESS_FROM, SPEC_LABEL_PLACEMENT, SPEC_LAYER_COUNT } from "../abi/spec";
import { LAYER_LANES } from "../abi/state";
import { advanceLanes } from "../fixed/random";
import { classwiseCoefficients, groupGoodness } from "../ff/classwise";
import { goodnessOf, score } from "../ff/goodness";
import { COMPLETED, JOB_GOODNESS, JOB_TRAIN, KIND, LABEL, LAYER, OTHER_LABEL, PHASE_MAP_UPDATE, ROWS_OUT, classwise, enter, get, listInto, set } from "../ff/job_state";
import { labelRows, neutralRows } from "../ff/label";
import { pairCoefficients } from "../ff/pair";
import { leavePair } from "../ff/pair_pass";
import { decidesOtherwise, variantCoefficients } from "../ff/pair_variants";
import { recurrent } from "../ff/recurrent_spec";
import { leaveSingle } from "../ff/single_pass";
import { multiplier, rowsOfActivityScalar, rowsOfPairScalar } from "../kernels/normalise";
import { sumSquares } from "../kernels/sum_squares";
import { hasReadout, layerState } from "../layers/layer";
import { RT_ACTIVITY, runtime } from "../memory";
import { isMap, layerSpec, spec } from "../spec";
import { twoFrames, twoImages, waves } from "../spec_variants";
import { startBlocks } from "./band_update";
import { givesMap, listGivenMap, startOutput, startPlaces } from "./bands";
import { UNITS, enterMap, inBands, map } from "./geometry";
import { activityPlane, readMapBelow, readWaveMaps } from "./input_map";
import {
  BY_NEGATIVE, BY_POSITIVE, LABEL_LANES, LABEL_ROWS, NEXT_MADE, PAIR, ROW, SQUARES_NEGATIVE, SQUARES_POSITIVE, TWO_MAPS, mapJob, mapJob64, mapJobAt, setMapJob, setMapJob64,
} from "./map_job";

/** Enters a layer: alone, or both of a pair. */
export function startMap(pair: bool): i64 {
  const layer = get(LAYER);
  const labels = recurrent() ? layer + 1 == spec(SPEC_LAYER_COUNT) : layer == 0 && spec(SPEC_LABEL_PLACEMENT) != LABEL_NONE;
  const made = mapJob(NEXT_MADE) != 0;
  enterMap(layer);
  setMapJob(PAIR, pair ? 1 : 0);
  setMapJob(TWO_MAPS, pair && (layer > 0 || twoImages()) ? 1 : 0);
  setMapJob(LABEL_ROWS, !labels ? 0 : pair ? labelRows(listInto(0), 0, get(LABEL), get(OTHER_LABEL)) : neutralRows(listInto(0), 0));
  setMapJob(NEXT_MADE, inBands() ? 1 : 0);
  startPlaces();
  if (layer > 0) return made ? 1 : readMapBelow(pair);
  return waves() ? readWaveMaps(pair) : 1;
}

/** Behind the last place: goodness, what goes on, what to learn. */
export function endMap(): i64 {
  const layer = get(LAYER);
  const pair = mapJob(PAIR) != 0;
  if (!inBands()) {
    const activity = runtime(RT_ACTIVITY) + (<usize>map(UNITS) << 1);
    // Lists and sums of squares take whole blocks of 8 units.
    memory.fill(activity, 0, 16);
    if (pair) memory.fill(activity + activityPlane(map(UNITS)), 0, 16);
    set(COMPLETED, layer + (pair ? 256 : 0));
  }
  measure(layer, pair);
  if (inBands() && givesMap(layer)) startOutput(layer);
  else decide();
  return map(UNITS) << (pair ? 3 : 2);
}

/** Σ y² of the layer, which in bands is known but for the classes, and what normalises it. */
function measure(layer: i32, pair: bool): void {
  const activity = runtime(RT_ACTIVITY);
  if (classwise()) setMapJob64(SQUARES_POSITIVE, groupGoodness(layer));
  else if (!inBands()) setMapJob64(SQUARES_POSITIVE, sumSquares(activity, 0, map(UNITS)));
  setMapJob(BY_POSITIVE, multiplier(mapJob64(SQUARES_POSITIVE), map(UNITS)));
  if (!pair) return;
  if (!inBands()) setMapJob64(SQUARES_NEGATIVE, sumSquares(activity + activityPlane(map(UNITS)), 0, map(UNITS)));
  setMapJob(BY_NEGATIVE, multiplier(mapJob64(SQUARES_NEGATIVE), map(UNITS)));
}

/** What a dense layer or the readout takes, what to learn, and the way on. */
export function decide(): void {
  if (mapJob(PAIR)) decidePair(get(LAYER));
  else decideSingle(get(LAYER));
}

function decideSingle(layer: i32): void {
  const activity = runtime(RT_ACTIVITY);
  if (twoFrames() && get(KIND) == JOB_GOODNESS && layer >= spec(SPEC_GOODNESS_FROM)) score(0, goodnessOf(mapJob64(SQUARES_POSITIVE)));
  if (inBands()) {
    if (nextIsDense(layer)) set(ROWS_OUT, listGivenMap(layer, listInto(layer + 1)));
  } else if (hasReadout(layer) || nextIsDense(layer)) set(ROWS_OUT, rowsOfActivityScalar(activity, map(UNITS), mapJob(BY_POSITIVE), listInto(layer + 1)));
  if (classwise() && get(KIND) == JOB_TRAIN && classwiseCoefficients(layer, get(LABEL))) startUpdate(layer);
  else leaveSingle(layer);
}

function decidePair(layer: i32): void {
  const units = map(UNITS);
  const goodnessPositive = goodnessOf(mapJob64(SQUARES_POSITIVE));
  const goodnessNegative = goodnessOf(mapJob64(SQUARES_NEGATIVE));
  if (nextIsDense(layer)) {
    const list = listInto(layer + 1);
    const positive = runtime(RT_ACTIVITY);
    set(ROWS_OUT, inBands() ? listGivenMap(layer, list) : rowsOfPairScalar(positive, positive + activityPlane(units), units, mapJob(BY_POSITIVE), mapJob(BY_NEGATIVE), list));
  }
  if (get(KIND) == JOB_TRAIN) {
    const learns = decidesOtherwise(layer) ? variantCoefficients(layer, goodnessPositive, goodnessNegative, 0) : pairCoefficients(layer, goodnessPositive, goodnessNegative, 0);
    if (learns) return startUpdate(layer);
  } else if (layer >= spec(SPEC_GOODNESS_FROM)) {
    score(get(LABEL), goodnessPositive);
    if (get(OTHER_LABEL) != get(LABEL)) score(get(OTHER_LABEL), goodnessNegative);
  }
  leavePair(layer);
}

function nextIsDense(layer: i32): bool {
  return layer + 1 < spec(SPEC_LAYER_COUNT) && !isMap(layer + 1);
}

/** The update calls of a convolution have their lanes now; those of a place of its own get theirs place by place. */
function startUpdate(layer: i32): void {
  const lanes = layerState(layer) + LAYER_LANES;
  if (layerSpec(layer, LAYER_KIND) == KIND_CONV) {
    if (mapJob(PAIR) && mapJob(LABEL_ROWS) > 0) {
      advanceLanes(lanes);
      memory.copy(mapJobAt(LABEL_LANES), lanes, 16);
    }
    advanceLanes(lanes);
    if (inBands()) return startBlocks();
  }
  setMapJob(ROW, -1);
  enter(PHASE_MAP_UPDATE);
}
