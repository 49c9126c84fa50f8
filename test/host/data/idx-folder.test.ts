import { expect, test } from "vitest";
import { gzipSync } from "node:zlib";
import { loadIdxFolder } from "../../../host/data/idx-folder.js";
import { expectMayflyError } from "./expect-error.js";
import { idxBytes, temporaryFiles } from "./temporary-files.js";

const files = temporaryFiles();
const trainImages = idxBytes([2, 1, 1], [10, 20]);
const trainLabels = idxBytes([2], [0, 3]);
const testImages = idxBytes([1, 1, 1], [30]);
const testLabels = idxBytes([1], [1]);

const SUFFIXES: [images: string, labels: string][] = [
  ["", ""],
  ["-idx3-ubyte", "-idx1-ubyte"],
  [".idx3-ubyte", ".idx1-ubyte"],
  [".idx", ".idx"],
];

for (const [imagesSuffix, labelsSuffix] of SUFFIXES) {
  for (const zip of [false, true]) {
    const example = `train-images${imagesSuffix}${zip ? ".gz" : ""}`;
    test(`a folder with files such as ${example} is read`, async () => {
      const write = (name: string, bytes: Uint8Array): string => files.write(`${example}.d/${name}${zip ? ".gz" : ""}`, zip ? gzipSync(bytes) : bytes);
      write(`train-images${imagesSuffix}`, trainImages);
      write(`train-labels${labelsSuffix}`, trainLabels);
      write(`t10k-images${imagesSuffix}`, testImages);
      write(`t10k-labels${labelsSuffix}`, testLabels);
      const { train, test: held } = await loadIdxFolder(`${files.folder}/${example}.d`, { name: "tiny" });
      const shape = { width: 1, height: 1, channels: 1 };
      expect(train).toEqual({ name: "tiny train", shape, classes: 4, count: 2, frames: Uint8Array.of(10, 20), labels: Uint8Array.of(0, 3) });
      expect(held).toEqual({ name: "tiny test", shape, classes: 4, count: 1, frames: Uint8Array.of(30), labels: Uint8Array.of(1) });
    });
  }
}

test("all missing files are named", async () => {
  files.write("half/train-images", trainImages);
  files.write("half/t10k-labels.gz.bak", testLabels);
  await expectMayflyError(
    () => loadIdxFolder(`${files.folder}/half`),
    `${files.folder}/half: no train-labels, no t10k-images, no t10k-labels; expected the four IDX files of MNIST's layout, such as train-images-idx3-ubyte or train-images.gz`,
  );
});

test("a folder that is not there is a clear error", async () => {
  await expectMayflyError(() => loadIdxFolder(`${files.folder}/nowhere`), `${files.folder}/nowhere: no such file`);
});
