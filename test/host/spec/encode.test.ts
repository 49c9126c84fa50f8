/** The spec block: words to spec to words, and the oracle's own encoder as a second witness. */
import fc from "fast-check";
import { expect, test } from "vitest";
import * as abi from "../../../assembly/abi/spec.js";
import { ABI_VERSION, MAGIC } from "../../../assembly/abi/status.js";
import { MayflyError } from "../../../host/errors.js";
import { decodeSpec, encodeSpec } from "../../../host/spec/encode.js";
import { type NetworkSpecInput, resolveSpec } from "../../../host/spec/network_spec.js";
import { randomSpec } from "../../engine/random-spec.js";
import { encodeSpec as encodeOracleSpec } from "../../oracle/spec.js";
import { NETWORKS } from "../engine/networks.js";

test("decoding the words of any spec the engine takes and encoding them again gives the same words", () => {
  fc.assert(
    fc.property(randomSpec(), (spec) => {
      const words = encodeOracleSpec(spec);
      expect([...encodeSpec(decodeSpec(words))]).toEqual([...words]);
    }),
  );
});

test("a decoded spec says what the oracle's says, in the units of the papers", () => {
  fc.assert(
    fc.property(randomSpec(), (spec) => {
      const decoded = decodeSpec(encodeOracleSpec(spec));
      expect(decoded).toMatchObject({
        objective: spec.objective, classes: spec.classes, input: { width: spec.width, height: spec.height, channels: spec.channels },
        label: { placement: spec.placement, level: spec.labelLevel / 16 }, negatives: spec.negatives, loss: spec.loss, goodnessFrom: spec.goodnessFrom,
        readout: { from: spec.readoutFrom === spec.layers.length ? null : spec.readoutFrom, rate: spec.readoutRate / 2 ** 24 },
        schedule: { holdSamples: spec.holdSteps, totalSamples: spec.totalSteps }, seed: spec.seed >>> 0, bias: spec.biasLevel / 16,
        inputDropout: spec.inputDropout / 256, minCoefficient: spec.minCoefficient! / 32768,
      });
      expect(decoded.layers).toEqual(spec.layers.map(({ units, weightBits, scale, rate, temperature, decay, threshold, init }) => ({
        kind: "dense", units, weights: weightBits === 8 ? "i8" : "i16", scale, rate: rate / 2 ** 24, temperature: temperature / 256, decay: decay / 65536,
        threshold: threshold / 256, init: init / 256, channels: 0, field: 0, stride: 0, padding: 0, pool: 0, bandRows: 0, blocks: 1, ceiling: 0, peer: 0, sample: 0,
      })));
    }),
  );
});

test("encoding a resolved spec, decoding it and encoding that again is stable after the first rounding", () => {
  const layer = fc.record({ units: fc.integer({ min: 1, max: 30 }).map((count) => 4 * count), weights: fc.constantFrom("i8" as const, "i16" as const), rate: fc.double({ min: 0, max: 0.0038, noNaN: true }), temperature: fc.double({ min: 0.0625, max: 4096, noNaN: true }), threshold: fc.double({ min: 0.01, max: 16, noNaN: true }) });
  const input = fc.record({
    input: fc.record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }), channels: fc.constant(1) }), classes: fc.constant(4), layers: fc.array(layer, { minLength: 1, maxLength: 5 }),
    objective: fc.constantFrom("pair" as const, "classwise" as const), seed: fc.integer({ min: 0, max: 0xffffffff }), bias: fc.double({ min: 0, max: 7.9, noNaN: true }), inputDropout: fc.double({ min: 0, max: 0.75, noNaN: true }),
    minCoefficient: fc.double({ min: 0, max: 1, noNaN: true }), memoryLimitBytes: fc.integer({ min: 0, max: 0x7fffffff }), label: fc.constant({ placement: "append" as const, level: 2.2 }),
  });
  fc.assert(
    fc.property(input, (given: NetworkSpecInput) => {
      const words = encodeSpec(resolveSpec(given));
      const decoded = decodeSpec(words);
      expect([...encodeSpec(decoded)]).toEqual([...words]);
      expect(decodeSpec(encodeSpec(decoded))).toEqual(decoded);
    }),
  );
});

test("fractions are rounded to the nearest step of their format", () => {
  const words = encodeSpec(resolveSpec({ ...NETWORKS["pair, i16 and i8"]!, bias: 0.5 + 0.4 / 16, inputDropout: 0.1, minCoefficient: 0.005, layers: [{ units: 24, rate: 2 ** -10, temperature: 20.001, decay: 1 / 1000 }] }));
  expect(words[abi.SPEC_BIAS_LEVEL]).toBe(8);
  expect(words[abi.SPEC_INPUT_DROPOUT]).toBe(26);
  expect(words[abi.SPEC_MIN_COEFFICIENT]).toBe(164);
  const layer = words.subarray(abi.SPEC_HEADER_WORDS);
  expect([layer[abi.LAYER_RATE], layer[abi.LAYER_TEMPERATURE], layer[abi.LAYER_DECAY]]).toEqual([2 ** 14, 5120, 66]);
});

test("a block begins with magic and version, is as long as its layers need, and leaves unused words 0", () => {
  for (const spec of Object.values(NETWORKS)) {
    const words = encodeSpec(resolveSpec(spec));
    expect([words[0], words[1]]).toEqual([MAGIC, ABI_VERSION]);
    expect(words.length).toBe(32 + 16 * spec.layers.length);
    expect([...words.subarray(abi.SPEC_VARIANTS, abi.SPEC_HEADER_WORDS)].every((word) => word === 0)).toBe(true);
  }
});

test("a word that stands for no known choice is named", () => {
  const cases: [word: number, says: string][] = [
    [abi.SPEC_OBJECTIVE, "objective"], [abi.SPEC_LOSS, "loss"], [abi.SPEC_NEGATIVES, "kind of negatives"], [abi.SPEC_LABEL_PLACEMENT, "label placement"], [abi.SPEC_HEADER_WORDS, "kind of layer"],
  ];
  for (const [word, what] of cases) {
    const words = encodeSpec(resolveSpec(NETWORKS["class-wise, i8"]!));
    words[word] = 9;
    expect(() => decodeSpec(words)).toThrow(new MayflyError(`the model's spec has an unknown ${what}: 9`, 1));
  }
});
