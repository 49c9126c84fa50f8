/**
 * The readout of a map in bands: no list of all its units, but the map that the layer has given, some hundred values at a time. The same sums and
 * chunks as readout_chunks.ts; its update is that of one place which has the whole map as its field.
 */
import { MAX_INPUTS } from "../abi/limits";
import { SPEC_CLASSES } from "../abi/spec";
import { LAYER, UNIT, get, set } from "../ff/job_state";
import { endReadoutSums, nextSingle } from "../ff/single_pass";
import { closePlaces, slot } from "../kernels/conv_places";
import { convUpdate } from "../kernels/conv_update";
import { rowsOfField } from "../kernels/field_rows";
import { forwardSingle } from "../kernels/forward_single";
import { closeSingle, entries } from "../kernels/rows";
import { readoutShift, readoutState, readoutWeights } from "../layers/layer";
import { RT_CLASS_TERMS, RT_COEFFICIENTS, RT_PLACE_COEFFICIENTS, RT_PLACE_ROWS, RT_SUMS, runtime } from "../memory";
import { padded, readoutScale, spec } from "../spec";
import { givenMap, givenRowBytes } from "./bands";
import { CHANNELS, ROWS, UNITS, WIDTH, map } from "./geometry";
import { CARRY, ROW, mapJob, mapJobAt, setMapJob } from "./map_job";
import { startCarry } from "./update";

/** UNIT goes through the units of the map: part of one of its rows is a piece. */
export function sumGivenMap(): i64 {
  const layer = get(LAYER);
  const values = map(WIDTH) * map(CHANNELS);
  const columns = padded(spec(SPEC_CLASSES));
  const from = get(UNIT);
  const sums = runtime(RT_SUMS);
  const chunk = (from / MAX_INPUTS + 1) * MAX_INPUTS;
  const row = from / values;
  // The list has room for the rows of one place.
  const to = min(min(chunk, (row + 1) * values), from + map(ROWS));
  if (from % MAX_INPUTS == 0) memory.fill(sums, 0, <usize>columns << 2);
  const list = runtime(RT_PLACE_ROWS);
  const rows = rowsOfField(givenMap(layer) + <usize>(row * givenRowBytes() + from - row * values), 0, 1, to - from, list);
  closeSingle(list, rows);
  forwardSingle<i16>(list, entries(rows), readoutWeights(layer) + (<usize>(from * columns) << 1), columns, sums, 0, columns);
  if (to == chunk || to == map(UNITS)) {
    for (let c = 0; c < columns; c++) {
      const at = runtime(RT_CLASS_TERMS) + (<usize>c << 2);
      store<i32>(at, load<i32>(at) + (load<i32>(sums + (<usize>c << 2)) >> (readoutScale() + 4 - 8)));
    }
  }
  set(UNIT, to);
  if (to == map(UNITS)) {
    setMapJob(ROW, 0);
    endReadoutSums(layer);
  }
  return <i64>rows * columns + (to - from);
}

/** UNIT goes through blocks of 8 classes, ROW through the units. */
export function updateGivenMap(left: i64): i64 {
  const layer = get(LAYER);
  const columns = padded(spec(SPEC_CLASSES));
  const block = get(UNIT);
  const from = mapJob(ROW);
  const list = runtime(RT_PLACE_COEFFICIENTS);
  const coefficients = runtime(RT_COEFFICIENTS) + (<usize>block << 2);
  const at = slot(list, 0, givenMap(layer));
  for (let i: usize = 0; i < 32; i += 4) store<i16>(at + i, load<i16>(coefficients + i));
  closePlaces(list, 1);
  if (from == 0) startCarry(readoutState(layer), block);
  const to = <i32>min<i64>(map(UNITS), from + max<i64>(left >> 4, 64));
  convUpdate<i16>(list, 1, readoutWeights(layer) + (<usize>block << 1), columns, map(WIDTH) * map(CHANNELS), givenRowBytes(), from, to, readoutShift(), mapJobAt(CARRY));
  setMapJob(ROW, to == map(UNITS) ? 0 : to);
  if (to == map(UNITS)) {
    set(UNIT, block + 8);
    if (block + 8 == columns) nextSingle(layer);
  }
  return <i64>(to - from) << 4;
}
