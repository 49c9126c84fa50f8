/** `mayfly cam`: class activation maps as PNG files. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decode } from "fast-png";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFiles } from "../data/temporary-files.js";
import { expectRefusal, filesIn, mayfly, mayflyJson } from "./mayfly.js";
import { SIDE, writeIdxFolder } from "./samples.js";

const files = temporaryFiles();
const png = (name: string): ReturnType<typeof decode> => decode(readFileSync(join(files.folder, name)));

beforeAll(async () => {
  writeIdxFolder(files, "idx");
  writeIdxFolder(files, "larger", { side: SIDE + 1 });
  await mayflyJson(files.folder, "train", "idx", "--layers", "conv8x3,conv8x3p2", "--objective", "classwise", "--readout-from", "1", "--epochs", "2", "--out", "maps");
  await mayflyJson(files.folder, "train", "idx", "--layers", "8,8", "--epochs", "1", "--out", "dense");
});

test("draws a map for each layer and one of all, over the sample, and says what each adds to the logit", async () => {
  const found = await mayflyJson(files.folder, "cam", "maps", "--sample", "3", "-o", "out/new");
  expect(found).toMatchObject({ sample: 3, label: 3, class: found.predicted });
  const names = [`sample-3-class-${found.class}-all-layers.png`, `sample-3-class-${found.class}-layer-1.png`, `sample-3-class-${found.class}-layer-2.png`];
  expect(filesIn(join(files.folder, "out/new"))).toEqual(names);
  expect(found.files.map(({ file, layer }: any) => [file, layer])).toEqual([[`out/new/${names[1]}`, 1], [`out/new/${names[2]}`, 2], [`out/new/${names[0]}`, null]]);
  const { predictions } = await mayflyJson(files.folder, "predict", "maps", "--index", "3", "--by", "readout");
  const logit = predictions[0].scores[found.class];
  expect(found.files[2].logit).toBeCloseTo(found.files[0].logit + found.files[1].logit, 9);
  // Up to the rounding of the readout's inputs; its exact bound is in test/host/analysis.
  expect(Math.abs(found.files[2].logit - logit)).toBeLessThan(0.1 + 0.05 * Math.abs(logit));
  for (const name of names) {
    const image = png(`out/new/${name}`);
    expect([image.width, image.height, image.channels]).toEqual([SIDE * 8, SIDE * 8, 3]);
    // It has both the sample's dark places and colour.
    const values = Array.from(image.data as Uint8Array);
    expect(Math.min(...values)).toBeLessThan(120);
    expect(values.some((value, at) => at % 3 === 0 && Math.abs(value - (values[at + 2] ?? 0)) > 20)).toBe(true);
  }
});

test("another class has another map, the training set other samples, and the zoom its size", async () => {
  for (const label of ["0", "1"]) await mayflyJson(files.folder, "cam", "maps", "--sample", "3", "--class", label, "--zoom", "1", "-o", "classes");
  const [first, second] = [0, 1].map((label) => png(`classes/sample-3-class-${label}-all-layers.png`));
  expect([first!.width, first!.height]).toEqual([SIDE, SIDE]);
  expect(first!.data).not.toEqual(second!.data);
  const train = await mayflyJson(files.folder, "cam", "maps", "idx", "--sample", "199", "--on", "train", "-o", "train");
  expect(train).toMatchObject({ sample: 199, label: 3 });
});

test("the same call writes the same files again", async () => {
  await mayflyJson(files.folder, "cam", "maps", "--sample", "5", "--class", "2", "-o", "again");
  const before = readFileSync(join(files.folder, "again/sample-5-class-2-all-layers.png"));
  await mayflyJson(files.folder, "cam", "maps", "--sample", "5", "--class", "2", "-o", "again");
  expect(readFileSync(join(files.folder, "again/sample-5-class-2-all-layers.png"))).toEqual(before);
});

test("for people, on stderr; the help says what the colours mean", async () => {
  const { status, stdout, stderr } = await mayfly(files.folder, "cam", "maps", "--sample", "2", "-o", "people");
  expect([status, stdout]).toEqual([0, ""]);
  expect(stderr).toMatch(/^sample 2 is 2, predicted \d, drawn for \d$/m);
  const help = await mayfly(files.folder, "cam", "--help");
  expect([help.status, help.stderr]).toEqual([0, ""]);
  expect(help.stdout).toMatch(/orange\s+places speak for the class/);
});

describe("refused, nothing written", () => {
  const refuses = (what: string, args: string, line: RegExp, status: 1 | 2 = 2): void => {
    test(what, () => expectRefusal(files.folder, args.split(" "), line, status));
  };
  refuses("no sample", "cam maps -o x", /required option '--sample <n>' not specified/);
  refuses("no folder", "cam maps --sample 1", /required option '-o, --output <folder>' not specified/);
  refuses("a sample there is not", "cam maps --sample 50 -o x", /has samples 0 to 49: there is no --sample 50/);
  refuses("a class there is not", "cam maps --sample 1 --class 4 -o x", /class 4: this network has classes 0 to 3/);
  refuses("a network without maps", "cam dense --sample 1 -o x", /class activation maps need layers of kind conv or local that the readout sees/, 1);
  refuses("pictures too large", "cam maps --sample 1 --zoom 1000 -o x", /--zoom 1000 makes pictures of 12000 x 12000 pixels, and 4096 a side is the most/);
  refuses("other data", "cam maps larger --sample 1 -o x", /13/, 1);
  refuses("no run", "cam nothing --sample 1 -o x", /there is no model at nothing/, 1);
  refuses("a file in place of the folder", "cam maps --sample 1 -o idx/train-images-idx3-ubyte", /cannot make the folder idx\/train-images-idx3-ubyte: /, 1);
});
