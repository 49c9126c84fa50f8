/**
 * Spec -> byte map of memory. A pure function of the spec: regions follow each other, each 16-byte aligned, persistent
 * ones first. `walk` is the only place that knows a size; the engine, the host and the docs all ask it.
 */
import { HEADER_BYTES } from "./abi/region";
import {
  REGION_HEADER, REGION_SPEC, REGION_STATE, REGION_LAYER_STATE, REGION_WEIGHTS, REGION_READOUT_STATE, REGION_READOUT_WEIGHTS,
  REGION_LAYER_TABLE, REGION_FRAME, REGION_IMAGE_ROWS, REGION_ROWS_A, REGION_ROWS_B, REGION_IMAGE_SUMS, REGION_SUMS,
  REGION_ACTIVITY, REGION_COEFFICIENTS, REGION_CLASS_TERMS, REGION_SCORES, REGION_LOGITS, REGION_UNIT_INPUTS, REGION_UNIT_STATE, TYPE_U8, TYPE_I8, TYPE_U16,
  TYPE_I16, TYPE_I32, TYPE_U32, FIELD_COUNT,
} from "./abi/region";
import { NO_MEMORY, OK } from "./abi/status";
import { FULL } from "./full";
import { LANES_BYTES } from "./fixed/random";
import { listInputs, recurrent, stateRows, streams } from "./ff/recurrent_spec";
import { LAYER_RECORD_BYTES, describeLayer, describeUnits } from "./layers/layer";
import { activityUnits, addNeeds, clearNeeds, entryColumns, listedUnits, matricesOf, placeMaps, planes } from "./maps/plan_maps";
import {
  RT_ACTIVITY, RT_CLASS_TERMS, RT_COEFFICIENTS, RT_FRAME, RT_GAINS, RT_IMAGE_ROWS, RT_IMAGE_SUMS, RT_LAYERS, RT_LOGITS,
  RT_PERSISTENT_BYTES, RT_ROWS_A, RT_ROWS_B, RT_SCORES, RT_STATE, RT_SUMS, RT_TOTAL_BYTES, base, report, runtime,
  setRuntime,
} from "./memory";
import {
  LAYER_CHANNELS, LAYER_UNITS, LAYER_WEIGHT_BITS, SPEC_CLASSES, SPEC_INPUT_CHANNELS, SPEC_INPUT_HEIGHT, SPEC_INPUT_WIDTH, SPEC_LAYER_COUNT,
  SPEC_MEMORY_LIMIT, SPEC_READOUT_FROM,
} from "./abi/spec";
import { frameSize, isMap, layerInputs, layerSpec, padded, spec, specBytes } from "./spec";
import { LAYER_STATE_BYTES, NET_STATE_BYTES } from "./abi/state";
import { FULL } from "./full";
import { FOUND, WALK, WALK_CURSOR, WALK_INDEX, WALK_TARGET, place } from "./plan_walk";
import { placeLayerVariants, placePersistentVariants, placeTransientVariants } from "./plan_variants";
import { isBox } from "./spec_variants";

// @ts-ignore: decorator
@inline function vector(kind: i32, type: i32, length: i32): usize {
  return place(kind, -1, type, 1, length, length, false);
}

/** The state of a recurrent layer: one row for each pass under way, however many iterations. */
function placeUnits(layer: i32, commit: bool): void {
  const units = layerSpec(layer, LAYER_UNITS);
  const state = place(REGION_UNIT_STATE, layer, TYPE_I16, stateRows(), units, padded(units), streams());
  const inputs = place(REGION_UNIT_INPUTS, layer, TYPE_U8, stateRows(), units, padded(units), streams());
  if (commit) describeUnits(layer, state, inputs);
}

/**
 * Visits every region in order; keeps the descriptor of region `target` (-1: none) and, when `commit`, the addresses
 * in RUNTIME and in the layer table. The spec must be valid. Returns the number of regions.
 */
function walk(target: i32, commit: bool): i32 {
  const layers = spec(SPEC_LAYER_COUNT);
  const classes = spec(SPEC_CLASSES);
  const readoutFrom = spec(SPEC_READOUT_FROM);
  store<u32>(WALK, <u32>base(), WALK_CURSOR);
  store<i32>(WALK, 0, WALK_INDEX);
  store<i32>(WALK, target, WALK_TARGET);

  place(REGION_HEADER, -1, TYPE_U32, 1, <i32>HEADER_BYTES >> 2, <i32>HEADER_BYTES >> 2, true);
  place(REGION_SPEC, -1, TYPE_I32, 1, <i32>specBytes() >> 2, <i32>specBytes() >> 2, true);
  const state = place(REGION_STATE, -1, TYPE_U32, 1, <i32>NET_STATE_BYTES >> 2, <i32>NET_STATE_BYTES >> 2, true);
  if (FULL) placePersistentVariants(commit);
  // The layer table stands behind the persistent part, whose size the walk before this one has found.
  if (commit) setRuntime(RT_LAYERS, base() + runtime(RT_PERSISTENT_BYTES));

  const maps = FULL && isMap(0);
  if (FULL && maps) clearNeeds();
  let widest = 0;
  for (let layer = 0; layer < layers; layer++) {
    const units = layerSpec(layer, LAYER_UNITS);
    const columns = FULL && isMap(layer) ? layerSpec(layer, LAYER_CHANNELS) : units;
    const stride = padded(columns);
    const inputs = FULL && isMap(layer) ? layerInputs(layer) * matricesOf(layer) : layerInputs(layer);
    if (FULL && maps) addNeeds(layer);
    widest = max(widest, stride);
    const layerState = place(REGION_LAYER_STATE, layer, TYPE_U32, 1, <i32>LAYER_STATE_BYTES >> 2, <i32>LAYER_STATE_BYTES >> 2, true);
    if (FULL && isBox(layer)) {
      if (commit) describeLayer(layer, 0, layerState, 0, 0);
      continue;
    }
    const weights = place(REGION_WEIGHTS, layer, layerSpec(layer, LAYER_WEIGHT_BITS) == 8 ? TYPE_I8 : TYPE_I16, inputs, columns, stride, true);
    let readoutState: usize = 0;
    let readoutWeights: usize = 0;
    if (layer >= readoutFrom) {
      readoutState = place(REGION_READOUT_STATE, layer, TYPE_U32, 1, <i32>LANES_BYTES >> 2, <i32>LANES_BYTES >> 2, true);
      readoutWeights = place(REGION_READOUT_WEIGHTS, layer, TYPE_I16, units, classes, padded(classes), true);
    }
    if (commit) describeLayer(layer, weights, layerState, readoutWeights, readoutState);
    if (FULL) if (streams()) placeUnits(layer, commit);
    if (FULL) placeLayerVariants(layer, commit);
  }
  const persistentEnd = <usize>load<u32>(WALK, WALK_CURSOR);

  place(REGION_LAYER_TABLE, -1, TYPE_U32, layers, <i32>LAYER_RECORD_BYTES >> 2, <i32>LAYER_RECORD_BYTES >> 2, false);
  const frame = place(REGION_FRAME, -1, TYPE_U8, spec(SPEC_INPUT_HEIGHT), spec(SPEC_INPUT_WIDTH) * spec(SPEC_INPUT_CHANNELS), spec(SPEC_INPUT_WIDTH) * spec(SPEC_INPUT_CHANNELS), false);
  // Lists of non-zero rows, two rows an entry: 4 u16 for one input vector, 6 for a pair of them.
  const wide = max(widest, padded(classes));
  let imageRows: usize = 0, imageSums: usize = 0, rowsA: usize, rowsB: usize, sums: usize, activity: usize;
  if (FULL) if (recurrent() && !streams()) for (let layer = 0; layer < layers; layer++) placeUnits(layer, commit);
  if (FULL && maps) {
    placeMaps(commit);
    if (recurrent()) imageSums = place(REGION_IMAGE_SUMS, -1, TYPE_I32, matricesOf(0), padded(layerSpec(0, LAYER_CHANNELS)), padded(layerSpec(0, LAYER_CHANNELS)), false);
    const columns = entryColumns();
    rowsA = place(REGION_ROWS_A, -1, TYPE_U16, (listedUnits(false) >> 1) + 1, columns, columns, false);
    rowsB = place(REGION_ROWS_B, -1, TYPE_U16, (listedUnits(true) >> 1) + 1, columns, columns, false);
    sums = place(REGION_SUMS, -1, TYPE_I32, 2, wide, wide, false);
    activity = place(REGION_ACTIVITY, -1, TYPE_I16, planes(), activityUnits(), activityUnits(), false);
  } else {
    imageRows = place(REGION_IMAGE_ROWS, -1, TYPE_U16, (frameSize() + 2) >> 1, 4, 4, false);
    let listRows = (wide >> 1) + 1;
    let otherRows = listRows;
    // A recurrent iteration has one list, of all that a layer sees; the single pass lists label rows behind the units.
    if (FULL) if (recurrent()) {
      listRows = max(listRows, (listInputs() + 1) >> 1);
      otherRows += padded(classes) >> 1;
    }
    rowsA = place(REGION_ROWS_A, -1, TYPE_U16, listRows, 6, 6, false);
    rowsB = place(REGION_ROWS_B, -1, TYPE_U16, otherRows, 6, 6, false);
    imageSums = vector(REGION_IMAGE_SUMS, TYPE_I32, padded(layerSpec(0, LAYER_UNITS)));
    sums = place(REGION_SUMS, -1, TYPE_I32, 2, widest, widest, false);
    activity = place(REGION_ACTIVITY, -1, TYPE_I16, 2, widest, widest, false);
  }
  const coefficients = place(REGION_COEFFICIENTS, -1, TYPE_I16, wide, 2, 2, false);
  const terms = vector(REGION_CLASS_TERMS, TYPE_I32, padded(classes));
  const scores = vector(REGION_SCORES, TYPE_I32, padded(classes));
  const logits = vector(REGION_LOGITS, TYPE_I32, padded(classes));
  if (FULL) placeTransientVariants(commit);
  const end = <usize>load<u32>(WALK, WALK_CURSOR);

  if (commit) {
    setRuntime(RT_STATE, state);
    setRuntime(RT_FRAME, frame);
    setRuntime(RT_IMAGE_ROWS, imageRows);
    setRuntime(RT_ROWS_A, rowsA);
    setRuntime(RT_ROWS_B, rowsB);
    setRuntime(RT_IMAGE_SUMS, imageSums);
    setRuntime(RT_SUMS, sums);
    // Where no layer sums again, the gains take the place of the sums.
    if (FULL) if (runtime(RT_GAINS) == 0) setRuntime(RT_GAINS, sums);
    setRuntime(RT_ACTIVITY, activity);
    setRuntime(RT_COEFFICIENTS, coefficients);
    setRuntime(RT_CLASS_TERMS, terms);
    setRuntime(RT_SCORES, scores);
    setRuntime(RT_LOGITS, logits);
  }
  setRuntime(RT_PERSISTENT_BYTES, persistentEnd - base());
  setRuntime(RT_TOTAL_BYTES, end);
  return load<i32>(WALK, WALK_INDEX);
}

/** Plans a valid spec: sizes only. Returns the bytes of linear memory it needs, from address 0, or NO_MEMORY. */
export function planMemory(): i32 {
  walk(-1, false);
  const total = runtime(RT_TOTAL_BYTES);
  const limit = <usize>spec(SPEC_MEMORY_LIMIT);
  if (total > <usize>i32.MAX_VALUE) return report(NO_MEMORY, i32.MAX_VALUE);
  if (limit != 0 && total > limit) return report(NO_MEMORY, <i32>(total - limit));
  return <i32>total;
}

/** Plans a valid spec and keeps the addresses. Returns a status. */
export function commitPlan(): i32 {
  const total = planMemory();
  if (total < 0) return total;
  walk(-1, true);
  return OK;
}

export function regionCount(): i32 {
  return walk(-1, false);
}

/** A field of the descriptor of region `index`, for a valid spec and indices in range. */
export function regionField(index: i32, field: i32): i32 {
  walk(index, false);
  return load<i32>(FOUND + (<usize>field << 2));
}

export function isField(field: i32): bool {
  return field >= 0 && field < FIELD_COUNT;
}
