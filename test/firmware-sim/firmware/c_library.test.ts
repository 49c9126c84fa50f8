import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Network } from "../../../host/engine/network.js";
import { type Kernels, packCLibrary } from "../../../host/pack_c/c_library.js";
import { libraryFile } from "../../../host/pack_c/files.js";
import { temporaryFolder } from "../../../host/runtimes/files.js";
import { mnistJob, type Job } from "./jobs.js";
import { describeNative } from "./require_tools.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const STRICT = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsanitize=undefined", "-fno-sanitize-recover=all", "-DMAYFLY_CHECK_ALIGNMENT"];

/** The checkpoint that the plain example writes. */
async function trainNatively(network: Network, { samples }: Pick<Job, "samples">, state: boolean, kernels?: Kernels): Promise<Uint8Array> {
  const { files } = await packCLibrary(network, { state, kernels });
  for (const [name, text] of files) {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true });
    writeFileSync(join(folder.path, name), text);
  }
  writeFileSync(join(folder.path, "samples.bin"), Buffer.concat(samples.flatMap(({ frame, label }) => [Uint8Array.of(label), frame])));
  execFileSync("gcc", ["-O1", ...STRICT, "-Isrc", "examples/plain/main.c", "src/mayfly.c", "-o", "train"], { cwd: folder.path });
  execFileSync("./train", ["samples.bin", "out.mayfly"], { cwd: folder.path });
  return new Uint8Array(readFileSync(join(folder.path, "out.mayfly")));
}

describeNative("the C library, compiled for this machine", () => {
  test.each([
    ["pair", [48, 24], "i16", undefined, "wasm"],
    ["pair", [45], "i8", 0.001, "wasm"],
    ["classwise", [40, 20], "i8", 0.001, "wasm"],
    ["pair", [43, 24], "i16", undefined, "c"],
    ["classwise", [40, 20], "i8", 0.001, "c"],
  ] as const)("%s %j %s, decay %s, kernels %s trains to the engine's bits, aligned and without undefined behaviour", async (objective, layers, weights, decay, kernels) => {
    const job = await mnistJob(60, layers, weights, 2);
    const spec = { ...job.spec, objective, layers: job.spec.layers.map((layer) => ({ ...layer, decay })) };
    const written = await trainNatively(Network.create(spec), job, false, kernels);
    const network = Network.create(spec);
    for (const { frame, label } of job.samples) network.train(frame, label);
    expect(Buffer.compare(written, network.checkpoint())).toBe(0);
  });

  // Pooling has a function with so many parameters that wasm2c breaks its head into lines.
  test("a network of pooled maps trains to the engine's bits", async () => {
    const job = await mnistJob(12, [10], "i8", 2);
    const layers = [{ kind: "conv", channels: 10, field: 3, pool: 2, weights: "i8" }, { kind: "local", channels: 10, field: 3, stride: 2, weights: "i16" }] as const;
    const spec = { ...job.spec, objective: "classwise" as const, layers: [...layers] };
    const written = await trainNatively(Network.create(spec), job, false);
    const network = Network.create(spec);
    for (const { frame, label } of job.samples) network.train(frame, label);
    expect(Buffer.compare(written, network.checkpoint())).toBe(0);
  });

  // Their weights lie nearest to the end of memory: a bounds check for a whole group of 32 units must still hold.
  test.each([["i8", [1]], ["i16", [1]], ["i8", [2, 1]], ["i16", [9, 3]]] as const)("the smallest networks, %s %j, stay inside their memory", async (weights, layers) => {
    const spec = { input: { width: 2, height: 1, channels: 1 }, classes: 2, layers: layers.map((units) => ({ units, weights })), schedule: { holdSamples: 20, totalSamples: 40 } };
    const samples = Array.from({ length: 40 }, (_, index) => ({ frame: Uint8Array.of(index % 2 ? 250 : 3, index % 2 ? 5 : 200 + index), label: index % 2 }));
    const written = await trainNatively(Network.create(spec), { samples }, false);
    const network = Network.create(spec);
    for (const { frame, label } of samples) network.train(frame, label);
    expect(Buffer.compare(written, network.checkpoint())).toBe(0);
  });

  test("goes on from the trained state inside", async () => {
    const job = await mnistJob(60, [24, 16], "i16", 2);
    const network = Network.create(job.spec);
    for (const { frame, label } of job.samples.slice(0, 30)) network.train(frame, label);
    const written = await trainNatively(network, { samples: job.samples.slice(30) }, true);
    for (const { frame, label } of job.samples.slice(30)) network.train(frame, label);
    expect(Buffer.compare(written, network.checkpoint())).toBe(0);
  });

  test("an access outside memory traps, at the last byte and at addresses that wrap", () => {
    writeFileSync(join(folder.path, "bounds.c"), `
#include <stdio.h>
#include <stdlib.h>
#define MAYFLY_MEMORY_BYTES 64u
#include <stdint.h>
__attribute__((noreturn)) static void mayfly_trap(void) { puts("trap"); exit(7); }
#include ${JSON.stringify(libraryFile("mayfly_rt.h"))}
int main(int count, char **arguments) {
  u32 address = (u32)strtoul(arguments[1], 0, 0);
  u8 *at = 0;
  if (count == 3) { MAYFLY_POINT(at, address, 16u); return (int)i32_load16_s_at(at, 14u); }
  i32_store(address, 4u, 0);
  return (int)i32_load(address, 4u);
}`);
    execFileSync("gcc", ["-O2", "-w", "bounds.c", "-o", "bounds"], { cwd: folder.path });
    const run = (...args: string[]): number | null => spawnSync("./bounds", args, { cwd: folder.path }).status;
    expect(["0", "56"].map((address) => run(address))).toEqual([0, 0]);
    expect(["57", "60", "64", "0xfffffffc", "0xffffffff"].map((address) => run(address))).toEqual([7, 7, 7, 7, 7]);
    expect(["0", "48", "49", "0xfffffff0"].map((address) => run(address, "point"))).toEqual([0, 0, 7, 7]);
  });
});

test("the same network gives the same text, with a folder for every build system", async () => {
  const { spec } = await mnistJob(1, [16], "i8", 2);
  const [first, second] = await Promise.all([packCLibrary(Network.create(spec)), packCLibrary(Network.create(spec))]);
  expect([...first.files]).toEqual([...second.files]);
  for (const name of ["src/mayfly.c", "src/mayfly.h", "library.properties", "library.json", "CMakeLists.txt", "zephyr/module.yml", "examples/Train/Train.ino"]) expect(first.files.has(name)).toBe(true);
  for (const text of first.files.values()) expect(text).not.toMatch(/@[A-Z]+@|\bmalloc\s*\(|\b(float|double)\b/);
  expect(existsSync(libraryFile("mayfly.h"))).toBe(true);
});
