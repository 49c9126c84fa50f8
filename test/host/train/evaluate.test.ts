import { expect, test } from "vitest";
import * as kinds from "../../../assembly/abi/region.js";
import { LAYER_POSITIVES_RIGHT, LAYER_ROWS_USED } from "../../../assembly/abi/state.js";
import { classCounts, frame } from "../../../host/data/dataset.js";
import { Network } from "../../../host/engine/network.js";
import { CounterReader } from "../../../host/train/counters.js";
import { datasetHash } from "../../../host/train/dataset_hash.js";
import { evaluate, evaluationSteps } from "../../../host/train/evaluate.js";
import { CLASSWISE, PAIR, stripes } from "./stripes.js";

function trained(spec = PAIR): Network {
  const network = Network.create(spec);
  const data = stripes(40);
  for (let index = 0; index < data.count; index++) network.train(frame(data, index), data.labels[index]!);
  return network;
}

test.each([["pair", PAIR], ["class-wise", CLASSWISE]])("the confusion counts each sample once, true classes in rows, and agrees with the error: %s", (_, spec) => {
  const network = trained(spec);
  const data = stripes(33, 900);
  const { confusion, testError, count } = evaluate(network, data);
  expect(count).toBe(33);
  expect(confusion.map((row) => row.reduce((sum, value) => sum + value, 0))).toEqual(classCounts(data));
  const right = confusion.reduce((sum, row, label) => sum + row[label]!, 0);
  expect(testError.goodness).toBeCloseTo((100 * (33 - right)) / 33, 2);
  const byHand = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  let readoutWrong = 0;
  for (let index = 0; index < 33; index++) {
    byHand[data.labels[index]!]![network.predict(frame(data, index), "goodness")]!++;
    if (network.predict(frame(data, index), "readout") !== data.labels[index]) readoutWrong++;
  }
  expect(confusion).toEqual(byHand);
  expect(testError.readout).toBeCloseTo((100 * readoutWrong) / 33, 2);
});

test("an evaluation does not change the network", () => {
  const network = trained();
  const [hash, samples] = [network.weightsHash(), network.samples];
  evaluate(network, stripes(20));
  expect([network.weightsHash(), network.samples]).toEqual([hash, samples]);
});

test("a data set with fewer classes than the network has rows for all of them", () => {
  const { confusion } = evaluate(trained(), { ...stripes(8), classes: 2, labels: Uint8Array.of(0, 1, 0, 1, 0, 1, 0, 1) });
  expect(confusion.map((row) => row.length)).toEqual([4, 4, 4, 4]);
  expect(confusion.slice(2).flat()).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
});

test("a network without a readout has no error of one", () => {
  expect(evaluate(trained({ ...PAIR, readout: { from: null }, negatives: "random" }), stripes(8)).testError.readout).toBeNull();
});

test("an evaluation in steps says how far it is and comes to the same result", () => {
  const network = trained();
  const heard: number[] = [];
  const steps = evaluationSteps(network, stripes(20), 6);
  let step = steps.next();
  for (; !step.done; step = steps.next()) heard.push(step.value);
  expect(heard).toEqual([6, 12, 18]);
  expect(step.value).toEqual(evaluate(network, stripes(20)));
  const progress: number[] = [];
  evaluate(network, stripes(1100), (done) => progress.push(done));
  expect(progress).toEqual([500, 1000]);
});

test("counters become rates over the samples since the last reading, also across their wrap at 2^32", () => {
  const network = Network.create(CLASSWISE);
  const state = network.view(network.region(kinds.REGION_LAYER_STATE, 0)) as Uint32Array;
  state[LAYER_ROWS_USED >> 2] = 2 ** 32 - 10;
  state[LAYER_POSITIVES_RIGHT >> 2] = 2 ** 32 - 1;
  const counters = new CounterReader(network);
  state[LAYER_ROWS_USED >> 2] = 50;
  state[LAYER_POSITIVES_RIGHT >> 2] = 2;
  // 60 of 4 * 30 rows, 3 of 4 samples.
  expect(counters.since(4)).toMatchObject({ rowsUsed: [50], discrimination: [75], readoutError: 100, rowsUpdated: [0] });
  expect(counters.since(4)).toMatchObject({ rowsUsed: [0], discrimination: [0] });
});

test("counters that wrap several times are whole when they are noted in between", () => {
  const network = Network.create(CLASSWISE);
  const state = network.view(network.region(kinds.REGION_LAYER_STATE, 0)) as Uint32Array;
  const counters = new CounterReader(network);
  for (let step = 1; step <= 6; step++) {
    state[LAYER_ROWS_USED >> 2] = (step * 3e9) % 2 ** 32;
    counters.note();
  }
  // 6 * 3e9 of 1e9 * 30 rows.
  expect(counters.since(1e9).rowsUsed[0]).toBeCloseTo(60, 6);
});

test("the hash of a data set tells any change of a sample, a label, a shape or the split", () => {
  const data = stripes(6);
  const other = (change: object) => datasetHash({ ...data, ...change });
  const frames = data.frames.slice();
  frames[7]! ^= 1;
  const hashes = [
    datasetHash(data), other({ frames }), other({ labels: Uint8Array.of(1, 1, 2, 3, 0, 1) }), other({ shape: { width: 5, height: 6, channels: 1 } }), other({ classes: 5 }),
    datasetHash(data, data), datasetHash(stripes(2), stripes(4, 2)), datasetHash(stripes(4), stripes(2, 4)),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(other({ name: "the same by another name", frames: data.frames.slice() })).toBe(hashes[0]);
  expect(hashes[0]).toMatch(/^[0-9a-f]{16}$/);
});
