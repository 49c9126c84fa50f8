import type { Backend, Tensor, Tensor2D } from "../backends/backend.js";
import { seenByPlaces, type MapLayout } from "../fields.js";
import type { FixedSpec } from "../fixed_spec.js";
import { byPlaces, pooled } from "../pooling.js";
import { coefficientHalves } from "./carried.js";
import { type Activation, type Call, ExactLayer } from "./layer.js";
import { learnedByRows, splitProduct } from "./products.js";
import type { Split } from "./split.js";

/** A layer whose units see a part of the map below (docs/maps.md). Inputs are flat, [N][inputs]: the map row-major, label rows, bias. */
abstract class ExactMap extends ExactLayer {
  protected readonly layout: MapLayout;
  protected readonly places: number;
  /** Which input each row of each place takes, [places · rows], i32; the last input is a column of zeros. */
  private readonly seen: Tensor;

  constructor(backend: Backend, fixed: FixedSpec, index: number) {
    super(backend, fixed, index);
    this.layout = this.spec.layout!;
    this.places = this.layout.width * this.layout.height;
    const { tf } = backend;
    this.seen = tf.keep(tf.tensor1d(Int32Array.from(seenByPlaces(this.layout, this.spec.inputs)), "int32"));
  }

  override async activate(x: Tensor2D, groups = 1): Promise<Activation> {
    const y = this.activityOf(this.sums(x));
    const units = pooled(this.backend.tf, y, this.layout);
    return this.activation(units.y, groups, null, units.from);
  }

  override dispose(): void {
    super.dispose();
    this.seen.dispose();
  }

  /** acc of every channel of every place: [N · places][channels]. */
  abstract override sums(x: Tensor2D): Split;

  /** What every place sees: [N][places][rows]. */
  protected patches(x: Tensor): Tensor {
    const { tf } = this.backend;
    return tf.reshape(tf.gather(tf.pad(x, [[0, 0], [0, 1]]), this.seen, 1), [x.shape[0]!, this.places, this.spec.rows]);
  }

  /** The inputs of a call in the layer's full width. */
  protected inputsOf({ x, from }: Call): Tensor {
    const rest = this.spec.inputs - x.shape[1] - (from ?? 0);
    return rest === 0 && from === undefined ? x : this.backend.tf.pad(x, [[0, 0], [from ?? 0, rest]]);
  }

  /** Coefficients of units [N][units] at the places they come from: [N · places][channels]. */
  protected coefficientsOfPlaces(a: Tensor2D, { from }: Activation): Tensor2D {
    return byPlaces(this.backend.tf, a, from, this.layout);
  }

  protected override inGroups(y: Tensor2D, groups: number): Tensor2D {
    if (groups === 1) return y;
    const { tf } = this.backend;
    const { units, columns } = this.spec;
    return tf.reshape(tf.transpose(tf.reshape(y, [y.shape[0], units / columns, groups, columns / groups]), [0, 2, 1, 3]), y.shape) as Tensor2D;
  }
}

/** All places share one matrix: every row learns from all places at once, and is rounded once. */
export class ExactConv extends ExactMap {
  override async learn(calls: readonly Call[], coefficients: Tensor2D, activation: Activation): Promise<void> {
    const { tf } = this.backend;
    const { columns, units } = this.spec;
    const places = (units / columns) * (this.fixed.spec.objective === "pair" ? 2 : 1);
    const limit = Math.min(32767, Math.floor((2 ** 31 - 2 ** 17) / (127 * places * 2 ** this.k)));
    const halves = coefficientHalves(tf, this.coefficientsOfPlaces(tf.clipByValue(coefficients, -limit, limit) as Tensor2D, activation));
    for (const call of calls) {
      const x = tf.reshape(this.patches(this.inputsOf(call)), [-1, this.spec.rows]);
      this.lanes.advance();
      this.matrix.learn(learnedByRows(tf, x, halves), tf.tensor2d(this.lanes.starts(columns), [1, columns]), this.k);
    }
  }

  override sums(x: Tensor2D): Split {
    const { tf } = this.backend;
    return splitProduct(tf, tf.reshape(this.patches(x), [-1, this.spec.rows]), this.matrix.weights.value, this.spec.bits);
  }
}

/** Every place has a matrix of its own, and update calls of its own. */
export class ExactLocal extends ExactMap {
  /** Places without a coefficient that is not 0 have no call, and leave the lanes as they are; both calls of a place come before those of the next. */
  override async learn(calls: readonly Call[], coefficients: Tensor2D, activation: Activation): Promise<void> {
    const { tf, read } = this.backend;
    const { columns } = this.spec;
    const ofPlaces = tf.transpose(tf.reshape(this.coefficientsOfPlaces(coefficients, activation), [-1, this.places, columns]), [1, 0, 2]);
    const active = await read(tf.max(tf.abs(ofPlaces), [1, 2]));
    const starts = calls.map(() => new Float32Array(this.places * columns));
    active.forEach((most, place) => {
      if (most === 0) return;
      for (const own of starts) {
        this.lanes.advance();
        own.set(this.lanes.starts(columns), place * columns);
      }
    });
    const { high, low } = coefficientHalves(tf, ofPlaces);
    calls.forEach((call, at) => {
      // [places][rows][N] @ [places][N][channels]
      const x = tf.transpose(this.patches(this.inputsOf(call)), [1, 2, 0]);
      const learned = { high: tf.matMul(x, high), low: tf.matMul(x, low) };
      this.matrix.learn(learned, tf.tensor3d(starts[at]!, [this.places, 1, columns]), this.k);
    });
  }

  override sums(x: Tensor2D): Split {
    const { tf } = this.backend;
    const { rows, columns, bits } = this.spec;
    const weights = tf.reshape(this.matrix.weights.value, [this.places, rows, columns]);
    const { high, low } = splitProduct(tf, tf.transpose(this.patches(x), [1, 0, 2]), weights, bits);
    const flat = (value: Tensor): Tensor => tf.reshape(tf.transpose(value, [1, 0, 2]), [-1, columns]);
    return { high: flat(high), low: flat(low) };
  }
}
