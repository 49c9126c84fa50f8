/** Sums of more rows than an i32 holds, at their extremes: weights at their bounds, and all of a frame's light where one place sees it. */
import { expect, test, vi } from "vitest";
import { LAYER_FIELD, SPEC_HEADER_WORDS, SPEC_INPUT_WIDTH } from "../../../assembly/abi/spec.js";
import { BAD_SPEC, OK } from "../../../assembly/abi/status.js";
import { imageInputs } from "../../oracle/image.js";
import { Network } from "../../oracle/network.js";
import { encodeSpec, frameSize, type LayerSpec, type Spec } from "../../oracle/spec.js";
import { comparePredictions, compareState, predictionsOf, setWeights, writeFrame } from "../compare.js";
import { FULL_BUILDS, Instance } from "../instance.js";

vi.setConfig({ testTimeout: 60_000 });

const SIDE = 190;
const FIELD = 23;

/** 3 x 3 places far apart, 529 rows each; the bias row is one more. */
const wide: LayerSpec = {
  kind: "conv", channels: 6, field: FIELD, stride: 63, padding: 0, pool: 0, units: 54, weightBits: 16, scale: 14, rate: 65000, temperature: 4096, decay: 7, threshold: 256, init: 256,
};
const pair: Spec = {
  objective: "pair", classes: 3, width: SIDE, height: SIDE, channels: 1, placement: "append", labelLevel: 127, negatives: "random", readoutFrom: 0, goodnessFrom: 0, readoutRate: 1000,
  holdSteps: 0, totalSteps: 0, seed: 3, biasLevel: 127, loss: "threshold", inputDropout: 0, layers: [wide],
};
const classwise: Spec = { ...pair, objective: "classwise", placement: "none", labelLevel: 0 };
const dense: LayerSpec = { ...wide, kind: "dense", units: 9, channels: 0, field: 0, stride: 0 };

/** Only the field of place (1, 1) is lit: its x are all 127 in a map of root mean square 16. */
function spot(): Uint8Array {
  const frame = new Uint8Array(SIDE * SIDE);
  for (let dy = 0; dy < FIELD; dy++) frame.fill(255, (63 + dy) * SIDE + 63, (63 + dy) * SIDE + 63 + FIELD);
  return frame;
}

/** Channels by turns: all largest, all smallest, halves of each in both orders, alternating, and largest with a few small. */
function extreme(index: number, channels: number, rows: number): number {
  const [row, channel] = [Math.floor(index / channels) % rows, index % channels];
  const late = row >= rows / 2;
  return [32767, -32768, late ? -32768 : 32767, late ? 32767 : -32768, row % 2 ? -32768 : 32767, row < 40 ? -32768 : 32767][channel % 6]!;
}

const nets: readonly (readonly [string, Spec])[] = [
  ["a convolution, pair", pair],
  ["a convolution, class-wise", classwise],
  ["a convolution in bands", { ...pair, layers: [{ ...wide, bands: 1 }, dense] }],
  ["a convolution with waves", { ...pair, placement: "none", waves: { set: 1, intensity: 1 } }],
  ["places of their own", { ...pair, layers: [{ ...wide, kind: "local" }, dense] }],
  ["places of their own in bands", { ...classwise, layers: [{ ...wide, kind: "local", bands: 2 }] }],
  ["recurrent places, whose image sums saturate", { ...pair, placement: "none", recurrence: { iterations: 2, first: 1, last: 2, damping: 80, stream: false }, layers: [{ ...wide, kind: "local" }, dense] }],
];

test.each(nets)("sums at their extremes are exact: %s", (_, spec) => {
  const oracle = new Network(spec);
  const engines = FULL_BUILDS.flatMap((build) => [false, true].map((inPieces) => ({ inPieces, engine: new Instance(build, encodeSpec(spec)) })));
  const rows = FIELD * FIELD + (spec.placement === "append" ? spec.classes : 0) + (spec.recurrence ? dense.units : 0) + 1;
  setWeights(oracle, engines.map(({ engine }) => engine), "layer", 0, (index) => extreme(index, 6, rows));
  // The largest sum is beyond an i32, or nothing would be tested.
  expect(Math.max(...oracle.layers[0]!.sums(imageInputs(spec, spot())))).toBeGreaterThan(2 ** 31);
  oracle.train(spot(), 1);
  for (const { engine, inPieces } of engines) {
    writeFrame(engine, spot());
    if (inPieces) {
      expect(engine.exports.begin_train(1)).toBe(OK);
      engine.workInPieces(9000, () => 8888);
    } else engine.train(1);
    compareState(oracle, engine);
  }
  const predictions = predictionsOf(oracle, spot());
  for (const { engine } of engines) comparePredictions(oracle, engine, predictions);
});

test("a map may have 65,535 rows, and not one more", () => {
  const of = (channels: number, biasLevel: number): unknown => {
    const below: LayerSpec = { ...wide, field: 1, stride: 1, channels, units: channels * 4 };
    const spec: Spec = { ...classwise, classes: 5, width: 2, height: 2, biasLevel, readoutFrom: 2, layers: [below, { ...wide, field: 2, stride: 1, channels: 5, units: 5 }] };
    return plan(spec);
  };
  // 4 x 4095 rows; the bias is another.
  expect(of(4095, 8)).toBeGreaterThan(0);
  const frame = (channels: number, biasLevel: number): unknown => plan({ ...classwise, classes: 2, width: 1, height: 1, channels, biasLevel, readoutFrom: 1, layers: [{ ...wide, field: 1, stride: 1, channels: 2, units: 2 }] });
  expect(frame(65535, 0)).toBeGreaterThan(0);
  expect(frame(65535, 8)).toEqual([BAD_SPEC, SPEC_HEADER_WORDS + LAYER_FIELD]);
});

test("a dense layer of i8 weights takes 65,535 inputs, of i16 weights 3,840", () => {
  const of = (bits: 8 | 16, values: number): unknown => plan({ ...classwise, classes: 3, width: values, height: 1, biasLevel: 0, readoutFrom: 1, layers: [{ ...dense, weightBits: bits, scale: 8 }] });
  expect(of(8, 65535)).toBeGreaterThan(0);
  expect(of(16, 3840)).toBeGreaterThan(0);
  expect(of(16, 3841)).toEqual([BAD_SPEC, SPEC_INPUT_WIDTH]);
});

/** Bytes, or the status with its detail. */
function plan(spec: Spec): number | [number, number] {
  expect(frameSize(spec)).toBeLessThan(65536);
  const { exports } = new Instance("full-scalar", encodeSpec({ ...pair, width: 30, height: 30, layers: [{ ...wide, stride: 1, units: 64 * 6 }] }));
  const block = encodeSpec(spec);
  new Int32Array(exports.memory.buffer, exports.spec_address(), block.length).set(block);
  const bytes = exports.plan();
  return bytes > 0 ? bytes : [bytes, exports.status_detail()];
}
