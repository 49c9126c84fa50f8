// The page's digits as scripts that set a string: playground/src/digits.ts has the layout. Made once; MNIST does not change.
import { existsSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { writeWhole } from "./write.mjs";

/** Scripts by the number of digits to train on. The smaller one comes with the page, the larger when it is asked for. */
export const TRAIN_COUNTS = [10_000, 60_000];
const TEST_COUNT = 2_000;

/** Digits of the training set first come first served, and the first of the test set. */
function packed({ train, test }, trainCount) {
  const [a, b] = [Math.min(trainCount, train.count), Math.min(TEST_COUNT, test.count)];
  const size = train.shape.width * train.shape.height;
  const header = Buffer.alloc(8);
  header.writeUInt32LE(a, 0);
  header.writeUInt32LE(b, 4);
  return Buffer.concat([header, train.labels.subarray(0, a), test.labels.subarray(0, b), train.frames.subarray(0, a * size), test.frames.subarray(0, b * size)]);
}

/** Writes what is missing in a folder. `loadMnist` is the library's. */
export async function writeDigits(folder, loadMnist) {
  const missing = TRAIN_COUNTS.filter((count) => !existsSync(`${folder}/mnist-${count}.js`));
  if (missing.length === 0) return;
  const mnist = await loadMnist();
  for (const count of missing) {
    const gzipped = gzipSync(packed(mnist, count), { level: count > 10_000 ? 6 : 9 });
    writeWhole(`${folder}/mnist-${count}.js`, `(globalThis.mayflyFiles ??= {})["mnist-${count}"] = "${gzipped.toString("base64")}";\n`);
  }
}
