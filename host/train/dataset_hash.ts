import { createHash } from "node:crypto";
import type { Dataset } from "../data/dataset.js";

/** First 16 hex digits of the SHA-256 of shapes, samples and labels: equal for the same data, wherever they come from. */
export function datasetHash(...sets: readonly Dataset[]): string {
  const hash = createHash("sha256");
  for (const { shape, classes, count, frames, labels } of sets) {
    hash.update(`${shape.width}x${shape.height}x${shape.channels} ${classes} ${count}\n`).update(frames).update(labels);
  }
  return hash.digest("hex").slice(0, 16);
}
