/** The page's digits: a part of MNIST as one gzipped file in base64 inside a script, because a page from a disk may load scripts but not read files. */
import type { Dataset } from "../../host/data/dataset.js";

/** MNIST's. */
export const SIDE = 28;
const CLASSES = 10;
const FRAME_BYTES = SIDE * SIDE;

/** u32 little endian: frames to train on, frames to test on; then both sets' labels, then both sets' frames. scripts/playground_digits.mjs writes it. */
const HEADER_BYTES = 8;

export interface Digits {
  readonly train: Dataset;
  readonly test: Dataset;
}

export async function unpackDigits(gzipped: Uint8Array<ArrayBuffer>): Promise<Digits> {
  const stream = new Blob([gzipped]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const view = new DataView(bytes.buffer);
  const [train, test] = [view.getUint32(0, true), view.getUint32(4, true)];
  const framesAt = HEADER_BYTES + train + test;
  const part = (name: string, from: number, count: number): Dataset => ({
    name: `mnist ${name}`, shape: { width: SIDE, height: SIDE, channels: 1 }, classes: CLASSES, count,
    labels: bytes.subarray(HEADER_BYTES + from, HEADER_BYTES + from + count),
    frames: bytes.subarray(framesAt + from * FRAME_BYTES, framesAt + (from + count) * FRAME_BYTES),
  });
  return { train: part("train", 0, train), test: part("test", train, test) };
}
