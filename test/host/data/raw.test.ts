import { expect, test } from "vitest";
import { gzipSync } from "node:zlib";
import { loadRaw } from "../../../host/data/raw.js";
import { expectMayflyError } from "./expect-error.js";
import { temporaryFiles } from "./temporary-files.js";

const files = temporaryFiles();
const shape = { width: 2, height: 2, channels: 1 };
const framesPath = files.write("frames.u8", [1, 2, 3, 4, 5, 6, 7, 8]);
const labelsPath = files.write("labels.u8", [2, 0]);

test("frames and labels become a dataset, gzipped or not", async () => {
  const expected = { name: "frames.u8", shape, classes: 3, count: 2, frames: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), labels: Uint8Array.of(2, 0) };
  expect(await loadRaw(framesPath, labelsPath, { shape })).toEqual(expected);
  const zipped = files.write("labels.u8.gz", gzipSync(Uint8Array.of(2, 0)));
  expect(await loadRaw(framesPath, zipped, { shape, name: "mine", classes: 7 })).toEqual({ ...expected, name: "mine", classes: 7 });
});

test("a size that is not a multiple of the frame is shown in numbers", async () => {
  await expectMayflyError(
    () => loadRaw(framesPath, labelsPath, { shape: { width: 3, height: 1, channels: 1 } }),
    `${framesPath}: 8 bytes are not a multiple of 3 (3×1×1): 2 frames and 2 bytes; check the shape`,
  );
});

test("an empty file is refused", async () => {
  const empty = files.write("empty.u8", []);
  await expectMayflyError(() => loadRaw(empty, labelsPath, { shape }), `${empty}: empty, expected frames of 4 bytes (2×2×1)`);
});

test("one label for each frame is expected", async () => {
  const three = files.write("three.u8", [0, 1, 2]);
  await expectMayflyError(() => loadRaw(framesPath, three, { shape }), `${three}: 3 labels, expected 2, one byte for each frame in ${framesPath}`);
});

test("a shape without pixels is refused before any division", async () => {
  await expectMayflyError(
    () => loadRaw(framesPath, labelsPath, { shape: { width: 0, height: 2, channels: 1 } }),
    "shape 0×2×1: width is 0, expected a whole number from 1",
    2,
  );
});
