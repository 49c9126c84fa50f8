import { z } from "zod";
import { MayflyError } from "../errors.js";

/**
 * A network and how it learns, in the units of the papers. `resolveSpec` fills in every default, so that a resolved spec
 * says everything that decides the result.
 */
const positiveInteger = z.int().positive();

const layerSchema = z.strictObject({
  kind: z.literal("dense").default("dense"),
  units: positiveInteger,
  /** Storage of the weights. */
  weights: z.enum(["i8", "i16"]).default("i16"),
  /** Weights are multiples of 2^-scale. */
  scale: z.int().min(4).max(14).optional(),
  /** Learning rate on real-valued weights. */
  rate: z.number().min(0).max(0.0038).optional(),
  /** T of the logistic; class-wise: of the softmax. */
  temperature: z.number().min(0.0625).max(4096).optional(),
  /** Share of a row of weights lost at each visit; one row is visited each step. */
  decay: z.number().min(0).max(0.0625).optional(),
  /** θ as a multiple of the number of units (loss "threshold"). */
  threshold: z.number().positive().max(16).optional(),
  /** Standard deviation of the first weights, times √inputs. */
  init: z.number().min(0).max(4).optional(),
});

export const networkSchema = z.strictObject({
  input: z.strictObject({ width: positiveInteger, height: positiveInteger, channels: positiveInteger }),
  classes: z.int().min(2).max(128),
  layers: z.array(layerSchema).min(1).max(255),
  objective: z.enum(["pair", "classwise"]).default("pair"),
  /** Of the pair: two logistics around θ (Hinton 2022), or one on the difference of the two goodnesses (SymBa). */
  loss: z.enum(["difference", "threshold"]).default("difference"),
  negatives: z.enum(["hard", "random"]).default("hard"),
  label: z.strictObject({
    /** "replace": the label sits in the first values of the frame, as in the paper; "append": in rows of its own. */
    placement: z.enum(["none", "replace", "append"]).optional(),
    /** Input of a label row; 1 = root mean square of the frame. */
    level: z.number().min(0.0625).max(127 / 16).default(3),
  }).prefault({}),
  readout: z.strictObject({
    /** First layer the readout sees, from 0; null = no readout. */
    from: z.int().min(0).nullable().optional(),
    rate: z.number().min(0).max(0.25).default(0.01),
  }).prefault({}),
  /** First layer whose goodness counts in prediction, from 0. */
  goodnessFrom: z.int().min(0).default(0),
  schedule: z.strictObject({
    /** The rate is constant for so many samples, then falls linearly to 0 at `totalSamples` (0: constant for ever). */
    holdSamples: z.int().min(0).default(0),
    totalSamples: z.int().min(0).default(0),
  }).prefault({}),
  /** Probability that a value of the frame is left out of a training step. */
  inputDropout: z.number().min(0).max(0.75).optional(),
  /** Update coefficients below this count as 0: well separated samples cost no update. */
  minCoefficient: z.number().min(0).max(1).default(0.005),
  /** Input of an always-on row of every layer; 0 = none. */
  bias: z.number().min(0).max(127 / 16).default(0),
  seed: z.int().min(0).max(0xffffffff).default(1),
  /** Bytes of linear memory the network may use; 0 = any. */
  memoryLimitBytes: z.int().min(0).max(0x7fffffff).default(0),
});

/** What a user writes: only `input`, `classes` and the layers' units are needed. */
export type NetworkSpecInput = z.input<typeof networkSchema>;
type Parsed = z.output<typeof networkSchema>;
type Layer = { [K in keyof Parsed["layers"][number]]-?: NonNullable<Parsed["layers"][number][K]> };
export type LayerSpec = Layer;

/** A spec with every default filled in. */
export type NetworkSpec = Omit<Parsed, "layers" | "label" | "readout" | "inputDropout"> & {
  layers: LayerSpec[];
  label: { placement: "none" | "replace" | "append"; level: number };
  readout: { from: number | null; rate: number };
  inputDropout: number;
};

/** Defaults found by measurement: see ARCHITECTURE.md, "Defaults". */
const PAIR_DIFFERENCE = { rate: 1.5e-3, temperature: 20, inputDropout: 0.2 };
const PAIR_THRESHOLD = { rate: 2e-4, temperature: 10, inputDropout: 0 };
const CLASSWISE = { rate: 7e-4, temperature: 20, inputDropout: 0.2 };

/** Weights are multiples of 2^-scale. An i8 has few steps, so a layer with few inputs, whose weights are larger, gets coarser ones. */
function defaultScale(weights: "i8" | "i16", inputs: number): number {
  return weights === "i16" ? 12 : inputs >= 512 ? 8 : 7;
}

/** With more input values the default dropout could overflow a sum (docs/algorithm.md, Input dropout), so there is none. */
const DROPOUT_MAX_VALUES = 3400;

/** Fills in every default; throws a MayflyError that names the field at fault. */
export function resolveSpec(input: NetworkSpecInput): NetworkSpec {
  const result = networkSchema.safeParse(input);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new MayflyError(`the network spec is wrong at ${issue?.path.map(String).join(".") || "its top"}: ${issue?.message ?? "unknown"}`, 2);
  }
  const spec = result.data;
  const classwise = spec.objective === "classwise";
  const learning = classwise ? CLASSWISE : spec.loss === "difference" ? PAIR_DIFFERENCE : PAIR_THRESHOLD;
  const last = spec.layers.length - 1;
  const readoutFrom = spec.readout.from === undefined ? (classwise ? 0 : Math.min(1, last)) : spec.readout.from;
  if (readoutFrom !== null && readoutFrom > last) throw new MayflyError(`readout.from is ${readoutFrom}, but the layers are 0 to ${last}`, 2);
  if (spec.goodnessFrom > last) throw new MayflyError(`goodnessFrom is ${spec.goodnessFrom}, but the layers are 0 to ${last}`, 2);
  if (!classwise && spec.negatives === "hard" && readoutFrom === null) {
    throw new MayflyError("hard negatives are drawn from the readout, and this network has none: use random negatives, or a readout", 2);
  }
  const values = spec.input.width * spec.input.height * spec.input.channels;
  const placement = classwise ? "none" : spec.label.placement ?? (spec.input.width >= spec.classes && spec.input.height > 1 ? "replace" : "append");
  if (placement === "none" && !classwise) throw new MayflyError('label.placement is "none", but the pair objective tells positive from negative by the label: use "replace" or "append"', 2);
  if (placement === "replace" && values <= spec.classes) {
    throw new MayflyError(`the label cannot replace ${spec.classes} of only ${values} input values: use label placement "append"`, 2);
  }
  if (spec.schedule.holdSamples > spec.schedule.totalSamples) throw new MayflyError("schedule.holdSamples is more than schedule.totalSamples", 2);
  for (const [index, layer] of spec.layers.entries()) {
    if (classwise && layer.units % spec.classes !== 0) {
      const near = Math.max(1, Math.round(layer.units / spec.classes)) * spec.classes;
      throw new MayflyError(`layer ${index + 1} has ${layer.units} units, which do not divide into ${spec.classes} classes of equal size: try ${near}`, 2);
    }
  }
  return {
    ...spec,
    layers: spec.layers.map((layer, index) => ({
      kind: layer.kind,
      units: layer.units,
      weights: layer.weights,
      scale: layer.scale ?? defaultScale(layer.weights, spec.layers[index - 1]?.units ?? values),
      rate: layer.rate ?? learning.rate,
      temperature: layer.temperature ?? learning.temperature,
      decay: layer.decay ?? 0,
      threshold: layer.threshold ?? 1,
      init: layer.init ?? 1,
    })),
    label: { placement, level: spec.label.level },
    readout: { from: readoutFrom, rate: spec.readout.rate },
    inputDropout: spec.inputDropout ?? (values + spec.classes > DROPOUT_MAX_VALUES ? 0 : learning.inputDropout),
  };
}
