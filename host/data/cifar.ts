/** CIFAR-10's binary version: records of one label byte and 3 × 32 × 32 bytes, red plane, green plane, blue plane. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { MayflyError } from "../errors.js";
import type { Dataset } from "./dataset.js";
import { readBytes } from "./gzip.js";

const SIDE = 32;
const CHANNELS = 3;
const PLANE = SIDE * SIDE;
const RECORD = 1 + CHANNELS * PLANE;
const CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
const TRAIN = /^data_batch_\d+\.bin(\.gz)?$/;
const TEST = /^test_batch\.bin(\.gz)?$/;

/** Whether a folder's files are called as CIFAR-10's. */
export function isCifarFolder(names: readonly string[]): boolean {
  return names.some((name) => TRAIN.test(name)) && names.some((name) => TEST.test(name));
}

/** Reads data_batch_*.bin and test_batch.bin of a folder (each may be gzipped) as frames of 32×32×3. */
export async function loadCifarFolder(folder: string): Promise<{ train: Dataset; test: Dataset }> {
  const names = (await readdir(folder)).sort();
  const batches = await Promise.all(names.filter((name) => TRAIN.test(name)).map((name) => readBatch(join(folder, name))));
  const tests = await Promise.all(names.filter((name) => TEST.test(name)).map((name) => readBatch(join(folder, name))));
  return { train: datasetOf("cifar-10 train", batches), test: datasetOf("cifar-10 test", tests) };
}

async function readBatch(path: string): Promise<Uint8Array> {
  const bytes = await readBytes(path);
  if (bytes.length === 0 || bytes.length % RECORD !== 0) {
    throw new MayflyError(`${path}: ${bytes.length} bytes are not whole records of ${RECORD} (a label and 32×32×3 values): is it truncated, or CIFAR-100?`);
  }
  for (let at = 0; at < bytes.length; at += RECORD) {
    const label = bytes[at] ?? 0;
    if (label >= CLASSES.length) throw new MayflyError(`${path}: record ${at / RECORD} has label ${label}, expected 0..9: is it CIFAR-100?`);
  }
  return bytes;
}

function datasetOf(name: string, batches: readonly Uint8Array[]): Dataset {
  const count = batches.reduce((sum, batch) => sum + batch.length / RECORD, 0);
  const frames = new Uint8Array(count * CHANNELS * PLANE);
  const labels = new Uint8Array(count);
  let sample = 0;
  for (const batch of batches) {
    for (let at = 0; at < batch.length; at += RECORD, sample++) {
      labels[sample] = batch[at] ?? 0;
      const frame = frames.subarray(sample * CHANNELS * PLANE, (sample + 1) * CHANNELS * PLANE);
      // From planes to channels beside each other.
      for (let channel = 0; channel < CHANNELS; channel++) {
        for (let pixel = 0; pixel < PLANE; pixel++) frame[pixel * CHANNELS + channel] = batch[at + 1 + channel * PLANE + pixel] ?? 0;
      }
    }
  }
  return { name, shape: { width: SIDE, height: SIDE, channels: CHANNELS }, classes: CLASSES.length, count, frames, labels, classNames: CLASSES };
}
