import { expect, test } from "vitest";
import { applyMinMax, emptyMinMax, extendMinMax, type MinMaxScaler } from "../../../host/data/min-max.js";

const scaler: MinMaxScaler = { kind: "minmax", low: [-1, 10, 5], high: [1, 20, 5] };

function apply(values: number[]): number[] {
  const bytes = new Uint8Array(values.length);
  applyMinMax(scaler, values, bytes);
  return [...bytes];
}

test("a range is the lowest and the highest value of its column", () => {
  const fitted = emptyMinMax(3);
  for (const sample of [[0, 20, 5], [-1, 10, 5], [1, 12, 5]]) extendMinMax(fitted, sample);
  expect(fitted).toEqual(scaler);
});

test("low becomes 0, high 255, the middle is rounded to nearest", () => {
  expect(apply([-1, 20, 5])).toEqual([0, 255, 0]);
  expect(apply([0, 15, 5])).toEqual([128, 128, 0]);
  expect(apply([-0.9, 10.01, 5])).toEqual([13, 0, 0]);
});

test("values outside the range saturate and a constant column is 0", () => {
  expect(apply([-50, 1e300, 900])).toEqual([0, 255, 0]);
});

test("a scaler survives JSON", () => {
  expect(JSON.parse(JSON.stringify(scaler))).toEqual(scaler);
});
