import { InvalidArgumentError, Option } from "commander";
import { parseShape, type Shape } from "../data/shape.js";
import { MayflyError } from "../errors.js";

/** Parsers of option values, and options that several commands share. */

export function whole(text: string): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError("Give a whole number.");
  return value;
}

export function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]+$/.test(text) ? Number(text) : NaN;
    if (!(Number.isSafeInteger(value) && value >= least)) throw new InvalidArgumentError(`Give a whole number from ${least}.`);
    return value;
  };
}

export function positive(text: string): number {
  const value = decimal(text);
  if (!(value > 0)) throw new InvalidArgumentError("Give a number above 0.");
  return value;
}

/** A number from 0 to `most`. */
export function numberTo(most: number): (text: string) => number {
  return (text) => {
    const value = decimal(text);
    if (!(value >= 0 && value <= most)) throw new InvalidArgumentError(`Give a number from 0 to ${most}.`);
    return value;
  };
}

function decimal(text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) ? value : NaN;
}

export interface Interval {
  readonly first: number;
  readonly last: number;
}

/** Two whole numbers from 1, "3-5", or one, "4". */
export function parseInterval(text: string): Interval {
  const match = /^([0-9]+)(?:-([0-9]+))?$/.exec(text.trim());
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (!(first >= 1 && first <= last && Number.isSafeInteger(last))) throw new InvalidArgumentError("Give the first and the last, from 1, e.g. 3-5.");
  return { first, last };
}

const UNITS: Readonly<Record<string, number>> = { "": 1, B: 1, KB: 1000, KIB: 1024, MB: 1e6, MIB: 1048576 };

export function parseBytes(text: string): number {
  const match = /^([0-9]+)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNITS[(match?.[2] ?? "").toUpperCase()];
  const bytes = Number(match?.[1]) * (unit ?? NaN);
  if (!(bytes >= 1 && bytes < 2 ** 31)) throw new InvalidArgumentError("Give bytes, e.g. 131072 or 128KiB, below 2 GiB.");
  return bytes;
}

export function parseLayers(text: string): number[] {
  const layers = text.split(",").map((part) => part.trim());
  if (layers.some((part) => !/^[0-9]+$/.test(part))) throw new InvalidArgumentError("Give the units of each layer, separated by commas, e.g. 256,256.");
  const empty = layers.findIndex((part) => Number(part) === 0);
  if (empty >= 0) throw new InvalidArgumentError(`Layer ${empty + 1} has 0 units; give each at least 1.`);
  return layers.map(Number);
}

export function shapeFlag(text: string): Shape {
  try {
    return parseShape(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof MayflyError ? "Give width x height x channels, e.g. 28x28 or 32x32x3." : String(error));
  }
}

export function buildOption(): Option {
  return new Option("--build <name>", "build of the engine; all give the same bits").choices(["auto", "relaxed", "simd", "scalar"]).default("auto");
}

export function jsonOption(): Option {
  return new Option("--json", "print one JSON object on stdout");
}

export function helpOption(): Option {
  return new Option("-h, --help", "display help for command");
}
