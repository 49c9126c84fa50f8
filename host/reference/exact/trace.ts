import type { Backend } from "../backends/backend.js";
import type { Activation } from "./layer.js";
import { joined } from "./split.js";

/** What one layer computed in one pass of a training step, as integers. */
export interface LayerTrace {
  readonly layer: number;
  /** "single": the neutral or class-wise pass; "pair": positive then negative. */
  readonly pass: "single" | "pair";
  /** acc of each row: [rows][units], flat. */
  readonly sums: Float64Array;
  /** G of each row, or of each group. */
  readonly goodness: readonly number[];
  /** a⁺ and a⁻ of every unit, flat; null when no update follows. */
  readonly coefficients: Float32Array | null;
}

/** Collects what a step computed; reading it back is what costs, so only the parity check asks for it. */
export class Trace {
  readonly layers: LayerTrace[] = [];
  /** Summed logits of the readout before it learned. */
  logits: readonly number[] = [];

  constructor(private readonly backend: Backend) {}

  async add(layer: number, pass: LayerTrace["pass"], { sums, goodness }: Activation, coefficients: Float32Array | null): Promise<void> {
    const [high, low] = [await this.backend.read(sums.high), await this.backend.read(sums.low)];
    this.layers.push({ layer, pass, sums: joined(high, low), goodness: goodness.flat(), coefficients });
  }
}
