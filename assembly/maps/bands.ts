/**
 * A map worked in bands of rows (docs/maps.md, "Bands"): only one band's activities are there at a time, so its places are computed again for
 * each thing they are needed for, from weights that have not changed since: their squares, then the map that the next layer sees, then each block
 * of channels' update (band_update.ts). A map in one band is computed once.
 */
import { KIND_CONV, LAYER_KIND, SPEC_LAYER_COUNT } from "../abi/spec";
import { LAYER_ROWS_USED } from "../abi/state";
import { LAYER, PHASE_MAP_END, PHASE_MAP_SUMS, UNIT, classwise, enter, get, set } from "../ff/job_state";
import { rowsOfField, rowsOfFieldPair } from "../kernels/field_rows";
import { mapOfActivity } from "../kernels/map_values";
import { closePaired, closeSingle } from "../kernels/rows";
import { sumSquares } from "../kernels/sum_squares";
import { hasReadout, layerState } from "../layers/layer";
import { RT_ACTIVITY, runtime } from "../memory";
import { layerSpec, spec } from "../spec";
import { count } from "../state";
import { gatherBand } from "./band_update";
import { addSquares, clearSquares } from "./gains";
import { BAND, CHANNELS, HEIGHT, KEPT_UNITS, NEXT_PADDING, POOL, UNITS, WIDTH, inBands, map } from "./geometry";
import { activityPlane, inputMap } from "./input_map";
import {
  BY_NEGATIVE, BY_POSITIVE, FIRST_ROW, FOR_OUTPUT, FOR_SQUARES, FOR_UPDATE, PAIR, PURPOSE, ROWS_AGAIN, SQUARES_NEGATIVE, SQUARES_POSITIVE, mapJob, mapJob64, setMapJob,
  setMapJob64,
} from "./map_job";
import { decide } from "./pass";
import { bandEnd } from "./places";

/** Starts with the first place of a layer. */
export function startPlaces(): void {
  if (inBands()) {
    setMapJob64(SQUARES_POSITIVE, 0);
    setMapJob64(SQUARES_NEGATIVE, 0);
    if (classwise()) clearSquares();
  }
  enter(PHASE_MAP_SUMS);
}

/** Goes through all bands once more. */
export function startBands(purpose: i32): void {
  setMapJob(PURPOSE, purpose);
  setMapJob(FIRST_ROW, 0);
  enter(PHASE_MAP_SUMS);
}

/** Goes on with the next band; false behind the last. */
export function nextBand(): bool {
  const first = bandEnd();
  if (first == map(HEIGHT)) return false;
  setMapJob(FIRST_ROW, first);
  enter(PHASE_MAP_SUMS);
  set(UNIT, first * map(POOL) * map(POOL) * map(WIDTH));
  return true;
}

/** Adds to *rows used*. What a convolution's update computes again is block by block, and counted at its end. */
export function countRows(layer: i32, rows: i32): void {
  if (mapJob(PURPOSE) == FOR_UPDATE && layerSpec(layer, LAYER_KIND) == KIND_CONV) setMapJob64(ROWS_AGAIN, mapJob64(ROWS_AGAIN) + <i64>rows);
  else count(layerState(layer) + LAYER_ROWS_USED, rows);
}

/** Behind the last place of a band. Returns the cost. */
export function endBand(): i64 {
  const units = bandUnits();
  const behind = runtime(RT_ACTIVITY) + (<usize>units << 1);
  // Sums of squares take whole blocks of 8 channels.
  memory.fill(behind, 0, 16);
  if (mapJob(PAIR)) memory.fill(behind + activityPlane(map(KEPT_UNITS)), 0, 16);
  if (mapJob(PURPOSE) == FOR_UPDATE) return gatherBand();
  if (mapJob(PURPOSE) == FOR_OUTPUT) giveBand();
  else squareBand(units);
  return units << (mapJob(PAIR) ? 3 : 2);
}

function bandUnits(): i32 {
  return (bandEnd() - mapJob(FIRST_ROW)) * map(WIDTH) * map(CHANNELS);
}

function squareBand(units: i32): void {
  const positive = runtime(RT_ACTIVITY);
  if (classwise()) addSquares(bandEnd() - mapJob(FIRST_ROW));
  else setMapJob64(SQUARES_POSITIVE, mapJob64(SQUARES_POSITIVE) + sumSquares(positive, 0, units));
  if (mapJob(PAIR)) setMapJob64(SQUARES_NEGATIVE, mapJob64(SQUARES_NEGATIVE) + sumSquares(positive + activityPlane(map(KEPT_UNITS)), 0, units));
  if (!nextBand()) enter(PHASE_MAP_END);
}

/** Whether anything reads the map that the layer gives. */
export function givesMap(layer: i32): bool {
  return layer + 1 < spec(SPEC_LAYER_COUNT) || (!mapJob(PAIR) && hasReadout(layer));
}

/** Bytes of a row of the map that the layer gives, with the zeros that the next layer wants around it. */
export function givenRowBytes(): i32 {
  return (map(WIDTH) + 2 * map(NEXT_PADDING)) * map(CHANNELS);
}

function givenPlaneBytes(): i32 {
  return givenRowBytes() * (map(HEIGHT) + 2 * map(NEXT_PADDING));
}

/** First value of the map that the layer gives. */
export function givenMap(layer: i32): usize {
  return inputMap(layer + 1) + <usize>(map(NEXT_PADDING) * (givenRowBytes() + map(CHANNELS)));
}

/** Computes the places again for the map that the layer gives. */
export function startOutput(layer: i32): void {
  if (map(NEXT_PADDING) > 0) memory.fill(inputMap(layer + 1), 0, givenPlaneBytes() << (mapJob(PAIR) ? 1 : 0));
  startBands(FOR_OUTPUT);
}

function giveBand(): void {
  const layer = get(LAYER);
  const rows = bandEnd() - mapJob(FIRST_ROW);
  const values = map(WIDTH) * map(CHANNELS);
  const rowBytes = givenRowBytes();
  const y = runtime(RT_ACTIVITY);
  const at = givenMap(layer) + <usize>(mapJob(FIRST_ROW) * rowBytes);
  mapOfActivity(y, rows, values, mapJob(BY_POSITIVE), at, rowBytes);
  if (mapJob(PAIR)) mapOfActivity(y + activityPlane(map(KEPT_UNITS)), rows, values, mapJob(BY_NEGATIVE), at + <usize>givenPlaneBytes(), rowBytes);
  if (!nextBand()) decide();
}

/** The list of a dense layer on a map in bands, whose values lie side by side; returns its rows. */
export function listGivenMap(layer: i32, list: usize): i32 {
  const at = inputMap(layer + 1);
  if (!mapJob(PAIR)) {
    const rows = rowsOfField(at, 0, 1, map(UNITS), list);
    closeSingle(list, rows);
    return rows;
  }
  const rows = rowsOfFieldPair(at, givenPlaneBytes(), 0, 1, map(UNITS), list);
  closePaired(list, rows);
  return rows;
}
