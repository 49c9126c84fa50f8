import { expect, test } from "vitest";
import { fewOfEach, ofClasses } from "../../../host/data/choose.js";
import type { Dataset } from "../../../host/data/dataset.js";
import { expectMayflyError } from "./expect-error.js";

const labels = Uint8Array.from({ length: 60 }, (_, index) => [0, 1, 1, 3, 3, 3][index % 6]!);
const data: Dataset = { name: "counting", shape: { width: 1, height: 1, channels: 1 }, classes: 4, count: 60, frames: Uint8Array.from({ length: 60 }, (_, index) => index), labels };

test("classes are picked with their frames, in order, and keep their labels", () => {
  const picked = ofClasses(data, [1, 2]);
  expect(picked.count).toBe(20);
  expect(new Set(picked.labels)).toEqual(new Set([1]));
  expect([...picked.frames.subarray(0, 4)]).toEqual([1, 2, 7, 8]);
  expect(picked.classes).toBe(4);
});

test("so many of each class that is there, by the seed", () => {
  const few = fewOfEach(data, 4, 1);
  expect([0, 1, 2, 3].map((label) => few.labels.filter((other) => other === label).length)).toEqual([4, 4, 0, 4]);
  few.frames.forEach((value, at) => expect(labels[value]).toBe(few.labels[at]));
  expect(new Set(few.frames).size).toBe(12);
  expect(fewOfEach(data, 4, 1).frames).toEqual(few.frames);
  expect(fewOfEach(data, 4, 2).frames).not.toEqual(few.frames);
});

test("too few are said", async () => {
  await expectMayflyError(() => fewOfEach(data, 11, 1), "counting: 11 samples of each class asked for, and class 0 has 10", 2);
  await expectMayflyError(() => fewOfEach(data, 0, 1), "counting: 0 samples of each class asked for, expected a whole number from 1", 2);
});
