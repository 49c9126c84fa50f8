/** Rows of the first layer when positive and negative are two frames, not two labels. */
import { frameSize, type Spec } from "./spec.js";
import type { PairedInput } from "./matrix.js";
import { normalise, sumOfSquares } from "./normalise.js";
import type { Generator } from "./random.js";

/** The rows where either frame has an input, of a training step. */
export function pairedFrameInputs(spec: Spec, positive: Uint8Array, negative: Uint8Array, dropout: Generator): PairedInput[] {
  const rate = spec.inputDropout;
  const kept = [...positive].map((value, index) => {
    const isSeen = value > 0 || negative[index]! > 0;
    return !(isSeen && rate > 0 && dropout.next() >>> 24 < rate);
  });
  return pairedInputs(spec, positive, negative, rate).filter(({ row }) => kept[row]);
}

/** The rows where either of two whole frames has an input. With `rate`, S counts for the values that dropout left. */
export function pairedInputs(spec: Spec, positive: Uint8Array, negative: Uint8Array, rate: number): PairedInput[] {
  const negativeX = normalised(spec, negative, rate);
  return normalised(spec, positive, rate)
    .map((x, row) => ({ row, positive: x, negative: negativeX[row]! }))
    .filter((row) => row.positive !== 0 || row.negative !== 0);
}

/** The inputs of a whole frame, no value of which is a label. */
export function normalised(spec: Spec, frame: Uint8Array, rate: number): number[] {
  const values = [...frame];
  return normalise(values, (sumOfSquares(values) * BigInt(256 - rate)) >> 8n, frameSize(spec));
}
