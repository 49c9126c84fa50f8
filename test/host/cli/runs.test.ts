import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFiles } from "../data/temporary-files.js";
import { expectRefusal, filesIn, mayfly, mayflyJson, onlyJson, start } from "./mayfly.js";
import { writeIdxFolder } from "./samples.js";

const files = temporaryFiles();
const path = (name: string): string => join(files.folder, name);

beforeAll(async () => {
  writeIdxFolder(files, "idx");
  writeIdxFolder(files, "large", { train: 30_000 });
  await mayflyJson(files.folder, "train", "idx", "--layers", "8", "--epochs", "1", "--out", "finished");
  files.write("file", "");
});

// One after the other: each looks at the whole folder, and one of them makes folders for a moment.
describe("run directories that cannot be", () => {
  const refuses = (what: string, args: string, line: RegExp, status: 1 | 2 = 1): void => {
    test(`${what}: refused, nothing left behind`, () => expectRefusal(files.folder, args.split(" "), line, status));
  };
  const train = "train idx --layers 8 --epochs 1 --out";
  refuses("below a file", `${train} file/run`, /cannot make the run directory file\/run: a file of that name is in the way/);
  refuses("a file", `${train} file`, /cannot make the run directory file: a file of that name is in the way/);
  refuses("a name too long, in folders that would be new", `${train} new/folder/${"x".repeat(300)}`, /the name is too long/);
  refuses("a run that is there already", `${train} finished`, /finished already holds a run: go on with it by `mayfly resume finished`, or choose another folder/, 2);
  refuses("resume of a finished run", "resume finished", /finished has ended already \(finished\): there is nothing to go on with/);
  refuses("resume of what is no run", "resume idx", /idx is not a run directory: it has no run\.json/);
  refuses("resume of nothing", "resume nothing", /nothing is not a run directory/);
  if (existsSync("/proc/self")) refuses("where the system takes no folders", `${train} /proc/run/x`, /cannot make the run directory \/proc\/run\/x: /);
});

/** 30,000 samples an epoch, a checkpoint as often as can be. */
const LONG = ["train", "large", "--layers", "64,32", "--epochs", "2", "--checkpoint-every", "0", "--json"];

describe("a run that is cut in mid-epoch", () => {
  let uninterrupted: any;
  beforeAll(async () => {
    uninterrupted = onlyJson((await mayfly(files.folder, ...LONG, "--out", "whole")).stdout);
  });

  const expectSameEnd = async (run: string): Promise<void> => {
    const { status, stdout, stderr } = await mayfly(files.folder, "resume", run, "--json");
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/^resumed in epoch [12], after [0-9,]+ of 30,000 samples$/m);
    const result = onlyJson(stdout);
    expect(result.weightsHash).toBe(uninterrupted.weightsHash);
    expect(result.testError).toEqual(uninterrupted.testError);
    expect(result.epochs.map(({ epoch, testError }: any) => [epoch, testError])).toEqual(uninterrupted.epochs.map(({ epoch, testError }: any) => [epoch, testError]));
    expect(filesIn(path(run))).toEqual(["model.mayfly", "run.json"]);
  };

  test("by Ctrl-C: one line, status 1, and it goes on to the same weights", async () => {
    const { child, outcome } = start(files.folder, [...LONG, "--out", "pressed"]);
    await checkpoints("pressed", 3);
    child.kill("SIGINT");
    const { status, stdout, stderr } = await outcome;
    expect(status).toBe(1);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(/^mayfly: interrupted in epoch 1, after [0-9,]+ of 30,000 samples; all is saved, go on with: mayfly resume pressed$/);
    expect(onlyJson(stdout)).toMatchObject({ stopped: "aborted", epochs: [], testError: null });
    expect(filesIn(path("pressed"))).toEqual(["model.mayfly", "run.json"]);
    await expectSameEnd("pressed");
  });

  test("by a kill: it goes on from its last checkpoint to the same weights", async () => {
    const { child, outcome } = start(files.folder, [...LONG, "--out", "killed"]);
    await checkpoints("killed", 3);
    child.kill("SIGKILL");
    await outcome;
    await expectSameEnd("killed");
  });

  test("when nobody reads its output any more: it saves and ends without a stack", async () => {
    const { child, outcome } = start(files.folder, [...LONG, "--out", "unheard"]);
    child.stderr?.destroy();
    child.stdout?.destroy();
    expect((await outcome).status).toBe(1);
    expect(filesIn(path("unheard"))).toEqual(["model.mayfly", "run.json"]);
    const { status, stderr } = await mayfly(files.folder, "resume", "unheard");
    expect(status, stderr).toBe(0);
    expect(stderr).toContain(`weights ${uninterrupted.weightsHash},`);
  });

  test("an interrupted run with other samples in place of its own is refused", async () => {
    const { child, outcome } = start(files.folder, [...LONG, "--out", "other"]);
    await checkpoints("other", 2);
    child.kill("SIGINT");
    await outcome;
    const record = JSON.parse(readFileSync(path("other/run.json"), "utf8"));
    expect(record.settings.dataset).toBe(path("large"));
    writeFileSync(path("other/run.json"), JSON.stringify({ ...record, settings: { ...record.settings, dataset: path("idx") } }));
    await expectRefusal(files.folder, ["resume", "other"], /idx has changed since other began/, 1);
  });

  test("before its first checkpoint: refused by resume, begun anew by train", async () => {
    await mayflyJson(files.folder, "train", "idx", "--layers", "8", "--epochs", "1", "--out", "early");
    const record = JSON.parse(readFileSync(path("early/run.json"), "utf8"));
    writeFileSync(path("early/run.json"), JSON.stringify({ ...record, epochs: [], result: null }));
    rmSync(path("early/model.mayfly"));
    await expectRefusal(files.folder, ["resume", "early"], /early was cut before its first checkpoint: start it again/, 1);
    await mayflyJson(files.folder, "train", "idx", "--layers", "8", "--epochs", "1", "--out", "early");
  });
});

/** Waits until the model file of a run was written so often. */
async function checkpoints(run: string, times: number): Promise<void> {
  const seen = new Set<number>();
  for (let tries = 0; seen.size < times && tries < 10_000; tries++) {
    const found = statSync(path(`${run}/model.mayfly`), { throwIfNoEntry: false });
    if (found) seen.add(found.mtimeMs);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
