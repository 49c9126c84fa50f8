/** A layer of a map on its way through a job: its start, its goodness and coefficients, the input of the next. */
import { LABEL_NONE, LAYER_KIND, SPEC_DEVICE, KIND_CONV, SPEC_CLASSES, SPEC_GOODNESS_FROM, SPEC_LABEL_PLACEMENT, SPEC_LAYER_COUNT } from "../abi/spec";
import { LAYER_LANES } from "../abi/state";
import { advanceLanes } from "../fixed/random";
import { classwiseCoefficients, groupGoodness } from "../ff/classwise";
import { goodnessOf, score } from "../ff/goodness";
import {
  COMPLETED, JOB_GOODNESS, JOB_TRAIN, KIND, LABEL, LAYER, OTHER_LABEL, PHASE_MAP_SUMS, PHASE_MAP_UPDATE, ROWS_OUT, classwise, enter, get, listInto, set,
} from "../ff/job_state";
import { labelRows, neutralRows } from "../ff/label";
import { pairCoefficients } from "../ff/pair";
import { leavePair } from "../ff/pair_pass";
import { decidesOtherwise, variantCoefficients } from "../ff/pair_variants";
import { recurrent } from "../ff/recurrent_spec";
import { leaveSingle } from "../ff/single_pass";
import { multiplier, rowsOfActivityScalar, rowsOfPairScalar } from "../kernels/normalise";
import { SINGLE_BYTES, entries } from "../kernels/rows";
import { sumSquares } from "../kernels/sum_squares";
import { hasReadout, layerState } from "../layers/layer";
import { RT_ACTIVITY, runtime } from "../memory";
import { isMap, layerSpec, spec } from "../spec";
import { twoFrames, twoImages, waves } from "../spec_variants";
import { MAX_INPUTS } from "../abi/limits";
import { UNITS, enterMap, map } from "./geometry";
import { activityPlane, readMapBelow, readWaveMaps } from "./input_map";
import { BY_NEGATIVE, BY_POSITIVE, LABEL_LANES, LABEL_ROWS, PAIR, ROW, TWO_MAPS, mapJob, mapJobAt, setMapJob } from "./map_job";

/** Enters a layer: alone, or both of a pair. */
export function startMap(pair: bool): i64 {
  const layer = get(LAYER);
  const labels = recurrent() ? layer + 1 == spec(SPEC_LAYER_COUNT) : layer == 0 && spec(SPEC_LABEL_PLACEMENT) != LABEL_NONE;
  enterMap(layer);
  setMapJob(PAIR, pair ? 1 : 0);
  setMapJob(TWO_MAPS, pair && (layer > 0 || twoImages()) ? 1 : 0);
  setMapJob(LABEL_ROWS, !labels ? 0 : pair ? labelRows(listInto(0), 0, get(LABEL), get(OTHER_LABEL)) : neutralRows(listInto(0), 0));
  enter(PHASE_MAP_SUMS);
  if (layer > 0) return readMapBelow(pair);
  return waves() ? readWaveMaps(pair) : 1;
}

/** Behind the last place: goodness, what to learn, what goes on. */
export function endMap(): i64 {
  const activity = runtime(RT_ACTIVITY) + (<usize>map(UNITS) << 1);
  // Lists and sums of squares take whole blocks of 8 units.
  memory.fill(activity, 0, 16);
  if (mapJob(PAIR)) memory.fill(activity + activityPlane(map(UNITS)), 0, 16);
  set(COMPLETED, get(LAYER) + (mapJob(PAIR) ? 256 : 0));
  if (mapJob(PAIR)) endPair();
  else endSingle();
  return map(UNITS) << (mapJob(PAIR) ? 3 : 2);
}

function endSingle(): void {
  const layer = get(LAYER);
  set(COMPLETED, layer);
  const activity = runtime(RT_ACTIVITY);
  const squares = classwise() ? groupGoodness(layer) : sumSquares(activity, 0, map(UNITS));
  if (twoFrames() && get(KIND) == JOB_GOODNESS && layer >= spec(SPEC_GOODNESS_FROM)) score(0, goodnessOf(squares));
  const by = multiplier(squares, map(UNITS));
  setMapJob(BY_POSITIVE, by);
  if (hasReadout(layer) || nextIsDense(layer)) set(ROWS_OUT, rowsOfMap(activity, map(UNITS), by, listInto(layer + 1)));
  if (classwise() && get(KIND) == JOB_TRAIN && classwiseCoefficients(layer, get(LABEL))) startUpdate(layer);
  else leaveSingle(layer);
}

function endPair(): void {
  const layer = get(LAYER);
  set(COMPLETED, layer + 256);
  const units = map(UNITS);
  const positive = runtime(RT_ACTIVITY);
  const negative = positive + activityPlane(units);
  const squaresPositive = sumSquares(positive, 0, units);
  const squaresNegative = sumSquares(negative, 0, units);
  const goodnessPositive = goodnessOf(squaresPositive);
  const goodnessNegative = goodnessOf(squaresNegative);
  setMapJob(BY_POSITIVE, multiplier(squaresPositive, units));
  setMapJob(BY_NEGATIVE, multiplier(squaresNegative, units));
  if (nextIsDense(layer)) set(ROWS_OUT, rowsOfPairScalar(positive, negative, units, mapJob(BY_POSITIVE), mapJob(BY_NEGATIVE), listInto(layer + 1)));
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

/** Rows of a whole map (for whose units there is no scratch): chunk by chunk, each with entries of its own, so that the readout can sum each alone. */
function rowsOfMap(y: usize, units: i32, by: i32, list: usize): i32 {
  let rows = 0;
  for (let from = 0; from < units; from += MAX_INPUTS) {
    rows = (rows + 1) & ~1;
    const at = list + <usize>(rows >> 1) * SINGLE_BYTES;
    const more = rowsOfActivityScalar(y + (<usize>from << 1), min(units - from, MAX_INPUTS), by, at);
    if (from > 0) {
      const end = at + <usize>entries(more) * SINGLE_BYTES;
      for (let entry = at; entry < end; entry += SINGLE_BYTES) {
        store<u16>(entry, <u16>(load<u16>(entry) + from));
        store<u16>(entry, <u16>(load<u16>(entry, 2) + from), 2);
      }
    }
    rows += more;
  }
  return rows;
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
  }
  setMapJob(ROW, -1);
  enter(PHASE_MAP_UPDATE);
}
