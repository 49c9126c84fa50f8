import { expect, test } from "vitest";
import { openDataset } from "../../../host/data/open.js";
import { images, labels, stripes } from "../cli/samples.js";
import { expectMayflyError } from "./expect-error.js";
import { temporaryFiles } from "./temporary-files.js";

const files = temporaryFiles();
for (const [stem, count] of [["train", 40], ["t10k", 12]] as const) {
  files.write(`idx/${stem}-images`, images(stripes(count)));
  files.write(`idx/${stem}-labels`, labels(stripes(count)));
}
const source = `${files.folder}/idx`;

test("a class left out is missing from the training set, with its frames, and stays in the test set", async () => {
  const all = await openDataset(source);
  const { train, test: held } = await openDataset(source, { leaveOut: 2 });
  expect(train).toMatchObject({ count: 30, classes: 4, name: `${all.train.name} without class 2` });
  expect([...train.labels]).toEqual([...all.train.labels].filter((label) => label !== 2));
  const size = 144;
  const kept = [...all.train.labels.keys()].filter((index) => all.train.labels[index] !== 2);
  kept.forEach((index, at) => expect(train.frames.subarray(at * size, (at + 1) * size)).toEqual(all.train.frames.subarray(index * size, (index + 1) * size)));
  expect(held).toEqual(all.test);
});

test("the limit counts what is left", async () => {
  const { train } = await openDataset(source, { leaveOut: 0, limit: 5 });
  expect([...train.labels]).toEqual([1, 2, 3, 1, 2]);
});

test("a class there is not cannot be left out", async () => {
  for (const leaveOut of [4, -1, 1.5]) await expect(openDataset(source, { leaveOut })).rejects.toThrow(`leaveOut is ${leaveOut}, expected a class of 0..3`);
});

test("nothing left is refused in words, not trained on", async () => {
  const one = files.write("one.csv", Array.from({ length: 12 }, () => "1,5,6").join("\n"));
  await expectMayflyError(() => openDataset(one, { leaveOut: 1, classes: 2 }), `one.csv train: no samples are left without class 1`, 2);
});
