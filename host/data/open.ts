/** One front door to every format: a name or a path in, a training and a test set out. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { MayflyError } from "../errors.js";
import { loadAesop } from "./aesop.js";
import { isCifarFolder, loadCifarFolder } from "./cifar.js";
import { loadCsv } from "./csv.js";
import { checkDataset, select, take, type Dataset } from "./dataset.js";
import { holdOut } from "./hold-out.js";
import { loadIdxFolder } from "./idx-folder.js";
import { loadIdx } from "./idx.js";
import type { MinMaxScaler } from "./min-max.js";
import { loadMnist } from "./mnist.js";
import { loadRaw } from "./raw.js";
import { formatShape, sameShape, type Shape } from "./shape.js";

/** Options that do not apply to a format are refused, not ignored. */
export interface OpenOptions {
  /** The test set: a CSV file for a CSV file, frames:labels for IDX and raw files. Default: a part is held out. */
  test?: string | undefined;
  /** CSV: index from 0 (negative: from the end) or name of the column of labels. Default 0. */
  labelColumn?: number | string | undefined;
  /** CSV: whether the first row names the columns. Default: found out. */
  header?: boolean | undefined;
  /** CSV: scale every column by its range in the training file. Default: values must be whole numbers in 0..255. */
  scale?: "minmax" | undefined;
  /** Any format: labels must be below it. Default: as many as the training set shows. */
  classes?: number | undefined;
  /** Raw files need it; CSV: how to see a row as a frame. */
  shape?: Shape | undefined;
  /** IDX and raw files: the file of labels, when the source is not frames:labels. */
  labels?: string | undefined;
  /** Use only the first samples of the training set (after the hold-out, in the source's order); more than there are means all. */
  limit?: number | undefined;
  /** The same for the test set. */
  limitTest?: number | undefined;
  /** A class whose samples the training set is to lack; the test set keeps them. */
  leaveOut?: number | undefined;
}

export interface OpenedDataset {
  train: Dataset;
  test: Dataset;
  /** What the user should know about how the sets came to be. */
  note?: string;
  /** CSV with scale: what every later input must be scaled by. */
  scaler?: MinMaxScaler;
}

interface Sets {
  train: Dataset;
  test?: Dataset;
  scaler?: MinMaxScaler;
}

interface Format {
  /** What a source of this format looks like, for the error that lists all. */
  accepts: string;
  /** Options that apply to it, besides classes, limit and limitTest. */
  uses: readonly (keyof OpenOptions)[];
  matches(source: string, options: OpenOptions): boolean;
  open(source: string, options: OpenOptions): Promise<Sets>;
}

/** The first that matches opens the source. */
const FORMATS: readonly Format[] = [
  {
    accepts: "mnist",
    uses: [],
    matches: (source) => source === "mnist",
    open: (_, options) => loadMnist({ classes: options.classes }),
  },
  {
    accepts: "aesop",
    uses: [],
    matches: (source) => source === "aesop",
    open: () => loadAesop(),
  },
  {
    accepts: "a folder with data_batch_*.bin and test_batch.bin (CIFAR-10, binary version)",
    uses: [],
    matches: (source) => isFolder(source) && isCifarFolder(readdirSync(source)),
    open: (source) => loadCifarFolder(source),
  },
  {
    accepts: "a folder with train-images*, train-labels*, t10k-images*, t10k-labels* (IDX)",
    uses: [],
    matches: (source) => isFolder(source),
    open: (source, options) => loadIdxFolder(source, { classes: options.classes }),
  },
  {
    accepts: "a .csv file",
    uses: ["test", "labelColumn", "header", "scale", "shape"],
    matches: (source) => /\.csv(\.gz)?$/i.test(source) && existsSync(source),
    open: openCsv,
  },
  {
    accepts: "images:labels (raw u8 files, with a shape)",
    uses: ["test", "labels", "shape"],
    matches: (source, options) => options.shape !== undefined && framesAndLabels(source, options.labels) !== undefined,
    open: (source, options) => openPairs(source, options, (frames, labels, classes) => loadRaw(frames, labels, { shape: options.shape!, classes })),
  },
  {
    accepts: "images:labels (IDX files)",
    uses: ["test", "labels"],
    matches: (source, options) => framesAndLabels(source, options.labels) !== undefined,
    open: (source, options) => openPairs(source, options, (images, labels, classes) => loadIdx(images, labels, { classes })),
  },
];

const USED_BY_ALL: readonly (keyof OpenOptions)[] = ["classes", "limit", "limitTest", "leaveOut"];

/**
 * Opens a dataset by name or path; every file may be gzipped. The sets have the same shape and classes, and every label is
 * below `classes`. Without a test set the last sixth after a shuffle with a fixed seed is held out, and `note` says so.
 */
export async function openDataset(source: string, options: OpenOptions = {}): Promise<OpenedDataset> {
  const format = FORMATS.find((candidate) => candidate.matches(source, options));
  if (!format) throw unknownSource(source);
  checkOptions(source, format, options);
  const { train, test, scaler } = await format.open(source, options);
  // Checked before the split, so that an error names the sample by its place in the file.
  checkDataset(train);
  if (test) checkTestSet(test, train);
  const sets = test ? { train, test } : holdOut(train);
  return {
    ...sets,
    train: limited(without(sets.train, options.leaveOut), options.limit),
    test: limited(sets.test, options.limitTest),
    ...(scaler && { scaler }),
  };
}

async function openCsv(source: string, options: OpenOptions): Promise<Sets> {
  const { dataset: train, scaler, featureNames } = await loadCsv(source, options);
  const scaling = scaler && { scaler };
  if (options.test === undefined) return { train, ...scaling };
  const { classes, classNames, shape } = train;
  const { dataset: test } = await loadCsv(options.test, { ...options, classes, classNames, shape, scale: scaler, featureNames });
  return { train, test, ...scaling };
}

type LoadPair = (frames: string, labels: string, classes: number | undefined) => Promise<Dataset>;

async function openPairs(source: string, options: OpenOptions, load: LoadPair): Promise<Sets> {
  const train = await load(...framesAndLabels(source, options.labels)!, options.classes);
  if (options.test === undefined) return { train };
  const pair = framesAndLabels(options.test, undefined);
  if (!pair) throw new MayflyError(`test set "${options.test}": expected frames:labels, two files that exist`, 2);
  return { train, test: await load(...pair, train.classes) };
}

/** The two files of "frames:labels", or of a frame file and a separate label file; undefined when they do not exist. */
function framesAndLabels(source: string, labels: string | undefined): [frames: string, labels: string] | undefined {
  if (labels !== undefined) return existsSync(source) ? [source, labels] : undefined;
  // Any colon may be the one: paths can hold colons too.
  for (let colon = source.indexOf(":"); colon >= 0; colon = source.indexOf(":", colon + 1)) {
    const pair: [string, string] = [source.slice(0, colon), source.slice(colon + 1)];
    if (pair.every((path) => existsSync(path))) return pair;
  }
  return undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function checkOptions(source: string, format: Format, options: OpenOptions): void {
  const uses = [...USED_BY_ALL, ...format.uses];
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !uses.includes(name as keyof OpenOptions)) {
      throw new MayflyError(`dataset "${source}": the option ${name} does not apply to ${format.accepts}; it takes ${uses.join(", ")}`, 2);
    }
  }
  for (const [name, least] of [["limit", 1], ["limitTest", 1], ["classes", 2]] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= least)) {
      throw new MayflyError(`dataset "${source}": ${name} is ${value}, expected a whole number from ${least}`, 2);
    }
  }
}

function checkTestSet(test: Dataset, train: Dataset): void {
  if (!sameShape(test.shape, train.shape)) {
    throw new MayflyError(`${test.name}: frames of ${formatShape(test.shape)}, expected ${formatShape(train.shape)} as in ${train.name}`);
  }
  checkDataset(test);
}

function without(dataset: Dataset, label: number | undefined): Dataset {
  if (label === undefined) return dataset;
  if (!Number.isInteger(label) || label < 0 || label >= dataset.classes) throw new MayflyError(`${dataset.name}: leaveOut is ${label}, expected a class of 0..${dataset.classes - 1}`, 2);
  const kept = select(dataset, Uint32Array.from(Array.from(dataset.labels.keys()).filter((index) => dataset.labels[index] !== label)));
  if (kept.count === 0) throw new MayflyError(`${dataset.name}: no samples are left without class ${label}`, 2);
  return { ...kept, name: `${dataset.name} without class ${label}` };
}

function limited(dataset: Dataset, limit: number | undefined): Dataset {
  return limit === undefined ? dataset : take(dataset, 0, Math.min(limit, dataset.count));
}

function unknownSource(source: string): MayflyError {
  const accepted = FORMATS.map((format) => format.accepts).join("; ");
  const problem = existsSync(source) ? "not a format that is known by its name (a frame file needs labels)" : "no such name or file";
  return new MayflyError(`dataset "${source}": ${problem}; accepted: ${accepted}`, 2);
}
