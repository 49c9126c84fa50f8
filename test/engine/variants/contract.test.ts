/** The full builds keep the contract of the core, and compute the core's networks with the core's bits. */
import binaryen from "binaryen";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { REGION_FRAME } from "../../../assembly/abi/region.js";
import { readArtefact, type Size } from "../../../host/engine/artefacts.js";
import { loadEngine } from "../../../host/engine/load.js";
import { planOn } from "../../../host/engine/plan.js";
import { encodeSpec, frameSize } from "../../oracle/spec.js";
import { randomSpec } from "../random-spec.js";
import { SparseSamples } from "../samples.js";
import { forbiddenIn, isValidWith, readModule } from "../wasm_module.js";
import { BUILDS } from "./networks.js";

const { Features } = binaryen;
const FEATURES = { scalar: Features.MVP, simd: Features.SIMD128 | Features.SignExt };

/** A checkpoint after a few samples, and the size of the static part before it. */
function trained(build: (typeof BUILDS)[number], size: Size, words: Int32Array, samples: readonly { frame: Uint8Array; label: number }[]): Uint8Array {
  const loaded = loadEngine(build, size);
  const { pages, bytes, regions } = planOn(loaded, words);
  const engine = loaded.start(pages);
  new Int32Array(engine.memory.buffer, engine.spec_address(), words.length).set(words);
  expect(engine.init()).toBe(0);
  const memory = new Uint8Array(engine.memory.buffer);
  for (const { frame, label } of samples) {
    memory.set(frame, regions.find(({ kind }) => kind === REGION_FRAME)!.offset);
    expect(engine.train(label)).toBe(0);
    expect(engine.predict_goodness()).toBeGreaterThanOrEqual(0);
  }
  expect(engine.seal()).toBe(0);
  const at = engine.spec_address() - 32;
  return memory.slice(at, at + bytes.checkpoint);
}

describe.each(BUILDS)("the full %s build", (build) => {
  test("has no imports, floats, mutable globals, relaxed SIMD, needs no more features than the core, has the core's exports, those of shared layers and a front end's", () => {
    const [full, core] = (["full", "core"] as const).map((size) => readModule(readArtefact(build, size)));
    expect(forbiddenIn(full!)).toEqual([]);
    expect(isValidWith(readArtefact(build, "full"), FEATURES[build])).toBe(true);
    const more = ["begin_stage: i32 i32 -> i32", "divide_units: i32 i32 i32 -> i32", "job_address: -> i32", "push: i32 -> i32", "push_block: i32 -> i32", "samples_wanted: -> i32", "gap: -> i32", "alarm: i32 -> i32", "alarm_threshold: -> i32"];
    expect(full!.exports.map(({ name, type }) => `${name}: ${type}`).sort()).toEqual([...core!.exports.map(({ name, type }) => `${name}: ${type}`), ...more].sort());
    expect(full!.memory).toEqual(core!.memory);
  });

  test("computes the core's networks with the core's bits", () => {
    fc.assert(fc.property(randomSpec(), fc.integer(), (spec, seed) => {
      const data = new SparseSamples(spec, seed);
      const samples = Array.from({ length: 4 }, () => data.next());
      expect(samples[0]!.frame).toHaveLength(frameSize(spec));
      const words = encodeSpec(spec);
      expect(Buffer.compare(trained(build, "full", words, samples), trained(build, "core", words, samples))).toBe(0);
    }), { numRuns: 150 });
  });
});
