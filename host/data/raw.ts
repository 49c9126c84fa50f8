/** Headerless files: u8 frames one after the other, and one u8 label for each. Either may be gzipped. */
import { basename } from "node:path";
import { MayflyError } from "../errors.js";
import { classesIn, type Dataset } from "./dataset.js";
import { readBytes } from "./gzip.js";
import { checkShape, formatShape, frameSize, type Shape } from "./shape.js";

export interface RawOptions {
  shape: Shape;
  /** Default: the frame file's name. */
  name?: string | undefined;
  /** Default: the highest label + 1. */
  classes?: number | undefined;
}

/** Reads frames (height × width × channels, row-major) and labels. The count follows from the file's size. */
export async function loadRaw(framesPath: string, labelsPath: string, options: RawOptions): Promise<Dataset> {
  const { shape } = options;
  checkShape(shape);
  const frames = await readBytes(framesPath);
  const labels = await readBytes(labelsPath);
  const size = frameSize(shape);
  const count = Math.floor(frames.length / size);
  if (frames.length === 0) throw new MayflyError(`${framesPath}: empty, expected frames of ${size} bytes (${formatShape(shape)})`);
  if (frames.length !== count * size) {
    throw new MayflyError(
      `${framesPath}: ${frames.length} bytes are not a multiple of ${size} (${formatShape(shape)}): ${count} frames and ${frames.length % size} bytes; check the shape`,
    );
  }
  if (labels.length !== count) {
    throw new MayflyError(`${labelsPath}: ${labels.length} labels, expected ${count}, one byte for each frame in ${framesPath}`);
  }
  return { name: options.name ?? basename(framesPath), shape, classes: options.classes ?? classesIn(labels), count, frames, labels };
}
