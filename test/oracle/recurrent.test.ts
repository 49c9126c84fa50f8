/** Recurrent networks of the oracle against numbers computed by hand from docs/recurrence.md. */
import { expect, test } from "vitest";
import { Network } from "./network.js";
import type { LayerSpec, Spec } from "./spec.js";

const dense: LayerSpec = { units: 1, weightBits: 16, scale: 12, rate: 0, temperature: 16, decay: 0, threshold: 256, init: 128 };
const spec: Spec = {
  objective: "pair", classes: 2, width: 1, height: 1, channels: 1, placement: "none", labelLevel: 16, negatives: "random", readoutFrom: 2, goodnessFrom: 0,
  readoutRate: 0, holdSteps: 0, totalSteps: 0, seed: 1, biasLevel: 0, loss: "threshold", inputDropout: 0, layers: [dense],
};
const frame = Uint8Array.of(255);

/** One unit: 1 from the frame, a half from label 0. The frame's x is 16, so y is 192 with label 0, 128 with label 1. */
function one(recurrence: Partial<Spec["recurrence"]>): Network {
  const network = new Network({ ...spec, recurrence: { iterations: 3, first: 1, last: 3, damping: 0, stream: false, ...recurrence } });
  network.weights(0).set([4096, 2048, 0]);
  return network;
}

test("the score is the goodness of the iterations that count", () => {
  expect(one({ first: 2 }).scoresByGoodness(frame)).toEqual([2 * 576, 2 * 256]);
  expect(one({ first: 3, damping: 200 }).scoresByGoodness(frame)).toEqual([576, 256]);
});

test("all layers see what the others were after the iteration before", () => {
  const network = new Network({ ...spec, layers: [dense, dense], recurrence: { iterations: 2, first: 1, last: 1, damping: 0, stream: false } });
  network.weights(0).set([4096, 4096]);
  network.weights(1).set([4096, 0, 0]);
  // Start: 128 and 128. Then layer 0 has 128 more from above, and layer 1 still sees the x of before.
  expect(network.scoresByGoodness(frame)).toEqual([1024 + 256, 1024 + 256]);
});

test("damping keeps a share of the old activity", () => {
  const network = new Network({ ...spec, layers: [dense, dense], recurrence: { iterations: 1, first: 1, last: 1, damping: 64, stream: false } });
  network.weights(0).set([4096, 4096]);
  network.weights(1).set([4096, 0, 0]);
  // (128 * 64 + 256 * 192 + 128) >> 8 = 224.
  expect(network.scoresByGoodness(frame)).toEqual([784 + 256, 784 + 256]);
});

test("a stream starts from nothing and goes on from where it was, with each class's own state", () => {
  const network = one({ iterations: 2, first: 2, last: 2, damping: 128, stream: true });
  // With label 0: 96, 144; then 168, 180. With label 1: 64, 96; then 112, 120.
  expect(network.scoresByGoodness(frame)).toEqual([324, 144]);
  expect(network.scoresByGoodness(frame)).toEqual([506, 225]);
  expect(network.streams.map(([state]) => state!.y)).toEqual([[180], [120]]);
});

test("layers learn, and are counted, in each iteration from first to last", () => {
  const network = one({ first: 2 });
  network.train(frame, 0);
  // θ is 256: 576 is more, 256 is not less.
  expect([network.layers[0]!.positivesRight, network.layers[0]!.negativesRight]).toEqual([2, 0]);
});

test("training moves every class of a stream on", () => {
  const network = new Network({ ...one({}).spec, classes: 5, recurrence: { iterations: 1, first: 1, last: 1, damping: 128, stream: true } });
  network.weights(0).set([4096, 2048, 0, 0, 0, 0]);
  network.train(frame, 2);
  expect(network.streams.map(([state]) => state!.y)).toEqual([[96], [64], [64], [64], [64]]);
  // The image once; nothing below or above but labels.
  expect(network.layers[0]!.rowsUsed).toBe(1);
});

test("what comes from above is learned with what comes from below, and labels are not counted", () => {
  const network = new Network({ ...spec, biasLevel: 8, layers: [{ ...dense, rate: 32768 }, { ...dense, rate: 32768 }], recurrence: { iterations: 1, first: 1, last: 1, damping: 0, stream: false } });
  network.weights(0).set([4096, 4096, 0]);
  network.weights(1).set([512, 0, 0, 0]);
  network.train(frame, 0);
  // Layer 0: frame, above, bias. Layer 1: below, bias. Its goodness is below θ.
  expect(network.layers.map(({ rowsUpdated }) => rowsUpdated)).toEqual([3, 2]);
  // Layer 0: image and bias once, twice the row from above. Layer 1: twice below and bias, at the start and in the iteration.
  expect(network.layers.map(({ rowsUsed }) => rowsUsed)).toEqual([2 + 2, 4 + 4]);
});
