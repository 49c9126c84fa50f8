import * as abi from "../../assembly/abi/spec.js";
import { sizeFor } from "../engine/size.js";
import { MayflyError } from "../errors.js";
import { decodeSpec, encodeSpec } from "../spec/encode.js";
import { geometryOfSpec, type NetworkSpec } from "../spec/network_spec.js";
import { layoutOf, type MapLayout, rowsOfPlace } from "./fields.js";

/** The integers of a spec block that the arithmetic needs, by name (formats: docs/algorithm.md). */
export interface FixedSpec {
  readonly spec: NetworkSpec;
  readonly frameSize: number;
  /** q4. */
  readonly labelLevel: number;
  readonly biasLevel: number;
  /** 2^24 = 1.0. */
  readonly readoutRate: number;
  readonly holdSteps: number;
  readonly totalSteps: number;
  /** q8. */
  readonly inputDropout: number;
  /** q15. */
  readonly minCoefficient: number;
  /** δ of a recurrent network, q8. */
  readonly damping: number;
  readonly layers: readonly FixedLayer[];
}

export interface FixedLayer {
  readonly units: number;
  /** What the layer sees: frame or units below, label rows, units above (in a recurrent network; labels above the last), bias. */
  readonly inputs: number;
  readonly below: number;
  /** In a recurrent network. */
  readonly above: number;
  /** Rows of one matrix of weights: the inputs; of a map those that one place sees. */
  readonly rows: number;
  /** Units of one matrix; of a map its channels. */
  readonly columns: number;
  /** Matrices: 1, or one for each place of a local layer. */
  readonly matrices: number;
  /** Null of a dense layer. */
  readonly layout: MapLayout | null;
  readonly bits: number;
  /** s: weights are multiples of 2^-s. */
  readonly scale: number;
  /** 2^24 = 1.0. */
  readonly rate: number;
  /** q8. */
  readonly temperature: number;
  /** q16. */
  readonly decay: number;
  /** q8; θ of the whole layer. */
  readonly theta: number;
  /** q8. */
  readonly init: number;
  /** θ of one unit, q8. */
  readonly threshold: number;
  /** Groups that decide for themselves; 1: the whole layer. */
  readonly blocks: number;
  /** Largest activity, q7; 0: none. */
  readonly ceiling: number;
  /** λ, q15; 0: none. */
  readonly peer: number;
  /** Below it coefficients are sampled, q15; 0: none. */
  readonly sample: number;
}

/** Throws for what the engine can do and these references cannot. */
export function checkSupported(spec: NetworkSpec): void {
  const refuse = (what: string): never => {
    throw new MayflyError(`the tfjs references have no ${what}: use the engine`, 2);
  };
  if (spec.layers.some(({ kind }) => kind === "box")) refuse("boxes (a box computes in its host, on the engine's integers)");
  if (spec.negatives === "corrupted") refuse("corrupted negatives yet");
  if (spec.stream) refuse("front ends yet: they take frames, not samples of a signal");
}

/** Whether a network is dense and has none of the variants: what the core build of the engine knows. */
export function isPlain(spec: NetworkSpec): boolean {
  return spec.layers.every(({ kind }) => kind === "dense") && sizeFor(encodeSpec(spec)) === "core";
}

export function readFixedSpec(words: Int32Array): FixedSpec {
  const word = (index: number): number => words[index] ?? 0;
  const resolved = decodeSpec(words);
  const frameSize = word(abi.SPEC_INPUT_WIDTH) * word(abi.SPEC_INPUT_HEIGHT) * word(abi.SPEC_INPUT_CHANNELS);
  const bias = word(abi.SPEC_BIAS_LEVEL) > 0 ? 1 : 0;
  const geometry = geometryOfSpec(resolved);
  const layers: FixedLayer[] = [];
  for (let layer = 0; layer < word(abi.SPEC_LAYER_COUNT); layer++) {
    const field = (id: number): number => word(abi.SPEC_HEADER_WORDS + layer * abi.SPEC_LAYER_WORDS + id);
    const own = resolved.layers[layer]!;
    const recurrent = resolved.recurrence.iterations > 0;
    const nextMap = recurrent && resolved.layers[layer + 1]?.kind === "local" ? geometry[layer + 1]!.above : null;
    const above = recurrent ? resolved.layers[layer + 1]?.units ?? resolved.classes : 0;
    const labels = layer === 0 && resolved.label.placement === "append" ? resolved.classes : 0;
    const below = layers[layer - 1]?.units ?? frameSize;
    const inputs = below + labels + above + bias;
    const layout = layoutOf(own, geometry[layer]!, nextMap);
    layers.push({
      units: field(abi.LAYER_UNITS), inputs, below, above, layout, rows: layout ? rowsOfPlace(layout, labels + (nextMap ? 0 : above) + bias) : inputs, columns: layout ? layout.channels : field(abi.LAYER_UNITS),
      matrices: own.kind === "local" ? layout!.width * layout!.height : 1, bits: field(abi.LAYER_WEIGHT_BITS), scale: field(abi.LAYER_SCALE), rate: field(abi.LAYER_RATE),
      temperature: field(abi.LAYER_TEMPERATURE), decay: field(abi.LAYER_DECAY), theta: field(abi.LAYER_UNITS) * field(abi.LAYER_THRESHOLD), init: field(abi.LAYER_INIT),
      threshold: field(abi.LAYER_THRESHOLD), blocks: own.blocks, ceiling: field(abi.LAYER_CEILING), peer: field(abi.LAYER_PEER), sample: field(abi.LAYER_SAMPLE),
    });
  }
  return {
    spec: resolved, frameSize, labelLevel: word(abi.SPEC_LABEL_LEVEL), biasLevel: word(abi.SPEC_BIAS_LEVEL), readoutRate: word(abi.SPEC_READOUT_RATE), holdSteps: word(abi.SPEC_HOLD_STEPS),
    totalSteps: word(abi.SPEC_TOTAL_STEPS), inputDropout: word(abi.SPEC_INPUT_DROPOUT), minCoefficient: word(abi.SPEC_MIN_COEFFICIENT), damping: word(abi.SPEC_DAMPING), layers,
  };
}
