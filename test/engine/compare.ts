/** Holds an engine instance against the oracle, number by number. Engine numbers are read from its memory, by region. */
import {
  REGION_FRAME, REGION_FRONT_RING, REGION_FRONT_SCALES, REGION_FRONT_STATE, REGION_KEPT, REGION_LAYER_STATE, REGION_LOGITS, REGION_NEGATIVE, REGION_PEER_MEANS, REGION_READOUT_STATE, REGION_READOUT_WEIGHTS,
  REGION_SCORES, REGION_STATE, REGION_TARGETS, REGION_UNIT_INPUTS, REGION_UNIT_STATE, REGION_VARIANT_STATE, REGION_WEIGHTS,
} from "../../assembly/abi/region.js";
import { JOB_PENDING } from "../../assembly/abi/status.js";
import { LAYER_ROWS_UPDATED } from "../../assembly/abi/state.js";
import { argmax } from "../oracle/fixed.js";
import type { FrontEnd } from "../oracle/front_end.js";
import type { Given, Network } from "../oracle/network.js";
import type { Instance, Region } from "./instance.js";
import type { SparseSamples } from "./samples.js";

const LANES = 4;

/** Throws at the first number kept from sample to sample that differs: weights, padding, lanes, generators, counters. */
export function compareState(oracle: Network, instance: Instance): void {
  compare("state (step, sampler, readout right, dropout)", instance.region(REGION_STATE).values, [
    oracle.step, oracle.sampler.state, oracle.readoutRight, oracle.dropout.state,
  ]);
  compareVariants(oracle, instance);
  oracle.layers.forEach((layer, index) => {
    const state = instance.region(REGION_LAYER_STATE, index).values;
    compare(`layer ${index}: lanes`, state.subarray(0, LANES), layer.lanes.states);
    compare(`layer ${index}: positives and negatives right`, state.subarray(LANES, LANES + 2), [layer.positivesRight, layer.negativesRight]);
    compare(`layer ${index}: rows updated`, [state[LAYER_ROWS_UPDATED >> 2]!], [layer.rowsUpdated]);
    if (!layer.isBox) compareMatrix(`layer ${index}: weights`, instance.region(REGION_WEIGHTS, index), oracle.weights(index));
    oracle.streams.forEach((states, c) => {
      for (const [what, kind] of [["y", REGION_UNIT_STATE], ["x", REGION_UNIT_INPUTS]] as const) {
        const { values, stride } = instance.region(kind, index);
        compare(`layer ${index}: ${what} of class ${c}`, values.subarray(c * stride, c * stride + layer.spec.units), states[index]![what]);
      }
    });
    if (layer.peers) compare(`layer ${index}: peer means`, instance.region(REGION_PEER_MEANS, index).values.subarray(0, layer.spec.units), layer.peers.means);
    const readout = oracle.readouts[index];
    if (!readout) return;
    compare(`readout ${index}: lanes`, instance.region(REGION_READOUT_STATE, index).values, readout.lanes.states);
    compareMatrix(`readout ${index}: weights`, instance.region(REGION_READOUT_WEIGHTS, index), oracle.readoutWeights(index));
  });
}

/** What only some networks keep from sample to sample. */
function compareVariants(oracle: Network, instance: Instance): void {
  const { spec } = oracle;
  if (oracle.step > 0 && spec.jitter) compare("frame as jittered", instance.region(REGION_FRAME).values.subarray(0, oracle.frame.length), [...oracle.frame]);
  const corrupted = spec.negatives === "corrupted";
  if (spec.jitter || spec.negatives === "hybrid" || corrupted) {
    const states = [oracle.jitter.state, oracle.masks.state, ...(corrupted ? [oracle.corruption.state] : [])];
    compare("variant state (jitter, masks, corruption)", instance.region(REGION_VARIANT_STATE).values.subarray(0, states.length), states);
  }
  if (corrupted) compare("kept frame", instance.region(REGION_KEPT).values.subarray(0, oracle.kept.length), [...oracle.kept]);
  if (oracle.front) compareFront(oracle.front, instance);
  if (spec.negatives === "hybrid") compare("frame before", instance.region(REGION_NEGATIVE).values.subarray(0, oracle.before.length), [...oracle.before]);
}

/** docs/streams.md: the checkpoint's bytes hold the rest of its state. */
function compareFront(front: FrontEnd, instance: Instance): void {
  const { samples, windows, frames, saturated, clipped, gaps, head, pending, wanted, filled, scores, alarms } = front;
  const state = instance.region(REGION_FRONT_STATE).values;
  compare("front state", state.subarray(0, 12), [samples, windows, frames, saturated, clipped, gaps, head, pending.length, wanted, filled, scores, alarms]);
  const wide = new BigInt64Array(state.buffer, state.byteOffset + 48, 3);
  compare("threshold, mean, deviation", Array.from(wide, Number), [front.threshold, front.mean, front.deviation].map(Number));
  compare("front scales", instance.region(REGION_FRONT_SCALES).values.subarray(0, 2 * front.scales.length), front.scales.flatMap(({ a, b }) => [Number(a), Number(b)]));
  compare("front ring", instance.region(REGION_FRONT_RING).values.subarray(0, front.ring.length), [...front.ring]);
}

/** What the oracle predicts for a frame. Asked once only, for all engines: a stream moves on with it. */
export interface Predictions {
  frame: Uint8Array;
  scores: number[];
  classByGoodness: number;
  /** Without a readout, none. */
  logits?: number[];
}

export function predictionsOf(oracle: Network, frame: Uint8Array): Predictions {
  const scores = oracle.scoresByGoodness(frame);
  return { frame, scores, classByGoodness: oracle.classByGoodness(scores), ...(oracle.hasReadout && { logits: oracle.scoresByReadout(frame) }) };
}

/** Throws when a prediction for the frame differs. */
export function comparePredictions(oracle: Network, instance: Instance, { frame, scores, classByGoodness, logits }: Predictions): void {
  writeFrame(instance, frame);
  predict(oracle, instance, "goodness", classByGoodness);
  compare("scores by goodness", instance.region(REGION_SCORES).values.subarray(0, scores.length), scores);
  if (!logits) return;
  if (oracle.isSinglePass) compare("logits on the way", instance.region(REGION_LOGITS).values.subarray(0, logits.length), logits);
  predict(oracle, instance, "readout", argmax(logits));
  compare("logits", instance.region(REGION_LOGITS).values.subarray(0, logits.length), logits);
}

/** In one go; a network with boxes only begins so. */
function predict(oracle: Network, instance: Instance, by: "goodness" | "readout", expected: number): void {
  const box = oracle.layers.findIndex((layer) => layer.isBox);
  compare(`class by ${by}`, [instance.exports[`predict_${by}`]()], [box < 0 ? expected : JOB_PENDING]);
  if (box < 0) return;
  compare(`layer that predict_${by} waits for`, [instance.exports.status_detail()], [box]);
  instance.serveBox(box);
  instance.work();
}

/** Puts the same random weights and peer means of full range into the oracle and the instances, most of the weights at a bound. */
export function overwriteState(oracle: Network, instances: readonly Instance[], samples: SparseSamples): void {
  const fullRange = (bits: number) => () => {
    const [low, high] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
    const choice = samples.random() % 8;
    return choice < 3 ? high : choice < 6 ? low : low + (samples.random() % (high - low + 1));
  };
  oracle.layers.forEach((layer, index) => {
    if (layer.isBox) return;
    setWeights(oracle, instances, "layer", index, fullRange(layer.spec.weightBits));
    if (oracle.readouts[index]) setWeights(oracle, instances, "readout", index, fullRange(16));
    if (!layer.peers) return;
    layer.peers.means.forEach((_, unit, means) => (means[unit] = (samples.random() % 32768) << 16 >>> (samples.random() % 12)));
    for (const instance of instances) instance.region(REGION_PEER_MEANS, index).values.set(layer.peers.means);
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

/** The frame, and what else the spec wants from the host for a training step. */
export function writeSample(instance: Instance, frame: Uint8Array, { negative, targets }: Given): void {
  writeFrame(instance, frame);
  if (negative) instance.region(REGION_NEGATIVE).values.set(negative);
  if (targets) instance.region(REGION_TARGETS).values.set(targets);
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
