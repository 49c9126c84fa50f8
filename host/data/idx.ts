/**
 * IDX, the format of MNIST: two zero bytes, a type code, the rank, one big-endian u32 per dimension, then the values
 * row-major. Only u8 values (type code 0x08) are read. Files may be gzipped.
 */
import { basename } from "node:path";
import { MayflyError } from "../errors.js";
import { classesIn, type Dataset } from "./dataset.js";
import { readBytes } from "./gzip.js";
import type { Shape } from "./shape.js";

const U8 = 0x08;
const TYPE_NAMES: Record<number, string> = { 0x08: "u8", 0x09: "i8", 0x0b: "i16", 0x0c: "i32", 0x0d: "f32", 0x0e: "f64" };

export interface IdxArray {
  /** The first dimension counts the items. */
  dimensions: number[];
  /** u8, row-major, a view of the file's bytes. */
  values: Uint8Array;
}

export interface IdxImages {
  shape: Shape;
  count: number;
  /** u8, count × height × width × channels. */
  frames: Uint8Array;
}

/** Reads any u8 IDX array. `name` stands first in errors. */
export function parseIdx(bytes: Uint8Array, name: string): IdxArray {
  if (bytes.length < 4) throw new MayflyError(`${name}: truncated, ${bytes.length} bytes, an IDX file begins with a magic of 4 bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = view.getUint32(0);
  if (magic >>> 16 !== 0) {
    throw new MayflyError(`${name}: not an IDX file, magic ${hex(magic, 8)}, expected 0x000008 and the rank (0x00000803 for images, 0x00000801 for labels)`);
  }
  const type = (magic >>> 8) & 255;
  if (type !== U8) {
    throw new MayflyError(`${name}: IDX type code ${hex(type, 2)} (${TYPE_NAMES[type] ?? "unknown"}), expected 0x08 (u8)`);
  }
  const rank = magic & 255;
  const header = 4 + 4 * rank;
  if (bytes.length < header) {
    throw new MayflyError(`${name}: truncated in the IDX header, ${bytes.length} bytes, expected ${header} for rank ${rank}`);
  }
  const dimensions = Array.from({ length: rank }, (_, index) => view.getUint32(4 + 4 * index));
  checkLength(name, dimensions, bytes.length, header);
  return { dimensions, values: bytes.subarray(header) };
}

function checkLength(name: string, dimensions: number[], found: number, header: number): void {
  if (dimensions[0] === 0) throw new MayflyError(`${name}: holds zero items, expected at least one`);
  if (dimensions.includes(0)) throw new MayflyError(`${name}: dimensions ${dimensions.join(" × ")}, expected none to be zero`);
  const expected = header + dimensions.reduce((product, dimension) => product * dimension, 1);
  const promise = `expected ${expected} (a header of ${header} + ${dimensions.join(" × ")})`;
  if (found < expected) throw new MayflyError(`${name}: truncated, ${found} bytes, ${promise}`);
  if (found > expected) throw new MayflyError(`${name}: ${found - expected} trailing bytes, found ${found}, ${promise}`);
}

/** Images of rank 2 (count × values), 3 (count × height × width) or 4 (count × height × width × channels). */
export function parseIdxImages(bytes: Uint8Array, name: string): IdxImages {
  const { dimensions, values } = parseIdx(bytes, name);
  if (dimensions.length < 2 || dimensions.length > 4) {
    const hint = dimensions.length === 1 ? "; this looks like a label file" : "";
    throw new MayflyError(`${name}: IDX magic ${idxMagic(dimensions)}, expected images: 0x00000803 (or rank 2 or 4)${hint}`);
  }
  const [count = 0, first = 1, second, channels = 1] = dimensions;
  const shape = second === undefined ? { width: first, height: 1, channels } : { width: second, height: first, channels };
  return { shape, count, frames: values };
}

/** Labels: an IDX array of rank 1. */
export function parseIdxLabels(bytes: Uint8Array, name: string): Uint8Array {
  const { dimensions, values } = parseIdx(bytes, name);
  if (dimensions.length !== 1) {
    const hint = dimensions.length === 3 ? "; this looks like an image file" : "";
    throw new MayflyError(`${name}: IDX magic ${idxMagic(dimensions)}, expected labels: 0x00000801${hint}`);
  }
  return values;
}

export interface IdxOptions {
  /** Default: the image file's name. */
  name?: string | undefined;
  /** Default: the highest label + 1. */
  classes?: number | undefined;
}

/** Reads a file of images and a file of as many labels, either gzipped or not. */
export async function loadIdx(imagesPath: string, labelsPath: string, options: IdxOptions = {}): Promise<Dataset> {
  const { shape, count, frames } = parseIdxImages(await readBytes(imagesPath), imagesPath);
  const labels = parseIdxLabels(await readBytes(labelsPath), labelsPath);
  if (labels.length !== count) {
    throw new MayflyError(`${labelsPath}: ${labels.length} labels, expected ${count}, one for each image in ${imagesPath}`);
  }
  return { name: options.name ?? basename(imagesPath), shape, classes: options.classes ?? classesIn(labels), count, frames, labels };
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

function idxMagic(dimensions: number[]): string {
  return `${hex((U8 << 8) | dimensions.length, 8)} (rank ${dimensions.length})`;
}
