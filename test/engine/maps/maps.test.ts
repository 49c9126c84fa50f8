/** Maps in the full builds: small cases worked out by hand, and maps that must equal dense layers. Random ones are in ../fuzz.test.ts. */
import { describe, expect, test } from "vitest";
import { HEADER_BYTES, REGION_ACTIVITY, REGION_LAYER_STATE, REGION_LOGITS, REGION_READOUT_WEIGHTS, REGION_SCORES, REGION_WEIGHTS } from "../../../assembly/abi/region.js";
import { LAYER_ROWS_USED } from "../../../assembly/abi/state.js";
import { OK } from "../../../assembly/abi/status.js";
import { encodeSpec, frameSize, type LayerSpec, type Spec } from "../../oracle/spec.js";
import { writeFrame } from "../compare.js";
import { FULL_BUILDS, Instance } from "../instance.js";
import { SparseSamples } from "../samples.js";

const layer: LayerSpec = { units: 16, weightBits: 16, scale: 12, rate: 25166, temperature: 20 * 256, decay: 0, threshold: 256, init: 256 };
const pair: Spec = {
  objective: "pair", classes: 3, width: 6, height: 6, channels: 1, placement: "append", labelLevel: 48, negatives: "hard",
  readoutFrom: 0, goodnessFrom: 0, readoutRate: 167772, holdSteps: 0, totalSteps: 0, seed: 5, biasLevel: 8, loss: "difference", inputDropout: 40, layers: [],
};
const classwise: Spec = { ...pair, objective: "classwise", placement: "none", labelLevel: 0, negatives: "random", biasLevel: 0 };

const map = (kind: "local" | "conv", channels: number, field: number, units: number, change: Partial<LayerSpec> = {}): LayerSpec => ({ ...layer, kind, channels, field, stride: 1, padding: 0, pool: 0, units, ...change });

const values = (instance: Instance, kind: number, at = -1): number[] => [...instance.region(kind, at).values];

describe.each(FULL_BUILDS)("the %s build", (build) => {
  // One place sees the whole frame: its rows are those of a dense layer, its channels the units. A place of its own has no update call when all its
  // coefficients are 0, so a class-wise local layer, whose gains may meet no activity, is not compared.
  test("a local layer of one place over the whole frame equals a dense layer bit for bit", () => {
    expectEqualToDense(build, { ...pair, layers: [map("local", 19, 6, 19, { decay: 90 }), { ...layer, units: 12 }] });
  });

  test.each<[string, Spec]>([
    ["pair, labels appended", { ...pair, layers: [map("conv", 19, 6, 19, { decay: 90 }), { ...layer, units: 12 }] }],
    ["class-wise", { ...classwise, layers: [map("conv", 21, 6, 21)] }],
  ])("a convolution of one place over the whole frame equals a dense layer bit for bit: %s", (_, spec) => {
    expectEqualToDense(build, spec);
  });

  /** 3 x 3 frame, field 2, two channels in two groups: weights are set by hand. */
  const small: Spec = { ...classwise, classes: 2, width: 3, height: 3, inputDropout: 0, readoutFrom: 1, layers: [map("conv", 2, 2, 8, { scale: 4, rate: 0, init: 0 })] };
  // Root mean square of this frame is 20, so a value v becomes 16 v / 20: x = 48, which is 3.0.
  const frame = Uint8Array.of(60, 0, 0, 0, 0, 0, 0, 0, 0);

  test("sums, activities and goodness of a convolution are those worked out by hand", () => {
    const instance = new Instance(build, encodeSpec(small));
    const weights = instance.region(REGION_WEIGHTS, 0);
    // Channel 0 has 1.0 at the field's top left corner, channel 1 half of it at the bottom right one.
    weights.values[0] = 16;
    weights.values[3 * weights.stride + 1] = 8;
    writeFrame(instance, frame);
    expect(instance.exports.predict_goodness()).toBe(0);
    // The corner is the top left input of place 0 only; no place has it at its bottom right.
    expect(values(instance, REGION_ACTIVITY).slice(0, 8)).toEqual([3 * 128, 0, 0, 0, 0, 0, 0, 0]);
    expect(instance.region(REGION_LAYER_STATE, 0).values[LAYER_ROWS_USED >> 2]).toBe(1);
    expect(values(instance, REGION_SCORES).slice(0, 2)).toEqual([32768, 0]);
  });

  test("with padding, four places see the corner", () => {
    const instance = new Instance(build, encodeSpec({ ...small, layers: [map("conv", 2, 2, 2 * 16, { scale: 4, rate: 0, init: 0, padding: 1 })] }));
    const weights = instance.region(REGION_WEIGHTS, 0);
    weights.values[0] = 16;
    weights.values[3 * weights.stride + 1] = 8;
    writeFrame(instance, frame);
    instance.exports.predict_goodness();
    // 4 x 4 places: place (0, 0) has the corner at its bottom right, place (1, 1) at its top left.
    const expected = Array.from({ length: 32 }, () => 0);
    expected[1] = 1.5 * 128;
    expected[(4 + 1) * 2] = 3 * 128;
    expect(values(instance, REGION_ACTIVITY).slice(0, 32)).toEqual(expected);
    expect(instance.region(REGION_LAYER_STATE, 0).values[LAYER_ROWS_USED >> 2]).toBe(4);
  });

  test("max pooling keeps the largest of a square, and only its place learns", () => {
    const pooled: Spec = { ...small, layers: [map("conv", 2, 2, 2, { scale: 12, init: 0, pool: 2, rate: 1 << 15, temperature: 1 << 20 })] };
    const instance = new Instance(build, encodeSpec(pooled));
    const weights = instance.region(REGION_WEIGHTS, 0);
    for (let row = 0; row < 4; row++) weights.values[row * weights.stride] = 4096;
    // What the four places see adds up to 60, 30, 90 and 120: the last is the largest.
    writeFrame(instance, Uint8Array.of(60, 0, 0, 0, 0, 30, 0, 90, 0));
    const before = values(instance, REGION_WEIGHTS, 0);
    expect(instance.exports.train(0)).toBe(OK);
    const grown = [0, 1, 2, 3].map((row) => weights.values[row * weights.stride]! - before[row * weights.stride]!);
    // It sees 0 and 30 above, 90 and 0 below. Rounding is carried from row to row.
    expect(grown[0]).toBe(0);
    expect(grown[3]).toBe(0);
    expect(grown[1]).toBeGreaterThan(3);
    expect(Math.abs(grown[2]! - 3 * grown[1]!)).toBeLessThanOrEqual(4);
  });

  test("the largest frame, all white, is normalised to 1.0 everywhere", () => {
    // Its sum of squares needs 33 bits.
    const white: Spec = { ...classwise, classes: 2, width: 255, height: 257, inputDropout: 0, readoutFrom: 1, layers: [map("conv", 2, 3, 5 * 5 * 2, { stride: 63, scale: 4, rate: 0, init: 0 })] };
    const instance = new Instance(build, encodeSpec(white));
    instance.region(REGION_WEIGHTS, 0).values[0] = 16;
    writeFrame(instance, new Uint8Array(frameSize(white)).fill(255));
    expect(instance.exports.predict_goodness()).toBe(0);
    expect(values(instance, REGION_ACTIVITY).slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, unit) => (unit % 2 === 0 ? 128 : 0)));
  });

  test("the readout of a map of more than 3840 units is summed in chunks, and learns in one list", () => {
    const big: Spec = { ...classwise, classes: 2, width: 24, height: 24, inputDropout: 0, layers: [map("conv", 8, 1, 24 * 24 * 8, { rate: 0, init: 0 })] };
    const instance = new Instance(build, encodeSpec(big));
    // Channel 3 alone copies the frame.
    instance.region(REGION_WEIGHTS, 0).values[3] = 4096;
    const readout = instance.region(REGION_READOUT_WEIGHTS, 0);
    const unit = (place: number): number => (place * 8 + 3) * readout.stride;
    // Places on both sides of the bound between the chunks, unit 3840, which is the first of place 480.
    const lit = [0, 479, 480, 575];
    const frame = new Uint8Array(frameSize(big));
    for (const place of lit) {
      frame[place] = 200;
      readout.values[unit(place)] = 65;
    }
    writeFrame(instance, frame);
    instance.exports.predict_readout();
    // Of 4608 units 4 are on: x is cut at 127. Each chunk has two of them, and its sum is shifted alone.
    expect(values(instance, REGION_LOGITS).slice(0, 2)).toEqual([2 * ((2 * 127 * 65) >> 7), 0]);
    expect(2 * ((2 * 127 * 65) >> 7)).not.toBe((4 * 127 * 65) >> 7);
    expect(instance.exports.train(1)).toBe(OK);
    for (const place of lit) expect(readout.values[unit(place) + 1]).toBeGreaterThan(0);
    expect(readout.values[unit(100) + 1]).toBe(0);
  });

  test("a checkpoint taken between two samples goes on in the other build with the same bits", () => {
    const spec: Spec = { ...pair, width: 9, height: 7, layers: [map("conv", 5, 3, 30, { pool: 2 }), map("local", 6, 1, 36), { ...layer, units: 9 }] };
    const samples = new SparseSamples(spec, 11);
    const other = FULL_BUILDS.find((name) => name !== build)!;
    const [first, second] = [new Instance(build, encodeSpec(spec)), new Instance(other, encodeSpec(spec))];
    learn([first], samples, 8);
    expect(first.exports.seal()).toBe(OK);
    const bytes = (instance: Instance): Uint8Array => {
      const start = instance.exports.spec_address() - HEADER_BYTES;
      return new Uint8Array(instance.exports.memory.buffer, start, new Uint32Array(instance.exports.memory.buffer, start)[2]);
    };
    new Uint8Array(second.exports.memory.buffer).set(bytes(first).slice(), second.exports.spec_address() - HEADER_BYTES);
    expect((second.exports as unknown as { open(): number }).open()).toBe(OK);
    learn([first, second], samples, 8);
    for (const { exports } of [first, second]) expect(exports.seal()).toBe(OK);
    expect(Buffer.compare(bytes(first), bytes(second))).toBe(0);
  });
});

function learn(instances: readonly Instance[], samples: SparseSamples, count: number): void {
  for (let step = 0; step < count; step++) {
    const { frame, label } = samples.next();
    for (const instance of instances) {
      writeFrame(instance, frame);
      expect(instance.exports.train(label)).toBe(OK);
    }
  }
}

function expectEqualToDense(build: (typeof FULL_BUILDS)[number], spec: Spec): void {
  const dense: Spec = { ...spec, layers: spec.layers.map(({ kind: _, channels: _c, field: _f, stride: _s, padding: _p, pool: _q, ...rest }) => rest) };
  const [mapped, plain] = [new Instance(build, encodeSpec(spec)), new Instance(build, encodeSpec(dense))];
  learn([mapped, plain], new SparseSamples(spec, 3), 40);
  spec.layers.forEach((_, index) => {
    expect(values(mapped, REGION_WEIGHTS, index)).toEqual(values(plain, REGION_WEIGHTS, index));
    expect(values(mapped, REGION_READOUT_WEIGHTS, index)).toEqual(values(plain, REGION_READOUT_WEIGHTS, index));
    // Lanes and what was right; the image's rows are counted in every pass of a map.
    expect(values(mapped, REGION_LAYER_STATE, index).slice(0, 6)).toEqual(values(plain, REGION_LAYER_STATE, index).slice(0, 6));
  });
}
