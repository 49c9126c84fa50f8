import type { Backend, Tensor, Tensor2D } from "../backends/backend.js";
import { type MapLayout, seenByPlaces } from "../fields.js";
import type { FixedLayer } from "../fixed_spec.js";
import { Dense } from "./dense.js";
import type { Recipe } from "./recipe.js";

type Tensor4D = ReturnType<Backend["tf"]["zeros"]> & import("@tensorflow/tfjs-core").Tensor4D;

/**
 * A convolution (docs/maps.md): one matrix [rows][channels] at all places. Inputs are flat, [N][inputs]: the map row-major, then what every place sees
 * (label rows, bias). Sums and coefficients are those of places, [N · places][channels]. The gradient is a convolution, too: of the map below with the
 * coefficients as its filter, samples as channels.
 */
export class FloatConv extends Dense {
  private readonly layout: MapLayout;

  constructor(backend: Backend, layer: FixedLayer, values: Float32Array, recipe: Pick<Recipe, "optimiser">) {
    super(backend, layer.rows, layer.columns, values, recipe);
    this.layout = layer.layout!;
  }

  override forward(x: Tensor2D): Tensor2D {
    const { tf } = this.backend;
    const { below, field, stride, height, width, channels } = this.layout;
    const [fields, others] = this.parts(this.weights.value);
    const filter = tf.reshape(fields, [field, field, below.channels, channels]) as Tensor4D;
    const sums = tf.conv2d(this.mapOf(x), filter, stride, "valid");
    if (!others) return tf.reshape(sums, [-1, channels]);
    const shared = tf.matMul(this.othersOf(x), others);
    return tf.reshape(tf.add(tf.reshape(sums, [x.shape[0], height * width, channels]), tf.reshape(shared, [x.shape[0], 1, channels])), [-1, channels]);
  }

  protected override gradient(x: Tensor2D, coefficients: Tensor2D): Tensor2D {
    const { tf } = this.backend;
    const { stride, height, width, channels } = this.layout;
    const N = x.shape[0];
    const map = tf.transpose(this.mapOf(x), [3, 1, 2, 0]);
    const filter = tf.transpose(tf.reshape(coefficients, [N, height, width, channels]), [1, 2, 0, 3]) as Tensor4D;
    const fields = tf.reshape(tf.transpose(tf.conv2d(map, filter, 1, "valid", "NHWC", stride), [1, 2, 0, 3]), [-1, channels]) as Tensor2D;
    if (this.inputs === fields.shape[0]) return fields;
    const summed = tf.sum(tf.reshape(coefficients, [N, height * width, channels]), 1) as Tensor2D;
    return tf.concat([fields, tf.matMul(tf.transpose(this.othersOf(x)), summed) as Tensor2D], 0);
  }

  /** The map below with its zeros around, cut to what the computed places see: [N][height][width][channels]. */
  private mapOf(x: Tensor2D): Tensor4D {
    const { tf } = this.backend;
    const { below, belowUnits, field, stride, padding, height, width } = this.layout;
    const own = x.shape[1] === belowUnits ? x : tf.slice(x, [0, 0], [x.shape[0], belowUnits]);
    const map = tf.reshape(own, [x.shape[0], below.height, below.width, below.channels]) as Tensor4D;
    const padded = padding === 0 ? map : tf.pad(map, [[0, 0], [padding, padding], [padding, padding], [0, 0]]);
    const [rows, columns] = [(height - 1) * stride + field, (width - 1) * stride + field];
    return padded.shape[1] === rows && padded.shape[2] === columns ? padded : tf.slice(padded, [0, 0, 0, 0], [x.shape[0], rows, columns, below.channels]);
  }

  /** What every place sees besides its field: [N][others]. */
  private othersOf(x: Tensor2D): Tensor2D {
    const { belowUnits } = this.layout;
    return this.backend.tf.slice(x, [0, belowUnits], [x.shape[0], x.shape[1] - belowUnits]);
  }

  /** Rows of the field, and of what every place sees. */
  private parts(weights: Tensor2D): [Tensor2D, Tensor2D | null] {
    const { tf } = this.backend;
    const { field, below, channels } = this.layout;
    const fields = field * field * below.channels;
    if (fields === this.inputs) return [weights, null];
    return [tf.slice(weights, [0, 0], [fields, channels]), tf.slice(weights, [fields, 0], [this.inputs - fields, channels])];
  }
}

/** Local fields: a matrix [rows][channels] for each place, one below the other. Sums and coefficients as of a convolution. */
export class FloatLocal extends Dense {
  private readonly layout: MapLayout;
  private readonly places: number;
  private readonly rows: number;
  /** Which input each row of each place takes, i32; the last input is a column of zeros. */
  private readonly seen: Tensor;

  constructor(backend: Backend, layer: FixedLayer, values: Float32Array, recipe: Pick<Recipe, "optimiser">) {
    super(backend, layer.matrices * layer.rows, layer.columns, values, recipe);
    this.layout = layer.layout!;
    this.places = layer.matrices;
    this.rows = layer.rows;
    this.seen = backend.tf.keep(backend.tf.tensor1d(Int32Array.from(seenByPlaces(this.layout, layer.inputs)), "int32"));
  }

  override forward(x: Tensor2D): Tensor2D {
    const { tf } = this.backend;
    const { channels } = this.layout;
    const weights = tf.reshape(this.weights.value, [this.places, this.rows, channels]);
    const sums = tf.matMul(tf.transpose(this.patches(x), [1, 0, 2]), weights);
    return tf.reshape(tf.transpose(sums, [1, 0, 2]), [-1, channels]);
  }

  override dispose(): void {
    super.dispose();
    this.seen.dispose();
  }

  protected override gradient(x: Tensor2D, coefficients: Tensor2D): Tensor2D {
    const { tf } = this.backend;
    const { channels } = this.layout;
    const ofPlaces = tf.transpose(tf.reshape(coefficients, [x.shape[0], this.places, channels]), [1, 0, 2]);
    return tf.reshape(tf.matMul(tf.transpose(this.patches(x), [1, 2, 0]), ofPlaces), [-1, channels]);
  }

  /** [N][places][rows]. */
  private patches(x: Tensor2D): Tensor {
    const { tf } = this.backend;
    return tf.reshape(tf.gather(tf.pad(x, [[0, 0], [0, 1]]), this.seen, 1), [x.shape[0], this.places, this.rows]);
  }
}
