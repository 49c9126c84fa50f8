/** A CSV file as a stream of samples: finds the header and the label column, and refuses ragged rows. */
import { CsvError, parse } from "csv-parse";
import { pipeline } from "node:stream/promises";
import { MayflyError } from "../errors.js";
import { parseDecimal } from "./csv-number.js";
import { explainFileError, streamBytes } from "./gzip.js";

/** Longest row, in characters. */
const MAX_ROW_LENGTH = 1 << 22;

export interface CsvLayout {
  /** Index from 0 (negative: from the end) or name of the column of labels. Default 0. */
  labelColumn?: number | string | undefined;
  /** Whether the first row names the columns. Default: found out, see `looksLikeHeader`. */
  header?: boolean | undefined;
}

export interface CsvSample {
  /** Line in the file, from 1. */
  line: number;
  label: string;
  /** Cells of the other columns, in order. */
  features: string[];
}

export interface CsvTable {
  path: string;
  /** Values in one sample. */
  featureCount: number;
  /** Index of the column of labels, from 0. */
  labelIndex: number;
  /** Names of the feature columns when the file has a header. */
  featureNames?: readonly string[];
  /** Can be read once. */
  samples: AsyncIterable<CsvSample>;
}

interface Row {
  line: number;
  cells: string[];
}

/** Opens a CSV file (gzipped or not), hands it to `read`, and closes it. */
export async function withCsvTable<T>(path: string, layout: CsvLayout, read: (table: CsvTable) => Promise<T>): Promise<T> {
  const rows = readRows(path);
  try {
    return await read(await toTable(path, layout, rows));
  } finally {
    await rows.return(undefined);
  }
}

/** Reads as far as the second row and leaves the rest to `samples`. */
async function toTable(path: string, layout: CsvLayout, rows: AsyncGenerator<Row, undefined>): Promise<CsvTable> {
  const first = (await rows.next()).value;
  if (first === undefined) throw new MayflyError(`${path}: empty, expected one sample per line`);
  if (first.cells.length < 2) {
    throw new MayflyError(`${path}:${first.line}: 1 column, expected a label and at least one value, separated by commas`);
  }
  const second = (await rows.next()).value;
  const { labelIndex, hasHeader } = locate(path, layout, first, second);
  if (hasHeader && second === undefined) throw new MayflyError(`${path}: no samples, only the header in line ${first.line}`);
  const pending = [first, second].filter((row) => row !== undefined).slice(hasHeader ? 1 : 0);
  return {
    path,
    featureCount: first.cells.length - 1,
    labelIndex,
    ...(hasHeader && { featureNames: first.cells.filter((_, index) => index !== labelIndex) }),
    samples: toSamples(path, pending, rows, labelIndex, first),
  };
}

function locate(path: string, layout: CsvLayout, first: Row, second: Row | undefined): { labelIndex: number; hasHeader: boolean } {
  const { labelColumn = 0, header } = layout;
  if (typeof labelColumn === "number") {
    const labelIndex = findIndex(path, first.cells, labelColumn);
    return { labelIndex, hasHeader: header ?? looksLikeHeader(first, second, labelIndex) };
  }
  if (header === false) throw new MayflyError(`${path}: label column "${labelColumn}" is a name, but header is false; give its index`, 2);
  return { labelIndex: findName(path, first.cells, labelColumn), hasHeader: true };
}

/**
 * The first row is a header when a feature cell is text, or when its label alone is text while the next row's is a number
 * (label,0,1,2 …). A first row of numbers behind a class name is a sample, unless `header` says otherwise.
 */
function looksLikeHeader(first: Row, second: Row | undefined, labelIndex: number): boolean {
  const isText = (cell: string | undefined): boolean => cell !== undefined && cell !== "" && Number.isNaN(parseDecimal(cell));
  if (first.cells.some((cell, index) => index !== labelIndex && isText(cell))) return true;
  return isText(first.cells[labelIndex]) && second !== undefined && !isText(second.cells[labelIndex]);
}

function findIndex(path: string, cells: string[], column: number): number {
  const index = column < 0 ? cells.length + column : column;
  if (Number.isInteger(index) && index >= 0 && index < cells.length) return index;
  throw new MayflyError(`${path}: label column ${column}, expected 0..${cells.length - 1} or -1 for the last (${cells.length} columns)`, 2);
}

function findName(path: string, names: string[], name: string): number {
  const index = names.indexOf(name);
  if (index >= 0) return index;
  const shown = names.length > 8 ? [...names.slice(0, 8), `… (${names.length} columns)`] : names;
  throw new MayflyError(`${path}: no column "${name}" in the header: ${shown.join(", ")}`, 2);
}

async function* toSamples(path: string, pending: Row[], rows: AsyncIterable<Row>, labelIndex: number, first: Row): AsyncGenerator<CsvSample> {
  const width = first.cells.length;
  const toSample = ({ line, cells }: Row): CsvSample => {
    if (cells.length !== width) throw new MayflyError(`${path}:${line}: ${cells.length} columns, expected ${width} as in line ${first.line}`);
    const [label = ""] = cells.splice(labelIndex, 1);
    if (label === "") throw new MayflyError(`${path}:${line}: column ${labelIndex + 1}: the label is missing`);
    return { line, label, features: cells };
  };
  for (const row of pending) yield toSample(row);
  for await (const row of rows) yield toSample(row);
}

async function* readRows(path: string): AsyncGenerator<Row, undefined> {
  const parser = parse({ bom: true, trim: true, skip_empty_lines: true, relax_column_count: true, info: true, max_record_size: MAX_ROW_LENGTH });
  // A failing source destroys the parser with its error, which the loop below then throws.
  pipeline(await streamBytes(path), parser).catch(() => {});
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      yield { line: info.lines, cells: record };
    }
  } catch (error) {
    if (error instanceof CsvError) {
      // csv-parse names the last line here, not that of the quote.
      const problem = error.code === "CSV_QUOTE_NOT_CLOSED" ? "a quote is never closed" : error.message;
      throw new MayflyError(`${path}: not a valid CSV file: ${problem}`, 1, error);
    }
    throw explainFileError(path, error);
  }
  return undefined;
}
