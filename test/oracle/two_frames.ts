/** Rows of the first layer when positive and negative are two frames, not two labels. */
import { frameSize, type Spec } from "./spec.js";
import type { PairedInput } from "./matrix.js";
import { normalise, sumOfSquares } from "./normalise.js";
import type { Generator } from "./random.js";

/** The rows where either frame has an input, of a training step. */
export function pairedFrameInputs(spec: Spec, positive: Uint8Array, negative: Uint8Array, dropout: Generator): PairedInput[] {
  const positiveX = normalised(spec, positive);
  const negativeX = normalised(spec, negative);
  const rows = positiveX.map((x, row) => {
    const isSeen = positive[row]! > 0 || negative[row]! > 0;
    const leftOut = isSeen && spec.inputDropout > 0 && dropout.next() >>> 24 < spec.inputDropout;
    return leftOut ? { row, positive: 0, negative: 0 } : { row, positive: x, negative: negativeX[row]! };
  });
  return rows.filter((row) => row.positive !== 0 || row.negative !== 0);
}

function normalised(spec: Spec, frame: Uint8Array): number[] {
  const values = [...frame];
  return normalise(values, (sumOfSquares(values) * BigInt(256 - spec.inputDropout)) >> 8n, frameSize(spec));
}
