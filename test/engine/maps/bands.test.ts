/** Maps in bands: the same bits as whole maps, in less memory. Random ones are in ../fuzz_full.test.ts, which the oracle does not tell apart but by *rows used*. */
import { describe, expect, test } from "vitest";
import {
  REGION_ACTIVITY, REGION_HEADER, REGION_LAYER_STATE, REGION_LOGITS, REGION_MAP_A, REGION_MAP_B, REGION_MAP_C, REGION_PLACE_COEFFICIENTS, REGION_SCORES, REGION_SPEC,
} from "../../../assembly/abi/region.js";
import { LAYER_POOL, SPEC_HEADER_WORDS } from "../../../assembly/abi/spec.js";
import { LAYER_ROWS_USED } from "../../../assembly/abi/state.js";
import { BAD_SPEC, OK } from "../../../assembly/abi/status.js";
import { encodeSpec, type LayerSpec, type Spec } from "../../oracle/spec.js";
import { writeSample } from "../compare.js";
import { FULL_BUILDS, Instance } from "../instance.js";
import { SparseSamples } from "../samples.js";

const layer: LayerSpec = { units: 16, weightBits: 16, scale: 12, rate: 25166, temperature: 20 * 256, decay: 40, threshold: 256, init: 256 };
const map = (kind: "local" | "conv", channels: number, field: number, units: number, change: Partial<LayerSpec> = {}): LayerSpec => ({ ...layer, kind, channels, field, stride: 1, padding: 0, pool: 0, units, ...change });
const pair: Spec = {
  objective: "pair", classes: 3, width: 17, height: 19, channels: 1, placement: "append", labelLevel: 48, negatives: "hard",
  readoutFrom: 0, goodnessFrom: 0, readoutRate: 167772, holdSteps: 0, totalSteps: 0, seed: 5, biasLevel: 8, loss: "difference", inputDropout: 40,
  layers: [map("conv", 11, 4, 8 * 7 * 11, { pool: 2 }), map("conv", 10, 3, 8 * 7 * 10, { padding: 1 }), map("local", 6, 3, 6 * 5 * 6), { ...layer, units: 9 }],
};
const classwise: Spec = {
  ...pair, objective: "classwise", placement: "none", labelLevel: 0, negatives: "random",
  layers: [map("conv", 12, 4, 8 * 7 * 12, { pool: 2, sample: 9000 }), map("conv", 21, 3, 6 * 5 * 21, { weightBits: 8, scale: 8 }), map("local", 9, 1, 6 * 5 * 9)],
};
const nets: readonly (readonly [string, Spec])[] = [
  ["pair, labels appended", pair],
  ["pair, waves", { ...pair, placement: "none", waves: { set: 1, intensity: 90 } }],
  ["pair, hybrids without a readout", { ...pair, placement: "none", negatives: "hybrid", maskBlurs: 2, readoutFrom: 4 }],
  ["class-wise", classwise],
];

const inBands = (spec: Spec, rows: number): Spec => ({ ...spec, layers: spec.layers.map((each) => (each.kind ? { ...each, bands: rows } : each)) });
const learned = (instance: Instance): string => {
  const kept = instance.regions.filter(({ kind }) => kind !== REGION_HEADER && kind !== REGION_SPEC && kind !== REGION_LAYER_STATE && kind < 9);
  // Of the state of a layer all but *rows used*.
  const states = instance.regions.filter(({ kind }) => kind === REGION_LAYER_STATE).map(({ values }) => [...values].filter((_, at) => at !== LAYER_ROWS_USED >> 2));
  return JSON.stringify([kept.map(({ values }) => [...values]), states]);
};
const bytesOf = (instance: Instance, kinds: readonly number[]): number => instance.regions.filter(({ kind }) => kinds.includes(kind)).reduce((sum, { values }) => sum + values.byteLength, 0);

describe.each(FULL_BUILDS)("the %s build", (build) => {
  test.each(nets)("what is learned in bands of 1, 2, 3 and 5 rows is what whole maps learn, byte for byte: %s", (_, spec) => {
    const samples = new SparseSamples(spec, 4);
    const whole = new Instance(build, encodeSpec(spec));
    const banded = [1, 2, 3, 5].map((rows) => new Instance(build, encodeSpec(inBands(spec, rows))));
    const start = learned(whole);
    for (let step = 0; step < 6; step++) {
      const { frame, label, given } = samples.next();
      for (const [index, engine] of [whole, ...banded].entries()) {
        writeSample(engine, frame, given);
        if (index % 2) {
          expect(engine.exports.begin_train(label)).toBe(OK);
          engine.workInPieces(700, () => samples.spec.seed + 311 * index);
        } else engine.train(label);
      }
    }
    expect(learned(whole)).not.toBe(start);
    for (const engine of banded) expect(learned(engine)).toBe(learned(whole));
    const { frame } = samples.next();
    for (const engine of [whole, ...banded]) {
      writeSample(engine, frame, {});
      engine.exports.predict_goodness();
      if (spec.readoutFrom < spec.layers.length) engine.exports.predict_readout();
    }
    for (const engine of banded) for (const kind of [REGION_SCORES, REGION_LOGITS]) expect([...engine.region(kind).values]).toEqual([...whole.region(kind).values]);
  });

  test("a step that stops inside a band goes on where it was, however often regions are asked for in between", () => {
    const spec = inBands(classwise, 2);
    const [once, pieces] = [new Instance(build, encodeSpec(spec)), new Instance(build, encodeSpec(spec))];
    const { frame, label } = new SparseSamples(spec, 8).next();
    for (const engine of [once, pieces]) writeSample(engine, frame, {});
    once.train(label);
    expect(pieces.exports.begin_train(label)).toBe(OK);
    let stops = 0;
    while (pieces.exports.step(1) === 1) {
      stops++;
      pieces.exports.region(stops % 20, 3);
    }
    expect(stops).toBeGreaterThan(500);
    expect(learned(pieces)).toBe(learned(once));
  });
});

/** A class-wise convolution of 20 channels, 5 x 5, on a frame of some height. */
const tall = (height: number, bands: number): Spec => ({ ...classwise, classes: 2, width: 20, height, inputDropout: 0, readoutFrom: 1, layers: [map("conv", 20, 5, 16 * (height - 4) * 20, { bands })] });

test("activities and active places take a band, whatever the height of the map", () => {
  const kinds = [REGION_ACTIVITY, REGION_PLACE_COEFFICIENTS];
  const scratch = [24, 44, 84].map((height) => bytesOf(new Instance("full-scalar", encodeSpec(tall(height, 4))), kinds));
  expect(new Set(scratch).size).toBe(1);
  expect(bytesOf(new Instance("full-scalar", encodeSpec(tall(24, 0))), kinds)).toBeGreaterThan(4 * scratch[0]!);
});

test("a band as high as the map is the whole map: the same plan, and nothing computed twice", () => {
  const [whole, high] = [tall(24, 0), tall(24, 20)].map((spec) => new Instance("full-simd", encodeSpec(spec)));
  expect(high!.regions.map(({ kind, values }) => [kind, values.byteLength])).toEqual(whole!.regions.map(({ kind, values }) => [kind, values.byteLength]));
});

test("inputs of neighbouring layers are there at the same time, and the frame's map gives way where nothing reads it again", () => {
  const kindsOf = (spec: Spec): number[] => new Instance("full-simd", encodeSpec(spec)).regions.map(({ kind }) => kind).filter((kind) => [REGION_MAP_A, REGION_MAP_B, REGION_MAP_C].includes(kind));
  expect(kindsOf(pair)).toEqual([REGION_MAP_A, REGION_MAP_B]);
  expect(kindsOf(inBands(pair, 2))).toEqual([REGION_MAP_A, REGION_MAP_B, REGION_MAP_C]);
  expect(kindsOf(inBands(classwise, 2))).toEqual([REGION_MAP_A, REGION_MAP_B]);
});

test("rows used counts what is computed again: for the map it gives, and for the update", () => {
  const used = (spec: Spec, call: (engine: Instance) => void): number => {
    const engine = new Instance("full-simd", encodeSpec(spec));
    writeSample(engine, new Uint8Array(20 * 24).fill(100), {});
    call(engine);
    return engine.region(REGION_LAYER_STATE, 0).values[LAYER_ROWS_USED >> 2]!;
  };
  const rows = 16 * 20 * 26;
  const predict = (engine: Instance): unknown => engine.exports.predict_goodness();
  const train = (engine: Instance): void => engine.train(1);
  expect(used(tall(24, 0), predict)).toBe(rows);
  // Nothing reads the map of a last layer without a readout.
  expect(used(tall(24, 3), predict)).toBe(rows);
  expect(used({ ...tall(24, 3), readoutFrom: 0 }, predict)).toBe(2 * rows);
  expect(used(tall(24, 3), train)).toBe(2 * rows);
  expect(used({ ...tall(24, 3), readoutFrom: 0 }, train)).toBe(3 * rows);
});

test("bands with peer normalisation or recurrence are refused", () => {
  const fault = (spec: Spec): [number, number] => {
    const { exports } = new Instance("full-scalar", encodeSpec(pair));
    const block = encodeSpec(spec);
    new Int32Array(exports.memory.buffer, exports.spec_address(), block.length).set(block);
    return [exports.plan(), exports.status_detail()];
  };
  const peers = { ...pair, layers: [{ ...pair.layers[0]!, bands: 1, peer: 900 }, ...pair.layers.slice(1)] };
  expect(fault(peers)).toEqual([BAD_SPEC, SPEC_HEADER_WORDS + LAYER_POOL]);
  const recurrent: Spec = {
    ...pair, placement: "none", inputDropout: 0, recurrence: { iterations: 2, first: 1, last: 2, damping: 0, stream: false }, width: 6, height: 6,
    layers: [map("local", 3, 3, 108, { padding: 1, bands: 2 })], readoutFrom: 0,
  };
  expect(fault(recurrent)).toEqual([BAD_SPEC, SPEC_HEADER_WORDS + LAYER_POOL]);
  expect(fault({ ...recurrent, layers: [{ ...recurrent.layers[0]!, bands: 0 }] })[0]).toBeGreaterThan(0);
});
