/** `mayfly experiment` as a user runs it, on a made set. */
import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { EXPERIMENTS } from "../../../host/experiments/registry.js";
import { temporaryFiles } from "../data/temporary-files.js";
import { expectRefusal, filesIn, mayfly, mayflyJson, onlyJson, start } from "./mayfly.js";
import { writeIdxFolder } from "./samples.js";

const files = temporaryFiles();
const TINY = ["--data", "idx", "--epochs", "1", "--limit", "40"];

beforeAll(() => {
  writeIdxFolder(files, "idx");
});

describe("--list", () => {
  test("names every system of the papers, with its runs", async () => {
    const { experiments } = await mayflyJson(files.folder, "experiment", "--list");
    expect(experiments.map(({ name }: any) => name)).toEqual(["supervised", "unsupervised", "local", "jitter", "recurrent", "cifar", "sequence", "objective", "phases", "blackbox", "mortal", "cnn"]);
    for (const [index, { title, source, about, dataset, needs, variants }] of experiments.entries()) {
      for (const text of [title, source, about]) expect(text.length).toBeGreaterThan(5);
      expect((dataset === null) !== (needs === null)).toBe(true);
      expect(variants.map(({ name }: any) => name)).toEqual(EXPERIMENTS[index]!.variants.map(({ name }) => name));
    }
  });

  test("for people, on stderr", async () => {
    const { status, stdout, stderr } = await mayfly(files.folder, "experiment", "--list");
    expect([status, stdout]).toEqual([0, ""]);
    expect(stderr).toMatch(/^supervised {2}Labels in the first pixels/m);
    expect(stderr).toMatch(/^ {4}3x1000 +target +60 epochs {2}three layers of 1,000$/m);
  });
});

describe("a tiny run", () => {
  const args = ["experiment", "supervised", "--variant", "2x256", ...TINY, "--limit-test", "20", "--out", "tiny"];
  const directory = "tiny/supervised-2x256-1epochs-40samples-seed1";
  let first: any;
  beforeAll(async () => {
    first = await mayflyJson(files.folder, ...args);
  });

  test("ends with its figures, in a run directory that other commands know", async () => {
    expect(first).toMatchObject({ experiment: "supervised", seed: 1, measurements: [], runs: [{ variant: "2x256", seed: 1, runDirectory: directory }] });
    const [run] = first.runs;
    expect(run.epochs).toHaveLength(1);
    expect(run.testError).toEqual(run.epochs[0].testError);
    expect(run.weightsHash).toMatch(/^[0-9a-f]{16}$/);
    const inspected = await mayflyJson(files.folder, "eval", directory);
    expect(inspected.testError).toEqual(run.testError);
    expect(JSON.parse(readFileSync(join(files.folder, directory, "run.json"), "utf8")).settings).toMatchObject({ epochs: 1, datasetOptions: { limit: 40, limitTest: 20 } });
  });

  test("begun again it has ended, with the same figures", async () => {
    const { status, stdout, stderr } = await mayfly(files.folder, ...args, "--json");
    expect(status, stderr).toBe(0);
    expect(stderr).toContain(`has ended before: ${directory}`);
    expect(onlyJson(stdout)).toEqual(first);
  });

  test("elsewhere, it ends with the same weights; with another seed, with others", async () => {
    const elsewhere = await mayflyJson(files.folder, ...args.slice(0, -1), "elsewhere");
    expect(elsewhere.runs[0].weightsHash).toBe(first.runs[0].weightsHash);
    const other = await mayflyJson(files.folder, ...args, "--seed", "2");
    expect(other.runs[0]).toMatchObject({ seed: 2, runDirectory: "tiny/supervised-2x256-1epochs-40samples-seed2" });
    expect(other.runs[0].weightsHash).not.toBe(first.runs[0].weightsHash);
  });

  test("its folder with other samples is refused, and stays as it is", async () => {
    const model = readFileSync(join(files.folder, directory, "model.mayfly"));
    const { status, stdout, stderr } = await mayfly(files.folder, ...args.map((word) => (word === "20" ? "30" : word)));
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr.trimEnd().split("\n").at(-1)).toBe(`mayfly: ${directory} was begun with other samples: give another --out, or remove it`);
    expect(readFileSync(join(files.folder, directory, "model.mayfly"))).toEqual(model);
  });
});

test("a folder that a run with other settings has taken is refused, and left alone", async () => {
  const begun = ["experiment", "supervised", ...TINY, "--out", "mixed", "--variant"];
  await mayflyJson(files.folder, ...begun, "2x256");
  renameSync(join(files.folder, "mixed/supervised-2x256-1epochs-40samples-seed1"), join(files.folder, "mixed/supervised-threshold-1epochs-40samples-seed1"));
  const model = readFileSync(join(files.folder, "mixed/supervised-threshold-1epochs-40samples-seed1/model.mayfly"));
  const outcome = await mayfly(files.folder, ...begun, "threshold");
  expect(outcome.status).toBe(1);
  expect(outcome.stderr).toMatch(/^mayfly: mixed\/supervised-threshold-1epochs-40samples-seed1 was begun with other settings of this experiment: give another --out, or remove it$/m);
  expect(readFileSync(join(files.folder, "mixed/supervised-threshold-1epochs-40samples-seed1/model.mayfly"))).toEqual(model);
});

test("an interrupted run goes on to the weights of one that was not", async () => {
  writeIdxFolder(files, "large", { train: 8000 });
  const args = ["experiment", "supervised", "--variant", "2x256", "--data", "large", "--epochs", "2", "--limit-test", "20", "--checkpoint-every", "0"];
  const whole = await mayflyJson(files.folder, ...args, "--out", "whole");
  const cut = start(files.folder, [...args, "--out", "cut"]);
  const model = join(files.folder, "cut/supervised-2x256-2epochs-seed1/model.mayfly");
  while (!existsSync(model)) await new Promise((resolve) => setTimeout(resolve, 20));
  cut.child.kill("SIGINT");
  const { status, stderr } = await cut.outcome;
  expect(status).toBe(1);
  expect(stderr).toMatch(/^mayfly: interrupted/m);
  const again = await mayflyJson(files.folder, ...args, "--out", "cut");
  expect(again.runs[0].weightsHash).toBe(whole.runs[0].weightsHash);
  expect(again.runs[0].testError).toEqual(whole.runs[0].testError);
});

test("every run of an experiment by default, one after the other", async () => {
  const { runs } = await mayflyJson(files.folder, "experiment", "phases", ...TINY, "--limit-test", "8", "--out", "all");
  expect(runs.map(({ variant }: any) => variant)).toEqual(["together", "apart-1", "apart-10", "apart-100", "apart-1000", "no-sleep"]);
  expect(new Set(runs.map(({ weightsHash }: any) => weightsHash)).size).toBeGreaterThan(3);
});

test("a black box trains, and is tested, through its host's function", async () => {
  const { runs } = await mayflyJson(files.folder, "experiment", "blackbox", ...TINY, "--limit-test", "8", "--out", "box");
  expect(runs.map(({ variant, testError }: any) => [variant, typeof testError.readout])).toEqual([["box", "number"], ["untrained-before", "number"], ["no-box", "number"]]);
});

test("mortal measures without run directories", async () => {
  const found = await mayflyJson(files.folder, "experiment", "mortal", "--data", "idx", "--limit", "20", "--limit-test", "8", "--out", "mortal");
  expect(found.runs).toEqual([]);
  expect(found.measurements.map(({ what }: any) => what)).toEqual([
    "the ideal device, trained", "device 1, trained by itself", "device 2, trained by itself", "device 3, trained by itself",
    "weights of device 1 in the ideal device", "weights of device 1 in device 2", "weights of device 1 in device 3", "device 2, taught by device 1's probabilities, no labels",
  ]);
  expect(filesIn(files.folder).some((name) => name.startsWith("mortal"))).toBe(false);
});

test("cifar runs on a folder in CIFAR-10's format", async () => {
  const batch = (count: number): Uint8Array => Uint8Array.from({ length: count * 3073 }, (_, at) => (at % 3073 === 0 ? (at / 3073) % 10 : (at * 7) & 255));
  files.write("cifar/data_batch_1.bin", batch(20));
  files.write("cifar/test_batch.bin", batch(10));
  const args = ["experiment", "cifar", "--variant", "two-layers", "--data", "cifar", "--epochs", "1", "--limit", "4", "--limit-test", "2", "--out", "cifar-runs"];
  const { runs, twins } = await mayflyJson(files.folder, ...args);
  expect(runs[0].epochs).toHaveLength(1);
  // Beside it the same two layers by backpropagation, kept in the run directory.
  expect(twins).toEqual([{ variant: "two-layers", name: "backprop, cross-entropy", seed: 1, batch: 32, rate: 0.001, backend: "wasm", epochs: [{ epoch: 1, error: expect.any(Number) }], error: expect.any(Number), published: null }]);
  expect(filesIn(join(files.folder, "cifar-runs"))).toContain("cifar-two-layers-1epochs-4samples-seed1/backprop.twin");
  const again = await mayfly(files.folder, ...args);
  expect(again.stderr).toContain("backprop, cross-entropy: trained before, cifar-runs/cifar-two-layers-1epochs-4samples-seed1/backprop.twin");
  expect(again.stderr).toMatch(/^ {2}backprop, cross-entropy +1 +\d+\.\d\d %$/m);
  expect((await mayflyJson(files.folder, ...args, "--no-twins")).twins).toEqual([]);
}, 60_000);

test("cifar's networks are refused for other frames, with the reason", () =>
  expectRefusal(files.folder, ["experiment", "cifar", "--data", "idx"], /experiment cifar takes frames of 32×32×3, and .* has 12×12×1: its layers and its published figures are those of CIFAR-10/, 2));

describe.concurrent("refused", () => {
  const refuses = (what: string, args: string, line: RegExp, status: 1 | 2 = 2): void => {
    test(what, () => expectRefusal(files.folder, args.split(" "), line, status));
  };
  refuses("no name", "experiment", /name an experiment: supervised, unsupervised, .*; --list tells more/);
  refuses("a name there is not", "experiment backprop", /there is no experiment "backprop"; there are supervised, /);
  refuses("a run there is not", "experiment supervised --variant 9x9", /--variant 9x9: experiment supervised has no such variant, it has 2x256, /);
  refuses("a run of an experiment without runs", "experiment mortal --variant x", /experiment mortal has no variants to choose from: it measures as a whole, so leave --variant out/);
  refuses("a size there is not", "experiment objective --paper", /experiment objective has no paper runs; choose by --variant: /);
  refuses("two sizes at once", "experiment supervised --paper --target", /option '--target' cannot be used with option '--paper'/);
  refuses("a run and a size", "experiment supervised --variant 2x256 --paper", /option '--variant <name...>' cannot be used with option '--paper'/);
  refuses("cifar without its data", "experiment cifar", /experiment cifar needs the binary version of CIFAR-10: --data FOLDER/);
  refuses("data there is not", "experiment supervised --data nowhere", /dataset "nowhere": no such name or file/);
  refuses("no epochs", "experiment supervised --epochs 0", /Give a whole number from 1/);
  refuses("an argument too many", "experiment supervised unsupervised", /too many arguments/);
});
