/** --threads on the command line. */
import { execFile } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFiles } from "../data/temporary-files.js";
import { CLI, expectRefusal, filesIn, mayfly, mayflyJson, onlyJson, start } from "./mayfly.js";
import { writeIdxFolder } from "./samples.js";

const files = temporaryFiles();
const path = (name: string): string => join(files.folder, name);
const model = (run: string): Buffer => readFileSync(path(`${run}/model.mayfly`));

beforeAll(() => {
  writeIdxFolder(files, "idx");
  writeIdxFolder(files, "large", { train: 12_000 });
});

test("train, eval and predict in threads give the bytes and numbers of one", async () => {
  const args = ["train", "idx", "--layers", "16,12", "--epochs", "2"];
  const one = await mayflyJson(files.folder, ...args, "--out", "one");
  const two = await mayflyJson(files.folder, ...args, "--out", "two", "--threads", "2");
  expect(two.threads).toBe(2);
  expect(two.weightsHash).toBe(one.weightsHash);
  expect(two.testError).toEqual(one.testError);
  expect(two.epochs.map(({ counters }: any) => counters)).toEqual(one.epochs.map(({ counters }: any) => counters));
  expect(Buffer.compare(model("two"), model("one"))).toBe(0);
  for (const rest of [["eval", "one"], ["predict", "one", "--index", "3", "--count", "9"], ["predict", "one", "--by", "readout", "--count", "4"]]) {
    expect(await mayflyJson(files.folder, ...rest, "--threads", "3")).toEqual(await mayflyJson(files.folder, ...rest));
  }
});

test("it says what the threads do, and that no more train than have layers or units to divide", async () => {
  const args = (layers: string, ...more: string[]): string[] => ["train", "idx", "--layers", layers, "--epochs", "1", "--threads", "3", ...more];
  expect((await mayfly(files.folder, ...args("8,8,8"), "--out", "three")).stderr).toMatch(/^3 threads test; the same train, with layers or units of their own$/m);
  expect((await mayfly(files.folder, ...args("8,8"), "--out", "clamped")).stderr).toMatch(/^3 threads test; 2 of them train, with layers or units of their own$/m);
  expect((await mayfly(files.folder, ...args("24"), "--out", "wide")).stderr).toMatch(/^3 threads test; the same train, with layers or units of their own$/m);
  expect((await mayfly(files.folder, ...args("8"), "--out", "single")).stderr).toMatch(/^3 threads test; one trains, for there is one layer$/m);
});

describe("what threads cannot do is refused, and nothing left behind", () => {
  const refuses = (what: string, args: string, line: RegExp): void => {
    test(what, () => expectRefusal(files.folder, args.split(" "), line, 2));
  };
  refuses("recurrent networks", "train idx --layers 8,8 --iterations 3 --threads 2", /this network trains in one thread only \(the layers of a recurrent network wait/);
  refuses("no thread", "train idx --layers 8,8 --threads 0", /'--threads <n>' argument '0' is invalid\. Give a whole number from 1/);
  refuses("thousands", "train idx --layers 8,8 --threads 1000", /256 is the most/);
  refuses("another engine", "train idx --layers 8,8 --engine tfjs --threads 2", /--threads belongs to the integer engine/);
});

/** 12,000 samples an epoch, a checkpoint as often as can be. */
const LONG = ["train", "large", "--layers", "64,32", "--epochs", "2", "--checkpoint-every", "0", "--json"];

describe("a run in threads that is cut", () => {
  let whole: any;
  beforeAll(async () => {
    whole = onlyJson((await mayfly(files.folder, ...LONG, "--out", "whole")).stdout);
  });

  const expectSameEnd = async (run: string, threads: string): Promise<void> => {
    const { status, stdout, stderr } = await mayfly(files.folder, "resume", run, "--threads", threads, "--json");
    expect(status, stderr).toBe(0);
    expect(stderr).not.toContain("note:");
    expect(onlyJson(stdout).weightsHash).toBe(whole.weightsHash);
    expect(Buffer.compare(model(run), model("whole"))).toBe(0);
    expect(filesIn(path(run))).toEqual(["model.mayfly", "run.json"]);
  };

  test("by Ctrl-C saves, and goes on in one thread", async () => {
    const { child, outcome } = start(files.folder, [...LONG, "--threads", "2", "--out", "pressed"]);
    let heard = "";
    child.stderr!.on("data", (text: string) => (heard += text));
    // The first checkpoint is written before the first sample.
    const seen = new Set<number>();
    while (seen.size < 3 && child.exitCode === null) {
      seen.add(statSync(path("pressed/model.mayfly"), { throwIfNoEntry: false })?.mtimeMs ?? 0);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    child.kill("SIGINT");
    const { status, stderr } = await outcome;
    expect(status, heard).toBe(1);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(/^mayfly: interrupted in epoch 1, after [0-9,]+ of 12,000 samples; all is saved, go on with: mayfly resume pressed$/);
    await expectSameEnd("pressed", "1");
  });

  test("by the end of a thread says so in a line, saves, and goes on in others", async () => {
    // The preload does to a thread what a crash would, when it has done five blocks: its first message says that it is there.
    files.write("harm.mjs", `process.on("worker", (worker) => {
      let heard = 0;
      worker.on("message", () => ++heard === 6 && worker.terminate());
    });`);
    const { status, stderr, stdout } = await new Promise<{ status: number | null; stderr: string; stdout: string }>((resolve) => {
      const child = execFile(process.execPath, ["--import", pathToFileURL(path("harm.mjs")).href, CLI, ...LONG, "--threads", "2", "--out", "harmed"], { cwd: files.folder }, (_, out, err) => resolve({ status: child.exitCode, stderr: err, stdout: out }));
    });
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(/^mayfly: thread [12] of 2 failed \(it ended unexpectedly\); the network stands as it was after [0-9,]+ samples: saved, go on with: mayfly resume harmed$/);
    expect(stdout).toBe("");
    expect(status).toBe(1);
    await expectSameEnd("harmed", "2");
  });
});
