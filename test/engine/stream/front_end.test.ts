/** The engine's front end: its contract, and what its integers come to in real numbers. */
import { describe, expect, test } from "vitest";
import { FRONT_BANDS, FRONT_CHANNELS, FRONT_FRAMES, FRONT_KIND, FRONT_REST, FRONT_SCALING, FRONT_SPREAD, FRONT_WARMUP, FRONT_WIDTH, FRONT_WINDOW } from "../../../assembly/abi/front.js";
import { REGION_FRAME, REGION_FRONT_STATE, REGION_KEPT, REGION_NEGATIVE, REGION_SCORES } from "../../../assembly/abi/region.js";
import { SPEC_HEADER_WORDS, SPEC_INPUT_WIDTH, SPEC_LABEL_PLACEMENT, SPEC_LAYER_WORDS, SPEC_NEGATIVES, SPEC_SENSE } from "../../../assembly/abi/spec.js";
import { BAD_ARGUMENT, BAD_SPEC, JOB_PENDING, NOT_READY } from "../../../assembly/abi/status.js";
import { corruptedOf } from "../../oracle/corruption.js";
import { FrontEnd, frameOf, type FrontSpec, featuresOfWindow, log2 } from "../../oracle/front_end.js";
import { Generator } from "../../oracle/random.js";
import { encodeSpec, type Spec } from "../../oracle/spec.js";
import { quarterSine, spectrumOf } from "../../oracle/spectrum.js";
import { type Build, FULL_BUILDS, Instance } from "../instance.js";

const front: FrontSpec = { kind: "bank", window: 64, hop: 16, channels: 1, bands: 6, low: 0, width: 4 << 16, growth: 0, frames: 1, scaling: "deviation", spread: 64, warmup: 3, adapt: 0, coding: "offset", alarm: 6554 };

function specOf(change: Partial<FrontSpec> = {}, more: Partial<Spec> = {}): Spec {
  const all = { ...front, ...change };
  return {
    objective: "pair", classes: 2, ...frameOf(all), placement: "none", labelLevel: 0, negatives: "corrupted", corruption: { ways: 15, share: 128 }, readoutFrom: 1, goodnessFrom: 0, readoutRate: 0, holdSteps: 0, totalSteps: 0,
    seed: 3, biasLevel: 0, loss: "difference", inputDropout: 0, front: all, layers: [{ units: 8, weightBits: 16, scale: 12, rate: 20000, temperature: 2560, decay: 0, threshold: 256, init: 256 }], ...more,
  };
}

const noise = (seed: number): (() => number) => {
  const generator = new Generator(seed, 99);
  return () => (generator.next() >>> 20) - 2048;
};

describe("words", () => {
  const frontAt = SPEC_HEADER_WORDS + SPEC_LAYER_WORDS;
  const refusal = (build: Build, words: Int32Array): number[] => {
    try {
      new Instance(build, words);
      return [];
    } catch (error) {
      const [, status, detail] = /returned (-?\d+), detail (-?\d+)/.exec((error as Error).message)!;
      return [Number(status), Number(detail)];
    }
  };
  const changed = (index: number, value: number, spec = specOf()): Int32Array => encodeSpec(spec).with(index, value);

  test("the core refuses a front end and corrupted negatives", () => {
    expect(refusal("scalar", encodeSpec(specOf()))).toEqual([BAD_SPEC, SPEC_LABEL_PLACEMENT]);
    expect(refusal("simd", encodeSpec(specOf({}, { placement: "append", labelLevel: 48 })))).toEqual([BAD_SPEC, SPEC_NEGATIVES]);
    const labels = { negatives: "random" as const, corruption: undefined, placement: "append" as const, labelLevel: 48 };
    expect(refusal("simd", encodeSpec(specOf({}, labels)))).toEqual([BAD_SPEC, SPEC_SENSE]);
    expect(refusal("full-scalar", encodeSpec(specOf({}, labels)))).toEqual([]);
  });

  test.each([
    [FRONT_KIND, 4], [FRONT_KIND, -1], [FRONT_WINDOW, 0], [FRONT_WINDOW, 63], [FRONT_WINDOW, 8192], [FRONT_CHANNELS, 17], [FRONT_BANDS, 33], [FRONT_BANDS, 0], [FRONT_WIDTH, 0], [FRONT_WIDTH, 6 << 16], [FRONT_WIDTH, 2 ** 31 - 1],
    [FRONT_FRAMES, 0], [FRONT_SCALING, 2], [FRONT_SPREAD, 0], [FRONT_WARMUP, 0], [FRONT_REST, 1],
  ])("word %i of the front end may not be %i", (word, value) => {
    expect(refusal("full-scalar", changed(frontAt + word, value))).toEqual([BAD_SPEC, frontAt + word]);
  });

  test("the frame must be the front end's, and ways and share of a corruption there", () => {
    expect(refusal("full-simd", encodeSpec({ ...specOf(), width: 7 }))).toEqual([BAD_SPEC, SPEC_INPUT_WIDTH]);
    for (const word of [4, 4 | (16 << 8) | (1 << 16), 4 | (1 << 8), 4 | (1 << 8) | (257 << 16), 5 | (1 << 8) | (1 << 16), 3 | (1 << 8)]) expect(refusal("full-simd", changed(SPEC_NEGATIVES, word))).toEqual([BAD_SPEC, SPEC_NEGATIVES]);
  });
});

describe.each(FULL_BUILDS)("the %s build", (build) => {
  test("refuses what it cannot take, and takes nothing of it", () => {
    const engine = new Instance(build, encodeSpec(specOf()));
    const { exports } = engine;
    for (const value of [32768, -32769]) expect([exports.push(value), exports.status_detail()]).toEqual([BAD_ARGUMENT, value]);
    for (const count of [-1, 17, 65]) expect([exports.push_block(count), exports.status_detail()]).toEqual([BAD_ARGUMENT, count]);
    expect(exports.push_block(0)).toBe(0);
    expect(exports.samples_wanted()).toBe(64);
    exports.begin_train(0);
    for (const call of [() => exports.push(1), () => exports.push_block(1), () => exports.alarm(1)]) expect(call()).toBe(JOB_PENDING);
    expect(exports.gap()).toBe(0);
    exports.cancel();
    expect([...engine.region(REGION_FRONT_STATE).values].filter((value) => value !== 0)).toEqual([1, 64]);
    const two = new Instance(build, encodeSpec(specOf({ channels: 2 })));
    two.exports.push(1);
    expect(two.exports.push_block(1)).toBe(BAD_ARGUMENT);
  });

  test("has nothing to push to without a front end, and no alarm without a share", () => {
    const plain = new Instance(build, encodeSpec({ ...specOf({}, { negatives: "given", corruption: undefined }), front: undefined })).exports;
    for (const call of [() => plain.push(1), () => plain.push_block(1), () => plain.gap(), () => plain.samples_wanted(), () => plain.alarm(1)]) expect(call()).toBe(NOT_READY);
    expect(new Instance(build, encodeSpec(specOf({ alarm: 0 }))).exports.alarm(1)).toBe(BAD_ARGUMENT);
  });

  test("keeps the threshold at the share of alarms that was asked for", () => {
    const engine = new Instance(build, encodeSpec(specOf()));
    const scores = engine.region(REGION_SCORES).values;
    const next = noise(5);
    let alarms = 0;
    const count = 20000;
    for (let n = 0; n < count; n++) {
      // Nearly normal: the sum of eight, around 50,000.
      scores[0] = 50000 + Array.from({ length: 8 }, next).reduce((sum, value) => sum + value, 0);
      if (n > count / 2) alarms += engine.exports.alarm(1);
      else engine.exports.alarm(1);
    }
    // A tenth.
    expect(alarms / (count / 2)).toBeGreaterThan(0.085);
    expect(alarms / (count / 2)).toBeLessThan(0.115);
    const threshold = engine.exports.alarm_threshold();
    for (let n = 0; n < 100; n++) engine.exports.alarm(0);
    expect(engine.exports.alarm_threshold()).toBe(threshold);
    // Drift: all scores 20,000 lower; after a while there are no more alarms than before.
    let late = 0;
    for (let n = 0; n < 2000; n++) {
      scores[0] = 30000 + Array.from({ length: 8 }, next).reduce((sum, value) => sum + value, 0);
      const alarm = engine.exports.alarm(1);
      if (n >= 1000) late += alarm;
    }
    expect(late / 1000).toBeLessThan(0.13);
  });

  test("corrupts the frame it learns from by the ways in use, within their share", () => {
    for (const [ways, share] of [[1, 64], [2, 256], [4, 128], [8, 32], [15, 128]] as const) {
      const spec = specOf({ kind: "raw", window: 40, bands: 40, low: 0, width: 0 }, { corruption: { ways, share } });
      const engine = new Instance(build, encodeSpec(spec));
      const next = noise(ways);
      let different = 0;
      for (let step = 0; step < 40; step++) {
        const frame = Uint8Array.from({ length: 40 }, () => (next() >>> 3) & 255);
        const kept = Uint8Array.from(engine.region(REGION_KEPT).values.subarray(0, 40));
        engine.region(REGION_FRAME).values.set(frame);
        engine.train(0);
        const negative = engine.region(REGION_NEGATIVE).values.subarray(0, 40);
        const places = [...negative.keys()].filter((place) => negative[place] !== frame[place]);
        if (places.length > 0) {
          different++;
          expect(places.at(-1)! - places[0]! + 1).toBeLessThanOrEqual((40 * share) / 256);
        }
        if (ways === 1) for (const place of places) expect(negative[place]).toBe(kept[place]);
        if (ways === 2 || ways === 4) expect([...negative].sort()).toEqual([...frame].sort());
        if (ways === 8) for (const place of places) if (negative[place]! > 0 && negative[place]! < 255) expect(Math.abs(negative[place]! - frame[place]!)).toBeGreaterThanOrEqual(32);
      }
      expect(different).toBeGreaterThan(20);
    }
  });

  test("frames of several windows hold the last ones, the oldest on top", () => {
    const spec = specOf({ kind: "raw", window: 4, bands: 4, hop: 4, low: 0, width: 0, frames: 3, scaling: "range", spread: 0, warmup: 2 });
    const { exports, ...engine } = new Instance(build, encodeSpec(spec));
    const results = Array.from({ length: 32 }, (_, n) => exports.push(n < 8 ? (n % 2) * 255 : n));
    expect(results.filter((result) => result > 0)).toEqual([2, 2, 2, 2, 1, 1, 1, 1]);
    expect([...engine.regions.find(({ kind }) => kind === REGION_FRAME)!.values]).toEqual(Array.from({ length: 12 }, (_, n) => 20 + n));
  });
});

describe("the oracle's integers", () => {
  test("sines are right to a few units of 2^-30", () => {
    for (const length of [16, 256, 4096]) {
      quarterSine(length).forEach((value, i) => expect(Math.abs(value - Math.sin((2 * Math.PI * i) / length) * 2 ** 30)).toBeLessThan(16));
    }
  });

  test("logarithms are right to 0.01", () => {
    for (const value of [1n, 2n, 3n, 255n, 256n, 1000n, 65537n, 123456789n, 2n ** 40n - 1n, 2n ** 61n]) expect(Math.abs(log2(value) / 256 - Math.log2(Number(value)))).toBeLessThan(0.01);
    expect(log2(0n)).toBe(0);
  });

  test.each([16, 64, 512, 2048])("the spectrum of %i samples is that of a float DFT, from loud to quiet", (length) => {
    for (const amplitude of [30000, 900, 20]) {
      const next = noise(length);
      const x = Array.from({ length }, (_, n) => Math.round(amplitude * (0.6 * Math.sin((2 * Math.PI * 3 * n) / length + 1) + 0.3 * (next() / 2048))) + 100);
      const mean = Math.floor(x.reduce((sum, value) => sum + value, 0) / length);
      const windowed = x.map((value, n) => (value - mean) * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / length)));
      const { powers, exponent } = spectrumOf(x);
      const float = Array.from({ length: length / 2 + 1 }, (_, k) => {
        let [re, im] = [0, 0];
        windowed.forEach((value, n) => {
          re += value * Math.cos((2 * Math.PI * k * n) / length);
          im -= value * Math.sin((2 * Math.PI * k * n) / length);
        });
        return Math.hypot(re, im);
      });
      const loudest = Math.max(...float);
      for (let k = 1; k <= length / 2; k++) {
        const found = Math.sqrt(Number(powers[k])) / 2 / 2 ** exponent;
        expect(Math.abs(found - float[k]!)).toBeLessThan(loudest * 0.002);
      }
    }
  });

  test("features: by hand", () => {
    const of = (change: Partial<FrontSpec>, x: readonly number[]): number[] => featuresOfWindow({ ...front, window: x.length, ...change }, x);
    expect(of({ kind: "raw", bands: 2 }, [1, 2, -3, -4])).toEqual([1, -4]);
    // Σ (x − mean)² of 3, 5 around 4 is 2; of −1, −2 around −2 it is 1.
    expect(of({ kind: "statistics", bands: 2 }, [3, 5, -1, -2])).toEqual([4, 256, -2, 0]);
    // A sine of amplitude 1000 in bin 8 of 64 reads 4000, in its bin; Hann spreads half of it to each neighbour.
    const sine = Array.from({ length: 64 }, (_, n) => Math.round(1000 * Math.sin((2 * Math.PI * 8 * n) / 64)));
    const spectrum = of({ kind: "spectrum", bands: 32 }, sine);
    expect(Math.abs(spectrum[7]! - 4000)).toBeLessThan(20);
    expect(Math.abs(spectrum[6]! - 2000)).toBeLessThan(20);
    expect(Math.max(...spectrum.slice(0, 5), ...spectrum.slice(10))).toBeLessThan(20);
    // Twice as loud is two octaves of energy more.
    const bank = (gain: number): number => of({ kind: "bank", bands: 6 }, sine.map((value) => value * gain))[1]!;
    expect(Math.abs(bank(2) - bank(1) - 512)).toBeLessThan(6);
    expect(of({ kind: "bank", bands: 6 }, new Array<number>(64).fill(77))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("scaling by deviation puts the mean in the middle and `spread` deviations at the end", () => {
    const end = new FrontEnd({ ...front, kind: "raw", window: 1, bands: 1, hop: 1, warmup: 400 });
    const taken: number[] = [];
    for (let n = 0; n < 406; n++) {
      // Mean 100, mean absolute deviation 10; then the mean, and 1, 2, 4, 5 deviations off it.
      const value = n < 400 ? (n % 2 === 0 ? 90 : 110) : [100, 110, 80, 140, 150, 40][n - 400]!;
      if (end.push(value) === 1) taken.push(end.history[0]!);
    }
    const [middle, one, two, four, five, minus] = taken;
    expect(Math.abs(middle! - 128)).toBeLessThan(5);
    expect(Math.abs(one! - middle! - 32)).toBeLessThan(5);
    expect(Math.abs(middle! - two! - 64)).toBeLessThan(5);
    expect([four! >= 250, five, minus]).toEqual([true, 255, 0]);
    expect(end.saturated).toBeGreaterThanOrEqual(2);
  });

  test("a corrupted frame: by hand", () => {
    const drawing = (...numbers: number[]): Generator => Object.assign(new Generator(0, 0), { next: () => numbers.shift()! });
    const spec = { ...specOf({}, {}), width: 4, height: 1, channels: 1 };
    const frame = Uint8Array.of(10, 20, 30, 250);
    const of = (ways: number, ...numbers: number[]): number[] => [...corruptedOf({ ...spec, corruption: { ways, share: 256 } }, frame, Uint8Array.of(1, 2, 3, 4), drawing(...numbers))];
    // Length 1 + (0x8000 · 4 >> 16) = 3, first place (0x8000 · 2 >> 16) = 1.
    expect(of(1, 0x8000_0000, 0x0000_8000)).toEqual([10, 2, 3, 4]);
    expect(of(4, 0x8000_0000, 0x6000_8000)).toEqual([10, 30, 250, 20]);
    expect(of(8, 0x8000_0000, 0x0001_8000)).toEqual([10, 53, 63, 255]);
    expect(of(8, 0x8000_0000, 0x8000_8000)).toEqual([10, 0, 0, 218]);
    expect(of(2, 0x8000_0000, 0x0000_8000, 0, 0xffff)).toEqual([10, 250, 30, 20]);
  });
});
