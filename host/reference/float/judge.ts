import { phaseOf, signOf } from "../phases.js";
import type { FloatNetwork } from "./network.js";
import { logistic } from "./rows.js";

/**
 * Signed gains from the goodness [2N][blocks], positives first: how wrong each block of the layer is about each row (docs/variants.md has sense, phases
 * and blocks). A phase is a sample's own, so a batch may lie across two.
 */
export function gainsOf({ recipe, spec, samples }: FloatNetwork, goodness: Float32Array, layer: number, blocks = 1): Float32Array {
  const { units, threshold, temperature } = spec.layers[layer]!;
  const theta = recipe.theta ?? (units / blocks) * threshold;
  const T = recipe.temperature ?? temperature;
  const half = goodness.length / 2;
  const sign = signOf(spec);
  const cut = (c: number): number => (c < spec.minCoefficient ? 0 : c);
  const gains = new Float32Array(2 * half);
  for (let at = 0; at < half; at++) {
    const [positive, negative] = [goodness[at]!, goodness[half + at]!];
    const both = spec.loss === "difference" ? logistic((sign * (negative - positive)) / T) : null;
    const phase = phaseOf(spec, samples + Math.floor(at / blocks));
    if (phase.positive) gains[at] = sign * cut(both ?? logistic((sign * (theta - positive)) / T));
    if (phase.negative) gains[half + at] = -sign * cut(both ?? logistic((sign * (negative - theta)) / T));
  }
  return gains;
}
