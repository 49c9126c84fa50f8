/** Parts of the oracle against numbers computed by hand from docs/variants.md. */
import { expect, test } from "vitest";
import { boxOf } from "../engine/box_server.js";
import { valuesOf } from "./box.js";
import { deviceActivity, peculiarities, peculiarityOf } from "./device.js";
import { blurred, drawMask, hybridOf, mixed } from "./hybrid.js";
import { drawShift, shifted, withoutLabelValues } from "./jitter.js";
import { countRight, lessonOf } from "./judge.js";
import { DenseLayer } from "./dense.js";
import { Network } from "./network.js";
import { Peers } from "./peer.js";
import { Generator } from "./random.js";
import type { LayerSpec, Spec } from "./spec.js";
import { pairedFrameInputs } from "./two_frames.js";

const dense: LayerSpec = { units: 4, weightBits: 16, scale: 12, rate: 32768, temperature: 16, decay: 0, threshold: 256, init: 128 };
const pair: Spec = {
  objective: "pair", classes: 2, width: 3, height: 2, channels: 1, placement: "append", labelLevel: 48, negatives: "random", readoutFrom: 1, goodnessFrom: 0,
  readoutRate: 0, holdSteps: 0, totalSteps: 0, seed: 1, biasLevel: 0, loss: "threshold", inputDropout: 0, layers: [dense],
};
const layerWith = (change: Partial<LayerSpec>, net: Partial<Spec> = {}): DenseLayer => new DenseLayer({ ...pair, ...net, layers: [{ ...dense, ...change }] }, 0);

/** A generator that gives these numbers, and no more. */
function drawing(...numbers: number[]): Generator {
  const generator = new Generator(0, 0);
  generator.next = () => {
    const next = numbers.shift();
    if (next === undefined) throw new Error("one draw too many");
    return next;
  };
  return generator;
}

test("a shift is -J..J in each direction, in equal parts", () => {
  expect(drawShift(1, drawing(0x0000_0000))).toEqual({ dx: -1, dy: -1 });
  expect(drawShift(1, drawing(0x8000_5555))).toEqual({ dx: -1, dy: 0 });
  expect(drawShift(1, drawing(0x5555_5556))).toEqual({ dx: 0, dy: -1 });
  expect(drawShift(3, drawing(0xffff_ffff))).toEqual({ dx: 3, dy: 3 });
});

test("a shifted frame moves right by dx and down by dy, all channels together", () => {
  expect([...shifted(pair, Uint8Array.of(1, 2, 3, 4, 5, 6), { dx: 1, dy: -1 })]).toEqual([0, 4, 5, 0, 0, 0]);
  expect([...shifted({ ...pair, width: 2, height: 1, channels: 2 }, Uint8Array.of(1, 2, 3, 4), { dx: -1, dy: 0 })]).toEqual([3, 4, 0, 0]);
});

test("values that the label stands in do not move into the frame", () => {
  const network = new Network({ ...pair, placement: "replace", jitter: 2 });
  expect([...withoutLabelValues(network.spec, Uint8Array.of(9, 9, 1, 2, 3, 4))]).toEqual([0, 0, 1, 2, 3, 4]);
  network.train(Uint8Array.of(255, 255, 0, 0, 0, 0), 0);
  expect([...network.frame]).toEqual([0, 0, 0, 0, 0, 0]);
});

test("a mask takes 32 places from each draw, the lowest bit first", () => {
  expect(drawMask(35, drawing(0x8000_0001, 0b110))).toEqual([255, ...new Array<number>(30).fill(0), 255, 0, 255, 255]);
});

test("a mask is blurred along the rows, then along the columns; the edge goes on beyond itself", () => {
  // Rows: 191 64 0 / 0 64 191.
  expect(blurred([255, 0, 0, 0, 0, 255], 3)).toEqual([143, 64, 48, 48, 64, 143]);
  expect(blurred([255, 255, 255, 255], 2)).toEqual([255, 255, 255, 255]);
  expect(blurred([255], 1)).toEqual([255]);
  expect(blurred([0, 1, 0], 3)).toEqual([0, 1, 0]);
  expect(blurred([0, 5, 0], 1)).toEqual([1, 3, 1]);
});

test("a hybrid keeps the frame from half a mask on, in all channels of a place", () => {
  expect([...mixed(Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8), [128, 127], 2)]).toEqual([1, 2, 7, 8]);
  // The mask of above blurred once: only the first and the last place are 128 or more.
  expect([...hybridOf({ ...pair, maskBlurs: 1 }, Uint8Array.of(1, 2, 3, 4, 5, 6), new Uint8Array(6), drawing(0b100001))]).toEqual([1, 0, 0, 0, 0, 6]);
});

test("hybrids are mixed with the frame of the step before, as jittered, and with nothing at first", () => {
  const network = new Network({ ...pair, placement: "none", negatives: "hybrid", jitter: 1 });
  expect([...network.before]).toEqual([0, 0, 0, 0, 0, 0]);
  network.train(Uint8Array.of(1, 2, 3, 4, 5, 6), 0);
  expect(network.before).toEqual(network.frame);
  expect(network.jitter.state).not.toBe(new Network(network.spec).jitter.state);
});

test("two frames are normalised each for itself, and a value left out is left out of both", () => {
  const [positive, negative] = [Uint8Array.of(4, 0, 0, 0, 0, 0), Uint8Array.of(0, 8, 0, 0, 0, 0)];
  // S = 16, 64 over 6 values: root mean squares of 418, 836; m = 642190, 321095: x = 39.
  expect(pairedFrameInputs(pair, positive, negative, drawing())).toEqual([{ row: 0, positive: 39, negative: 0 }, { row: 1, positive: 0, negative: 39 }]);
  // A quarter left out: S = 12, 48: root mean squares of 362, 724; m = 741534, 370767: x = 45. Two values are not 0, so there are two draws.
  const dropout = { ...pair, inputDropout: 64 };
  expect(pairedFrameInputs(dropout, positive, negative, drawing(0x4000_0000, 0x3fff_ffff))).toEqual([{ row: 0, positive: 45, negative: 0 }]);
});

test("a device's unit has a gain, a knee and an offset from one number", () => {
  const unit = peculiarityOf(0xab80_40ff);
  expect(unit).toEqual({ gain: 383, knee: 128, offset: 0 });
  // 100 * 383 >> 8 = 149, which is 21 above the knee.
  expect(deviceActivity(100 << 9, 12, unit)).toBe(133);
  expect(deviceActivity(0, 12, peculiarityOf(0))).toBe(0);
  // An offset of 127 with a gain of 128, without any input: 127 * 128 >> 8 = 63, below the knee of 64.
  expect(deviceActivity(0, 12, peculiarityOf(0x00ff_0000))).toBe(63);
  // 32767 above all.
  expect(deviceActivity(2 ** 31 - 1, 4, peculiarityOf(0x0080_00ff))).toBe(64 + ((32767 - 64) >> 2));
});

test("a device's units draw in their order from a stream of the device's own seed", () => {
  const generator = new Generator(77, 16 * 3 + 9);
  const expected = [generator.next(), generator.next()].map(peculiarityOf);
  expect(peculiarities(77, 2, 2)).toEqual(expected);
});

test("peers: the means follow by a thousandth, and the busier unit is pulled down", () => {
  const peers = new Peers(2, 16384);
  expect(peers.means).toEqual([64 << 16, 64 << 16]);
  peers.observe([1088, 0]);
  expect(peers.means).toEqual([65 << 16, (64 << 16) - 4096]);
  expect(peers.gain(1001)).toBe(500);
  // m - M = -34816, 34816 in q23: -1, 0 in q7; 65000 + 2048 >> 12 = 16.
  expect(peers.terms(65000, 19)).toEqual([-16, 0]);
});

test("peers: a unit without activity is pulled up, at most to a coefficient's bounds", () => {
  const peers = new Peers(2, 32768);
  peers.means[0] = 32767 << 16;
  peers.means[1] = 0;
  // m = 16383.5: d = -16384 and 16383; far beyond an i16.
  expect(peers.terms(65000, 24)).toEqual([-32767, 32767]);
  expect(peers.terms(1, 18)).toEqual([-2, 2]);
});

test("peers force an update when no gain does, while the rate is not 0; they pull in phases with positives only", () => {
  const right = [[1000, 1000, 0, 0], [0, 0, 0, 0]] as const;
  const layer = layerWith({ peer: 32768 });
  // Q = 19. After the first pair the means are 64.9 and 63.9, 64.4 all in all: d = -1, -1, 0, 0.
  expect(lessonOf(layer, 0, ...right)).toEqual({ isUpdate: true, positive: [-8, -8, 0, 0], negative: [-0, -0, -0, -0] });
  expect(lessonOf(layerWith({}), 0, ...right).isUpdate).toBe(false);
  const late = layerWith({ peer: 32768 }, { totalSteps: 1 });
  expect(lessonOf(late, 1, ...right).isUpdate).toBe(false);
  expect(late.peers!.means).not.toEqual(layerWith({ peer: 1 }).peers!.means);
  const asleep = layerWith({ peer: 32768 }, { awake: 1, asleep: 1 });
  expect(lessonOf(asleep, 1, ...right)).toMatchObject({ isUpdate: true, positive: [0, 0, 0, 0] });
  expect(asleep.peers!.means).toEqual(layerWith({ peer: 1 }).peers!.means);
});

test("blocks decide each for itself", () => {
  // θ of a block is 512, G of one unit at 100 is 156, at 1000 it is 15625; Q = 19.
  const layer = layerWith({ blocks: 2 });
  expect(lessonOf(layer, 0, [100, 0, 1000, 0], [100, 0, 0, 1000])).toEqual({ isUpdate: true, positive: [800, 0, 0, 0], negative: [-0, -0, -0, -8000] });
  // As a whole, θ = 1024 and G = 15781: the positive is right, the negative is wrong in all units.
  expect(lessonOf(layerWith({}), 0, [100, 0, 1000, 0], [100, 0, 0, 1000])).toEqual({ isUpdate: true, positive: [0, 0, 0, 0], negative: [-800, -0, -0, -8000] });
});

test("minimise turns the verdict and the signs round", () => {
  const layer = layerWith({}, { sense: "minimise" });
  expect(lessonOf(layer, 0, [1000, 0, 0, 0], [0, 100, 0, 0])).toEqual({ isUpdate: true, positive: [-8000, -0, -0, -0], negative: [0, 800, 0, 0] });
  countRight(layer, [100, 0, 0, 0], [1000, 0, 0, 0]);
  expect([layer.positivesRight, layer.negativesRight]).toEqual([1, 1]);
  countRight(layer, [1000, 0, 0, 0], [100, 0, 0, 0]);
  expect([layer.positivesRight, layer.negativesRight]).toEqual([1, 1]);
});

test("minimise with the loss difference learns when the positive has more", () => {
  const layer = layerWith({}, { sense: "minimise", loss: "difference" });
  expect(lessonOf(layer, 0, [1000, 0, 0, 0], [0, 100, 0, 0])).toEqual({ isUpdate: true, positive: [-8000, -0, -0, -0], negative: [0, 800, 0, 0] });
  expect(lessonOf(layer, 0, [100, 0, 0, 0], [0, 1000, 0, 0]).isUpdate).toBe(false);
});

test("phases take turns: positives while awake, then negatives", () => {
  const layer = layerWith({}, { awake: 1, asleep: 2 });
  const lessons = [0, 1, 2, 3].map((step) => lessonOf(layer, step, [100, 0, 0, 0], [0, 1000, 0, 0]));
  const [awake, asleep] = [{ isUpdate: true, positive: [800, 0, 0, 0], negative: [-0, -0, -0, -0] }, { isUpdate: true, positive: [0, 0, 0, 0], negative: [-0, -8000, -0, -0] }];
  expect(lessons).toEqual([awake, asleep, asleep, awake]);
  const ever = layerWith({}, { awake: 3, asleep: 0 });
  expect(lessonOf(ever, 1000, [100, 0, 0, 0], [0, 1000, 0, 0])).toEqual(awake);
});

test("a unit at its ceiling stays where it is", () => {
  const layer = layerWith({ ceiling: 100 });
  expect(lessonOf(layer, 0, [100, 99, 0, 0], [0, 0, 0, 0]).positive).toEqual([0, 792, 0, 0]);
  layer.weights.values.fill(4096);
  expect(layer.activity([{ row: 0, x: 127 }])).toEqual([100, 100, 100, 100]);
});

test("a box sees every row of its input, and nothing of it learns", () => {
  expect([...valuesOf([{ row: 1, x: 5 }, { row: 3, x: 7 }], 4)]).toEqual([0, 5, 0, 7]);
  const spec: Spec = { ...pair, placement: "replace", readoutFrom: 0, biasLevel: 16, layers: [{ ...dense, kind: "box" }, dense] };
  const seen: number[][] = [];
  const network = new Network(spec, (layer, inputs) => {
    seen.push([...inputs]);
    return boxOf(spec)(layer, inputs);
  });
  network.train(Uint8Array.of(200, 200, 1, 1, 1, 1), 1);
  // Neutral (48 + 5) / 10, then the label, then the wrong one. The frame's root mean square of 209/256 becomes 16: x = 20.
  expect(seen).toEqual([[5, 5, 20, 20, 20, 20], [0, 48, 20, 20, 20, 20], [48, 0, 20, 20, 20, 20]]);
  expect(network.readouts[0]).toBeUndefined();
  expect(network.readouts[1]).toBeDefined();
  expect(network.layers[0]!.rowsUsed).toBe(0);
  expect(network.layers[0]!.lanes.states).toEqual(new Network(spec).layers[0]!.lanes.states);
});

test("targets given take the label's place in the readout, and the label still counts", () => {
  const spec: Spec = { ...pair, objective: "classwise", placement: "none", targets: "given", readoutFrom: 0, readoutRate: 1 << 20 };
  const [network, other] = [new Network(spec), new Network({ ...spec, targets: "label" })];
  for (const one of [network, other]) one.train(Uint8Array.of(1, 2, 3, 4, 5, 6), 0, { targets: [0, 32768] });
  expect(network.readoutWeights(0)).not.toEqual(other.readoutWeights(0));
  const right = new Network({ ...spec, targets: "label" });
  right.train(Uint8Array.of(1, 2, 3, 4, 5, 6), 1);
  expect(network.readoutWeights(0)).toEqual(right.readoutWeights(0));
  expect(network.readoutRight).toBe(1);
});
