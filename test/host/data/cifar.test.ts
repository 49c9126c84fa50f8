/** CIFAR-10's binary format on a made set: no data of the real one is needed. */
import { expect, test } from "vitest";
import { gzipSync } from "node:zlib";
import { isCifarFolder, loadCifarFolder } from "../../../host/data/cifar.js";
import { openDataset } from "../../../host/data/open.js";
import { expectMayflyError } from "./expect-error.js";
import { temporaryFiles } from "./temporary-files.js";

const files = temporaryFiles();
const RECORD = 3073;

/** Red counts pixels from the record's number, green is the label, blue counts down. */
function batch(labels: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(labels.length * RECORD);
  labels.forEach((label, record) => {
    const at = record * RECORD;
    bytes[at] = label;
    for (let pixel = 0; pixel < 1024; pixel++) {
      bytes[at + 1 + pixel] = (record + pixel) & 255;
      bytes[at + 1025 + pixel] = label;
      bytes[at + 2049 + pixel] = 255 - (pixel & 255);
    }
  });
  return bytes;
}

function folder(name: string, contents: Readonly<Record<string, Uint8Array>>): string {
  for (const [file, bytes] of Object.entries(contents)) files.write(`${name}/${file}`, bytes);
  return `${files.folder}/${name}`;
}

test.each([["plain", (bytes: Uint8Array) => bytes, ""], ["gzipped", gzipSync, ".gz"]] as const)("%s batches in their order become frames of 32×32×3, channels side by side", async (name, zip, ending) => {
  const path = folder(name, {
    [`data_batch_2.bin${ending}`]: zip(batch([5])), [`data_batch_1.bin${ending}`]: zip(batch([3, 9])), [`test_batch.bin${ending}`]: zip(batch([0])), "batches.meta.txt": Uint8Array.of(10),
  });
  const { train, test: held } = await loadCifarFolder(path);
  expect(train).toMatchObject({ name: "cifar-10 train", shape: { width: 32, height: 32, channels: 3 }, classes: 10, count: 3 });
  expect([...train.labels]).toEqual([3, 9, 5]);
  expect(train.classNames![9]).toBe("truck");
  expect([held.count, held.labels[0]]).toEqual([1, 0]);
  const pixel = (sample: number, at: number): number[] => [...train.frames.subarray((sample * 1024 + at) * 3, (sample * 1024 + at) * 3 + 3)];
  expect(pixel(0, 0)).toEqual([0, 3, 255]);
  expect(pixel(1, 7)).toEqual([8, 9, 248]);
  expect(pixel(2, 1023)).toEqual([255, 5, 0]);
  const opened = await openDataset(path, { limit: 2 });
  expect(opened.train.count).toBe(2);
  expect(opened.note).toBeUndefined();
});

test("a folder is CIFAR's by its names", () => {
  expect(isCifarFolder(["data_batch_1.bin", "test_batch.bin"])).toBe(true);
  for (const names of [["data_batch_1.bin"], ["test_batch.bin"], ["train.bin", "test.bin"], ["data_batch_1.bin.bak", "test_batch.bin"]]) expect(isCifarFolder(names)).toBe(false);
});

test("a truncated batch is refused by its name and length", async () => {
  const path = folder("truncated", { "data_batch_1.bin": batch([1, 2]).slice(0, -1), "test_batch.bin": batch([0]) });
  await expectMayflyError(() => openDataset(path), `${path}/data_batch_1.bin: 6145 bytes are not whole records of 3073 (a label and 32×32×3 values): is it truncated, or CIFAR-100?`);
});

test("an empty batch is refused", async () => {
  const path = folder("empty", { "data_batch_1.bin": batch([1]), "test_batch.bin": new Uint8Array() });
  await expectMayflyError(() => openDataset(path), `${path}/test_batch.bin: 0 bytes are not whole records of 3073 (a label and 32×32×3 values): is it truncated, or CIFAR-100?`);
});

test("CIFAR-100's records, with two label bytes, are refused: by length, or by a label there is not", async () => {
  const hundred = (count: number): Uint8Array => {
    const bytes = new Uint8Array(count * 3074);
    for (let record = 0; record < count; record++) bytes.set([19, 87], record * 3074);
    return bytes;
  };
  const short = folder("hundred", { "data_batch_1.bin": hundred(2), "test_batch.bin": batch([0]) });
  await expectMayflyError(() => openDataset(short), `${short}/data_batch_1.bin: 6148 bytes are not whole records of 3073 (a label and 32×32×3 values): is it truncated, or CIFAR-100?`);
  // 3,073 of its records are as long as 3,074 of CIFAR-10's.
  const whole = folder("whole", { "data_batch_1.bin": hundred(3073), "test_batch.bin": batch([0]) });
  await expectMayflyError(() => openDataset(whole), `${whole}/data_batch_1.bin: record 0 has label 19, expected 0..9: is it CIFAR-100?`);
});
