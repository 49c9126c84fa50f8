import type { Backend, Tensor, Tensor2D } from "../backends/backend.js";
import { peculiaritiesOf } from "../device.js";
import type { FixedSpec } from "../fixed_spec.js";
import type { MapLayout } from "../fields.js";
import { byPlaces, pooled } from "../pooling.js";

/** What a layer made of N inputs. */
export interface Activity {
  /** [N][units]. */
  readonly y: Tensor2D;
  /** Of a map that pools: which place of its square each unit is from, [N][units]. */
  readonly from: Tensor | null;
}

/** What stands between a layer's sums and its activity: ReLU, or the units of a device of its own; a ceiling; pooling (docs/variants.md, maps.md). */
export class Units {
  private readonly layout: MapLayout | null;
  /** 1 = 1.0; 0: none. */
  private readonly ceiling: number;
  /** Gain, knee and offset of each unit, [1][units]. */
  private readonly device: readonly [Tensor, Tensor, Tensor] | null;

  constructor(private readonly backend: Backend, { spec, layers }: FixedSpec, index: number) {
    const { units, layout, ceiling } = layers[index]!;
    this.layout = layout;
    this.ceiling = ceiling / 128;
    const found = peculiaritiesOf(spec.device, index, units);
    const kept = (values: Float32Array, one: number): Tensor => backend.tf.keep(backend.tf.tensor2d(values.map((value) => value / one), [1, units]));
    this.device = found && [kept(found.gain, 256), kept(found.knee, 128), kept(found.offset, 128)];
  }

  /** Sums [N][units], or of a map [N · places][channels]. */
  activity(sums: Tensor2D): Activity {
    const { tf } = this.backend;
    const raw = this.device ? this.peculiar(sums, this.device) : tf.relu(sums);
    const y = this.ceiling > 0 ? tf.minimum(raw, this.ceiling) : raw;
    return this.layout ? pooled(tf, y, this.layout) : { y: y as Tensor2D, from: null };
  }

  /** Coefficients without those of units at the ceiling, which has no slope. */
  belowCeiling(coefficients: Tensor2D, y: Tensor2D): Tensor2D {
    const { tf } = this.backend;
    return this.ceiling > 0 ? tf.mul(coefficients, tf.cast(tf.less(y, this.ceiling), "float32")) : coefficients;
  }

  /** Coefficients of units as those of the layer's sums. */
  ofSums(coefficients: Tensor2D, { from }: Activity): Tensor2D {
    return this.layout ? byPlaces(this.backend.tf, coefficients, from, this.layout) : coefficients;
  }

  dispose(): void {
    for (const tensor of this.device ?? []) tensor.dispose();
  }

  private peculiar(sums: Tensor, [gain, knee, offset]: readonly [Tensor, Tensor, Tensor]): Tensor {
    const { tf } = this.backend;
    const v = tf.relu(tf.mul(tf.add(sums, offset), gain));
    return tf.add(tf.minimum(v, knee), tf.mul(tf.relu(tf.sub(v, knee)), 0.25));
  }
}
