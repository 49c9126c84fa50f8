/** A layer whose units all see every input. */
import { type Peculiarity, peculiarities } from "./device.js";
import { type Company, Layer, type Pass, rowsNeeded, rowsOf, type Signal } from "./layer.js";
import { Matrix, type Input, type PairedInput } from "./matrix.js";
import { Peers } from "./peer.js";
import type { Spec } from "./spec.js";
import { update } from "./update.js";

export class DenseLayer extends Layer {
  readonly weights: Matrix;
  override readonly peers: Peers | undefined;
  /** By unit; none in the ideal device. */
  readonly #device: readonly Peculiarity[] | undefined;

  constructor(net: Spec, index: number) {
    super(net, index);
    const { units, weightBits, peer } = this.spec;
    this.weights = new Matrix(this.inputs, units, weightBits);
    this.drawWeights(this.weights, this.inputs);
    this.peers = peer ? new Peers(units, peer) : undefined;
    this.#device = net.device ? peculiarities(net.device, index, units) : undefined;
  }

  sums(inputs: readonly Input[]): number[] {
    return this.weights.sums(inputs);
  }

  passOfSums(sums: readonly number[]): Pass {
    return { y: sums.map((acc, unit) => this.activityOf(acc, this.#device?.[unit])) };
  }

  update(calls: readonly PairedInput[][], positive: Signal, negative: Signal): void {
    for (const rows of calls) {
      update(this.weights, this.lanes, rows, positive.a, negative.a, 12 + this.spec.scale - this.Q);
      this.rowsUpdated += rowsOf(rows.filter((row) => !this.isLabel(row)));
    }
  }

  countUsed(_: Company, ...passes: (readonly Input[])[]): void {
    this.rowsUsed += rowsNeeded(passes.map((inputs) => inputs.filter((input) => !this.isLabel(input)))) * passes.length;
  }
}
