import type { NetworkSpec } from "../../spec/network_spec.js";
import { softmax } from "../integers.js";
import type { Generator } from "../../random.js";

/** The label of the negative (docs/algorithm.md, Objective: pair, 3). */
export function drawNegativeExactly(spec: NetworkSpec, sampler: Generator, label: number, logits: readonly number[]): number {
  const r = BigInt(sampler.next());
  if (spec.negatives === "hard") {
    const wrong = softmax(logits).map((p, c) => (c === label ? 0 : p));
    const W = wrong.reduce((sum, p) => sum + p, 0);
    const u = Number((r * BigInt(W)) >> 32n);
    let cumulative = 0;
    for (const [c, p] of wrong.entries()) {
      cumulative += p;
      if (c !== label && cumulative > u) return c;
    }
  }
  const k = Number((r * BigInt(spec.classes - 1)) >> 32n);
  return k >= label ? k + 1 : k;
}
