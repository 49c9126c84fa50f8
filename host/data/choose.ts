/** Parts of a data set by label. */
import { MayflyError } from "../errors.js";
import { type Dataset, classCounts, select } from "./dataset.js";
import { permutation } from "./shuffle.js";

/** The samples whose label is one of `labels`, in their order. Labels keep their numbers, and `classes` stays. */
export function ofClasses(dataset: Dataset, labels: readonly number[]): Dataset {
  const wanted = new Set(labels);
  return select(dataset, Uint32Array.from(dataset.labels.keys()).filter((index) => wanted.has(dataset.labels[index]!)));
}

/** `count` samples of each class that the data set has any of, drawn by the seed. Throws where a class has fewer. */
export function fewOfEach(dataset: Dataset, count: number, seed: number): Dataset {
  if (!Number.isInteger(count) || count < 1) throw new MayflyError(`${dataset.name}: ${count} samples of each class asked for, expected a whole number from 1`, 2);
  const counts = classCounts(dataset);
  const short = counts.findIndex((has) => has > 0 && has < count);
  if (short >= 0) throw new MayflyError(`${dataset.name}: ${count} samples of each class asked for, and class ${short} has ${counts[short]}`, 2);
  const taken = new Array<number>(dataset.classes).fill(0);
  return select(dataset, permutation(dataset.count, seed, 0).filter((index) => taken[dataset.labels[index]!]!++ < count));
}
