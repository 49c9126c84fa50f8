/** The command line's ways to the references. */
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { CLI, expectRefusal, mayfly, mayflyJson, onlyJson, start } from "../cli/mayfly.js";

const folder = (): string => mkdtempSync(join(tmpdir(), "mayfly-reference-"));
const SMALL = ["--layers", "24,16", "--limit", "800", "--limit-test", "200"];

test("mayfly backends says what is here, on what, and how to get the rest", async () => {
  const { backends } = await mayflyJson(folder(), "backends");
  expect(backends.map(({ name }: { name: string }) => name)).toEqual(["cpu", "wasm", "webgpu"]);
  for (const backend of backends) {
    expect(backend.howToGet).toMatch(/npm install/);
    expect(backend.present).toBe(backend.adapter !== null);
  }
  expect(backends[1]).toMatchObject({ present: true, gpu: false });
});

describe("mayfly parity", () => {
  test("compares engine and reference in the form that was asked for", async () => {
    const result = await mayflyJson(folder(), "parity", "--layers", "64,32", "--weights", "i16", "--steps", "12", "--backend", "wasm", "--seed", "1");
    expect(result.verdict).toBe("pass");
    expect(result.layers).toHaveLength(2);
    for (const layer of result.layers) {
      for (const part of ["preActivations", "goodness", "weights"]) expect(layer[part]).toMatchObject({ differing: 0, compared: expect.any(Number) });
    }
    // Positive, negative and neutral pass of 12 steps; the weights once more before the first.
    expect(result.layers.map((layer: any) => layer.preActivations.compared)).toEqual([12 * 3 * 64, 12 * 3 * 32]);
    expect(result.layers.map((layer: any) => layer.weights.compared)).toEqual([13 * 784 * 64, 13 * 64 * 32]);
    expect(result.marks.map(({ steps }: { steps: number }) => steps)).toEqual([1, 10, 12]);
  });

  test("whole runs of every form, with verdicts and a plot; a bound that does not hold is an error", async () => {
    const { status, stdout, stderr } = await mayfly(folder(), "parity", "--layers", "16,8", "--steps", "3", "--runs", "1", "--epochs", "2", "--limit", "200", "--limit-test", "100", "--json");
    const { runs, verdict } = onlyJson(stdout);
    expect(runs.curves.map(({ form }: { form: string }) => form)).toEqual(["engine i16", "engine i8", "exact i16", "float"]);
    expect(runs.curves[2].errors).toEqual(runs.curves[0].errors);
    expect(runs.verdicts).toHaveLength(3);
    expect(verdict).toBe(runs.verdicts.every(({ holds }: { holds: boolean }) => holds) ? "pass" : "fail");
    expect(status).toBe(verdict === "pass" ? 0 : 1);
    expect(stderr).toMatch(/test error by goodness/);
  });

  test.each([
    ["maps", ["--layers", "conv10x5p2,local4x5s2", "--objective", "pair", "--with", '{"waves":{"set":1,"intensity":0.35}}']],
    ["hybrid negatives and peers", ["--layers", "24,16", "--with", '{"negatives":"hybrid","layer":{"peer":0.5}}']],
    ["given negatives and targets", ["--layers", "24,16", "--with", '{"negatives":"given","targets":"given"}']],
    ["recurrence", ["--layers", "20,16", "--iterations", "4"]],
  ])("knows the variants: %s", async (_, args) => {
    const result = await mayflyJson(folder(), "parity", ...args, "--steps", "3", "--backend", "wasm");
    expect(result.verdict).toBe("pass");
    for (const layer of result.layers) for (const part of ["activities", "goodness", "weights"]) expect(layer[part]).toMatchObject({ differing: 0, compared: expect.any(Number) });
    expect(result.layers.every(({ activities, weights }: any) => activities.compared > 0 && weights.compared > 0)).toBe(true);
  });

  test("refuses what it cannot do", async () => {
    await expectRefusal(folder(), ["parity", "--layers", "8", "--backend", "cuda"], /backend/, 2);
    await expectRefusal(folder(), ["parity", "--layers", "8", "--steps", "0"], /steps/, 2);
  });
});

describe("mayfly train --engine tfjs", () => {
  test("leaves a model that eval, pack and the engine take", async () => {
    const cwd = folder();
    const run = await mayflyJson(cwd, "train", "mnist", ...SMALL, "--epochs", "2", "--engine", "tfjs", "--backend", "wasm", "--batch", "8", "--out", "run");
    expect(run).toMatchObject({ engine: "tfjs", backend: "wasm", batch: 8, samples: 1600, testError: { goodness: expect.any(Number) }, quantised: { saturated: 0 } });
    expect(run.testError.goodness).toBeLessThan(50);
    const tested = await mayflyJson(cwd, "eval", "run");
    expect(tested.testError).toEqual(run.quantised.testError);
    expect(tested.weightsHash).toBe(run.weightsHash);
    expect((await mayfly(cwd, "pack", "run", "-o", "model.wasm")).status).toBe(0);
    expect(existsSync(join(cwd, "model.wasm"))).toBe(true);
  });

  test.each([
    ["a convolution", ["--layers", "conv10x5p2,conv10x3", "--objective", "classwise"]],
    ["recurrence", ["--layers", "24,16", "--iterations", "4"]],
    ["hybrid negatives", ["--layers", "24,16", "--with", '{"negatives":"hybrid","readout":{"from":0}}']],
  ])("knows the variants, and the engine takes what it leaves: %s", async (_, args) => {
    const cwd = folder();
    const run = await mayflyJson(cwd, "train", "mnist", ...args, "--limit", "100", "--limit-test", "20", "--epochs", "1", "--engine", "tfjs", "--batch", "4", "--out", "run");
    expect(run.samples).toBe(100);
    expect((await mayflyJson(cwd, "eval", "run")).weightsHash).toBe(run.weightsHash);
  });

  test("what a data set cannot give, and boxes, are refused before a run directory is made", async () => {
    const cwd = folder();
    await expectRefusal(cwd, ["train", "mnist", ...SMALL, "--engine", "tfjs", "--with", '{"negatives":"given"}'], /negatives are "given", and a data set has none/, 2);
    const box = await mayfly(cwd, "experiment", "blackbox", "--engine", "tfjs", "--limit", "20", "--limit-test", "10");
    expect(box).toMatchObject({ status: 2, stderr: expect.stringMatching(/the tfjs references have no boxes/) });
    expect(existsSync(join(cwd, "runs"))).toBe(false);
  });

  test("an experiment runs in float, and is there when asked for again", async () => {
    const cwd = folder();
    const args = ["experiment", "unsupervised", "--variant", "2x500", "--engine", "tfjs", "--batch", "20", "--limit", "60", "--limit-test", "20", "--epochs", "1"];
    const { runs: [run] } = await mayflyJson(cwd, ...args);
    expect(run).toMatchObject({ variant: "2x500", testError: { goodness: null, readout: expect.any(Number) } });
    const { runs: [again] } = await mayflyJson(cwd, ...args);
    expect(again.weightsHash).toBe(run.weightsHash);
    expect(await mayfly(cwd, ...args, "--batch", "10")).toMatchObject({ status: 1, stderr: expect.stringMatching(/begun with other settings/) });
    await expectRefusal(cwd, ["experiment", "unsupervised", "--batch", "4"], /--batch belongs to --engine tfjs/, 2);
  });

  test("a run that is interrupted goes on to the very same weights", async () => {
    const cwd = folder();
    const options = ["train", "mnist", ...SMALL, "--epochs", "12", "--evaluate-every", "12", "--engine", "tfjs", "--batch", "4", "--checkpoint-every", "0"];
    const whole = await mayflyJson(cwd, ...options, "--out", "whole");
    const { child, outcome } = start(cwd, [...options, "--out", "cut"]);
    const watch = setInterval(() => {
      if (!existsSync(join(cwd, "cut", "float.state"))) return;
      // Once: a second one ends the process at once.
      clearInterval(watch);
      child.kill("SIGINT");
    }, 20);
    const { status, stderr } = await outcome;
    clearInterval(watch);
    expect(stderr).toMatch(/interrupted after [\d,]+ samples; all is saved, go on with: mayfly resume cut/);
    expect(status).toBe(1);
    const again = await mayflyJson(cwd, "resume", "cut");
    expect(again.weightsHash).toBe(whole.weightsHash);
    expect(readFileSync(join(cwd, "cut", "float.state")).equals(readFileSync(join(cwd, "whole", "float.state")))).toBe(true);
  });

  test("options of the other engine are refused", async () => {
    await expectRefusal(folder(), ["train", "mnist", ...SMALL, "--engine", "tfjs", "--build", "simd"], /--build names a build of the integer engine/, 2);
    await expectRefusal(folder(), ["train", "mnist", ...SMALL, "--batch", "8"], /--batch belongs to --engine tfjs/, 2);
    await expectRefusal(folder(), ["train", "mnist", ...SMALL, "--tfjs-rate", "0.1"], /--tfjs-rate belongs to --engine tfjs/, 2);
    await expectRefusal(folder(), ["train", "mnist", ...SMALL, "--engine", "tfjs", "--patience", "2"], /--patience belongs to the integer engine/, 2);
  });
});

test("a run of the engine that takes longer than the limit offers the GPU", async () => {
  const { stderr, status } = await mayfly(folder(), "train", "mnist", "--layers", "32,16", "--limit", "4000", "--limit-test", "100", "--epochs", "2", "--time-limit", "0.0000001");
  expect(status).toBe(0);
  expect(stderr.match(/A GPU does it in float/g)).toHaveLength(1);
  expect(stderr).toMatch(/--layers 32,16 --engine tfjs --backend webgpu/);
});

describe("a run changes engines", () => {
  /** A run cut by Ctrl-C after its first checkpoint with samples in it. */
  async function cutRun(cwd: string, ...more: string[]): Promise<void> {
    const { child, outcome } = start(cwd, ["train", "mnist", ...SMALL, "--epochs", "40", "--evaluate-every", "40", "--checkpoint-every", "0", "--out", "cut", ...more]);
    child.stderr!.on("data", (text: string) => /epoch +2\//.test(text) && child.kill("SIGINT"));
    expect((await outcome).status).toBe(1);
  }

  test("from tfjs to the integers of the device, and the weights it goes on from are the quantised ones", async () => {
    const cwd = folder();
    await cutRun(cwd, "--engine", "tfjs", "--batch", "16");
    const before = await mayflyJson(cwd, "eval", "cut");
    const run = await mayflyJson(cwd, "resume", "cut", "--engine", "integer");
    expect(run.samples).toBe(40 * 800);
    expect(run.weightsHash).not.toBe(before.weightsHash);
    expect(run.testError.goodness).toBeLessThan(40);
    expect(existsSync(join(cwd, "cut", "float.state"))).toBe(false);
  });

  test("and from the engine to tfjs", async () => {
    const cwd = folder();
    await cutRun(cwd);
    await expectRefusal(cwd, ["resume", "cut", "--backend", "wasm"], /--backend belongs to a run in tfjs/, 2);
    const run = await mayflyJson(cwd, "resume", "cut", "--engine", "tfjs");
    expect(run).toMatchObject({ engine: "tfjs", samples: 40 * 800 });
    expect((await mayflyJson(cwd, "eval", "cut")).weightsHash).toBe(run.weightsHash);
  });

  test("but not with inputs the engine does not compute", async () => {
    const cwd = folder();
    await cutRun(cwd, "--engine", "tfjs", "--recipe", "hinton", "--batch", "100");
    await expectRefusal(cwd, ["resume", "cut", "--engine", "integer"], /recipe hinton/, 2);
  });
});

describe("where the optional packages are not installed", () => {
  /** The built command line with everything it needs but tfjs and Dawn. */
  function withoutOptional(): { cwd: string; run: (...args: string[]) => ReturnType<typeof spawnSync> } {
    const cwd = folder();
    cpSync(dirname(CLI), join(cwd, "dist"), { recursive: true, filter: (path) => !/dist\/(types|frozen|work)/.test(path) });
    const modules = join(dirname(CLI), "..", "node_modules");
    mkdirSync(join(cwd, "node_modules"));
    for (const name of readdirSync(modules)) if (!["@tensorflow", "webgpu", ".bin"].includes(name)) symlinkSync(join(modules, name), join(cwd, "node_modules", name));
    copyFileSync(join(modules, "..", "package.json"), join(cwd, "package.json"));
    return { cwd, run: (...args) => spawnSync(process.execPath, [join(cwd, "dist", "cli.js"), ...args], { cwd, encoding: "utf8" }) };
  }

  test("the engine trains, and whatever needs them says how to get them", () => {
    const { cwd, run } = withoutOptional();
    expect(run("train", "mnist", "--layers", "8", "--limit", "50", "--limit-test", "20", "--epochs", "1", "--out", "run").status).toBe(0);
    for (const args of [["train", "mnist", "--layers", "8", "--limit", "50", "--limit-test", "20", "--engine", "tfjs"], ["parity", "--layers", "8"], ["compare", "--layers", "8", "--limit", "50"]]) {
      const { status, stderr } = run(...args);
      expect(stderr).toMatch(/mayfly: the optional package @tensorflow\/tfjs-core is not installed: npm install @tensorflow\/tfjs-core/);
      expect(status).toBe(1);
    }
    // A run that could not start leaves no run directory behind.
    expect(existsSync(join(cwd, "runs"))).toBe(false);
    const { backends } = JSON.parse(run("backends", "--json").stdout as string);
    expect(backends.map(({ present }: { present: boolean }) => present)).toEqual([false, false, false]);
  });
});
