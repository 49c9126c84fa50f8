/** `mayfly report`, `mayfly train --report` and `mayfly analyze` as a user runs them; the page itself is in test/host/report. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFiles } from "../data/temporary-files.js";
import { expectRefusal, filesIn, mayfly, mayflyJson } from "./mayfly.js";
import { writeIdxFolder } from "./samples.js";

const files = temporaryFiles();
const path = (name: string): string => join(files.folder, name);
/** What the page is given to draw. */
const dataOf = (name: string): any => JSON.parse(/<script id="data" type="application\/json">(.*)<\/script>/.exec(readFileSync(path(name), "utf8"))![1]!);
const copyRun = (from: string, to: string, names = ["run.json", "model.mayfly"]): void => {
  mkdirSync(path(to));
  for (const name of names) copyFileSync(path(`${from}/${name}`), path(`${to}/${name}`));
};

let trained: any;
beforeAll(async () => {
  writeIdxFolder(files, "idx");
  trained = await mayflyJson(files.folder, "train", "idx", "--layers", "16,12", "--epochs", "2", "--leave-out", "3", "--out", "run", "--report");
  await mayflyJson(files.folder, "experiment", "blackbox", "--variant", "box", "--data", "idx", "--epochs", "1", "--limit", "8", "--out", "box");
  await mayflyJson(files.folder, "train", "idx", "--layers", "8", "--iterations", "4", "--epochs", "1", "--limit", "20", "--out", "recurrent");
  copyRun("run", "cut", ["run.json"]);
  copyRun("run", "broken");
  writeFileSync(path("broken/model.mayfly"), readFileSync(path("run/model.mayfly")).subarray(0, 500));
  copyRun("run", "half");
  writeFileSync(path("half/run.json"), readFileSync(path("run/run.json"), "utf8").slice(0, 200));
  copyRun("run", "odd-parity");
  writeFileSync(path("odd-parity/parity.json"), "{\"verdict\": 3}");
});

describe("train --report", () => {
  test("writes report.html into the run directory, and says where", async () => {
    expect(filesIn(path("run"))).toEqual(["model.mayfly", "report.html", "run.json"]);
    const { status, stderr } = await mayfly(files.folder, "train", "idx", "--layers", "8", "--epochs", "1", "--out", "said", "--report");
    expect(status, stderr).toBe(0);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(/^report: file:\/\/\/.*\/said\/report\.html$/);
  });

  test("of a run in tfjs shows its quantised model; analyze knows no work of it", async () => {
    await mayflyJson(files.folder, "train", "idx", "--layers", "8", "--epochs", "1", "--engine", "tfjs", "--out", "float", "--report");
    const { runs: [run] } = dataOf("float/report.html");
    expect(run.epochs.map(({ epoch, rowsUsed }: any) => [epoch, rowsUsed])).toEqual([[1, []]]);
    expect((await mayflyJson(files.folder, "analyze", "float")).work).toEqual([]);
  });

  test("without it there is none", async () => {
    await mayflyJson(files.folder, "train", "idx", "--layers", "8", "--epochs", "1", "--out", "plain");
    expect(filesIn(path("plain"))).toEqual(["model.mayfly", "run.json"]);
  });

  test("its figures are those of the run", () => {
    const { runs: [run], ...rest } = dataOf("run/report.html");
    expect(rest.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(run.epochs.map(({ epoch, goodness, readout }: any) => [epoch, goodness, readout])).toEqual(trained.epochs.map(({ epoch, testError }: any) => [epoch, testError.goodness, testError.readout]));
    expect(run.facts).toContainEqual(["weights hash", trained.weightsHash]);
    expect(run.memoryTotal).toBe(trained.bytes.total);
    // All 50 test samples: the confusion matrix has them, and those off its diagonal are the error.
    const all = run.confusion.flat().reduce((sum: number, value: number) => sum + value, 0);
    const right = run.confusion.reduce((sum: number, row: number[], label: number) => sum + row[label]!, 0);
    expect([run.samples, all, 100 - (100 * right) / all]).toEqual([50, 50, expect.closeTo(trained.testError.goodness, 9)]);
    for (const { positive, negative } of run.goodness) for (const shares of [positive, negative]) expect(shares.reduce((sum: number, value: number) => sum + value, 0)).toBeCloseTo(1, 9);
    expect(run.parity).toBeNull();
  });
});

describe("report", () => {
  test("of several runs in one file, by default here, not over the report of one of them, with as many samples as asked for", async () => {
    copyRun("run", "second");
    const found = await mayflyJson(files.folder, "report", "second", "run", "--samples", "20");
    expect(found).toEqual({ report: path("report.html"), runs: ["second", "run"] });
    expect(dataOf("report.html").runs.map(({ name, samples }: any) => [name, samples])).toEqual([["second", 20], ["run", 20]]);
  });

  test("of a run that is not finished shows what there is", async () => {
    copyRun("run", "young");
    const record = JSON.parse(readFileSync(path("young/run.json"), "utf8"));
    writeFileSync(path("young/run.json"), JSON.stringify({ ...record, epochs: [], result: null }));
    await mayflyJson(files.folder, "report", "young");
    expect(dataOf("young/report.html").runs[0].epochs).toEqual([]);
  });

  test("of a recurrent network leaves out what it cannot show", async () => {
    await mayflyJson(files.folder, "report", "recurrent", "-o", "recurrent.html");
    expect(dataOf("recurrent.html").runs[0]).toMatchObject({ layers: [], goodness: [] });
  });
});

describe("analyze", () => {
  test("tells sparsity, ensembles and selectivity of each layer, and the work of each epoch", async () => {
    const found = await mayflyJson(files.folder, "analyze", "run");
    expect(found).toMatchObject({ model: "run", samples: 50, weightsHash: trained.weightsHash });
    expect(found.layers.map(({ layer, units }: any) => [layer, units])).toEqual([[1, 16], [2, 12]]);
    for (const { units, sparsity, selectivity, ensembles } of found.layers) {
      expect(sparsity.active).toBeGreaterThan(0);
      expect(sparsity.active).toBeLessThanOrEqual(1);
      expect(selectivity).toHaveLength(units);
      expect(ensembles.sizes).toEqual(ensembles.members.map((list: number[]) => list.length));
      expect(ensembles.sharedBy.reduce((sum: number, value: number) => sum + value, 0)).toBe(units);
    }
    expect(found.work.map(({ epoch }: any) => epoch)).toEqual([1, 2]);
    expect(dataOf("run/report.html").runs[0].layers.map(({ active }: any) => active)).toEqual(found.layers.map(({ sparsity }: any) => sparsity.active));
  });

  test("shows them to people, with fewer samples and other data", async () => {
    const { status, stdout, stderr } = await mayfly(files.folder, "analyze", "run/model.mayfly", "idx", "--samples", "20");
    expect([status, stdout]).toEqual([0, ""]);
    expect(stderr).toMatch(/^layer 2: 12 units$/m);
    expect(stderr).not.toContain("rows of weights");
  });
});

describe.concurrent("refused", () => {
  const refuses = (what: string, args: string, line: RegExp, status: 1 | 2 = 1): void => {
    test(what, async () => {
      const outcome = await mayfly(files.folder, ...args.split(" "));
      expect(outcome.stderr.trimEnd().split("\n")[0]).toMatch(line);
      expect([outcome.stdout, outcome.status]).toEqual(["", status]);
      expect(outcome.stderr).not.toMatch(/^\s+at /m);
      expect(filesIn(files.folder)).not.toContain("x.html");
    });
  };
  refuses("no run", "report", /^mayfly: missing required argument 'runs'/, 2);
  for (const command of ["report", "analyze"]) {
    refuses(`${command} of nothing`, `${command} nothing`, /^mayfly: .*nothing.*(is not a run directory|there is no model)|^mayfly: there is no model at nothing/);
    refuses(`${command} of a run cut before its first checkpoint`, `${command} cut`, /^mayfly: cut holds no model\.mayfly: it is not a run directory, or the run was cut before its first checkpoint/);
    refuses(`${command} of a truncated model`, `${command} broken`, /^mayfly: broken\/model\.mayfly is damaged or truncated/);
    refuses(`${command} of a partly written record`, `${command} half`, /^mayfly: half\/run\.json is damaged: it is not JSON/);
    refuses(`${command} of a network with a box`, `${command} box/blackbox-box-1epochs-8samples-seed1`, /^mayfly: box\/.* has a box, whose function only the program that trained it knows: it cannot be (reported|analysed)/);
  }
  refuses("report of a model file", "report run/model.mayfly -o x.html", /^mayfly: run\/model\.mayfly is not a run directory/);
  refuses("a parity file of another kind", "report odd-parity -o x.html", /^mayfly: odd-parity\/parity\.json is not what `mayfly parity --json` prints/);
  refuses("too few samples", "report run --samples 3", /Give a whole number from 10/, 2);
  refuses("analyze of a recurrent network", "analyze recurrent", /^mayfly: a recurrent network has activities at every iteration/);
  refuses("analyze of a model file without data", "analyze run/model.mayfly", /^mayfly: name a data set: run\/model\.mayfly is a single file/, 2);
});

test("one run of several that cannot be shown is refused before anything is written", () => expectRefusal(files.folder, ["report", "nothing", "run", "-o", "x.html"], /nothing is not a run directory/, 1));
