import { expect, test } from "vitest";
import { gzipSync } from "node:zlib";
import { loadIdx, parseIdxImages, parseIdxLabels } from "../../../host/data/idx.js";
import { expectMayflyError } from "./expect-error.js";
import { idxBytes, temporaryFiles } from "./temporary-files.js";

const files = temporaryFiles();
/** Two images, 3 high and 2 wide. */
const images = idxBytes([2, 3, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
const labels = idxBytes([2], [4, 1]);

test("images are count × height × width", () => {
  const { shape, count, frames } = parseIdxImages(images, "images");
  expect(shape).toEqual({ width: 2, height: 3, channels: 1 });
  expect(count).toBe(2);
  expect(frames).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
});

test("rank 2 is count × values, rank 4 ends in channels", () => {
  expect(parseIdxImages(idxBytes([2, 3], [1, 2, 3, 4, 5, 6]), "rank 2").shape).toEqual({ width: 3, height: 1, channels: 1 });
  expect(parseIdxImages(idxBytes([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]), "rank 4").shape).toEqual({ width: 2, height: 1, channels: 3 });
});

test("a pair of files, gzipped or not, becomes a dataset", async () => {
  const expected = {
    name: "images.gz",
    shape: { width: 2, height: 3, channels: 1 },
    classes: 5,
    count: 2,
    frames: images.slice(16),
    labels: Uint8Array.of(4, 1),
  };
  expect(await loadIdx(files.write("images.gz", gzipSync(images)), files.write("labels", labels))).toEqual(expected);
  const named = await loadIdx(files.write("images", images), files.write("labels", labels), { name: "mine", classes: 9 });
  expect(named).toEqual({ ...expected, name: "mine", classes: 9 });
});

test("a view into a larger buffer is read from its own start", () => {
  const larger = Uint8Array.of(9, 9, 9, ...labels, 9);
  expect(parseIdxLabels(larger.subarray(3, 13), "labels")).toEqual(Uint8Array.of(4, 1));
});

test("a file cut short is refused with the sizes found and promised", async () => {
  await expectMayflyError(() => parseIdxImages(images.subarray(0, 3), "i"), "i: truncated, 3 bytes, an IDX file begins with a magic of 4 bytes");
  await expectMayflyError(() => parseIdxImages(images.subarray(0, 15), "i"), "i: truncated in the IDX header, 15 bytes, expected 16 for rank 3");
  await expectMayflyError(() => parseIdxImages(images.subarray(0, 27), "i"), "i: truncated, 27 bytes, expected 28 (a header of 16 + 2 × 3 × 2)");
});

test("a header that promises more than any file can hold is refused", async () => {
  const huge = idxBytes([0x10000, 0x10000, 0x10000], [1]);
  await expectMayflyError(
    () => parseIdxImages(huge, "i"),
    "i: truncated, 17 bytes, expected 281474976710672 (a header of 16 + 65536 × 65536 × 65536)",
  );
});

test("trailing bytes are refused", async () => {
  await expectMayflyError(() => parseIdxLabels(Uint8Array.of(...labels, 7, 7), "l"), "l: 2 trailing bytes, found 12, expected 10 (a header of 8 + 2)");
});

test("a wrong magic is shown beside the right one", async () => {
  await expectMayflyError(
    () => parseIdxImages(Uint8Array.of(0x50, 0x4b, 3, 4, 0), "i"),
    "i: not an IDX file, magic 0x504b0304, expected 0x000008 and the rank (0x00000803 for images, 0x00000801 for labels)",
  );
});

test("a value type other than u8 is named", async () => {
  await expectMayflyError(() => parseIdxImages(Uint8Array.of(0, 0, 0x0d, 3), "i"), "i: IDX type code 0x0d (f32), expected 0x08 (u8)");
  await expectMayflyError(() => parseIdxImages(Uint8Array.of(0, 0, 0x77, 3), "i"), "i: IDX type code 0x77 (unknown), expected 0x08 (u8)");
});

test("images and labels in each other's place are noticed", async () => {
  await expectMayflyError(
    () => parseIdxImages(labels, "l"),
    "l: IDX magic 0x00000801 (rank 1), expected images: 0x00000803 (or rank 2 or 4); this looks like a label file",
  );
  await expectMayflyError(
    () => parseIdxLabels(images, "i"),
    "i: IDX magic 0x00000803 (rank 3), expected labels: 0x00000801; this looks like an image file",
  );
});

test("an unusual rank is refused", async () => {
  await expectMayflyError(
    () => parseIdxImages(idxBytes([1, 1, 1, 1, 1], [3]), "i"),
    "i: IDX magic 0x00000805 (rank 5), expected images: 0x00000803 (or rank 2 or 4)",
  );
  await expectMayflyError(() => parseIdxLabels(idxBytes([], [3]), "l"), "l: IDX magic 0x00000800 (rank 0), expected labels: 0x00000801");
});

test("zero items and zero sides are refused", async () => {
  await expectMayflyError(() => parseIdxLabels(idxBytes([0], []), "l"), "l: holds zero items, expected at least one");
  await expectMayflyError(() => parseIdxImages(idxBytes([2, 0, 2], []), "i"), "i: dimensions 2 × 0 × 2, expected none to be zero");
});

test("as many labels as images are expected", async () => {
  const imagesPath = files.write("two-images", images);
  const labelsPath = files.write("three-labels", idxBytes([3], [1, 2, 3]));
  await expectMayflyError(() => loadIdx(imagesPath, labelsPath), `${labelsPath}: 3 labels, expected 2, one for each image in ${imagesPath}`);
});
