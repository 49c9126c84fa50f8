/** Holds an engine instance against the oracle, number by number. Engine numbers are read from its memory, by region. */
import {
  REGION_FRAME, REGION_LAYER_STATE, REGION_LOGITS, REGION_READOUT_STATE, REGION_READOUT_WEIGHTS, REGION_SCORES, REGION_STATE,
  REGION_WEIGHTS,
} from "../../assembly/abi/region.js";
import { LAYER_ROWS_UPDATED } from "../../assembly/abi/state.js";
import { argmax } from "../oracle/fixed.js";
import type { Network } from "../oracle/network.js";
import type { Instance, Region } from "./instance.js";
import type { SparseSamples } from "./samples.js";

const LANES = 4;

/** Throws at the first number kept from sample to sample that differs: weights, padding, lanes, generators, counters. */
export function compareState(oracle: Network, instance: Instance): void {
  compare("state (step, sampler, readout right, dropout)", instance.region(REGION_STATE).values, [
    oracle.step, oracle.sampler.state, oracle.readoutRight, oracle.dropout.state,
  ]);
  oracle.layers.forEach((layer, index) => {
    const state = instance.region(REGION_LAYER_STATE, index).values;
    compare(`layer ${index}: lanes`, state.subarray(0, LANES), layer.lanes.states);
    compare(`layer ${index}: positives and negatives right`, state.subarray(LANES, LANES + 2), [layer.positivesRight, layer.negativesRight]);
    compare(`layer ${index}: rows updated`, [state[LAYER_ROWS_UPDATED >> 2]!], [layer.rowsUpdated]);
    compareMatrix(`layer ${index}: weights`, instance.region(REGION_WEIGHTS, index), oracle.weights(index));
    const readout = oracle.readouts[index];
    if (!readout) return;
    compare(`readout ${index}: lanes`, instance.region(REGION_READOUT_STATE, index).values, readout.lanes.states);
    compareMatrix(`readout ${index}: weights`, instance.region(REGION_READOUT_WEIGHTS, index), oracle.readoutWeights(index));
  });
}

/** Throws when a prediction for the frame differs. */
export function comparePredictions(oracle: Network, instance: Instance, frame: Uint8Array): void {
  writeFrame(instance, frame);
  const scores = oracle.scoresByGoodness(frame);
  compare("class by goodness", [instance.exports.predict_goodness()], [argmax(scores)]);
  compare("scores by goodness", instance.region(REGION_SCORES).values.subarray(0, scores.length), scores);
  if (!oracle.hasReadout) return;
  const logits = oracle.scoresByReadout(frame);
  compare("class by readout", [instance.exports.predict_readout()], [argmax(logits)]);
  compare("logits", instance.region(REGION_LOGITS).values.subarray(0, logits.length), logits);
}

/** Puts the same random weights of full range into the oracle and the instances, most of them at a bound. */
export function overwriteWeights(oracle: Network, instances: readonly Instance[], samples: SparseSamples): void {
  const fullRange = (bits: number) => () => {
    const [low, high] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
    const choice = samples.random() % 8;
    return choice < 3 ? high : choice < 6 ? low : low + (samples.random() % (high - low + 1));
  };
  oracle.layers.forEach((layer, index) => {
    setWeights(oracle, instances, "layer", index, fullRange(layer.spec.weightBits));
    if (oracle.readouts[index]) setWeights(oracle, instances, "readout", index, fullRange(16));
  });
}

/** Puts the same weights, by row-major index, into the oracle and the instances. */
export function setWeights(oracle: Network, instances: readonly Instance[], where: "layer" | "readout", layer: number, value: (index: number) => number): void {
  const kind = where === "layer" ? REGION_WEIGHTS : REGION_READOUT_WEIGHTS;
  const weights = where === "layer" ? oracle.weights(layer) : oracle.readoutWeights(layer);
  weights.forEach((_, index) => (weights[index] = value(index)));
  for (const instance of instances) {
    const { values, columns, stride } = instance.region(kind, layer);
    weights.forEach((weight, index) => (values[Math.floor(index / columns) * stride + (index % columns)] = weight));
  }
}

export function writeFrame(instance: Instance, frame: Uint8Array): void {
  instance.region(REGION_FRAME).values.set(frame);
}

function compareMatrix(name: string, region: Region, expected: Int32Array): void {
  const { rows, columns, stride, values } = region;
  compare(`${name}: size`, [rows * columns], [expected.length]);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < stride; column++) {
      const found = values[row * stride + column]!;
      const wanted = column < columns ? expected[row * columns + column]! : 0;
      if (found !== wanted) fail(`${name}[${row}][${column}]`, found, wanted);
    }
  }
}

function compare(name: string, found: ArrayLike<number>, expected: readonly number[]): void {
  if (found.length !== expected.length) fail(`${name}: length`, found.length, expected.length);
  expected.forEach((wanted, index) => {
    if (found[index] !== wanted) fail(`${name}[${index}]`, found[index], wanted);
  });
}

function fail(name: string, found: number | undefined, wanted: number): never {
  throw new Error(`${name} is ${found} in the engine, ${wanted} in the oracle`);
}
