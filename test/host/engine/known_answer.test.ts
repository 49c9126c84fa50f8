/** The known-answer test of a loaded engine, and what happens to modules that are none. */
import binaryen from "binaryen";
import { describe, expect, test } from "vitest";
import { HEADER_CRC } from "../../../assembly/abi/region.js";
import { ABI_VERSION } from "../../../assembly/abi/status.js";
import { BUILDS, type Build, readArtefact } from "../../../host/engine/artefacts.js";
import { instantiate } from "../../../host/engine/instance.js";
import { KNOWN_ANSWERS, answersAsKnown, computeAnswers, knownSample, knownSpecs } from "../../../host/engine/known_answer.js";
import { type LoadedEngine, loadEngine } from "../../../host/engine/load.js";
import { PAGE_BYTES, pagesFor, withMemory } from "../../../host/engine/memory_section.js";
import { MayflyError } from "../../../host/errors.js";
import { checkpointOf } from "../../engine/checkpoint_image.js";
import { assemble } from "../../engine/wasm_module.js";
import { Network } from "../../oracle/network.js";
import { type Spec, encodeSpec } from "../../oracle/spec.js";

const SAMPLES = 24;

/** The networks of the known-answer test, as the oracle takes them: host/engine/known_answer.ts, with the defaults written out. */
const pair: Spec = {
  objective: "pair", classes: 5, width: 8, height: 8, channels: 1, placement: "replace", labelLevel: 48, negatives: "hard", readoutFrom: 1, goodnessFrom: 0,
  readoutRate: 167772, holdSteps: 0, totalSteps: 0, seed: 7, biasLevel: 8, loss: "difference", inputDropout: 51, minCoefficient: 164,
  layers: [
    { units: 55, weightBits: 16, scale: 12, rate: 25166, temperature: 20 * 256, decay: 262, threshold: 256, init: 256 },
    { units: 40, weightBits: 8, scale: 7, rate: 25166, temperature: 20 * 256, decay: 0, threshold: 256, init: 256 },
  ],
};
const classwise: Spec = {
  ...pair, objective: "classwise", placement: "none", readoutFrom: 0,
  layers: [{ ...pair.layers[0]!, weightBits: 8, scale: 7, rate: 11744 }, { ...pair.layers[1]!, weightBits: 16, scale: 12, rate: 11744 }],
};
const wider: Spec = {
  ...pair, width: 12, height: 12,
  layers: [{ ...pair.layers[0]!, units: 72, decay: 0 }, { ...pair.layers[0]!, units: 72, decay: 0 }, { ...pair.layers[1]!, units: 24, scale: 9, rate: 50332 }],
};

test.each([[0, pair], [1, classwise], [2, wider]] as const)("the oracle, on its own, comes to known answer %i", (index, spec) => {
  expect([...knownSpecs()[index]!]).toEqual([...encodeSpec(spec)]);
  const oracle = new Network(spec);
  for (let at = 0; at < SAMPLES; at++) {
    const { frame, label } = knownSample(at, spec.width);
    oracle.train(frame, label);
    oracle.scoresByGoodness(frame);
  }
  const crc = new DataView(checkpointOf(oracle).buffer).getUint32(HEADER_CRC, true);
  expect(crc.toString(16)).toBe(KNOWN_ANSWERS[index]!.crc.toString(16));
});

test.each(BUILDS)("the %s build comes to the known answers", (build) => {
  const loaded = loadEngine(build);
  expect(computeAnswers(loaded)).toEqual(KNOWN_ANSWERS.map(({ crc }) => crc));
  expect(answersAsKnown(loaded)).toBe(true);
});

function loadedFrom(bytes: Uint8Array<ArrayBuffer>, build: Build): LoadedEngine {
  return { build, size: "core", start: (pages) => instantiate(new WebAssembly.Module(withMemory(bytes, pages)), "a broken engine") };
}

// Both instructions occur in vectors only, so no loop of the broken engines can run away.
test.each([
  ["an i32x4.add that subtracts", [0xfd, 0xae, 0x01], [0xfd, 0xb1, 0x01]],
  ["an i16x8.add_sat_s that subtracts", [0xfd, 0x8f, 0x01], [0xfd, 0x91, 0x01]],
])("%s fails the known-answer test, wherever in the SIMD build it is", (_, opcode, broken) => {
  const bytes = readArtefact("simd");
  const survivors: number[] = [];
  let mutants = 0;
  for (let at = 8; at < bytes.length; at++) {
    if (!opcode.every((byte, index) => bytes[at + index] === byte)) continue;
    const mutant = bytes.slice();
    mutant.set(broken, at);
    if (!WebAssembly.validate(mutant)) continue;
    mutants++;
    if (answersAsKnown(loadedFrom(mutant, "simd"))) survivors.push(at);
  }
  expect(mutants).toBeGreaterThan(5);
  expect(survivors).toEqual([]);
});

/** The module with every instruction of a name exchanged for another, in its text format. */
function withInstruction(bytes: Uint8Array, name: string, other: string): Uint8Array<ArrayBuffer> {
  const module = binaryen.readBinary(bytes);
  const text = module.emitText();
  module.dispose();
  const instruction = new RegExp(`\\(${name.replace(".", "\\.")}(?=\\s)`, "g");
  expect(text.match(instruction)?.length).toBeGreaterThan(5);
  return assemble(text.replace(instruction, `(${other}`));
}

test.each([["i32.load8_s", "i32.load8_u"], ["i32.shr_s", "i32.shr_u"]])("a scalar build with %s taken for %s fails the known-answer test", (name, other) => {
  const bytes = readArtefact("scalar");
  expect(answersAsKnown(loadedFrom(withInstruction(bytes, name, name), "scalar"))).toBe(true);
  expect(answersAsKnown(loadedFrom(withInstruction(bytes, name, other), "scalar"))).toBe(false);
});

test("an engine that traps or is not there fails the known-answer test, without an error", () => {
  const started = (start: LoadedEngine["start"]): boolean => answersAsKnown({ start });
  expect(started(() => { throw new WebAssembly.RuntimeError("unreachable"); })).toBe(false);
  const bytes = readArtefact("scalar");
  expect(started((pages) => instantiate(new WebAssembly.Module(withMemory(bytes, pages)), "a sound engine"))).toBe(true);
});

function caught(run: () => unknown): MayflyError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(MayflyError);
    return error as MayflyError;
  }
  throw new Error("nothing was thrown");
}

describe.each(BUILDS)("withMemory on the %s build", (build) => {
  const bytes = readArtefact(build);
  const pagesOf = (module: Uint8Array<ArrayBuffer>): number => instantiate(new WebAssembly.Module(module), "the engine").memory.buffer.byteLength / PAGE_BYTES;

  test("gives exactly so many pages, at least and at most, in any number of digits", () => {
    for (const pages of [1, 2, 127, 128, 129, 300]) {
      const sized = withMemory(bytes, pages);
      expect(pagesOf(sized)).toBe(pages);
      const { memory } = new WebAssembly.Instance(new WebAssembly.Module(sized)).exports as { memory: WebAssembly.Memory };
      expect(() => memory.grow(1)).toThrow(RangeError);
    }
    for (const pages of [16_384, 32_768]) expect(WebAssembly.validate(withMemory(bytes, pages))).toBe(true);
  });

  test("is idempotent, forgets what was before, and changes the memory section only", () => {
    expect(withMemory(bytes, 1)).toEqual(bytes);
    const large = withMemory(bytes, 300);
    expect(withMemory(large, 300)).toEqual(large);
    expect(withMemory(large, 1)).toEqual(bytes);
    expect(large.length).toBe(bytes.length + 2);
  });

  test("leaves its argument as it was", () => {
    const copy = bytes.slice();
    withMemory(bytes, 7);
    expect(bytes).toEqual(copy);
  });
});

test("withMemory refuses what is no module, or a cut one, or one without a memory", () => {
  const bytes = readArtefact("scalar");
  for (const garbage of [new Uint8Array(0), new Uint8Array(100), new TextEncoder().encode("(module)"), bytes.subarray(1), bytes.subarray(0, 7)]) {
    expect(caught(() => withMemory(garbage, 1)).message).toBe("this file is not a WebAssembly module");
  }
  // The memory section stands behind the types and functions.
  for (const length of [9, 12, 40, 100]) expect(caught(() => withMemory(bytes.subarray(0, length), 1)).message).toMatch(/truncated/);
  for (const text of ["(module)", '(module (func (export "f")))']) {
    expect(caught(() => withMemory(assemble(text), 1)).message).toBe("this module defines no memory, so it is not a Mayfly engine");
  }
});

test("pagesFor is the number of whole pages that hold the bytes", () => {
  expect([0, 1, 65_535, 65_536, 65_537, 2 ** 31].map(pagesFor)).toEqual([0, 1, 1, 1, 2, 32_768]);
});

describe("a module that is not an engine of this ABI is told from one", () => {
  const names = WebAssembly.Module.exports(new WebAssembly.Module(readArtefact("scalar"))).flatMap(({ name, kind }) => (kind === "function" && name !== "completed" ? [name] : []));
  /** A module that has every export but one, and an ABI version. */
  const pretender = (missing: string, version: number): WebAssembly.Module => {
    const functions = names.filter((name) => name !== missing).map((name) => `(func (export "${name}") (result i32) (i32.const ${name === "abi" ? version : 0}))`);
    return new WebAssembly.Module(assemble(`(module (memory ${missing === "memory" ? "" : '(export "memory")'} 1 1) ${functions.join(" ")})`));
  };

  test("by every single export it lacks", () => {
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(caught(() => instantiate(pretender(name, ABI_VERSION), "other.wasm")).message).toBe(`other.wasm has no export "${name}", so it is not a Mayfly engine of ABI ${ABI_VERSION}`);
    expect(caught(() => instantiate(pretender("memory", ABI_VERSION), "other.wasm")).message).toBe("other.wasm exports no memory, so it is not a Mayfly engine");
  });

  test("by its version", () => {
    expect(instantiate(pretender("", ABI_VERSION), "other.wasm").abi()).toBe(ABI_VERSION);
    expect(caught(() => instantiate(pretender("", 99), "other.wasm")).message).toBe("other.wasm has ABI version 99, this host needs 1: use the engine and the host of one release");
  });
});
