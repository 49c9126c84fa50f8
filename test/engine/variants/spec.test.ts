/** What the engine accepts of the variants' words, and what the host says of it first. */
import { describe, expect, test } from "vitest";
import * as abi from "../../../assembly/abi/spec.js";
import { BAD_SPEC } from "../../../assembly/abi/status.js";
import { loadEngine } from "../../../host/engine/load.js";
import { Network } from "../../../host/engine/network.js";
import { encodeSpec } from "../../../host/spec/encode.js";
import { type NetworkSpecInput, resolveSpec } from "../../../host/spec/network_spec.js";
import { BUILDS, VARIANTS, generator, layers, sample, shape } from "./networks.js";

const layerWord = (layer: number, word: number): number => abi.SPEC_HEADER_WORDS + layer * abi.SPEC_LAYER_WORDS + word;

/** Status and detail of planning the words. */
function plan(words: Int32Array, build: "scalar" | "simd", size: "core" | "full"): [status: number, detail: number] {
  const engine = loadEngine(build, size).start(1);
  new Int32Array(engine.memory.buffer, engine.spec_address(), words.length).set(words);
  return [Math.min(engine.plan(), 0), engine.status_detail()];
}

const pair: NetworkSpecInput = { ...shape, layers: layers(16, 9) };
const threshold: NetworkSpecInput = { ...pair, loss: "threshold" };
const classwise: NetworkSpecInput = { ...shape, objective: "classwise", layers: layers(16, 12) };
const given: NetworkSpecInput = { ...pair, negatives: "given" };
const box = VARIANTS["a box between"]!;

/** Words put into the block of a good spec, and the word that the engine complains about. */
const REFUSED: [NetworkSpecInput, [word: number, value: number][], number][] = [
  [pair, [[abi.SPEC_JITTER, 7]], abi.SPEC_JITTER],
  [pair, [[abi.SPEC_JITTER, -1]], abi.SPEC_JITTER],
  [pair, [[abi.SPEC_SENSE, 2]], abi.SPEC_SENSE],
  [classwise, [[abi.SPEC_SENSE, 1]], abi.SPEC_SENSE],
  [pair, [[abi.SPEC_AWAKE, 1]], abi.SPEC_AWAKE],
  [classwise, [[abi.SPEC_LOSS, 0], [abi.SPEC_AWAKE, 1]], abi.SPEC_AWAKE],
  [threshold, [[abi.SPEC_ASLEEP, 1]], abi.SPEC_ASLEEP],
  [threshold, [[abi.SPEC_AWAKE, -1]], abi.SPEC_AWAKE],
  [pair, [[abi.SPEC_MASK_BLURS, 1]], abi.SPEC_MASK_BLURS],
  [{ ...pair, negatives: "hybrid" }, [[abi.SPEC_MASK_BLURS, 0]], abi.SPEC_MASK_BLURS],
  [{ ...pair, negatives: "hybrid" }, [[abi.SPEC_MASK_BLURS, 33]], abi.SPEC_MASK_BLURS],
  [pair, [[abi.SPEC_TARGETS, 2]], abi.SPEC_TARGETS],
  [{ ...pair, readout: { from: null }, negatives: "random" }, [[abi.SPEC_TARGETS, 1]], abi.SPEC_TARGETS],
  [given, [[abi.SPEC_NEGATIVES, 4]], abi.SPEC_NEGATIVES],
  [classwise, [[abi.SPEC_NEGATIVES, abi.NEGATIVES_GIVEN]], abi.SPEC_NEGATIVES],
  [pair, [[abi.SPEC_NEGATIVES, abi.NEGATIVES_GIVEN]], abi.SPEC_LABEL_PLACEMENT],
  [given, [[abi.SPEC_LABEL_PLACEMENT, abi.LABEL_APPEND]], abi.SPEC_LABEL_PLACEMENT],
  [pair, [[layerWord(0, abi.LAYER_BLOCKS), 3]], layerWord(0, abi.LAYER_BLOCKS)],
  [pair, [[layerWord(0, abi.LAYER_BLOCKS), -2]], layerWord(0, abi.LAYER_BLOCKS)],
  [classwise, [[layerWord(1, abi.LAYER_BLOCKS), 2]], layerWord(1, abi.LAYER_BLOCKS)],
  [pair, [[layerWord(1, abi.LAYER_CEILING), 32768]], layerWord(1, abi.LAYER_CEILING)],
  [pair, [[layerWord(1, abi.LAYER_PEER), 32769]], layerWord(1, abi.LAYER_PEER)],
  [classwise, [[layerWord(1, abi.LAYER_PEER), 1]], layerWord(1, abi.LAYER_PEER)],
  [pair, [[layerWord(1, 15), 1]], layerWord(1, 15)],
  [pair, [[layerWord(1, abi.LAYER_KIND), abi.KIND_BOX]], layerWord(1, abi.LAYER_KIND)],
  [{ ...pair, label: { placement: "append" } }, [[layerWord(0, abi.LAYER_KIND), abi.KIND_BOX]], layerWord(0, abi.LAYER_KIND)],
  [pair, [[layerWord(1, abi.LAYER_KIND), 4]], layerWord(1, abi.LAYER_KIND)],
  [box, [[layerWord(1, abi.LAYER_CEILING), 5]], layerWord(1, abi.LAYER_CEILING)],
  [box, [[layerWord(1, abi.LAYER_PEER), 5]], layerWord(1, abi.LAYER_PEER)],
];

describe.each(BUILDS)("the full %s build", (build) => {
  test.each(REFUSED.map(([spec, changes, word]) => ({ spec, changes, word })))("refuses word $word in $changes", ({ spec, changes, word }) => {
    const words = encodeSpec(resolveSpec(spec));
    expect(plan(words, build, "full")).toEqual([0, 0]);
    for (const [at, value] of changes) words[at] = value;
    expect(plan(words, build, "full")).toEqual([BAD_SPEC, word]);
  });

  test.each(Object.entries(VARIANTS))("accepts, where the core refuses: %s", (_, spec) => {
    const words = encodeSpec(resolveSpec(spec));
    expect(plan(words, build, "full")).toEqual([0, 0]);
    expect(plan(words, build, "core")[0]).toBe(BAD_SPEC);
  });
});

test.each<[NetworkSpecInput, string]>([
  [{ ...shape, layers: [{ kind: "box", units: 8 }, { units: 9 }], label: { placement: "append" } }, 'label placement "append" puts the label beside the frame, and a box in first place sees the frame only: use "replace"'],
  [{ ...shape, layers: [{ units: 9 }, { kind: "box", units: 8, peer: 1 }, { units: 9 }] }, "layer 2 is a box: what it computes is the host's business, so it has no blocks, ceiling or peer"],
  [{ ...shape, layers: [{ units: 9 }, { kind: "box", units: 8 }] }, "layer 2, the last, is a box: there is nothing behind it to learn"],
])("the host says why a box cannot stand there", (spec, message) => {
  expect(() => resolveSpec(spec)).toThrow(message);
});

test("a network says what came with a sample and does not fit it", () => {
  const { frame, negative } = sample(pair, generator(1));
  const [plain, both] = [Network.create(pair), Network.create({ ...given, targets: "given" })];
  expect([plain.negative, plain.targets]).toEqual([null, null]);
  expect([both.negative!.length, both.targets!.length]).toEqual([63, 4]);
  expect(() => plain.train(frame, 0, { negative })).toThrow('a negative frame came with the sample, but this network\'s negatives are not "given"');
  expect(() => plain.train(frame, 0, { targets: [1, 0, 0, 0] })).toThrow('targets came with the sample, but this network\'s targets are not "given"');
  expect(() => both.train(frame, 0, { negative: new Uint8Array(62) })).toThrow("the negative frame has 62 values, this network takes 63");
  expect(() => both.train(frame, 0, { targets: [1, 0, 0] })).toThrow("there are 3 targets, this network has 4 classes");
  expect(() => both.train(frame, 0, { targets: [1, 0, 0, 1.5] })).toThrow("the target of class 3 is 1.5, expected a probability from 0 to 1");
  expect(() => both.train(frame, 0, { targets: [1, 0, Number.NaN, 0] })).toThrow("the target of class 2 is NaN");
  expect(both.samples).toBe(0);
  both.train(frame, 0, { negative, targets: Float64Array.of(0.5, 0.25, 0.25, 0) });
  expect([...both.targets!]).toEqual([16384, 8192, 8192, 0]);
  expect(both.negative).toEqual(negative);
});
