import { expect, test } from "vitest";
import { checkDataset, classCounts, describeDataset, frame, select, take, type Dataset } from "../../../host/data/dataset.js";
import { expectMayflyError } from "./expect-error.js";

/** Four frames of 2×1×1: 0 1, 2 3, 4 5, 6 7. */
const four: Dataset = {
  name: "four",
  shape: { width: 2, height: 1, channels: 1 },
  classes: 3,
  count: 4,
  frames: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7),
  labels: Uint8Array.of(0, 1, 2, 1),
};

test("a frame is a view, not a copy", () => {
  expect(frame(four, 2)).toEqual(Uint8Array.of(4, 5));
  expect(frame(four, 2).buffer).toBe(four.frames.buffer);
});

test("a frame outside the dataset is a RangeError", () => {
  for (const index of [-1, 4, NaN]) expect(() => frame(four, index)).toThrow(RangeError);
});

test("take gives a range of samples as views", () => {
  const middle = take(four, 1, 3);
  expect(middle).toEqual({ ...four, count: 2, frames: Uint8Array.of(2, 3, 4, 5), labels: Uint8Array.of(1, 2) });
  expect(middle.frames.buffer).toBe(four.frames.buffer);
  expect(take(four, 4, 4).count).toBe(0);
  expect(frame(take(middle, 1, 2), 0)).toEqual(Uint8Array.of(4, 5));
});

test("take refuses a range outside the dataset", async () => {
  await expectMayflyError(() => take(four, 2, 5), "four: samples 2..5 asked for, expected a range within 0..4", 2);
  await expectMayflyError(() => take(four, 3, 2), "four: samples 3..2 asked for, expected a range within 0..4", 2);
  await expectMayflyError(() => take(four, 0.5, 2), "four: samples 0.5..2 asked for, expected a range within 0..4", 2);
});

test("select copies samples in the given order", () => {
  const picked = select(four, Uint32Array.of(3, 0, 3));
  expect(picked).toEqual({ ...four, count: 3, frames: Uint8Array.of(6, 7, 0, 1, 6, 7), labels: Uint8Array.of(1, 0, 1) });
});

test("a consistent dataset passes the check", () => {
  expect(() => checkDataset(four)).not.toThrow();
});

test("the check names the first sample whose label is too high", async () => {
  await expectMayflyError(() => checkDataset({ ...four, classes: 2 }), "four: sample 2 has label 2, expected 0..1 (2 classes)");
});

test("the check compares all sizes", async () => {
  await expectMayflyError(() => checkDataset({ ...four, count: 3 }), "four: 4 labels for 3 samples");
  await expectMayflyError(() => checkDataset({ ...four, count: 0 }), "four: no samples");
  await expectMayflyError(
    () => checkDataset({ ...four, frames: four.frames.subarray(1) }),
    "four: 7 bytes of frames, expected 8 (4 frames of 2×1×1)",
  );
  await expectMayflyError(
    () => checkDataset({ ...four, classes: 1 }),
    "four: 1 classes, expected 2..256; a classifier needs at least two",
  );
  await expectMayflyError(
    () => checkDataset({ ...four, shape: { width: 2, height: 0, channels: 1 } }),
    "shape 2×0×1: height is 0, expected a whole number from 1",
    2,
  );
});

test("a dataset is described in one line", () => {
  expect(classCounts(four)).toEqual([1, 2, 1]);
  expect(describeDataset(four)).toBe("four: 4 frames of 2×1×1, 3 classes, 1..2 samples each");
});
