import type { FixedSpec } from "./fixed_spec.js";
import { isqrt } from "./integers.js";
import { Generator } from "../random.js";
import { streamOfInitialWeights } from "./streams.js";

/** The engine's first weights of a layer as integers, row-major [matrices · rows][columns] (docs/algorithm.md, Weights at the start). */
export function initialIntegers({ spec, layers }: FixedSpec, layer: number): Float32Array {
  const { rows, columns, matrices, scale, init, bits } = layers[layer]!;
  const generator = Generator.of(spec.seed, streamOfInitialWeights(layer));
  const d = Number((isqrt((1n << BigInt(2 * scale + 16)) / BigInt(rows)) * BigInt(init)) >> 8n);
  const [low, high] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  const weights = new Float32Array(matrices * rows * columns);
  for (let at = 0; at < weights.length; at++) {
    const b = generator.next();
    const g = (b & 255) + ((b >>> 8) & 255) + ((b >>> 16) & 255) + (b >>> 24) - 510;
    // Below 2^53: |g| < 2^10, d < 2^24, 443 < 2^9.
    weights[at] = Math.min(Math.max(Math.floor((g * d * 443 + 2 ** 23) / 2 ** 24), low), high);
  }
  return weights;
}

/** The first weights as real numbers. */
export function initialWeights(fixed: FixedSpec, layer: number, { init, zeroBias }: { init: "engine" | "uniform"; zeroBias: boolean }): Float32Array {
  const { rows, columns, matrices, scale } = fixed.layers[layer]!;
  let weights: Float32Array;
  if (init === "uniform") {
    const generator = Generator.of(fixed.spec.seed, streamOfInitialWeights(layer));
    weights = Float32Array.from({ length: matrices * rows * columns }, () => ((generator.next() / 2 ** 31 - 1) / Math.sqrt(rows)));
  } else weights = initialIntegers(fixed, layer).map((value) => value * 2 ** -scale);
  if (zeroBias && fixed.biasLevel > 0) for (let end = rows * columns; end <= weights.length; end += rows * columns) weights.fill(0, end - columns, end);
  return weights;
}
