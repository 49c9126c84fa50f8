import { softmax } from "./fixed.js";
import type { Generator } from "./random.js";
import type { Spec } from "./spec.js";

/** The label of the negative: a wrong class, drawn evenly or as often as the readout mistakes the image for it. */
export function drawNegative(spec: Spec, sampler: Generator, label: number, logits: readonly number[]): number {
  const r = BigInt(sampler.next());
  if (spec.negatives === "hard") {
    const wrong = softmax(logits).map((p, c) => (c === label ? 0n : BigInt(p)));
    const W = wrong.reduce((sum, p) => sum + p, 0n);
    const u = (r * W) >> 32n;
    let cumulative = 0n;
    for (let c = 0; c < spec.classes; c++) {
      if (c === label) continue;
      cumulative += wrong[c]!;
      if (cumulative > u) return c;
    }
  }
  const k = Number((r * BigInt(spec.classes - 1)) >> 32n);
  return k >= label ? k + 1 : k;
}
