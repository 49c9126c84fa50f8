import fc from "fast-check";
import { expect, test } from "vitest";
import { AlarmVote, alarmCount, auroc, detectionDelay, thresholdFor } from "../../../host/field/metrics.js";
import { expectMayflyError } from "../data/expect-error.js";

test("AUROC is the share of pairs in the right order, ties half", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 }), fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 }), (normal, abnormal) => {
    const won = normal.flatMap((low) => abnormal.map((high): number => (high > low ? 1 : high === low ? 0.5 : 0))).reduce((sum, one) => sum + one, 0);
    expect(auroc(normal, abnormal)).toBeCloseTo(won / (normal.length * abnormal.length), 12);
  }));
  expect(auroc([1, 2], [3, 4])).toBe(1);
  expect(auroc([3, 4], [1, 2])).toBe(0);
});

test("scores that are missing or not numbers are refused", async () => {
  await expectMayflyError(() => auroc([], [1]), "auroc: no normal scores", 2);
  await expectMayflyError(() => auroc([1], [1, NaN]), "auroc: abnormal score 1 is not a number", 2);
  await expectMayflyError(() => thresholdFor([1], 1), "thresholdFor: a share of 1, expected 0 up to 1", 2);
});

test("a threshold leaves at most its share above", () => {
  fc.assert(fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.double({ min: 0, max: 0.99, noNaN: true }), (scores, share) => {
    const threshold = thresholdFor(scores, share);
    const above = (limit: number): number => scores.filter((score) => score > limit).length;
    expect(above(threshold)).toBeLessThanOrEqual(share * scores.length);
    const lower = Math.max(...scores.filter((score) => score < threshold));
    if (lower > -Infinity) expect(above(lower)).toBeGreaterThan(share * scores.length - 1);
  }));
});

test("an alarm stands while enough of the last windows were above", () => {
  const vote = new AlarmVote(2, 3);
  expect([true, false, true, false, false, true, true, true, false, false].map((above) => vote.push(above))).toEqual([false, false, true, false, false, false, true, true, true, false]);
  expect(() => new AlarmVote(4, 3)).toThrow("AlarmVote: 4 of 3 windows");
});

test("alarms are counted where they begin, and the delay is to the first that begins after the onset", () => {
  const alarms = [false, true, true, false, false, true, true, false];
  expect(alarmCount(alarms)).toBe(2);
  expect(detectionDelay(alarms, 3)).toBe(2);
  expect(detectionDelay(alarms, 5)).toBe(0);
  expect(detectionDelay(alarms, 2)).toBe(3);
  expect(detectionDelay(alarms, 7)).toBeNull();
  expect(() => detectionDelay(alarms, 8)).toThrow("onset at window 8 of 8");
});
