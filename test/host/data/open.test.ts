import { expect, test } from "vitest";
import { openDataset } from "../../../host/data/open.js";
import { expectMayflyError } from "./expect-error.js";
import { idxBytes, temporaryFiles } from "./temporary-files.js";

const files = temporaryFiles();
const shape = { width: 2, height: 1, channels: 1 };
const ACCEPTED =
  "accepted: mnist; aesop; a folder with data_batch_*.bin and test_batch.bin (CIFAR-10, binary version); a folder with train-images*, train-labels*, t10k-images*, t10k-labels* (IDX); a .csv file; images:labels (raw u8 files, with a shape); images:labels (IDX files)";

const csv = files.write("train.csv", "kind,x,y\nfly,1,2\nbee,3,4\nfly,5,6\nbee,7,8\n");
const rawFrames = files.write("frames.u8", [1, 2, 3, 4, 5, 6]);
const rawLabels = files.write("labels.u8", [0, 1, 0]);
const idxImages = files.write("digits-images", idxBytes([3, 1, 2], [1, 2, 3, 4, 5, 6]));
const idxLabels = files.write("digits-labels", idxBytes([3], [0, 1, 1]));

test("mnist opens by name, limited to the first samples", async () => {
  const { train, test: held, note } = await openDataset("mnist", { limit: 100, limitTest: 7 });
  expect([train.count, train.frames.length, train.labels.length, held.count]).toEqual([100, 78400, 100, 7]);
  expect([train.classes, note]).toEqual([10, undefined]);
});

test("a folder opens as four IDX files", async () => {
  files.write("folder/train-images", idxBytes([2, 1, 2], [1, 2, 3, 4]));
  files.write("folder/train-labels", idxBytes([2], [0, 1]));
  files.write("folder/t10k-images", idxBytes([1, 1, 2], [5, 6]));
  files.write("folder/t10k-labels", idxBytes([1], [1]));
  const { train, test: held } = await openDataset(`${files.folder}/folder`);
  expect([train.count, held.count, train.classes]).toEqual([2, 1, 2]);
  expect(train.shape).toEqual(shape);
});

test("a CSV file without a test file holds a part out and says so", async () => {
  const { train, test: held, note } = await openDataset(csv);
  expect([train.count, held.count]).toEqual([3, 1]);
  expect(note).toBe("no test set given: held out 1 of 4 samples after a shuffle with the fixed seed 1835104614");
  expect(train.classNames).toEqual(["bee", "fly"]);
});

test("a CSV test file takes names, columns and scale from the training file", async () => {
  const path = files.write("test.csv", "kind,x,y\nbee,7,5\n");
  const opened = await openDataset(csv, { test: path, labelColumn: "kind", scale: "minmax" });
  expect(opened.scaler).toEqual({ kind: "minmax", low: [1, 2], high: [7, 8] });
  expect(opened.test).toMatchObject({ classes: 2, count: 1, frames: Uint8Array.of(255, 128), labels: Uint8Array.of(0) });
  expect(opened.note).toBeUndefined();
  const other = files.write("other.csv", "kind,y,x\nbee,7,5\n");
  await expectMayflyError(() => openDataset(csv, { test: other }), `${other}: column 2 is "y", expected "x" as in the training file`);
});

test("raw files open as a pair or with a separate option for the labels", async () => {
  for (const opened of [
    await openDataset(`${rawFrames}:${rawLabels}`, { shape, test: `${rawFrames}:${rawLabels}` }),
    await openDataset(rawFrames, { shape, labels: rawLabels, test: `${rawFrames}:${rawLabels}` }),
  ]) {
    expect(opened.train).toEqual({ name: "frames.u8", shape, classes: 2, count: 3, frames: Uint8Array.of(1, 2, 3, 4, 5, 6), labels: Uint8Array.of(0, 1, 0) });
    expect(opened.test).toEqual(opened.train);
  }
  const { train, test: held } = await openDataset(rawFrames, { shape, labels: rawLabels, limit: 1 });
  expect([train.count, held.count]).toEqual([1, 1]);
});

test("a pair of IDX files opens without a shape", async () => {
  const { train, test: held } = await openDataset(`${idxImages}:${idxLabels}`, { classes: 4 });
  expect([train.count, held.count, train.classes]).toEqual([2, 1, 4]);
  expect(train.shape).toEqual(shape);
});

test("a limit above the count takes all", async () => {
  expect((await openDataset(csv, { limit: 1000 })).train.count).toBe(3);
});

test("an unknown source lists all that is accepted", async () => {
  await expectMayflyError(() => openDataset("mnits"), `dataset "mnits": no such name or file; ${ACCEPTED}`, 2);
  await expectMayflyError(() => openDataset("no.csv"), `dataset "no.csv": no such name or file; ${ACCEPTED}`, 2);
  await expectMayflyError(
    () => openDataset(rawFrames, { shape }),
    `dataset "${rawFrames}": not a format that is known by its name (a frame file needs labels); ${ACCEPTED}`,
    2,
  );
});

test("an option that does not apply to the format is refused", async () => {
  await expectMayflyError(
    () => openDataset("mnist", { labelColumn: 3 }),
    'dataset "mnist": the option labelColumn does not apply to mnist; it takes classes, limit, limitTest, leaveOut',
    2,
  );
  await expect(openDataset(csv, { labels: undefined })).resolves.toBeDefined();
});

test("limits and classes must be whole numbers", async () => {
  await expectMayflyError(() => openDataset("mnist", { limit: 0 }), 'dataset "mnist": limit is 0, expected a whole number from 1', 2);
  await expectMayflyError(() => openDataset("mnist", { limitTest: 1.5 }), 'dataset "mnist": limitTest is 1.5, expected a whole number from 1', 2);
  await expectMayflyError(() => openDataset("mnist", { classes: 1 }), 'dataset "mnist": classes is 1, expected a whole number from 2', 2);
});

test("labels are checked against the classes before the split, by their place in the file", async () => {
  await expectMayflyError(() => openDataset("mnist", { classes: 5 }), "mnist train: sample 0 has label 5, expected 0..4 (5 classes)");
  const high = files.write("high.u8", [0, 1, 2]);
  await expectMayflyError(
    () => openDataset(rawFrames, { shape, labels: rawLabels, test: `${rawFrames}:${high}` }),
    "frames.u8: sample 2 has label 2, expected 0..1 (2 classes)",
  );
});

test("test frames of another shape are refused", async () => {
  const wide = files.write("wide-images", idxBytes([3, 1, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]));
  await expectMayflyError(
    () => openDataset(`${idxImages}:${idxLabels}`, { test: `${wide}:${idxLabels}` }),
    "wide-images: frames of 3×1×1, expected 2×1×1 as in digits-images",
  );
});

test("a test set that is not a pair of files is an error of the call", async () => {
  await expectMayflyError(
    () => openDataset(`${idxImages}:${idxLabels}`, { test: idxImages }),
    `test set "${idxImages}": expected frames:labels, two files that exist`,
    2,
  );
});

test("a source with one class is no classification", async () => {
  const path = files.write("one-class.csv", "0,1\n0,2\n");
  await expectMayflyError(() => openDataset(path), "one-class.csv: 1 classes, expected 2..256; a classifier needs at least two");
});
