/** Small data sets in every format: frames of 12×12 with four classes, and flowers with three. */
import { gzipSync } from "node:zlib";
import type { TemporaryFiles } from "../data/temporary-files.js";

export const SIDE = 12;
export const CLASSES = 4;

export interface Samples {
  frames: Uint8Array;
  labels: Uint8Array;
}

/** Stripes whose offset depends on the class, with noise from a linear congruential generator. */
export function stripes(count: number, side = SIDE): Samples {
  let state = count;
  const noise = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
  const size = side * side;
  return {
    labels: Uint8Array.from({ length: count }, (_, index) => index % CLASSES),
    frames: Uint8Array.from({ length: count * size }, (_, at) => (((at % size) + 5 * (Math.floor(at / size) % CLASSES)) % 13 < 4 ? noise() : 0)),
  };
}

export function images(samples: Samples, side = SIDE): Uint8Array {
  return idx([samples.labels.length, side, side], samples.frames);
}

export function labels(samples: Samples): Uint8Array {
  return idx([samples.labels.length], samples.labels);
}

/** An IDX array of u8: the magic of its rank, its dimensions, its values. */
export function idx(dimensions: readonly number[], values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dimensions.length + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0800 + dimensions.length);
  for (const [index, size] of dimensions.entries()) view.setUint32(4 + 4 * index, size);
  bytes.set(values, 4 + 4 * dimensions.length);
  return bytes;
}

/** A folder in MNIST's layout, gzipped or not. */
export function writeIdxFolder(files: TemporaryFiles, name: string, { gzip = false, train = 200, test = 50, side = SIDE } = {}): void {
  for (const [stem, count] of [["train", train], ["t10k", test]] as const) {
    const samples = stripes(count, side);
    const write = (kind: string, bytes: Uint8Array): void => void files.write(`${name}/${stem}-${kind}-ubyte${gzip ? ".gz" : ""}`, gzip ? gzipSync(bytes) : bytes);
    write("images-idx3", images(samples, side));
    write("labels-idx1", labels(samples));
  }
}

export function flowers(count = 60): string {
  const names = ["lily", "rose", "tulip"];
  const rows = Array.from({ length: count }, (_, index) => {
    const kind = index % 3;
    return `${(kind * 1.5 + (index % 7) / 10).toFixed(2)},${(-kind + (index % 5) / 10).toFixed(2)},${names[kind]}`;
  });
  return `length,width,species\n${rows.join("\n")}\n`;
}
