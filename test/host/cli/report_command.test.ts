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
  await mayflyJson(files.folder, "train", "idx", "--layers", "8,8", "--epochs", "1", "--with", JSON.stringify({ negatives: "corrupted" }), "--out", "corrupted");
  await mayflyJson(files.folder, "train", "idx", "--layers", "8", "--no-readout", "--negatives", "random", "--epochs", "1", "--limit", "20", "--out", "bare");
  await mayflyJson(files.folder, "train", "idx", "--layers", "conv8x3p2", "--objective", "classwise", "--epochs", "1", "--limit", "20", "--out", "maps");
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

  test("of a recurrent network shows every iteration, goodness over those that count, and what it could have besides", async () => {
    await mayflyJson(files.folder, "report", "recurrent", "-o", "recurrent.html");
    const { runs: [run] } = dataOf("recurrent.html");
    expect(run.layers.map(({ iterations }: any) => iterations.map(({ iteration }: any) => iteration))).toEqual([[0, 1, 2, 3, 4]]);
    expect(run.goodness).toHaveLength(1);
    expect(run.missing).toEqual([
      { what: "representations beside those of backpropagation", command: "mayfly analyze recurrent --against backprop" },
      { what: expect.stringContaining("parity"), command: "mayfly report recurrent --parity" },
    ]);
  });

  test("of two runs whose folders have one name tells them apart by their paths", async () => {
    mkdirSync(path("elsewhere"));
    copyRun("run", "elsewhere/run");
    await mayflyJson(files.folder, "report", "run", "elsewhere/run", "-o", "same.html", "--samples", "20");
    expect(dataOf("same.html").runs.map(({ name }: any) => name)).toEqual(["run", "elsewhere/run"]);
  });

  test("multiply-adds are those of the counters, and the class left out of training has its own figures", () => {
    const { runs: [run] } = dataOf("run/report.html");
    expect(run.leftOut).toBe("3");
    for (const { leftOut, ensembleSizes } of run.layers) expect(leftOut.size).toBe(ensembleSizes[3]);
    for (const { work, rowsUsed } of run.epochs) {
      // 12 x 12 values, 4 of them replaced by the label.
      expect(work[0].forward.all).toBe(140 * 16);
      work.forEach(({ forward, update }: any, layer: number) => {
        expect(forward.done).toBe(Math.round((forward.all * rowsUsed[layer]) / 100));
        for (const { all, done } of [forward, update]) expect(done).toBeLessThanOrEqual(all);
      });
    }
  });
});

describe("parity", () => {
  test("made by the report itself, or left in the run directory by mayfly parity, and shown", async () => {
    copyRun("run", "checked");
    expect(dataOf("run/report.html").runs[0].missing).toContainEqual({ what: "parity with the exact reference", command: "mayfly report run --parity" });
    await mayflyJson(files.folder, "report", "--parity", "checked", "--steps", "7", "--samples", "20");
    const shown = dataOf("checked/report.html").runs[0];
    expect(shown.parity.verdict).toBe("pass");
    expect(shown.parity.lines[0]).toBe("7 training steps, engine build simd, reference on tfjs wasm");
    expect(shown.missing.map(({ what }: any) => what)).not.toContain("parity with the exact reference");
    await mayflyJson(files.folder, "parity", "idx", "--layers", "16,12", "--steps", "3", "--out", "checked");
    await mayflyJson(files.folder, "report", "checked", "--samples", "20");
    expect(dataOf("checked/report.html").runs[0].parity.lines[0]).toMatch(/^3 training steps/);
  });

  test("of another network is refused, by the report and before any step", async () => {
    copyRun("run", "foreign");
    await expectRefusal(files.folder, ["parity", "idx", "--layers", "9,12", "--steps", "3", "--out", "foreign"], /--out foreign holds another network \(16-12, i16, pair\) than the one compared \(9-12, i16, pair\)/, 2);
    await expectRefusal(files.folder, ["parity", "idx", "--layers", "9,12", "--steps", "3", "--out", "nowhere"], /nowhere is not a run directory/, 1);
    const other = await mayflyJson(files.folder, "parity", "idx", "--layers", "9,12", "--steps", "3");
    writeFileSync(path("foreign/parity.json"), JSON.stringify(other));
    const { status, stderr } = await mayfly(files.folder, "report", "foreign");
    expect([status, stderr.trimEnd().split("\n").at(-1)]).toEqual([1, "mayfly: foreign/parity.json is of another network (9-12, pair): make it anew by mayfly report foreign --parity, or remove it"]);
  });
});

describe("analyze --against", () => {
  const args = ["analyze", "twinned", "--against", "backprop,backprop-ff", "--epochs", "2", "--batch", "16", "--label", "true"];
  let found: any;
  beforeAll(async () => {
    copyRun("run", "twinned");
    found = await mayflyJson(files.folder, ...args);
  });

  test("trains both twins on the run's data, measures all three alike, and keeps them in the run directory", () => {
    expect(found).toMatchObject({ label: "true", leftOut: 3, against: { samples: 50, label: "true", leftOut: 3, batch: 16, backend: "wasm", weightsHash: trained.weightsHash } });
    const { networks } = found.against;
    expect(networks.map(({ kind, epochs }: any) => [kind, epochs])).toEqual([["ff", 2], ["backprop", 2], ["backprop-ff", 2]]);
    expect(networks[0].layers).toEqual(found.layers);
    expect(networks[0].testError).toEqual(trained.testError);
    for (const { kind, testError, layers } of networks) {
      expect([testError.goodness === null, testError.readout === null]).toEqual(kind === "ff" ? [false, false] : kind === "backprop" ? [true, false] : [false, true]);
      expect(layers.map(({ units, ensembles }: any) => [units, ensembles.sizes.length])).toEqual([[16, 4], [12, 4]]);
      for (const { sparsity, leftOut, ensembles } of layers) {
        expect(sparsity.active).toBeGreaterThan(0);
        expect(leftOut).toMatchObject({ label: 3, size: ensembles.sizes[3] });
      }
    }
    expect(filesIn(path("twinned"))).toEqual(["backprop-ff.twin", "backprop.twin", "model.mayfly", "representations.json", "run.json"]);
  });

  test("again, it takes the twins that are there; with other epochs, or damaged, it trains anew", async () => {
    const again = await mayfly(files.folder, ...args, "--json");
    expect(again.stderr).toContain("backprop, cross-entropy: trained before, twinned/backprop.twin");
    expect(JSON.parse(again.stdout)).toEqual(found);
    writeFileSync(path("twinned/backprop.twin"), readFileSync(path("twinned/backprop.twin")).subarray(0, 900));
    const damaged = await mayfly(files.folder, ...args, "--json");
    expect(damaged.stderr).toMatch(/^twinned\/backprop\.twin is damaged: its checksum is wrong; it is trained anew$/m);
    expect(JSON.parse(damaged.stdout)).toEqual(found);
    const longer = await mayfly(files.folder, "analyze", "twinned", "--against", "backprop", "--epochs", "1", "--batch", "16");
    expect(longer.stderr).toContain("twinned/backprop.twin was trained otherwise: it is trained anew");
    expect(longer.stderr).toMatch(/^side by side, over 50 test samples, the label neutral$/m);
  });

  test("the report shows the last of them, as long as the network is the one that was watched", async () => {
    await mayflyJson(files.folder, ...args);
    await mayflyJson(files.folder, "report", "twinned", "--samples", "20");
    const { beside, missing } = dataOf("twinned/report.html").runs[0];
    expect(beside).toMatchObject({ samples: 50, label: "true" });
    expect(beside.networks.map(({ name, layers }: any) => [name, layers.map(({ hoyer }: any) => hoyer)])).toEqual(found.against.networks.map(({ name, layers }: any) => [name, layers.map(({ sparsity }: any) => sparsity.hoyer)]));
    expect(missing.map(({ what }: any) => what)).toEqual(["parity with the exact reference"]);
    const stale = JSON.parse(readFileSync(path("twinned/representations.json"), "utf8"));
    writeFileSync(path("twinned/representations.json"), JSON.stringify({ ...stale, weightsHash: "0".repeat(16) }));
    const { stderr } = await mayfly(files.folder, "report", "twinned", "--samples", "20");
    expect(stderr).toContain("twinned/representations.json is of an earlier state of the network, and left out");
    expect(dataOf("twinned/report.html").runs[0].beside).toBeNull();
    writeFileSync(path("twinned/representations.json"), "{}");
    await expectRefusalOf(["report", "twinned"], /twinned\/representations\.json is not what `mayfly analyze --against` writes; make it anew by mayfly analyze twinned --against/);
  });

  test("of a model file, and with other data, keeps nothing", async () => {
    await mayflyJson(files.folder, "analyze", "run/model.mayfly", "idx", "--against", "backprop", "--epochs", "1");
    await mayflyJson(files.folder, "analyze", "run", "idx", "--against", "backprop", "--epochs", "1");
    expect((await mayfly(files.folder, "analyze", "run", "--against", "backprop", "--epochs", "1", "--limit", "20")).stderr).toMatch(/the twins are not kept: their data are not those of the run/);
    expect(filesIn(path("run")).filter((name) => name.endsWith(".twin"))).toEqual([]);
  });

  test("of a recurrent network: the layers by backpropagation, without the iterations", async () => {
    const { against } = await mayflyJson(files.folder, "analyze", "recurrent", "--against", "backprop", "--epochs", "1");
    expect(against.networks.map(({ layers }: any) => layers[0].iterations.length)).toEqual([5, 0]);
  });
});

const expectRefusalOf = async (args: readonly string[], line: RegExp): Promise<void> => {
  const { status, stdout, stderr } = await mayfly(files.folder, ...args);
  expect(stderr.trimEnd().split("\n").at(-1)).toMatch(line);
  expect([status, stdout]).toEqual([1, ""]);
};

describe("a recurrent network", () => {
  test("is analysed at its last iteration that counts, with the sparsity of each on the way", async () => {
    const found = await mayflyJson(files.folder, "analyze", "recurrent");
    expect(found).toMatchObject({ label: "true", against: null });
    expect(found.layers[0].iterations.map(({ iteration }: any) => iteration)).toEqual([0, 1, 2, 3, 4]);
    expect(found.layers[0].sparsity).toEqual({ active: found.layers[0].iterations[4].active, hoyer: found.layers[0].iterations[4].hoyer });
    const neutral = await mayflyJson(files.folder, "analyze", "recurrent", "--label", "neutral");
    expect(neutral.layers[0].iterations).toEqual([]);
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
  refuses("report of a model file", "report run/model.mayfly -o x.html", /^mayfly: run\/model\.mayfly is a file, and a report is of a run directory, .*: give that, or see what a model represents by mayfly analyze run\/model\.mayfly DATASET/);
  refuses("report of a run twice", "report run ./run -o x.html", /^mayfly: \.\/run is named twice: a report shows each run once/, 2);
  refuses("a backend without parity", "report run --backend cpu -o x.html", /^mayfly: --backend belongs to --parity: give that too/, 2);
  refuses("parity of a network the reference has not", "report corrupted --parity -o x.html", /^mayfly: the tfjs references have no corrupted negatives yet/, 2);
  refuses("a twin there is not", "analyze run --against sgd", /Give one or both of backprop,backprop-ff/, 2);
  refuses("twins' options without twins", "analyze run --epochs 3", /^mayfly: --epochs is one of the twins': give --against too/, 2);
  refuses("a neutral label of a network without a readout", "analyze bare --label neutral", /^mayfly: --label neutral: this network has no readout/, 2);
  refuses("the Forward-Forward objective end to end in a recurrent network", "analyze recurrent --against backprop-ff", /^mayfly: a recurrent network has no twin on the Forward-Forward objective: take --against backprop/, 2);
  refuses("a twin of a convolution", "analyze maps --against backprop", /^mayfly: the backprop twin has dense and local layers, and this network has one of kind conv/, 2);
  refuses("a parity file of another kind", "report odd-parity -o x.html", /^mayfly: odd-parity\/parity\.json is not what `mayfly parity --json` prints/);
  refuses("too few samples", "report run --samples 3", /Give a whole number from 10/, 2);
  refuses("analyze of a model file without data", "analyze run/model.mayfly", /^mayfly: name a data set: run\/model\.mayfly is a single file/, 2);
});

test("one run of several that cannot be shown is refused before anything is written", () => expectRefusal(files.folder, ["report", "nothing", "run", "-o", "x.html"], /nothing is not a run directory/, 1));
