/** Weights [rows][units], row-major without padding, saturating at their type. */
import { sat } from "./fixed.js";

export class Matrix {
  readonly values: Int32Array;
  readonly #low: number;
  readonly #high: number;

  constructor(readonly rows: number, readonly units: number, bits: 8 | 16) {
    this.values = new Int32Array(rows * units);
    this.#low = -(2 ** (bits - 1));
    this.#high = 2 ** (bits - 1) - 1;
  }

  get(row: number, unit: number): number {
    return this.values[row * this.units + unit]!;
  }

  set(row: number, unit: number, value: number): void {
    this.values[row * this.units + unit] = sat(value, this.#low, this.#high);
  }

  /** acc_i = Σ w_ji x_j over the listed rows. */
  sums(inputs: readonly Input[]): number[] {
    return Array.from({ length: this.units }, (_, unit) => inputs.reduce((sum, { row, x }) => sum + this.get(row, unit) * x, 0));
  }
}

/** One row's input. */
export interface Input {
  row: number;
  x: number;
}

/** One row's input in the positive and in the negative pass. */
export interface PairedInput {
  row: number;
  positive: number;
  negative: number;
}

/** The same x in both passes. */
export function shared(inputs: readonly Input[]): PairedInput[] {
  return inputs.map(({ row, x }) => ({ row, positive: x, negative: x }));
}

/** One half of a paired list. */
export function half(rows: readonly PairedInput[], sign: "positive" | "negative"): Input[] {
  return rows.map((paired) => ({ row: paired.row, x: paired[sign] }));
}

/** Two lists as one; a row that only one of them has is 0 in the other. */
export function paired(positive: readonly Input[], negative: readonly Input[]): PairedInput[] {
  const rows = [...new Set([...positive, ...negative].map(({ row }) => row))].sort((a, b) => a - b);
  const [right, wrong] = [positive, negative].map((inputs) => new Map(inputs.map(({ row, x }) => [row, x])));
  return rows.map((row) => ({ row, positive: right!.get(row) ?? 0, negative: wrong!.get(row) ?? 0 }));
}
