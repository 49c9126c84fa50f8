import type { NetworkSpec } from "../../spec/network_spec.js";
import type { Generator } from "../../random.js";
import { softmax } from "./rows.js";

/** The label of a negative: a wrong class, drawn evenly or as often as the readout mistakes the image for it. One number drawn, as in the engine. */
export function drawNegative(spec: NetworkSpec, sampler: Generator, label: number, logits: readonly number[] | null): number {
  const r = sampler.next() / 2 ** 32;
  if (spec.negatives === "hard" && logits) {
    const wrong = softmax(logits).map((p, c) => (c === label ? 0 : p));
    const target = r * wrong.reduce((sum, p) => sum + p, 0);
    let cumulative = 0;
    for (const [c, p] of wrong.entries()) {
      cumulative += p;
      if (c !== label && cumulative > target) return c;
    }
  }
  const k = Math.floor(r * (spec.classes - 1));
  return k >= label ? k + 1 : k;
}
