/** What a layer of a map learns: docs/maps.md, "Update of local", "Update of conv". */
import { KIND_CONV, LAYER_CEILING, LAYER_DECAY, LAYER_KIND, SPEC_BIAS_LEVEL, SPEC_LABEL_LEVEL } from "../abi/spec";
import { LAYER_LANES, LAYER_ROWS_UPDATED, NET_STEP } from "../abi/state";
import { advanceLanes } from "../fixed/random";
import { LABEL, LAYER, OTHER_LABEL, UNIT, get, listInto, set } from "../ff/job_state";
import { labelRow } from "../ff/label";
import { leavePair } from "../ff/pair_pass";
import { leaveSingle } from "../ff/single_pass";
import { closePlaces, gatherPlaces } from "../kernels/conv_places";
import { addRow, convUpdate } from "../kernels/conv_update";
import { decayRow } from "../kernels/decay";
import { NO_CEILING, coefficientsOfPlace } from "../kernels/place_coefficients";
import { gatherPulled, pullPlace } from "../kernels/place_peers";
import { entries } from "../kernels/rows";
import { updatePaired, updateSingle } from "../kernels/update";
import { exponent, inputs, layerState, peerMeans, stride, updateShift, weightBytes, weights } from "../layers/layer";
import { RT_ACTIVITY, RT_COEFFICIENTS, RT_PLACE_COEFFICIENTS, RT_PLACE_ROWS, RT_POOLED_PLACE, RT_GAINS, runtime } from "../memory";
import { layerSpec, spec } from "../spec";
import { count, netState } from "../state";
import {
  CHANNELS, FIELD_ROWS, HEIGHT, KEPT_UNITS, MATRICES, PLANE_BYTES, POOL, ROWS, ROW_BYTES, RUN, STRIDE, WIDTH, inBands, map,
} from "./geometry";
import { activityPlane } from "./input_map";
import { CARRY, FOR_UPDATE, LABEL_LANES, LABEL_ROWS, PAIR, PLACES, PULL, PURPOSE, ROW, SUM_NEGATIVE, SUM_POSITIVE, TWO_MAPS, mapJob, mapJobAt, setMapJob } from "./map_job";
import { countRows } from "./bands";
import { columnStep, listPlace, matrixOf, rowStep, sumPlace, windowOf } from "./places";

/** Goes on with the update of the layer under way. */
export function updateMap(left: i64): i64 {
  return layerSpec(get(LAYER), LAYER_KIND) == KIND_CONV ? updateConv(left) : updateLocal(left);
}

export function leave(layer: i32): i64 {
  const amount = layerSpec(layer, LAYER_DECAY);
  if (amount != 0) decayMap(layer, amount);
  if (mapJob(PAIR)) leavePair(layer);
  else leaveSingle(layer);
  return amount != 0 ? stride(layer) : 0;
}

/** The row whose turn it is, of all matrices taken as one. */
export function decayMap(layer: i32, amount: i32): void {
  const lanes = layerState(layer) + LAYER_LANES;
  advanceLanes(lanes);
  const rows = <u32>(inputs(layer) * map(MATRICES));
  const row = weights(layer) + <usize>(load<u32>(netState(NET_STEP)) % rows) * <usize>(stride(layer) * weightBytes(layer));
  if (weightBytes(layer) == 1) decayRow<i8>(row, 0, map(CHANNELS), amount, lanes);
  else decayRow<i16>(row, 0, map(CHANNELS), amount, lanes);
}

// Local: each place its own matrix and its own calls.

function updateLocal(left: i64): i64 {
  const layer = get(LAYER);
  const end = map(WIDTH) * map(HEIGHT);
  let place = get(UNIT);
  let cost: i64 = 0;
  if (inBands()) setMapJob(PURPOSE, FOR_UPDATE);
  do {
    cost += inBands() ? updateAgain(layer, place) : updatePlace(layer, place, place);
    place++;
  } while (place < end && cost < left);
  set(UNIT, place);
  return place == end ? cost + leave(layer) : cost;
}

/** Its activities are not kept in bands. Its weights have not changed: each place has its own. */
function updateAgain(layer: i32, place: i32): i64 {
  const row = place / map(WIDTH);
  const rows = sumPlace(layer, place, 0, windowOf(layer, row, place - row * map(WIDTH)), 0);
  countRows(layer, rows);
  return <i64>rows * map(STRIDE) + map(FIELD_ROWS) + updatePlace(layer, place, 0);
}

/** `at`: number of the place among those whose activities are there. */
function updatePlace(layer: i32, place: i32, at: i32): i64 {
  const pair = mapJob(PAIR) != 0;
  const coefficients = runtime(RT_COEFFICIENTS);
  const y = runtime(RT_ACTIVITY) + (<usize>(at * map(CHANNELS)) << 1);
  const shift = 31 - exponent(layer);
  let learns = coefficientsOfPlace(y, pair ? y + activityPlane(map(KEPT_UNITS)) : 0, map(STRIDE), runtime(RT_GAINS), shift, ceilingOf(layer), coefficients);
  if (mapJob(PULL) != 0) learns = pullPlace(peerMeans(layer) + (<usize>(place * map(CHANNELS)) << 2), map(CHANNELS), mapJob(PULL), shift, coefficients);
  if (!learns) return map(STRIDE);
  const lanes = layerState(layer) + LAYER_LANES;
  const matrix = matrixOf(layer, place);
  if (pair && mapJob(LABEL_ROWS) > 0) {
    advanceLanes(lanes);
    updatePairedRows(layer, listInto(0), mapJob(LABEL_ROWS), matrix, lanes);
  }
  advanceLanes(lanes);
  const row = place / map(WIDTH);
  const rows = listPlace(windowOf(layer, row, place - row * map(WIDTH)));
  if (mapJob(TWO_MAPS)) updatePairedRows(layer, runtime(RT_PLACE_ROWS), rows, matrix, lanes);
  else updateSingleRows(layer, runtime(RT_PLACE_ROWS), rows, matrix, lanes);
  count(layerState(layer) + LAYER_ROWS_UPDATED, rows);
  return <i64>rows * map(STRIDE) + map(FIELD_ROWS);
}

function updateSingleRows(layer: i32, list: usize, rows: i32, matrix: usize, lanes: usize): void {
  const width = map(STRIDE);
  if (weightBytes(layer) == 1) updateSingle<i8>(list, entries(rows), matrix, width, runtime(RT_COEFFICIENTS), lanes, updateShift(layer), 0, width);
  else updateSingle<i16>(list, entries(rows), matrix, width, runtime(RT_COEFFICIENTS), lanes, updateShift(layer), 0, width);
}

export function updatePairedRows(layer: i32, list: usize, rows: i32, matrix: usize, lanes: usize): void {
  const width = map(STRIDE);
  if (weightBytes(layer) == 1) updatePaired<i8>(list, entries(rows), matrix, width, runtime(RT_COEFFICIENTS), lanes, updateShift(layer), 0, width);
  else updatePaired<i16>(list, entries(rows), matrix, width, runtime(RT_COEFFICIENTS), lanes, updateShift(layer), 0, width);
}

// Convolution: 8 channels at a time (UNIT: the first of them), their active places gathered once, then row by row.

function updateConv(left: i64): i64 {
  if (mapJob(ROW) < 0) return gather();
  const layer = get(LAYER);
  const channel = get(UNIT);
  const pairs = (mapJob(PLACES) + 1) >> 1;
  const from = mapJob(ROW);
  const each = max(pairs, 1) << 4;
  const to = <i32>min<i64>(map(FIELD_ROWS), from + max<i64>(left / each, 4));
  const list = runtime(RT_PLACE_COEFFICIENTS);
  const column = weights(layer) + <usize>(channel * weightBytes(layer));
  if (weightBytes(layer) == 1) convUpdate<i8>(list, pairs, column, map(STRIDE), map(RUN), map(ROW_BYTES), from, to, updateShift(layer), mapJobAt(CARRY));
  else convUpdate<i16>(list, pairs, column, map(STRIDE), map(RUN), map(ROW_BYTES), from, to, updateShift(layer), mapJobAt(CARRY));
  setMapJob(ROW, to);
  const cost = <i64>(to - from) * each;
  if (to < map(FIELD_ROWS)) return cost;
  endBlock(layer);
  return cost + nextBlock(layer, channel);
}

/** The bias row of a block. */
export function endBlock(layer: i32): void {
  const level = spec(SPEC_BIAS_LEVEL);
  if (level == 0) return;
  for (let i: usize = 0; i < 32; i += 4) store<i32>(mapJobAt(SUM_POSITIVE) + i, (load<i32>(mapJobAt(SUM_POSITIVE) + i) + load<i32>(mapJobAt(SUM_NEGATIVE) + i)) * level);
  addSums(layer, map(ROWS) - 1, mapJobAt(SUM_POSITIVE));
}

function nextBlock(layer: i32, channel: i32): i64 {
  setMapJob(ROW, -1);
  set(UNIT, channel + 8);
  return channel + 8 < map(STRIDE) ? 0 : leave(layer);
}

/** The row of all 8 channels (UNIT: the first of them) whose D are known. */
export function addSums(layer: i32, row: i32, sums: usize): void {
  const at = weights(layer) + <usize>((row * map(STRIDE) + get(UNIT)) * weightBytes(layer));
  if (weightBytes(layer) == 1) addRow<i8>(at, sums, updateShift(layer), mapJobAt(CARRY));
  else addRow<i16>(at, sums, updateShift(layer), mapJobAt(CARRY));
}

/** Between neighbouring blocks of 8 units the starting remainders move by the golden ratio of 2^16, as in kernels/update.ts. */
const BLOCK_STEP: i32 = 0x9e37;

export function startCarry(lanes: usize, channel: i32): void {
  for (let i: usize = 0; i < 8; i++) store<i32>(mapJobAt(CARRY) + (i << 2), (<i32>load<u16>(lanes + (i << 1)) + (channel >> 3) * BLOCK_STEP) & 0xffff);
}

/** The largest coefficient whose sum over all places fits an i32. */
function coefficientLimit(layer: i32): i32 {
  const places = <i64>(map(WIDTH) * map(HEIGHT)) << (mapJob(PAIR) ? 1 : 0);
  return <i32>min<i64>(32767, (((<i64>1) << 31) - (1 << 17)) / ((127 * places) << updateShift(layer)));
}

/** The active places of the next 8 channels. */
function gather(): i64 {
  const layer = get(LAYER);
  const channel = get(UNIT);
  memory.fill(mapJobAt(SUM_POSITIVE), 0, 64);
  const places = gatherBlock(channel, 0, map(HEIGHT));
  const cost = <i64>(map(WIDTH) * map(HEIGHT)) << 3;
  if (places == 0) return cost + nextBlock(layer, channel);
  startBlockUpdate(layer, channel);
  setMapJob(PLACES, places);
  setMapJob(ROW, 0);
  return cost;
}

/** Those of `rows` rows of places from `first` on, whose activities are there; their coefficients are added to the block's sums. Returns the places. */
export function gatherBlock(channel: i32, first: i32, rows: i32): i32 {
  const layer = get(LAYER);
  const list = runtime(RT_PLACE_COEFFICIENTS);
  const y = runtime(RT_ACTIVITY) + (<usize>channel << 1);
  const remembered = runtime(RT_POOLED_PLACE) + <usize>channel;
  const gains = runtime(RT_GAINS) + (<usize>channel << 2);
  const shift = 31 - exponent(layer);
  const limit = coefficientLimit(layer);
  const window = windowOf(layer, first * map(POOL), 0);
  let places = 0;
  const ceiling = ceilingOf(layer);
  if (mapJob(PULL) != 0) {
    places = gatherPulled(
      y, remembered, peerMeans(layer), channel, min(8, map(CHANNELS) - channel), mapJob(PULL), map(CHANNELS), map(WIDTH), rows, map(POOL), gains, shift, limit, ceiling,
      window, rowStep(), columnStep(), list, 0, mapJobAt(SUM_POSITIVE),
    );
  } else if (gainsAny(gains)) places = gatherPlaces(y, remembered, map(CHANNELS), map(WIDTH), rows, map(POOL), gains, shift, limit, ceiling, window, rowStep(), columnStep(), list, 0, mapJobAt(SUM_POSITIVE));
  const negative = gains + (<usize>map(STRIDE) << 2);
  if (mapJob(PAIR) && gainsAny(negative)) {
    const plane = activityPlane(map(KEPT_UNITS));
    const other = mapJob(TWO_MAPS) ? window + map(PLANE_BYTES) : window;
    places = gatherPlaces(y + plane, remembered + (plane >> 1), map(CHANNELS), map(WIDTH), rows, map(POOL), negative, shift, limit, ceiling, other, rowStep(), columnStep(), list, places, mapJobAt(SUM_NEGATIVE));
  }
  closePlaces(list, places);
  count(layerState(layer) + LAYER_ROWS_UPDATED, places * (map(FIELD_ROWS) + (spec(SPEC_BIAS_LEVEL) > 0 ? 1 : 0)));
  return places;
}

/** Before the rows of the field: the label rows, which need the sums of the coefficients alone, and fresh remainders. */
export function startBlockUpdate(layer: i32, channel: i32): void {
  if (mapJob(PAIR) && mapJob(LABEL_ROWS) > 0) updateLabelRows(layer, channel);
  startCarry(layerState(layer) + LAYER_LANES, channel);
}

/** The ceiling of the layer, or one that no activity is at. */
export function ceilingOf(layer: i32): i32 {
  const ceiling = layerSpec(layer, LAYER_CEILING);
  return ceiling > 0 ? ceiling : NO_CEILING;
}

// @ts-ignore: decorator
@inline export function gainsAny(gains: usize): bool {
  let any = 0;
  for (let i: usize = 0; i < 32; i += 4) any |= load<i32>(gains + i);
  return any != 0;
}

/** The two label rows, the lower first: the true one was on at every place of the positive, the wrong one at every place of the negative. */
function updateLabelRows(layer: i32, channel: i32): void {
  const positive = get(LABEL);
  const negative = get(OTHER_LABEL);
  startCarry(mapJobAt(LABEL_LANES), channel);
  addLabel(layer, min(positive, negative), positive < negative ? SUM_POSITIVE : SUM_NEGATIVE);
  addLabel(layer, max(positive, negative), positive < negative ? SUM_NEGATIVE : SUM_POSITIVE);
}

function addLabel(layer: i32, label: i32, sums: usize): void {
  const level = spec(SPEC_LABEL_LEVEL);
  for (let i: usize = 0; i < 32; i += 4) store<i32>(mapJobAt(sums) + i, load<i32>(mapJobAt(sums) + i) * level);
  addSums(layer, labelRow() + label, mapJobAt(sums));
  for (let i: usize = 0; i < 32; i += 4) store<i32>(mapJobAt(sums) + i, load<i32>(mapJobAt(sums) + i) / level);
}
