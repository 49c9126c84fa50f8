/** The update with carried rounding, the weight decay and the numbers both need. */
import { rshr, shiftRight } from "./fixed.js";
import type { Matrix, PairedInput } from "./matrix.js";
import type { Lanes } from "./random.js";

/** Q(rate, headroom, s): the fraction bits of a coefficient. */
export function coefficientExponent(rate: number, headroom: number, s: number): number {
  for (let Q = Math.min(24, 12 + s); Q > 0; Q--) if (BigInt(rate) << BigInt(headroom + Q) <= 32767n << 24n) return Q;
  return 0;
}

/** a of a hidden unit with activity y, for a gain ≥ 0. */
export function coefficient(y: number, gain: number, Q: number): number {
  return Math.min(rshr(y * gain, 31 - Q), 32767);
}

/** w_ji += a⁺_i x⁺_j + a⁻_i x⁻_j over the listed rows, ascending; a unit's rounding error is carried from row to row. */
export function update(weights: Matrix, lanes: Lanes, rows: readonly PairedInput[], positive: readonly number[], negative: readonly number[], k: number): void {
  lanes.advance();
  for (let unit = 0; unit < weights.units; unit++) {
    let e = lanes.start(unit);
    for (const row of rows) {
      const d = (positive[unit]! * row.positive + negative[unit]! * row.negative) * 2 ** k + e;
      const change = shiftRight(d, 16);
      weights.set(row.row, unit, weights.get(row.row, unit) + change);
      e = d - change * 2 ** 16; // d & 0xFFFF
    }
  }
}

/** Pulls one row toward zero; the rounding is random. */
export function decayRow(weights: Matrix, lanes: Lanes, row: number, decay: number): void {
  lanes.advance();
  for (let unit = 0; unit < weights.units; unit++) {
    const w = weights.get(row, unit);
    weights.set(row, unit, w - shiftRight(w * decay + lanes.start(unit), 16));
  }
}
