import { resolve } from "node:path";
import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { type OpenedDataset, type OpenOptions, openDataset } from "../data/open.js";
import { MayflyError } from "../errors.js";
import { shapeFlag, whole, wholeFrom } from "./flags.js";

/** The options that say how to read a data set, shared by `train`, `eval` and `predict`. */
export interface DataFlags {
  test?: string;
  labels?: string;
  labelColumn?: string;
  header?: boolean;
  shape?: OpenOptions["shape"];
  classes?: number;
  scale?: "minmax";
  limit?: number;
  limitTest?: number;
  leaveOut?: number;
}

/** Data sets that come with Mayfly. */
const NAMED = ["mnist", "aesop"];

export const DATASET_HELP = "mnist, aesop (next characters), a folder of CIFAR-10, a folder of IDX files, images.idx:labels.idx, a .csv file, or frames.u8:labels.u8 with --shape (all may be gzipped)";

export function addDataOptions(command: Command): Command {
  return command
    .optionsGroup("Data:")
    .option("--test <file>", "test set, where the data set has none (default: every sixth sample is held out)")
    .option("--limit <n>", "use only the first n training samples", wholeFrom(1))
    .option("--limit-test <n>", "use only the first n test samples", wholeFrom(1))
    .option("--leave-out <class>", "train without this class's samples; the test set keeps them", whole)
    .option("--classes <n>", "number of classes (default: as many as the training set shows)", wholeFrom(2))
    .option("--shape <WxH[xC]>", "shape of a sample, e.g. 28x28: raw files need it", shapeFlag)
    .option("--labels <file>", "labels, where they are not named with the samples")
    .option("--label-column <column>", "label column of a CSV: name, or index from 0, -1 = last (default: 0)")
    .addOption(new Option("--scale <how>", "CSV: minmax scales every column to 0..255; else values must be 0..255").choices(["minmax"]))
    .option("--header", "CSV: the first line is a header (default: found out)")
    .option("--no-header", "CSV: the first line is a sample");
}

export function dataOptions(flags: DataFlags): OpenOptions {
  const column = flags.labelColumn;
  return {
    test: flags.test, labels: flags.labels, header: flags.header, shape: flags.shape, classes: flags.classes, scale: flags.scale,
    labelColumn: column !== undefined && /^-?[0-9]+$/.test(column) ? Number(column) : column,
    limit: flags.limit, limitTest: flags.limitTest, leaveOut: flags.leaveOut,
  };
}

/** Names of options in the list of those that apply. */
const OPTION_NAMES = /(?<=the option |it takes .*)\b[a-z]+[A-Za-z]*(?=,|$| does not)/g;

/** Opens a data set; errors speak of options as they are typed. */
export async function openData(dataset: string, options: OpenOptions): Promise<OpenedDataset> {
  try {
    return await openDataset(dataset, options);
  } catch (error) {
    if (!(error instanceof MayflyError)) throw error;
    let message = error.message.replace('scale "minmax"', "--scale minmax");
    if (message.includes("does not apply to")) message = message.replace(OPTION_NAMES, (name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    if (message.endsWith("is not a number") && options.labelColumn === undefined) message += "; if this is the label, say so by --label-column";
    throw new MayflyError(message, error.exitCode, error);
  }
}

/** The same data set and options in a form that does not depend on the working directory, for the run's record. */
export function absoluteData(dataset: string, options: OpenOptions): { dataset: string; datasetOptions: Record<string, unknown> } {
  return { dataset: absolute(dataset), datasetOptions: { ...options, test: options.test && absolute(options.test), labels: options.labels && absolute(options.labels) } };
}

/** A path, or two with a colon between; anything else, like "mnist", is a name. */
function absolute(source: string): string {
  if (NAMED.includes(source)) return source;
  if (existsSync(source)) return resolve(source);
  for (let colon = source.indexOf(":"); colon >= 0; colon = source.indexOf(":", colon + 1)) {
    const pair = [source.slice(0, colon), source.slice(colon + 1)];
    if (pair.every((path) => existsSync(path))) return pair.map((path) => resolve(path)).join(":");
  }
  return source;
}
