/** `mayfly run`, `mayfly runtimes` and `mayfly verify` as a user calls them. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDataset } from "../../../host/data/open.js";
import { Network } from "../../../host/engine/network.js";
import { builtFile } from "../../../host/built_file.js";
import { RUNTIMES } from "../../../host/runtimes/registry.js";
import { evaluate, type TestError } from "../../../host/train/evaluate.js";
import { train } from "../../../host/train/train.js";
import { findAll } from "./found.js";

const found = await findAll();
const LIMIT = 100;
const LIMIT_TEST = 15;
let folder = "";
let expected: { network: Network; testError: TestError };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mayfly-test-"));
  const data = await openDataset("mnist", { limit: LIMIT, limitTest: LIMIT_TEST });
  const network = Network.create({ input: data.train.shape, classes: 10, layers: [{ units: 12 }, { units: 9 }], schedule: { holdSamples: LIMIT, totalSamples: 2 * LIMIT }, seed: 3 });
  for await (const _ of train(network, data.train, { epochs: 2 }));
  expected = { network, testError: evaluate(network, data.test).testError };
});

afterAll(async () => {
  for (const runtime of found.values()) await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

describe.each([...found.keys()].map((name) => ({ name })))("mayfly run --runtime $name", ({ name }) => {
  test("trains and tests as this process does", async () => {
    const model = join(folder, `${name}.mayfly`);
    const args = ["mnist", "--layers", "12,9", "--limit", String(LIMIT), "--limit-test", String(LIMIT_TEST), "--seed", "3", "--epochs", "2", "--out", model, "--json"];
    const { status, json } = await mayfly("run", "--runtime", name, "train", ...args);
    expect({ status, json }).toMatchObject({ status: 0, json: { runtime: name, weightsHash: expected.network.weightsHash(), testError: expected.testError, samples: 2 * LIMIT } });
    const opened = Network.open(new Uint8Array(await readFile(model)));
    expect(opened.weightsHash()).toBe(expected.network.weightsHash());
    expect(opened.samples).toBe(2 * LIMIT);
  });
});

test("mayfly run eval tests a model as this process does", async () => {
  const model = join(folder, "model.mayfly");
  await writeFile(model, expected.network.checkpoint());
  const { json } = await mayfly("run", "--runtime", "node-wasi", "eval", model, "mnist", "--limit-test", String(LIMIT_TEST), "--json");
  expect(json).toMatchObject({ runtime: "node-wasi", weightsHash: expected.network.weightsHash(), testError: expected.testError, count: LIMIT_TEST });
});

test("mayfly run refuses what it cannot do, in one line", async () => {
  const missing = await mayfly("run", "--runtime", "wasm3", "--runtime-path", `wasm3=${join(folder, "nothing")}`, "train", "mnist", "--layers", "8");
  expect(missing).toMatchObject({ status: 1, said: expect.stringMatching(/^mayfly: wasm3: .*nothing cannot be run\n$/) });
  expect(await mayfly("run", "--runtime", "wasm4", "train", "mnist", "--layers", "8")).toMatchObject({ status: 2, said: expect.stringContaining("wasm4") });
  expect(await mayfly("run", "--runtime", "v8", "--runtime-path", "nonsense", "train", "mnist", "--layers", "8")).toMatchObject({ status: 2, said: expect.stringContaining("name=file") });
  expect(await mayfly("run", "--runtime", "v8", "train", "mnist", "--layers", "64", "--memory-limit", "1000")).toMatchObject({ status: 2, said: expect.stringMatching(/^mayfly: the network needs [\d,]+ bytes more/) });
});

test("mayfly runtimes lists all, with versions and how to get what is missing", async () => {
  const { status, json, said } = await mayfly("runtimes", "--json");
  expect(status).toBe(0);
  const { runtimes } = json as { runtimes: { name: string; present: boolean; version: string | null }[] };
  expect(runtimes.map(({ name }) => name)).toEqual(RUNTIMES.map(({ name }) => name));
  expect(runtimes.filter(({ present }) => present).map(({ name }) => name).sort()).toEqual([...found.keys()].sort());
  expect(runtimes.filter(({ present, version }) => present !== (version !== null))).toEqual([]);
  for (const { name } of RUNTIMES) expect(said).toContain(name);
});

test("mayfly verify prints a run for each build and fails when asked for a runtime that is not there", async () => {
  const { status, json, said } = await mayfly("verify", "--runtime", "v8", "--json");
  expect({ status, said }).toMatchObject({ status: 0, said: expect.stringContaining("equal") });
  expect((json as { runs: object[] }).runs).toEqual(["scalar", "simd"].map((build) => expect.objectContaining({ runtime: "v8", build, equal: true, weightsHash: expect.stringMatching(/^[0-9a-f]{16}$/), relativeSpeed: expect.any(Number) })));
  const absent = await mayfly("verify", "--runtime", "iwasm", "--runtime-path", `iwasm=${join(folder, "nothing")}`);
  expect(absent).toMatchObject({ status: 1, said: expect.stringContaining("mayfly: not on this machine: iwasm") });
});

/** Runs the built command line. */
function mayfly(...args: string[]): Promise<{ status: number; json: unknown; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [builtFile("cli.js"), ...args], (error, stdout, said) => {
      resolve({ status: typeof error?.code === "number" ? error.code : error ? -1 : 0, json: stdout === "" ? null : JSON.parse(stdout), said });
    });
  });
}
