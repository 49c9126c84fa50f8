/**
 * The layer table: what the step needs to know of each layer, derived from the spec by `init` and `open` and never stored
 * in a checkpoint. One record of 64 bytes (in the full build 96) for each layer, in its own region.
 */
import { coefficientExponent, inputShift } from "../fixed/rate";
import { RT_LAYERS, runtime } from "../memory";
import {
  LAYER_CHANNELS, LAYER_RATE, LAYER_SCALE, LAYER_TEMPERATURE, LAYER_THRESHOLD, LAYER_UNITS, LAYER_WEIGHT_BITS, SPEC_READOUT_FROM, SPEC_READOUT_RATE,
} from "../abi/spec";
import { FULL } from "../full";
import { isMap, layerInputs, layerSpec, padded, readoutScale, spec } from "../spec";
import { isBox } from "../spec_variants";

export const LAYER_RECORD_BYTES: usize = FULL ? 96 : 64;

const INPUTS: usize = 0;
const UNITS: usize = 4;
const STRIDE: usize = 8;
const WEIGHT_BYTES: usize = 12;
const WEIGHTS: usize = 16;
const STATE: usize = 20;
const SCALE: usize = 24;
const EXPONENT: usize = 28;
const RATE: usize = 32;
const TEMPERATURE: usize = 36;
const THRESHOLD: usize = 40;
const PEER_MEANS: usize = 44;
const READOUT_WEIGHTS: usize = 48;
const READOUT_STATE: usize = 52;
const BOX_INPUT: usize = 56;
const BOX_OUTPUT: usize = 60;
// Full build.
const OWN_FROM: usize = 64;
const OWN_TO: usize = 68;
const ROW_LENGTH: usize = 72;
const UNIT_STATE: usize = 80;
const UNIT_INPUTS: usize = 84;

// @ts-ignore: decorator
@inline function record(layer: i32): usize {
  return runtime(RT_LAYERS) + <usize>layer * LAYER_RECORD_BYTES;
}

/** Rows of the weight matrix; of a map's at each place. */
export function inputs(layer: i32): i32 {
  return load<i32>(record(layer), INPUTS);
}

export function units(layer: i32): i32 {
  return load<i32>(record(layer), UNITS);
}

/** Units, of a map its channels, padded to whole blocks of 8. */
export function stride(layer: i32): i32 {
  return load<i32>(record(layer), STRIDE);
}

/** 1 (i8) or 2 (i16). */
export function weightBytes(layer: i32): i32 {
  return load<i32>(record(layer), WEIGHT_BYTES);
}

/** Weights [inputs][rowLength], input-major: where that of unit 0 would stand, own or not. */
export function weights(layer: i32): usize {
  return <usize>load<u32>(record(layer), WEIGHTS);
}

/** Weights of a row: all of the layer's, unless instances divide them (`ownUnits`). */
export function rowLength(layer: i32): i32 {
  return FULL ? load<i32>(record(layer), ROW_LENGTH) : stride(layer);
}

/** The first unit whose weights are this instance's own. */
export function ownFrom(layer: i32): i32 {
  return FULL ? load<i32>(record(layer), OWN_FROM) : 0;
}

/** The end of them: all units, unless instances divide them. */
export function ownTo(layer: i32): i32 {
  return FULL ? load<i32>(record(layer), OWN_TO) : stride(layer);
}

/** Random lanes and counters of the layer: see `state.ts`. */
export function layerState(layer: i32): usize {
  return <usize>load<u32>(record(layer), STATE);
}

/** Weights are multiples of 2^-scale. */
export function scale(layer: i32): i32 {
  return load<i32>(record(layer), SCALE);
}

/** Q of the update coefficients: see `fixed/rate.ts`. */
export function exponent(layer: i32): i32 {
  return load<i32>(record(layer), EXPONENT);
}

/** Power of two of the inputs in an update: see `fixed/rate.ts`. */
export function updateShift(layer: i32): i32 {
  return inputShift(exponent(layer), scale(layer));
}

/** Initial learning rate, 2^24 = 1.0. */
export function rate(layer: i32): i32 {
  return load<i32>(record(layer), RATE);
}

/** T, q8. */
export function temperature(layer: i32): i32 {
  return load<i32>(record(layer), TEMPERATURE);
}

/** θ, q8 as a goodness. */
export function threshold(layer: i32): i32 {
  return units(layer) * load<i32>(record(layer), THRESHOLD);
}

export function hasReadout(layer: i32): bool {
  return layer >= spec(SPEC_READOUT_FROM) && !(FULL && isBox(layer));
}

/** Readout weights [units][padded classes], i16. */
export function readoutWeights(layer: i32): usize {
  return <usize>load<u32>(record(layer), READOUT_WEIGHTS);
}

/** Random lanes of the layer's readout. */
export function readoutState(layer: i32): usize {
  return <usize>load<u32>(record(layer), READOUT_STATE);
}

/** Mean activity i32 [units], q23, of a layer with peer normalisation. */
export function peerMeans(layer: i32): usize {
  return <usize>load<u32>(record(layer), PEER_MEANS);
}

/** What the host of a box reads, u8 [2][inputs], and writes, i16 [2][units]. */
export function boxInput(layer: i32): usize {
  return <usize>load<u32>(record(layer), BOX_INPUT);
}

export function boxOutput(layer: i32): usize {
  return <usize>load<u32>(record(layer), BOX_OUTPUT);
}

/** Keeps the address that the plan gave the peer means. */
export function describePeer(layer: i32, peerMeansAt: usize): void {
  store<u32>(record(layer), <u32>peerMeansAt, PEER_MEANS);
}

export function describeBox(layer: i32, inputAt: usize, outputAt: usize): void {
  store<u32>(record(layer), <u32>inputAt, BOX_INPUT);
  store<u32>(record(layer), <u32>outputAt, BOX_OUTPUT);
}

export function readoutExponent(): i32 {
  return coefficientExponent(spec(SPEC_READOUT_RATE), 0, readoutScale());
}

export function readoutShift(): i32 {
  return inputShift(readoutExponent(), readoutScale());
}

/** Fills the record of a layer from the spec and the addresses the plan gave it. */
export function describeLayer(layer: i32, weightsAt: usize, stateAt: usize, readoutAt: usize, readoutStateAt: usize): void {
  const at = record(layer);
  store<i32>(at, layerInputs(layer), INPUTS);
  store<i32>(at, layerSpec(layer, LAYER_UNITS), UNITS);
  store<i32>(at, padded(layerSpec(layer, FULL && isMap(layer) ? LAYER_CHANNELS : LAYER_UNITS)), STRIDE);
  store<i32>(at, layerSpec(layer, LAYER_WEIGHT_BITS) >> 3, WEIGHT_BYTES);
  store<u32>(at, <u32>weightsAt, WEIGHTS);
  store<u32>(at, <u32>stateAt, STATE);
  store<i32>(at, layerSpec(layer, LAYER_SCALE), SCALE);
  store<i32>(at, coefficientExponent(layerSpec(layer, LAYER_RATE), 4, layerSpec(layer, LAYER_SCALE)), EXPONENT);
  store<i32>(at, layerSpec(layer, LAYER_RATE), RATE);
  store<i32>(at, layerSpec(layer, LAYER_TEMPERATURE), TEMPERATURE);
  store<i32>(at, layerSpec(layer, LAYER_THRESHOLD), THRESHOLD);
  store<u32>(at, <u32>readoutAt, READOUT_WEIGHTS);
  store<u32>(at, <u32>readoutStateAt, READOUT_STATE);
  if (FULL) store<i32>(at, 0, OWN_FROM), ownUnits(layer, 0, stride(layer));
}

/**
 * Full build: makes units `from`..`to`-1 of a dense layer this instance's own. Behind the first layer only these weights stand in its region then, without gaps: half a row
 * among whole ones would cost a cache most of a row.
 */
export function ownUnits(layer: i32, from: i32, to: i32): void {
  const at = record(layer);
  const isFirst = layer == 0;
  if (!isFirst) store<u32>(at, load<u32>(at, WEIGHTS) + (load<i32>(at, OWN_FROM) - from) * weightBytes(layer), WEIGHTS);
  store<i32>(at, from, OWN_FROM);
  store<i32>(at, to, OWN_TO);
  store<i32>(at, isFirst ? stride(layer) : to - from, ROW_LENGTH);
}

/** Recurrent networks: units of one row of state. */
// @ts-ignore: decorator
@inline export function unitPlane(layer: i32): i32 {
  return padded(units(layer));
}

/** Recurrent networks, y (unitPlane,), i16: row `row` of the layer's state. */
export function unitState(layer: i32, row: i32): usize {
  return <usize>load<u32>(record(layer), UNIT_STATE) + (<usize>(row * unitPlane(layer)) << 1);
}

/** Recurrent networks, x (unitPlane,), u8: row `row` of what the neighbouring layers see of this one. */
export function unitInputs(layer: i32, row: i32): usize {
  return <usize>load<u32>(record(layer), UNIT_INPUTS) + <usize>(row * unitPlane(layer));
}

/** Keeps where the state of a recurrent layer stands. */
export function describeUnits(layer: i32, stateAt: usize, inputsAt: usize): void {
  store<u32>(record(layer), <u32>stateAt, UNIT_STATE);
  store<u32>(record(layer), <u32>inputsAt, UNIT_INPUTS);
}
