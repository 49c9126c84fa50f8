import type { Backend } from "../backends/backend.js";
import type { Activation } from "./layer.js";
import { joined } from "./split.js";

/** What one layer computed in one pass of a training step, as integers. */
export interface LayerTrace {
  readonly layer: number;
  /** "single": the neutral or class-wise pass; "pair": positive then negative. */
  readonly pass: "single" | "pair";
  /** acc of each row: [rows][units], flat; null of a map. */
  readonly sums: Float64Array | null;
  /** y of each row, likewise; of a map after pooling. */
  readonly activities: Float32Array;
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

  async add(layer: number, pass: LayerTrace["pass"], { sums, y, goodness }: Activation, coefficients: Float32Array | null): Promise<void> {
    const { read } = this.backend;
    this.layers.push({ layer, pass, sums: sums && joined(await read(sums.high), await read(sums.low)), activities: await read(y), goodness: goodness.flat(), coefficients });
  }
}
