import { isqrt } from "./fixed.js";

export function sumOfSquares(values: readonly number[]): bigint {
  return values.reduce((sum, value) => sum + BigInt(value) ** 2n, 0n);
}

/** Scales `values` to a root mean square of 16, where their sum of squares is S over `count` values. */
export function normalise(values: readonly number[], S: bigint, count: number): number[] {
  if (S === 0n) return values.map(() => 0);
  const root = isqrt((S << 16n) / BigInt(count));
  const r = root > 1n ? root : 1n;
  const m = (1n << 28n) / r;
  return values.map((value) => Math.min(127, Number(BigInt.asUintN(32, BigInt(value) * m + 32768n) >> 16n)));
}
