import type { Backend, Tensor, Tensor2D } from "../backends/backend.js";
import { Kept } from "../scope.js";

/** Half of 1.0, as in the engine. */
const FIRST_MEAN = 0.5;
/** Of what a positive brings. */
const SHARE = 1 / 1024;

/** Peer normalisation as the engine has it (docs/variants.md): running means of a layer's units, which pull to those of their peers. */
export class FloatPeers {
  /** [1][units]. */
  readonly means: Kept<Tensor>;

  /** `columns` neighbouring units are peers; `strength`: λ. */
  constructor(private readonly backend: Backend, units: number, private readonly columns: number, private readonly strength: number) {
    this.means = new Kept(backend.tf, backend.tf.fill([1, units], FIRST_MEAN));
  }

  /** Takes in the positives [N][units] that count, `seen` of 1 and 0 for each; the pull on their coefficients, [N][units]. */
  pull(positives: Tensor2D, seen: Float32Array): Tensor2D {
    const { tf } = this.backend;
    const count = seen.reduce((sum, one) => sum + one, 0);
    const rows = tf.tensor2d(seen, [seen.length, 1]);
    const sum = tf.sum(tf.mul(positives, rows), 0, true);
    this.means.set(tf.add(this.means.value, tf.mul(tf.sub(sum, tf.mul(this.means.value, count)), SHARE)));
    const byPlace = tf.reshape(this.means.value, [-1, this.columns]);
    const toPeers = tf.reshape(tf.mul(tf.sub(tf.mean(byPlace, 1, true), byPlace), this.strength), [1, -1]);
    return tf.mul(rows, toPeers) as Tensor2D;
  }
}
