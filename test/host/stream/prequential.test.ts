/** Prequential evaluation, by hand. */
import { expect, test } from "vitest";
import { auroc, Prequential, Running } from "../../../host/stream/prequential.js";

test("a running mean is of all values and of the last ones", () => {
  const running = new Running(3);
  expect([running.mean, running.recentMean]).toEqual([null, null]);
  [4, 8, 0, 4].forEach((value) => running.add(value));
  expect([running.mean, running.recentMean, running.count]).toEqual([4, 4, 4]);
  running.add(2);
  expect(running.recentMean).toBe(2);
});

test("AUROC is the share of pairs in order, ties half", () => {
  expect(auroc([1, 2], [3, 4])).toBe(1);
  expect(auroc([3, 4], [1, 2])).toBe(0);
  expect(auroc([1, 3], [2, 3])).toBe(0.625);
  expect(auroc([], [1])).toBeNull();
});

test("errors count only where the label is known, the last ones apart", () => {
  const tested = new Prequential(2);
  for (const [predicted, label] of [[1, 1], [0, 1], [0, null], [1, 0], [0, 0]] as const) tested.add({ score: 1, predicted, label, alarm: null });
  expect(tested.summary()).toMatchObject({ frames: 5, labelled: 4, error: 50, recentError: 50, alarmRate: null, auroc: null });
});

test("alarms are judged by label 0: false, detected, and how late", () => {
  const tested = new Prequential(10, true);
  const frames = [[9, 0, false], [8, 0, true], [7, null, true], [5, 2, false], [4, 2, false], [1, 2, true], [2, 2, true]] as const;
  for (const [score, label, alarm] of frames) tested.add({ score, predicted: null, label, alarm });
  expect(tested.summary()).toMatchObject({ alarms: 4, falseAlarmRate: 0.5, detectionRate: 0.5, detectionDelay: 2, auroc: 1, error: null });
});

test("a network that learns labels has no detection to be judged by", () => {
  const tested = new Prequential(10);
  tested.add({ score: 1, predicted: 0, label: 0, alarm: true });
  tested.add({ score: 0, predicted: 0, label: 1, alarm: false });
  expect(tested.summary()).toMatchObject({ auroc: null, falseAlarmRate: null, detectionDelay: null, alarms: 1 });
});
