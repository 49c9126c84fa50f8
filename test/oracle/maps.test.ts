/** Maps of the oracle against numbers computed by hand from docs/maps.md. */
import { expect, test } from "vitest";
import { computedPlaces, fieldAbove, fieldBelow, mapOf } from "./geometry.js";
import { ConvLayer, LocalLayer } from "./maps.js";
import type { PairedInput } from "./matrix.js";
import { Peers } from "./peer.js";
import { Lanes, streamOfLanes } from "./random.js";
import { Readout } from "./readout.js";
import type { LayerSpec, Spec } from "./spec.js";

const map: LayerSpec = {
  kind: "conv", units: 2, weightBits: 16, scale: 12, rate: 32768, temperature: 16, decay: 0, threshold: 256, init: 128, channels: 1, field: 1, stride: 1, padding: 0,
};
const net: Spec = {
  objective: "pair", classes: 2, width: 2, height: 1, channels: 1, placement: "append", labelLevel: 48, negatives: "random", readoutFrom: 1, goodnessFrom: 0,
  readoutRate: 0, holdSteps: 0, totalSteps: 0, seed: 1, biasLevel: 0, loss: "threshold", inputDropout: 0, layers: [map],
};
const local = (change: Partial<LayerSpec> = {}, spec: Partial<Spec> = {}) => new LocalLayer({ ...net, ...spec, layers: [{ ...map, kind: "local", ...change }] }, 0);
const conv = (change: Partial<LayerSpec> = {}, spec: Partial<Spec> = {}) => new ConvLayer({ ...net, ...spec, layers: [{ ...map, ...change }] }, 0);
const inputs = (...x: number[]) => x.map((value, row) => ({ row, x: value }));
const only = (row: number, positive: number): PairedInput => ({ row, positive, negative: 0 });
const NONE = { y: [], a: [], places: [] };

test("a map's places are counted with its padding, and pooling leaves the odd ones over", () => {
  const spec: Spec = { ...net, width: 5, height: 4, channels: 2, layers: [{ ...map, channels: 4, field: 3, stride: 2, padding: 1, pool: 2, units: 4 }] };
  expect(mapOf(spec, 0)).toEqual({ height: 1, width: 1, channels: 4 });
  expect(computedPlaces(spec, 0)).toEqual([{ row: 0, column: 0 }, { row: 0, column: 1 }, { row: 1, column: 0 }, { row: 1, column: 1 }]);
  const outside = -1;
  expect(fieldBelow(spec, 0, { row: 0, column: 0 })).toEqual([...new Array<number>(8).fill(outside), 0, 1, 2, 3, outside, outside, 10, 11, 12, 13]);
  expect(fieldBelow(spec, 0, { row: 1, column: 1 }).slice(0, 6)).toEqual([12, 13, 14, 15, 16, 17]);
});

test("a place of a recurrent map sees the field around itself in the map above, or all of a dense layer", () => {
  const layers = [{ ...map, kind: "local" as const, field: 3, padding: 1 }, { ...map, kind: "local" as const }, { ...map, kind: "dense" as const, units: 3 }];
  const spec: Spec = { ...net, layers };
  expect(fieldAbove(spec, 0, { row: 0, column: 1 })).toEqual([-1, -1, -1, 0, 1, -1, -1, -1, -1]);
  expect(fieldAbove(spec, 1, { row: 0, column: 1 })).toEqual([0, 1, 2]);
});

test("local places have weights of their own, conv places share theirs", () => {
  const layer = local();
  // Rows of each place: its value and the two labels.
  expect([layer.weights.rows, layer.weights.units]).toEqual([6, 1]);
  layer.weights.values.set([4096, 512, 0, 2048, 512, 0]);
  expect(layer.pass([...inputs(16, 32), { row: 2, x: 48 }])).toEqual({ y: [128 + 48, 128 + 48], places: [0, 1] });
  const shared = conv();
  expect([shared.weights.rows, shared.weights.units]).toEqual([3, 1]);
  shared.weights.values.set([4096, 0, 0]);
  expect(shared.pass(inputs(16, 32)).y).toEqual([128, 256]);
});

test("pooling takes the largest, and the first of the largest", () => {
  const layer = conv({ pool: 2, units: 1 }, { height: 2 });
  layer.weights.values.set([4096, 0, 0]);
  expect(layer.pass(inputs(16, 32, 32, 8))).toEqual({ y: [256], places: [1] });
  expect(layer.pass(inputs(0, 0, 0, 0))).toEqual({ y: [0], places: [0] });
});

test("a local place without coefficients has no update, and the lanes stay for it", () => {
  const layer = local();
  const before = [...layer.weights.values];
  layer.update([[only(0, 16), only(1, 16)]], { y: [], places: [0, 1], a: [0, 4096] }, { ...NONE });
  const lanes = new Lanes(1, streamOfLanes(0));
  lanes.advance();
  expect(layer.lanes.states).toEqual(lanes.states);
  // Q = 19, k = 5: 4096 * 16 * 32 is 32 whole steps.
  expect([...layer.weights.values].map((weight, row) => weight - before[row]!)).toEqual([0, 0, 0, 32, 0, 0]);
  expect(layer.rowsUpdated).toBe(1);
});

test("a convolution's row learns from all places at once, and is rounded once", () => {
  const layer = conv();
  const before = layer.weights.get(0, 0);
  const lanes = new Lanes(1, streamOfLanes(0));
  lanes.advance();
  layer.update([[only(0, 16), only(1, 32)]], { y: [], places: [0, 1], a: [100, 200] }, { ...NONE });
  // D = 8000, k = 5.
  expect(layer.weights.get(0, 0) - before).toBe(Math.floor((256000 + lanes.start(0)) / 65536));
  // One row (labels are not counted) of two active places.
  expect(layer.rowsUpdated).toBe(2);
});

test("a convolution's coefficients are bounded by the number of places", () => {
  const layer = conv({ units: 54, scale: 14, rate: 65000 }, { width: 9, height: 6 });
  const before = layer.weights.get(0, 0);
  const lanes = new Lanes(1, streamOfLanes(0));
  lanes.advance();
  // Q = 19, k = 7, n = 108: A = (2^31 - 2^17) / (127 * 108 * 128) = 1223.
  layer.update([[only(5, 127)]], { y: [], places: Array.from({ length: 54 }, (_, place) => place), a: new Array<number>(54).fill(5000) }, { ...NONE });
  expect(layer.weights.get(0, 0) - before).toBe(Math.floor((1223 * 127 * 128 + lanes.start(0)) / 65536));
});

test("a pooled unit's coefficient belongs to the place it has its activity from", () => {
  const layer = conv({ pool: 2, units: 1 }, { height: 2 });
  const before = layer.weights.get(0, 0);
  layer.update([[only(0, 16), only(1, 127)]], { y: [], places: [0], a: [4096] }, { ...NONE });
  expect(layer.weights.get(0, 0) - before).toBe(32);
});

test("class-wise groups of a map are groups of channels; its peers the channels of a place", () => {
  const layer = local({ channels: 4, units: 8 });
  expect(Array.from({ length: 8 }, (_, unit) => layer.groupOf(unit))).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
  const peers = new Peers(4, 32768, 2);
  peers.means.splice(0, 4, 2 << 16, 4 << 16, 0, 0);
  expect(peers.terms(4096, 19)).toEqual([1, -1, 0, 0]);
});

test("rows used of a map are those of each place, without labels", () => {
  const layer = local({ field: 3, padding: 1 });
  layer.countUsed("single", [...inputs(16, 0), { row: 2, x: 48 }]);
  expect(layer.rowsUsed).toBe(2);
  layer.countUsed("pair", inputs(16, 0), inputs(0, 16));
  expect(layer.rowsUsed).toBe(2 + 2 * 4);
});

test("the readout of a large map adds up chunks of 3840 rows, each rounded", () => {
  const readout = new Readout({ ...net, layers: [{ ...map, units: 3841 }] }, 0);
  readout.weights.set(0, 0, -1);
  readout.weights.set(3840, 0, -1);
  expect(readout.logits(new Array<number>(3841).fill(1))).toEqual([-2, 0]);
});
