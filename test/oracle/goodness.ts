import { sumOfSquares } from "./normalise.js";

/** G of some units: q8. */
export function goodness(y: readonly number[]): number {
  const G = sumOfSquares(y) >> 6n;
  const largest = (1n << 31n) - 1n;
  return Number(G < largest ? G : largest);
}

/** d / T, the argument of a logistic or softmax: q8. */
export function argument(d: number, temperature: number): number {
  const quotient = (BigInt(d) << 8n) / BigInt(temperature);
  const limit = 1n << 20n;
  return Number(quotient > limit ? limit : quotient < -limit ? -limit : quotient);
}
