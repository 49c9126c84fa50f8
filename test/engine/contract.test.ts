/** The built engine, read as bytes, against its contract. */
import binaryen from "binaryen";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { WASM_BYTES } from "../limits.js";
import { relaxedIsBroken } from "../../host/engine/load.js";
import { BUILDS } from "./instance.js";
import { assemble, forbiddenIn, isValidWith, readModule } from "./wasm_module.js";

/** What binaryen finds invalid; it takes hold of console.error when it is loaded. */
const complaints = vi.hoisted(() => {
  const found: string[] = [];
  console.error = (text: string) => found.push(text);
  return found;
});

const { Features } = binaryen;

/** Lines of binaryen's validator about a module that may use no more than these features. */
function complaintsWith(features: binaryen.Features, wasm: Uint8Array): string[] {
  complaints.length = 0;
  const valid = isValidWith(wasm, features);
  return valid ? [] : ["invalid", ...complaints];
}

const built = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(fileURLToPath(new URL(`../../dist/engine/${name}.wasm`, import.meta.url))));

/** What assembly/index.ts, or another file that is nothing but a list of re-exports, says it exports. */
function namesOfAbi(file = "index"): string[] {
  const source = readFileSync(fileURLToPath(new URL(`../../assembly/${file}.ts`, import.meta.url)), "utf8").replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
  return [...source.matchAll(/export\s*\{([^}]*)\}\s*from/g)].flatMap(([, list]) => list!.split(",").map((name) => name.trim()).filter((name) => name !== ""));
}

describe.each(BUILDS)("the %s build of the engine", (build) => {
  const bytes = built(`mayfly.${build}`);
  const module = readModule(bytes);

  test("has no imports, floats, mutable globals, relaxed SIMD, and never asks for or grows its memory", () => {
    expect(forbiddenIn(module)).toEqual([]);
    expect(WebAssembly.Module.imports(new WebAssembly.Module(bytes))).toEqual([]);
  });

  test("has one memory whose minimum is its maximum, and exports it", () => {
    expect(module.memory).toEqual({ initial: 1, max: 1, shared: false, is64: false });
    expect(module.exports.filter(({ kind }) => kind === "memory")).toEqual([{ name: "memory", kind: "memory" }]);
    expect(module.text.match(/\n \(memory /g)).toHaveLength(1);
  });

  test("exports the functions that assembly/index.ts lists, and nothing else but the memory", () => {
    const names = namesOfAbi();
    expect(names).toContain("predict_readout");
    expect(module.exports.map(({ name }) => name).sort()).toEqual([...names, "memory"].sort());
    expect(module.exports.filter(({ kind }) => kind === "function")).toHaveLength(names.length);
  });

  test("takes and returns i32 only", () => {
    const types = module.exports.filter(({ kind }) => kind === "function").map(({ name, type }) => `${name}: ${type}`);
    expect(types.filter((type) => !/^\w+: (i32 ?)*-> i32$/.test(type))).toEqual([]);
    expect(types).toContain("region: i32 i32 -> i32");
    expect(types).toContain("plan: -> i32");
  });

  test("has nothing live at address 0", () => {
    const constants = [...module.text.matchAll(/\((?:i32|i64|v128)\.(?:load|store)\S*(?: offset=(\d+))?(?: align=\d+)?\n\s*\(i32\.const (-?\d+)\)/g)];
    const addresses = constants.map(([, offset, base]) => Number(offset ?? 0) + Number(base));
    expect(addresses.length).toBeGreaterThan(20);
    expect(Math.min(...addresses)).toBeGreaterThanOrEqual(64);
  });

  test(`is between ${WASM_BYTES.floor} and ${WASM_BYTES.ceiling} bytes`, () => {
    expect(bytes.length).toBeGreaterThanOrEqual(WASM_BYTES.floor);
    expect(bytes.length).toBeLessThanOrEqual(WASM_BYTES.ceiling);
  });
});

test("the scalar build needs no feature beyond the first version of WebAssembly", () => {
  expect(complaintsWith(Features.MVP, built("mayfly.scalar"))).toEqual([]);
});

test("the SIMD build needs fixed-width SIMD and sign extension at most, and does use SIMD", () => {
  const bytes = built("mayfly.simd");
  expect(complaintsWith(Features.SIMD128 | Features.SignExt, bytes)).toEqual([]);
  expect(readModule(bytes).text).toContain("i32x4.dot_i16x8_s");
});

test("both builds have the same exports of the same types", () => {
  const [scalar, simd] = BUILDS.map((build) => readModule(built(`mayfly.${build}`)).exports.sort((a, b) => (a.name < b.name ? -1 : 1)));
  expect(simd).toEqual(scalar);
});

test("the full builds export what the core does, stages and a front end", () => {
  const more = namesOfAbi("index_full");
  expect(more).toEqual(["begin_stage", "divide_units", "job_address", "push", "push_block", "samples_wanted", "gap", "alarm", "alarm_threshold"]);
  for (const build of [...BUILDS, "relaxed"]) {
    const { exports } = readModule(built(`mayfly.full-${build}`));
    expect(exports.map(({ name }) => name).sort()).toEqual([...namesOfAbi(), ...more, "memory"].sort());
    expect(exports.find(({ name }) => name === "begin_stage")?.type).toBe("i32 i32 -> i32");
  }
});

describe("the check itself finds", () => {
  const body = (code: string): string => `(module (memory 1 1) (func (export "f") (result i32) ${code}))`;
  const reads = (text: string): string[] => forbiddenIn(readModule(assemble(text)));

  test.each([
    ["an import", '(module (import "env" "now" (func (result i32))))'],
    ["memory.size or memory.grow", body("(memory.size)")],
    ["memory.size or memory.grow", body("(memory.grow (i32.const 0))")],
    ["a float", body("(i32.trunc_f64_s (f64.const 1))")],
    ["a float", body("(i32.reinterpret_f32 (f32.load (i32.const 0)))")],
    ["a float", body("(i32x4.extract_lane 0 (i32x4.trunc_sat_f32x4_s (v128.const i32x4 0 0 0 0)))")],
    ["a mutable global", '(module (global $g (mut i32) (i32.const 0)) (func (export "f") (result i32) (global.get $g)))'],
    ["relaxed SIMD", body("(i32x4.extract_lane 0 (i32x4.relaxed_dot_i8x16_i7x16_add_s (v128.const i32x4 0 0 0 0) (v128.const i32x4 0 0 0 0) (v128.const i32x4 0 0 0 0)))")],
  ])("%s in %s", (name, text) => {
    expect(reads(text)).toContain(name);
  });

  test("nothing wrong in a plain module, nor in numbers and data that look like floats", () => {
    expect(reads(body("(i32.const 1)"))).toEqual([]);
    expect(reads('(module (memory 1 1) (data (i32.const 0) "f32 memory.grow") (func (export "f") (result i32) (i32x4.extract_lane 0 (v128.const i32x4 0xf3200000 0x00f64000 0 0))))')).toEqual([]);
  });

  test.each([
    ["SIMD", body("(i32x4.extract_lane 0 (v128.const i32x4 0 0 0 0))"), Features.SIMD128],
    ["sign extension", body("(i32.extend8_s (i32.const 0))"), Features.SignExt],
    ["bulk memory", body("(memory.fill (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 0)"), Features.BulkMemory | Features.BulkMemoryOpt],
    ["saturating conversions", body("(i32.trunc_sat_f64_s (f64.const 0))"), Features.NontrappingFPToInt],
    ["an exported mutable global", '(module (global (export "g") (mut i32) (i32.const 0)))', Features.MutableGlobals],
    ["a function of two results", '(module (func (export "f") (result i32 i32) (i32.const 0) (i32.const 0)))', Features.Multivalue],
  ])("%s beyond the first version", (_, text, feature) => {
    const bytes = assemble(text);
    expect(complaintsWith(Features.MVP, bytes).length).toBeGreaterThan(1);
    expect(complaintsWith(feature, bytes)).toEqual([]);
  });
});

describe("the relaxed build", () => {
  const module = readModule(built("mayfly.relaxed"));

  test("is the SIMD build but for the one relaxed instruction that is exact here", () => {
    const relaxed = new Set([...module.text.matchAll(/\S*relaxed\S*/g)].map(([name]) => name.replace(/^\(/, "")));
    expect([...relaxed].map((name) => name.replace(/^i32x4\.(relaxed_)?/, ""))).toEqual(["dot_i8x16_i7x16_add_s"]);
  });

  test("has no imports, keeps its memory, and exports what the others export", () => {
    expect(module.memory).toEqual({ initial: 1, max: 1, shared: false, is64: false });
    expect(module.exports.map(({ name }) => name).sort()).toEqual(readModule(built("mayfly.scalar")).exports.map(({ name }) => name).sort());
    expect(module.text).not.toMatch(/\(import /);
  });

  test("is refused where V8 is known to get it wrong", () => {
    expect(relaxedIsBroken("11.3.244.8-node.38")).toBe(true);
    expect(relaxedIsBroken("14.6.202.34-node.34")).toBe(false);
    expect(relaxedIsBroken(undefined)).toBe(false);
  });
});
