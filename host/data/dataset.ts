/** Labelled frames in memory: what every format is read into, and what training reads. */
import { MayflyError } from "../errors.js";
import { checkShape, formatShape, frameSize, type Shape } from "./shape.js";

export type { Shape } from "./shape.js";

/** Labels are bytes. */
export const MAX_CLASSES = 256;

export interface Dataset {
  /** For people: where the samples come from. */
  name: string;
  shape: Shape;
  /** Labels are 0..classes − 1. 2..256. */
  classes: number;
  /** Number of samples. */
  count: number;
  /** u8, count × height × width × channels, row-major, one frame after the other. */
  frames: Uint8Array;
  /** u8, one per sample. */
  labels: Uint8Array;
  /** Names of the classes, by label, when the source had names in place of numbers. */
  classNames?: readonly string[];
}

/** Frame `index` as a view of width · height · channels bytes; nothing is copied. Throws RangeError outside 0..count − 1. */
export function frame(dataset: Dataset, index: number): Uint8Array {
  if (!(index >= 0 && index < dataset.count)) throw new RangeError(`${dataset.name}: frame ${index} of ${dataset.count}`);
  const size = frameSize(dataset.shape);
  return dataset.frames.subarray(index * size, (index + 1) * size);
}

/** Samples `from` up to, not including, `to`, as views; nothing is copied. Throws (exit code 2) on a range outside 0..count. */
export function take(dataset: Dataset, from: number, to: number): Dataset {
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || from > to || to > dataset.count) {
    throw new MayflyError(`${dataset.name}: samples ${from}..${to} asked for, expected a range within 0..${dataset.count}`, 2);
  }
  const size = frameSize(dataset.shape);
  return {
    ...dataset,
    count: to - from,
    frames: dataset.frames.subarray(from * size, to * size),
    labels: dataset.labels.subarray(from, to),
  };
}

/** The samples at `indices`, copied in that order. */
export function select(dataset: Dataset, indices: Uint32Array): Dataset {
  const size = frameSize(dataset.shape);
  const frames = new Uint8Array(indices.length * size);
  const labels = new Uint8Array(indices.length);
  indices.forEach((index, position) => {
    frames.set(frame(dataset, index), position * size);
    labels.set(dataset.labels.subarray(index, index + 1), position);
  });
  return { ...dataset, count: indices.length, frames, labels };
}

/** Throws unless the sizes agree and every label is below `classes`; the message names the first sample that is wrong. */
export function checkDataset(dataset: Dataset): void {
  const { name, shape, classes, count, frames, labels } = dataset;
  checkShape(shape);
  if (!Number.isInteger(classes) || classes < 2 || classes > MAX_CLASSES) {
    throw new MayflyError(`${name}: ${classes} classes, expected 2..${MAX_CLASSES}; a classifier needs at least two`);
  }
  if (count < 1) throw new MayflyError(`${name}: no samples`);
  if (labels.length !== count) throw new MayflyError(`${name}: ${labels.length} labels for ${count} samples`);
  if (frames.length !== count * frameSize(shape)) {
    throw new MayflyError(
      `${name}: ${frames.length} bytes of frames, expected ${count * frameSize(shape)} (${count} frames of ${formatShape(shape)})`,
    );
  }
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new MayflyError(`${name}: sample ${wrong} has label ${labels[wrong]}, expected 0..${classes - 1} (${classes} classes)`);
  }
}

/** Samples of each class, by label. */
export function classCounts(dataset: Dataset): number[] {
  const counts = new Array<number>(dataset.classes).fill(0);
  for (const label of dataset.labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/** One line: "mnist train: 60000 frames of 28×28×1, 10 classes, 5421..6742 samples each". */
export function describeDataset(dataset: Dataset): string {
  const counts = classCounts(dataset);
  const low = Math.min(...counts);
  const high = Math.max(...counts);
  const spread = low === high ? `${low}` : `${low}..${high}`;
  return `${dataset.name}: ${dataset.count} frames of ${formatShape(dataset.shape)}, ${dataset.classes} classes, ${spread} samples each`;
}

/** Classes needed for `labels`: the highest label + 1. */
export function classesIn(labels: Uint8Array): number {
  let highest = 0;
  for (const label of labels) if (label > highest) highest = label;
  return highest + 1;
}
