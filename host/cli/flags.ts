import { readFileSync } from "node:fs";
import { InvalidArgumentError, Option } from "commander";
import { parseShape, type Shape } from "../data/shape.js";
import { MayflyError } from "../errors.js";
import { MAX_THREADS } from "../threads/crew.js";

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

/** A layer as it is written on the command line; of a map, what is left out has the schema's default. */
export interface LayerFlag {
  readonly kind: "dense" | "local" | "conv";
  readonly units?: number;
  readonly channels?: number;
  readonly field?: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly pool?: number;
}

const MAP_WORDS = { s: "stride", z: "padding", p: "pool" } as const;
const LAYER_FORM = "units (256), or a map: conv20x5p2, local16x8s2 = channels x field, then s stride, z padding, p pool";

export function parseLayers(text: string): LayerFlag[] {
  return text.split(",").map((part, index) => parseLayer(part.trim(), index + 1));
}

function parseLayer(text: string, number: number): LayerFlag {
  if (/^[0-9]+$/.test(text)) {
    if (Number(text) === 0) throw new InvalidArgumentError(`Layer ${number} has 0 units; give each at least 1.`);
    return { kind: "dense", units: Number(text) };
  }
  const map = /^(conv|local)([0-9]+)x([0-9]+)((?:[szp][0-9]+)*)$/.exec(text);
  if (!map) {
    if (/^(conv|local)/.test(text)) throw new InvalidArgumentError(`Layer ${number}, ${text}: give ${LAYER_FORM}.`);
    throw new InvalidArgumentError("Give the units of each layer, separated by commas, e.g. 256,256; or maps, e.g. conv20x5p2,conv40x3.");
  }
  const words = [...map[4]!.matchAll(/([szp])([0-9]+)/g)].map(([, letter, value]) => [MAP_WORDS[letter as keyof typeof MAP_WORDS], Number(value)] as const);
  if (Number(map[2]) === 0 || Number(map[3]) === 0) throw new InvalidArgumentError(`Layer ${number}, ${text}: give at least 1 channel and a field of at least 1.`);
  const twice = words.find(([word], index) => words.findIndex(([other]) => other === word) < index);
  if (twice) throw new InvalidArgumentError(`Layer ${number}, ${text}: its ${twice[0]} is given twice.`);
  return { kind: map[1] as "conv" | "local", channels: Number(map[2]), field: Number(map[3]), ...Object.fromEntries(words) };
}

/** Layers as one would write them, for names and headings. */
export function layersText(layers: readonly (Omit<LayerFlag, "kind"> & { readonly kind: string })[], between = ","): string {
  const letter = (name: string, value: number | undefined, usual: number): string => (value === undefined || value === usual ? "" : `${name}${value}`);
  return layers.map((layer) => {
    if (layer.kind !== "conv" && layer.kind !== "local") return String(layer.units);
    return `${layer.kind}${layer.channels}x${layer.field}${letter("s", layer.stride, 1)}${letter("z", layer.padding, 0)}${letter("p", layer.pool, 1)}`;
  }).join(between);
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

/** `what` says what the threads do. */
export function threadsOption(what: string): Option {
  return new Option("--threads <n>", `${what}; the bits are those of one thread (docs/threads.md)`).argParser(threads).default(1);
}

function threads(text: string): number {
  const value = wholeFrom(1)(text);
  if (value > MAX_THREADS) throw new InvalidArgumentError(`${MAX_THREADS} is the most.`);
  return value;
}

export function jsonOption(): Option {
  return new Option("--json", "print one JSON object on stdout");
}

export function helpOption(): Option {
  return new Option("-h, --help", "display help for command");
}

/** Fields of a spec that have no option of their own; `layer` goes to every layer. */
export type MoreOfSpec = Record<string, unknown> & { layer?: Record<string, unknown> };

/** JSON, or the name of a file of it. What the fields are, the schema says. */
export function parseMore(text: string): MoreOfSpec {
  let json = text;
  if (!text.trimStart().startsWith("{")) {
    try {
      json = readFileSync(text, "utf8");
    } catch {
      throw new InvalidArgumentError(`Give a JSON object, or a file that holds one: there is no file "${text}".`);
    }
  }
  try {
    const value: unknown = JSON.parse(json);
    if (isObject(value) && (value["layer"] === undefined || isObject(value["layer"]))) return value as MoreOfSpec;
  } catch {
    throw new InvalidArgumentError(`This is not JSON: ${json.slice(0, 60)}`);
  }
  throw new InvalidArgumentError('Give a JSON object, e.g. {"jitter":2}; "layer" is an object too.');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
