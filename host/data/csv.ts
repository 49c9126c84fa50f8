/** CSV: one sample per row, a label in one column, numbers in all others. Read as a stream; gzipped or not. */
import { basename } from "node:path";
import { MayflyError } from "../errors.js";
import { LabelColumn, type LabelOptions } from "./csv-labels.js";
import { isByte, parseDecimal } from "./csv-number.js";
import { withCsvTable, type CsvLayout, type CsvSample, type CsvTable } from "./csv-table.js";
import type { Dataset } from "./dataset.js";
import { applyMinMax, emptyMinMax, extendMinMax, type MinMaxScaler } from "./min-max.js";
import { formatShape, frameSize, type Shape } from "./shape.js";

export interface CsvOptions extends CsvLayout, LabelOptions {
  /** Default: the file's name. */
  name?: string | undefined;
  /** Shape of a frame. Default: width = the number of value columns, height 1, channels 1. */
  shape?: Shape | undefined;
  /**
   * Without it every value must be a whole number in 0..255, taken as it is. "minmax" scales every column by its range in
   * this file, which is then read twice. A scaler from another file is applied as it is.
   */
  scale?: "minmax" | MinMaxScaler | undefined;
  /** Names the value columns must have when the file has a header: those of the training file. */
  featureNames?: readonly string[] | undefined;
}

export interface LoadedCsv {
  dataset: Dataset;
  /** What the values were scaled by; for the test file, and for every later input. */
  scaler?: MinMaxScaler;
  /** Names of the value columns when the file has a header. */
  featureNames?: readonly string[];
}

/** Reads a CSV file into u8 frames and labels. Errors name the file, the line and the column, both from 1. */
export async function loadCsv(path: string, options: CsvOptions = {}): Promise<LoadedCsv> {
  const scaler = options.scale === "minmax" ? await fitMinMax(path, options) : options.scale;
  return withCsvTable(path, options, async (table) => {
    checkColumns(table, scaler, options);
    const labelColumn = new LabelColumn(path, table.labelIndex);
    const rows: Uint8Array[] = [];
    const values = new Float64Array(table.featureCount);
    for await (const sample of table.samples) {
      const bytes = new Uint8Array(table.featureCount);
      readValues(table, sample, values);
      if (scaler) applyMinMax(scaler, values, bytes);
      else takeBytes(table, sample, values, bytes);
      rows.push(bytes);
      labelColumn.add(sample.label, sample.line);
    }
    const dataset: Dataset = {
      name: options.name ?? basename(path),
      shape: options.shape ?? { width: table.featureCount, height: 1, channels: 1 },
      count: rows.length,
      frames: joinRows(rows, table.featureCount),
      ...labelColumn.finish(options),
    };
    return { dataset, ...(scaler && { scaler }), ...(table.featureNames && { featureNames: table.featureNames }) };
  });
}

/** The range of every value column of a file. */
export async function fitMinMax(path: string, layout: CsvLayout = {}): Promise<MinMaxScaler> {
  return withCsvTable(path, layout, async (table) => {
    const scaler = emptyMinMax(table.featureCount);
    const values = new Float64Array(table.featureCount);
    for await (const sample of table.samples) {
      readValues(table, sample, values);
      extendMinMax(scaler, values);
    }
    return scaler;
  });
}

function checkColumns(table: CsvTable, scaler: MinMaxScaler | undefined, options: CsvOptions): void {
  const { path, featureCount, featureNames } = table;
  if (scaler && scaler.low.length !== featureCount) {
    throw new MayflyError(`${path}: ${featureCount} value columns, expected ${scaler.low.length} as in the file the scaler was fitted on`);
  }
  if (options.shape && frameSize(options.shape) !== featureCount) {
    throw new MayflyError(`${path}: ${featureCount} value columns, expected ${frameSize(options.shape)} for the shape ${formatShape(options.shape)}`);
  }
  const expected = options.featureNames;
  const wrong = expected && featureNames ? featureNames.findIndex((name, index) => name !== expected[index]) : -1;
  if (wrong >= 0) {
    throw new MayflyError(`${path}: column ${fileColumn(table, wrong)} is "${featureNames?.[wrong]}", expected "${expected?.[wrong]}" as in the training file`);
  }
}

function readValues(table: CsvTable, sample: CsvSample, values: Float64Array): void {
  for (let index = 0; index < values.length; index++) {
    const cell = sample.features[index]!;
    const value = parseDecimal(cell);
    if (!Number.isFinite(value)) throw cellError(table, sample, index, cell === "" ? "the value is missing" : `"${cell}" is not a number`);
    values[index] = value;
  }
}

function takeBytes(table: CsvTable, sample: CsvSample, values: Float64Array, bytes: Uint8Array): void {
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (!isByte(value)) throw cellError(table, sample, index, `${value} is not a whole number in 0..255; scale "minmax" takes any numbers`);
    bytes[index] = value;
  }
}

function cellError(table: CsvTable, sample: CsvSample, index: number, problem: string): MayflyError {
  const name = table.featureNames?.[index];
  return new MayflyError(`${table.path}:${sample.line}: column ${fileColumn(table, index)}${name ? ` (${name})` : ""}: ${problem}`);
}

/** Column in the file, from 1, of value column `index`, from 0. */
function fileColumn(table: CsvTable, index: number): number {
  return index + (index >= table.labelIndex ? 2 : 1);
}

function joinRows(rows: Uint8Array[], size: number): Uint8Array {
  const joined = new Uint8Array(rows.length * size);
  rows.forEach((row, index) => joined.set(row, index * size));
  return joined;
}
