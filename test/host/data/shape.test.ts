import { expect, test } from "vitest";
import { formatShape, frameSize, parseShape } from "../../../host/data/shape.js";
import { expectMayflyError } from "./expect-error.js";

test("a shape is read as width x height x channels", () => {
  expect(parseShape("32x16x3")).toEqual({ width: 32, height: 16, channels: 3 });
  expect(parseShape("28×28")).toEqual({ width: 28, height: 28, channels: 1 });
  expect(parseShape("4")).toEqual({ width: 4, height: 1, channels: 1 });
  expect(frameSize(parseShape("32x16x3"))).toBe(1536);
  expect(formatShape(parseShape("32x16x3"))).toBe("32×16×3");
});

test("a text that is no shape is refused", async () => {
  for (const text of ["", "28x", "0x4", "2x2x2x2", "-3", "1.5x2", "a"]) {
    await expectMayflyError(
      () => parseShape(text),
      `shape "${text}": expected width x height x channels in whole numbers from 1, such as 28x28 or 32x32x3`,
      2,
    );
  }
});

test("line breaks in what a user wrote do not break the error into lines", async () => {
  await expectMayflyError(
    () => parseShape("28\r\n x28"),
    'shape "28 x28": expected width x height x channels in whole numbers from 1, such as 28x28 or 32x32x3',
    2,
  );
});
