import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFiles } from "../data/temporary-files.js";
import { mayfly, mayflyJson, onlyJson } from "./mayfly.js";
import { flowers, stripes, writeIdxFolder } from "./samples.js";

const files = temporaryFiles();
const HASH = /^[0-9a-f]{16}$/;

beforeAll(() => {
  writeIdxFolder(files, "idx");
  writeIdxFolder(files, "idxgz", { gzip: true });
  for (const [stem, count] of [["train", 200], ["test", 50]] as const) {
    files.write(`${stem}.u8`, stripes(count).frames);
    files.write(`${stem}.labels`, stripes(count).labels);
  }
  files.write("flowers.csv", flowers());
});

describe.concurrent("train --json", () => {
  test("prints one object with the public names, and everything human on stderr", async () => {
    const { status, stdout, stderr } = await mayfly(files.folder, "train", "idx", "--layers", "16,8", "--weights", "i16", "--epochs", "3", "--seed", "5", "--json");
    expect(status, stderr).toBe(0);
    const result = onlyJson(stdout);
    expect(result).toMatchObject({
      testError: { goodness: expect.any(Number), readout: expect.any(Number) },
      seed: 5,
      engineHash: expect.stringMatching(HASH),
      weightsHash: expect.stringMatching(HASH),
      pairsPerSecond: expect.any(Number),
      bytes: { total: expect.any(Number), weights: 2 * (144 * 16 + 16 * 8), scratch: expect.any(Number), checkpoint: expect.any(Number) },
      samples: 600,
      stopped: "finished",
      runDirectory: "runs/idx-16,8-i16-seed5",
    });
    expect(result.pairsPerSecond).toBeGreaterThan(0);
    expect(result.epochs.map((epoch: any) => epoch.epoch)).toEqual([1, 2, 3]);
    for (const { testError, seconds, pairsPerSecond } of result.epochs) {
      expect(testError).toEqual({ goodness: expect.any(Number), readout: expect.any(Number) });
      expect(seconds).toBeGreaterThan(0);
      expect(pairsPerSecond).toBeGreaterThan(0);
    }
    expect(result.epochs.at(-1).testError).toEqual(result.testError);
    expect(stderr).toMatch(/address +bytes +type +region/);
    expect(stderr).toMatch(/test error: [0-9.]+ % by goodness, [0-9.]+ % by the readout/);
    expect(stderr).not.toMatch(/\x1b/);
  });

  test("the last epoch is evaluated whatever --evaluate-every says", async () => {
    const { epochs, testError } = await mayflyJson(files.folder, "train", "idx", "--layers", "8", "--epochs", "5", "--evaluate-every", "3", "--out", "every");
    expect(epochs.map((epoch: any) => epoch.testError !== null)).toEqual([false, false, true, false, true]);
    expect(testError).toEqual(epochs[4].testError);
  });

  test("without a readout its error is null", async () => {
    const { testError } = await mayflyJson(files.folder, "train", "idx", "--layers", "8", "--epochs", "1", "--negatives", "random", "--no-readout", "--out", "none");
    expect(testError).toEqual({ goodness: expect.any(Number), readout: null });
    expect((await mayfly(files.folder, "eval", "none")).stderr).toMatch(/test error: [0-9.]+ % by goodness$/m);
  });

  test("the same samples give the same weights from IDX, gzipped IDX and raw files, on both builds", async () => {
    const run = (...args: string[]): Promise<any> => mayflyJson(files.folder, "train", ...args, "--layers", "8", "--epochs", "1", "--objective", "classwise", "--weights", "i8");
    const results = [
      await run("idx", "--build", "simd"),
      await run("idxgz", "--build", "scalar"),
      await run("train.u8:train.labels", "--shape", "12x12", "--test", "test.u8:test.labels"),
      await run("train.u8", "--labels", "train.labels", "--shape", "12x12", "--test", "test.u8:test.labels"),
    ];
    expect(new Set(results.map(({ weightsHash }) => weightsHash)).size).toBe(1);
    expect(results.map(({ build }) => build).slice(0, 2)).toEqual(["simd", "scalar"]);
  });

  test("a run that may not take its usual directory takes the next number", async () => {
    const run = (): Promise<any> => mayflyJson(files.folder, "train", "idx", "--layers", "4", "--epochs", "1");
    const directories = (await Promise.all([run(), run(), run()])).map(({ runDirectory }) => runDirectory);
    expect(directories.sort()).toEqual(["runs/idx-4-i16-seed1", "runs/idx-4-i16-seed1-2", "runs/idx-4-i16-seed1-3"]);
  });
});

describe.concurrent("eval, predict, plan and inspect --json", () => {
  beforeAll(async () => {
    await mayflyJson(files.folder, "train", "idx", "--layers", "16,8", "--epochs", "2", "--out", "run");
    await mayflyJson(files.folder, "train", "flowers.csv", "--label-column", "species", "--scale", "minmax", "--layers", "8", "--epochs", "5", "--out", "flowers");
  });

  test("eval gives testError, the one that training ended with", async () => {
    const { testError } = await mayflyJson(files.folder, "eval", "run", "idx");
    expect(testError).toEqual({ goodness: expect.any(Number), readout: expect.any(Number) });
    expect((await mayflyJson(files.folder, "inspect", "run")).samples).toBe(400);
    const { confusion, count } = await mayflyJson(files.folder, "eval", "run/model.mayfly", "idx", "--on", "train", "--limit", "40");
    expect(count).toBe(40);
    expect(confusion.flat().reduce((sum: number, n: number) => sum + n, 0)).toBe(40);
  });

  test("without a data set eval and predict take the run's, read as the run read it", async () => {
    const { stderr } = await mayfly(files.folder, "eval", "flowers");
    expect(stderr).toMatch(/lily +rose +tulip/);
    const { predictions } = await mayflyJson(files.folder, "predict", "flowers", "--by", "readout", "--index", "1", "--count", "2");
    expect(predictions).toMatchObject([{ index: 1, scores: [expect.any(Number), expect.any(Number), expect.any(Number)] }, { index: 2 }]);
  });

  test("plan gives bytes and regions, which the network then has", async () => {
    const plan = await mayflyJson(files.folder, "plan", "--layers", "16,8", "--weights", "i16", "--input", "12x12", "--classes", "4");
    expect(plan.bytes).toMatchObject({ total: expect.any(Number), weights: expect.any(Number), scratch: expect.any(Number) });
    expect(plan.regions).toContainEqual(expect.objectContaining({ name: "weights 1", type: "i16", shape: [144, 16], bytes: 4608, persistent: true, offset: expect.any(Number) }));
    expect((await mayflyJson(files.folder, "inspect", "run")).bytes).toEqual(plan.bytes);
  });

  test("inspect gives the spec and the hash of the weights", async () => {
    const inspected = await mayflyJson(files.folder, "inspect", "run");
    expect(inspected).toMatchObject({ spec: { classes: 4, objective: "pair", seed: 1 }, samples: 400, weightsHash: expect.stringMatching(HASH) });
    expect(inspected.spec.layers.map((layer: any) => layer.units)).toEqual([16, 8]);
  });
});
