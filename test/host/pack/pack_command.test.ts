import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { createProgram } from "../../../host/cli/program.js";
import { Network } from "../../../host/engine/network.js";
import { NETWORKS, sampleOf } from "../engine/networks.js";

const folder = mkdtempSync(join(tmpdir(), "mayfly-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const input = NETWORKS["class-wise, i8"]!;
const network = Network.create(input);
for (let index = 0; index < 5; index++) network.train(sampleOf(input, index).frame, sampleOf(input, index).label);
writeFileSync(at("net.mayfly"), network.checkpoint());

/** Runs a command line; returns what it printed on stdout. */
async function mayfly(...words: string[]): Promise<string> {
  let printed = "";
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  await createProgram().parseAsync(["node", "mayfly", ...words]);
  return printed;
}

test("a model is packed with its state and its header, and inspect shows the same network", async () => {
  const packed = JSON.parse(await mayfly("pack", at("net.mayfly"), "-o", at("My net.wasm"), "--json"));
  expect(packed).toMatchObject({ file: at("My net.wasm"), header: at("My net.mayfly.h"), build: "scalar", state: true, samples: 5, weightsHash: network.weightsHash(), plan: network.plan.bytes });
  expect(packed.bytes.memory).toBe(network.plan.bytes.total);
  expect(readFileSync(packed.file)).toHaveLength(packed.bytes.module);
  expect(readFileSync(packed.header, "utf8")).toContain("#define MY_NET_HAS_STATE 1\n");
  const inspected = JSON.parse(await mayfly("inspect", packed.file, "--json"));
  expect(inspected).toMatchObject({ samples: 5, weightsHash: network.weightsHash(), bytes: network.plan.bytes, spec: JSON.parse(JSON.stringify(network.spec)) });
  expect(inspected.packed).toMatchObject({ build: "scalar", state: true, pageBytes: 65536, pages: 1, heapBase: network.plan.bytes.total });
  expect(inspected.packed.exports).toContain("train");
});

test("flags describe an untrained network, whose module has only the spec inside", async () => {
  const packed = JSON.parse(await mayfly("pack", "--layers", "20,10", "--input", "5x4", "--classes", "4", "--page-size", "1", "--build", "simd", "--no-header", "-o", at("b.wasm"), "--json"));
  expect(packed).toMatchObject({ header: null, build: "simd", state: false, samples: 0, pageBytes: 1 });
  expect(packed.pages).toBe(packed.plan.total);
  expect(readdirSync(folder)).not.toContain("b.mayfly.h");
});

describe("one clear line for", () => {
  writeFileSync(at("v9.mayfly"), network.checkpoint().map((byte, index) => (index === 4 ? 9 : byte)));
  writeFileSync(at("cut.mayfly"), network.checkpoint().subarray(0, 900));
  test.each([
    ["nothing to pack", ["-o", at("x.wasm")], /^nothing to pack: give a run directory or a \.mayfly file, or --layers and --input/],
    ["a model and flags", [at("net.mayfly"), "--layers", "5", "-o", at("x.wasm")], /^--layers describes a network, and .* is one already/],
    ["a model that is not there", [at("none"), "-o", at("x.wasm")], /none/],
    ["a model of another version", [at("v9.mayfly"), "-o", at("x.wasm")], /v9\.mayfly: made for version 9/],
    ["a truncated model", [at("cut.mayfly"), "-o", at("x.wasm")], /cut\.mayfly is (damaged or )?truncated/],
    ["no output", [at("net.mayfly")], /required option '-o, --output <file>'/],
    ["an output in no folder", [at("net.mayfly"), "-o", at("no/x.wasm")], /^cannot write .*x\.wasm: there is no folder/],
    ["an output that is a folder", [at("net.mayfly"), "-o", folder], /it is a folder/],
    ["a header in no folder", [at("net.mayfly"), "-o", at("x.wasm"), "--header", at("no/x.h")], /^cannot write .*x\.h: there is no folder/],
    ["a header in the module's place", [at("net.mayfly"), "-o", at("x.wasm"), "--header", at("x.wasm")], /cannot both be/],
    ["another page size", [at("net.mayfly"), "-o", at("x.wasm"), "--page-size", "2"], /Allowed choices are 1, 65536/],
    ["a network over its memory limit", ["--layers", "20", "--input", "5x4", "--memory-limit", "2000", "-o", at("x.wasm")], /bytes more than the memory limit/],
  ] as const)("%s", async (_, words, message) => {
    await expect(mayfly("pack", ...words)).rejects.toThrow(message);
    expect(readdirSync(folder).filter((name) => name.startsWith("x."))).toEqual([]);
  });
});
