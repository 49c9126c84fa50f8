/** One layer's learning from a positive and a negative. */
import { countRight, lessonOf } from "./judge.js";
import type { Layer, Pass } from "./layer.js";
import type { PairedInput } from "./matrix.js";

/** Pulls the goodness of positive and negative apart, in one update for each of `calls`. */
export function learnPair(layer: Layer, step: number, positive: Pass, negative: Pass, calls: readonly PairedInput[][]): void {
  countRight(layer, positive.y, negative.y);
  const lesson = lessonOf(layer, step, positive.y, negative.y);
  if (!lesson.isUpdate) return;
  layer.update(calls, { ...positive, a: lesson.positive }, { ...negative, a: lesson.negative });
  layer.decay(step);
}
