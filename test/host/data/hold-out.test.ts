import { expect, test } from "vitest";
import type { Dataset } from "../../../host/data/dataset.js";
import { holdOut } from "../../../host/data/hold-out.js";
import { expectMayflyError } from "./expect-error.js";

function counting(count: number): Dataset {
  const values = Uint8Array.from({ length: count }, (_, index) => index);
  return { name: "counting", shape: { width: 1, height: 1, channels: 1 }, classes: 256, count, frames: values, labels: values };
}

test("a sixth of the samples is held out, each sample is in one set, labels stay with their frames", () => {
  const { train, test: held, note } = holdOut(counting(20));
  expect([train.count, held.count]).toEqual([17, 3]);
  expect([train.name, held.name]).toEqual(["counting train", "counting test"]);
  expect([...train.frames, ...held.frames].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(train.labels).toEqual(train.frames);
  expect(held.labels).toEqual(held.frames);
  expect(note).toBe("no test set given: held out 3 of 20 samples after a shuffle with the fixed seed 1835104614");
});

test("the same samples are held out every time", () => {
  expect([...holdOut(counting(20)).test.labels]).toEqual([...holdOut(counting(20)).test.labels]);
});

test("few samples still leave one for the test, one alone does not", async () => {
  const { train, test: held } = holdOut(counting(2));
  expect([train.count, held.count]).toEqual([1, 1]);
  await expectMayflyError(() => holdOut(counting(1)), "counting: 1 sample, too few to hold out a test set; give a test file");
});
