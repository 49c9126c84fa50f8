import * as abi from "../../assembly/abi/spec.js";
import { MayflyError } from "../errors.js";
import { sizeFor } from "../engine/size.js";
import { decodeSpec, encodeSpec } from "../spec/encode.js";
import type { NetworkSpec } from "../spec/network_spec.js";

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
  readonly layers: readonly FixedLayer[];
}

export interface FixedLayer {
  readonly units: number;
  /** Rows of the weights: units below or frame, label rows, bias. */
  readonly inputs: number;
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
}

/** Throws for what the engine can do and this reference cannot yet: whatever takes the full build. */
export function checkSupported(spec: NetworkSpec): void {
  const kind = spec.layers.find((layer) => layer.kind !== "dense")?.kind;
  if (kind !== undefined) throw new MayflyError(`the tfjs reference has no ${kind} layers yet: use the engine`, 2);
  if (sizeFor(encodeSpec(spec)) === "full") throw new MayflyError("the tfjs reference has none of the variants of docs/variants.md and docs/recurrence.md yet: use the engine", 2);
}

export function readFixedSpec(words: Int32Array): FixedSpec {
  const word = (index: number): number => words[index] ?? 0;
  const resolved = decodeSpec(words);
  const frameSize = word(abi.SPEC_INPUT_WIDTH) * word(abi.SPEC_INPUT_HEIGHT) * word(abi.SPEC_INPUT_CHANNELS);
  const bias = word(abi.SPEC_BIAS_LEVEL) > 0 ? 1 : 0;
  const layers: FixedLayer[] = [];
  for (let layer = 0; layer < word(abi.SPEC_LAYER_COUNT); layer++) {
    const field = (id: number): number => word(abi.SPEC_HEADER_WORDS + layer * abi.SPEC_LAYER_WORDS + id);
    const below = layers[layer - 1]?.units ?? frameSize + (resolved.label.placement === "append" ? word(abi.SPEC_CLASSES) : 0);
    layers.push({
      units: field(abi.LAYER_UNITS), inputs: below + bias, bits: field(abi.LAYER_WEIGHT_BITS), scale: field(abi.LAYER_SCALE), rate: field(abi.LAYER_RATE),
      temperature: field(abi.LAYER_TEMPERATURE), decay: field(abi.LAYER_DECAY), theta: field(abi.LAYER_UNITS) * field(abi.LAYER_THRESHOLD), init: field(abi.LAYER_INIT),
    });
  }
  return {
    spec: resolved, frameSize, labelLevel: word(abi.SPEC_LABEL_LEVEL), biasLevel: word(abi.SPEC_BIAS_LEVEL), readoutRate: word(abi.SPEC_READOUT_RATE), holdSteps: word(abi.SPEC_HOLD_STEPS),
    totalSteps: word(abi.SPEC_TOTAL_STEPS), inputDropout: word(abi.SPEC_INPUT_DROPOUT), minCoefficient: word(abi.SPEC_MIN_COEFFICIENT), layers,
  };
}
