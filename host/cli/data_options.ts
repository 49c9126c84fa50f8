import { type Command, Option } from "commander";
import type { OpenOptions } from "../data/open.js";
import { shapeFlag, whole } from "./network_options.js";

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
}

export const DATASET_HELP = "mnist, a folder of IDX files, images.idx:labels.idx, a .csv file, or a raw u8 file (all may be gzipped)";

export function addDataOptions(command: Command): Command {
  return command
    .option("--test <file>", "test set, where the data set has none (else every sixth sample is held out)")
    .option("--labels <file>", "labels of a raw file: one u8 a sample")
    .option("--label-column <column>", "label column of a CSV: name, or index from 0, -1 = last (default: 0)")
    .option("--header", "the CSV's first line is a header (found out by itself when not said)")
    .option("--no-header", "the CSV's first line is a sample")
    .option("--shape <WxH[xC]>", "shape of a sample, e.g. 28x28", shapeFlag)
    .option("--classes <n>", "number of classes (default: as many as the training set has)", whole)
    .addOption(new Option("--scale <how>", "CSV values to 0..255: minmax scales every column").choices(["minmax"]))
    .option("--limit <n>", "use only the first n training samples", whole)
    .option("--limit-test <n>", "use only the first n test samples", whole);
}

export function dataOptions(flags: DataFlags): OpenOptions {
  const column = flags.labelColumn;
  return {
    test: flags.test, labels: flags.labels, header: flags.header, shape: flags.shape, classes: flags.classes, scale: flags.scale,
    labelColumn: column !== undefined && /^-?[0-9]+$/.test(column) ? Number(column) : column,
    limit: flags.limit, limitTest: flags.limitTest,
  };
}
