/** A folder in MNIST's layout: train-images*, train-labels*, t10k-images*, t10k-labels*, each gzipped or not. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { MayflyError } from "../errors.js";
import type { Dataset } from "./dataset.js";
import { explainFileError } from "./gzip.js";
import { loadIdx } from "./idx.js";

export interface IdxFolderOptions {
  /** Default: the folder's path. */
  name?: string | undefined;
  /** Default: the highest training label + 1. */
  classes?: number | undefined;
}

/** Reads both sets. A missing file is an error that names all that are missing. */
export async function loadIdxFolder(folder: string, options: IdxFolderOptions = {}): Promise<{ train: Dataset; test: Dataset }> {
  const paths = await findFiles(folder);
  const name = options.name ?? folder;
  const train = await loadIdx(paths.trainImages, paths.trainLabels, { name: `${name} train`, classes: options.classes });
  const test = await loadIdx(paths.testImages, paths.testLabels, { name: `${name} test`, classes: train.classes });
  return { train, test };
}

async function findFiles(folder: string): Promise<{ trainImages: string; trainLabels: string; testImages: string; testLabels: string }> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw explainFileError(folder, error);
  });
  const find = (stem: string): string | undefined => {
    const pattern = new RegExp(`^${stem}([-.]idx\\d?(-ubyte)?)?(\\.gz)?$`);
    // The sort puts x before x.gz: no need to gunzip when both are there.
    const found = names.filter((name) => pattern.test(name)).sort()[0];
    return found === undefined ? undefined : join(folder, found);
  };
  const trainImages = find("train-images");
  const trainLabels = find("train-labels");
  const testImages = find("t10k-images");
  const testLabels = find("t10k-labels");
  if (trainImages && trainLabels && testImages && testLabels) return { trainImages, trainLabels, testImages, testLabels };
  const missing = Object.entries({ "train-images": trainImages, "train-labels": trainLabels, "t10k-images": testImages, "t10k-labels": testLabels })
    .filter(([, path]) => path === undefined)
    .map(([stem]) => stem);
  throw new MayflyError(`${folder}: no ${missing.join(", no ")}; expected the four IDX files of MNIST's layout, such as train-images-idx3-ubyte or train-images.gz`);
}
