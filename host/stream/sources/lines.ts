/** Text to rows: CSV (by csv-parse) or JSON lines, told apart by the first character. */
import { CsvError, parse } from "csv-parse";
import { Readable } from "node:stream";
import { MayflyError } from "../../errors.js";
import { parseDecimal } from "../../data/csv-number.js";
import type { StreamItem } from "../source.js";
import { type Row, type RowOptions, RowReader } from "./rows.js";

export interface LineOptions extends RowOptions {
  readonly channels?: number;
  /** CSV: name or index from 0 (negative from the end); JSON lines: name of the field. */
  readonly labelColumn?: string | number;
  readonly timeColumn?: string | number;
}

/** Longest line, in characters: a sensor that sends no line ends must not fill the memory. */
const MAX_LINE = 1 << 16;

/** An opened text stream: its first row is read, so that its width is known. */
export interface Lines {
  readonly channels: number;
  readonly labels: readonly string[] | null;
  items(): AsyncGenerator<StreamItem, void>;
}

/** Opens text; throws when there is no row in it at all. */
export async function openLines(text: AsyncIterable<string>, name: string, options: LineOptions): Promise<Lines> {
  const rows = rowsOf(text, name, options);
  const first = await rows.next();
  if (first.done) throw new MayflyError(`${name}: empty, expected a sample in each line`, 1);
  const channels = options.channels ?? (first.value.values.length || 1);
  const reader = new RowReader(name, channels, options);
  return {
    channels,
    labels: options.labelColumn === undefined ? null : reader.names,
    async *items() {
      try {
        yield* reader.take(first.value);
        for await (const row of rows) yield* reader.take(row);
        yield* reader.flush();
      } finally {
        await rows.return(undefined);
      }
    },
  };
}

async function* rowsOf(text: AsyncIterable<string>, name: string, options: LineOptions): AsyncGenerator<Row, undefined> {
  const chunks = text[Symbol.asyncIterator]();
  let start = "";
  while (start.trim() === "") {
    const { value, done } = await chunks.next();
    if (done) return undefined;
    start += value;
  }
  const all = (async function* () {
    yield start;
    for (;;) {
      const { value, done } = await chunks.next();
      if (done) return;
      yield value;
    }
  })();
  try {
    if (/^\s*[[{]/.test(start)) yield* jsonRows(all, options);
    else yield* csvRows(all, name, options);
  } finally {
    await chunks.return?.();
  }
  return undefined;
}

/** One line after the other; a last one without an end counts. */
async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of text) {
    rest += chunk;
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? "";
    yield* lines;
    if (rest.length > MAX_LINE) throw new MayflyError(`a line is longer than ${MAX_LINE} characters: this is not text with a sample in each line`, 1);
  }
  if (rest.trim() !== "") yield rest;
}

/** A line is a number, an array of them, or an object: { "x": number or array, "label", "t" }, or any fields, of which all numbers but label and time are channels. */
async function* jsonRows(text: AsyncIterable<string>, options: LineOptions): AsyncGenerator<Row> {
  let number = 0;
  for await (const line of linesOf(text)) {
    number++;
    if (line.trim() === "") continue;
    const where = `line ${number}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      yield { where, values: [], label: null, time: null, fault: "not JSON" };
      continue;
    }
    yield jsonRow(value, where, options);
  }
}

function jsonRow(value: unknown, where: string, { labelColumn = "label", timeColumn = "t" }: LineOptions): Row {
  const numbers = (values: readonly unknown[]): number[] => values.map((one) => (typeof one === "number" ? one : NaN));
  if (typeof value === "number") return { where, values: [value], label: null, time: null };
  if (Array.isArray(value)) return { where, values: numbers(value), label: null, time: null };
  if (typeof value !== "object" || value === null) return { where, values: [], label: null, time: null, fault: "neither a number, an array of numbers nor an object" };
  const fields = value as Record<string, unknown>;
  const label = fields[String(labelColumn)];
  const time = fields[String(timeColumn)];
  const x = fields["x"];
  const others = Object.entries(fields).filter(([key]) => key !== String(labelColumn) && key !== String(timeColumn)).map(([, one]) => one);
  const values = Array.isArray(x) ? numbers(x) : numbers(others);
  return { where, values, label: label === undefined || label === null ? null : String(label), time: typeof time === "number" ? time : null };
}

async function* csvRows(text: AsyncIterable<string>, name: string, options: LineOptions): AsyncGenerator<Row> {
  const parser = parse({ relax_column_count: true, skip_empty_lines: true, trim: true, comment: "#", comment_no_infix: true, max_record_size: MAX_LINE, info: true, bom: true });
  // A pipe does not pass errors on.
  Readable.from(text).on("error", (error) => parser.destroy(error)).pipe(parser);
  let header: string[] | null = null;
  let first = true;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (first) {
        first = false;
        if (record.some((cell) => cell !== "" && Number.isNaN(parseDecimal(cell))) && record.every((cell) => Number.isNaN(parseDecimal(cell)))) {
          header = record;
          continue;
        }
      }
      yield csvRow(record, header, `line ${info.lines}`, name, options);
    }
  } catch (error) {
    if (error instanceof CsvError) throw new MayflyError(`${name} is not CSV: ${error.message.split(", value is")[0]}`, 1, error);
    throw error;
  }
}

function csvRow(cells: readonly string[], header: readonly string[] | null, where: string, name: string, { labelColumn, timeColumn }: LineOptions): Row {
  const place = (column: string | number | undefined, what: string): number => {
    if (column === undefined) return -1;
    if (typeof column === "number") return column < 0 ? cells.length + column : column;
    const at = header?.indexOf(column) ?? -1;
    if (at < 0) throw new MayflyError(header ? `${name} has no column "${column}" for ${what}: its columns are ${header.join(", ")}` : `${name} has no header, so ${what} cannot be called "${column}": give the column's index, from 0`, 2);
    return at;
  };
  const labelAt = place(labelColumn, "labels");
  const timeAt = place(timeColumn, "times");
  const label = cells[labelAt];
  const time = cells[timeAt] === undefined ? NaN : parseDecimal(cells[timeAt]);
  return {
    where,
    values: cells.filter((_, at) => at !== labelAt && at !== timeAt).map(parseDecimal),
    label: label === undefined || label === "" ? null : label,
    time: Number.isNaN(time) ? null : time,
  };
}
