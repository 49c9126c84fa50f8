import { z } from "zod";
import { type Corruption, corruptionSchema } from "./corruption.js";
import { type FrontEnd, type FrontEndInput, frontEndSchema } from "./front_end.js";

/**
 * A network and how it learns, in the units of the papers. `resolveSpec` (network_spec.ts) fills in every
 * default, so that a resolved spec says everything that decides the result.
 */
const positiveInteger = z.int().positive();

const layerSchema = z.strictObject({
  /** dense: every unit sees every input; local, conv: each place of a map sees a field of it, with weights of its own or shared; box: a function only the host knows. */
  kind: z.enum(["dense", "local", "conv", "box"]).default("dense"),
  /** Of a map it follows from the other fields and may be left out. */
  units: positiveInteger.optional(),
  // What belongs to maps alone is 0 in a resolved spec of another layer, which is as good as absent.
  /** Units at each place of a map. */
  channels: z.int().min(0).max(4095).optional(),
  /** Side of the square field of inputs that a place of a map sees. */
  field: z.int().min(0).max(63).optional(),
  /** Places lie so many inputs apart. */
  stride: z.int().min(0).max(63).optional(),
  /** Rows and columns of zeros around the map below. */
  padding: z.int().min(0).max(31).optional(),
  /** Side of the squares of max pooling; 1 = none. */
  pool: z.int().min(0).max(8).optional(),
  /** Rows of places that a map is worked in at a time; 0 = all: less memory, more work, the same weights. */
  bandRows: z.int().min(0).max(65535).optional(),
  /** Groups of neighbouring units that each decide for themselves (pair). */
  blocks: positiveInteger.max(128).optional(),
  /** Largest activity, in units of the pre-normal activity; 0 = none: plain ReLU. */
  ceiling: z.number().min(0).max(255).optional(),
  /** Class-wise: coefficients below this are sampled, this large or 0, with the same mean: fewer, larger updates; 0 = as they are. */
  sample: z.number().min(0).max(0.999).optional(),
  /** Strength of peer normalisation: pulls every unit's mean activity to the layer's (Hinton 2022, local receptive fields); 0 = none. */
  peer: z.number().min(0).max(1).optional(),
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
  /** Wrong labels, drawn by the readout's probabilities or at random; "hybrid": the image mixed with the one before through a random mask; "given": frames the host writes; "corrupted": the frame itself with a run of it spoiled. */
  negatives: z.enum(["hard", "random", "hybrid", "given", "corrupted"]).default("hard"),
  /** How corrupted negatives are made. */
  corruption: corruptionSchema.nullable().optional(),
  /** A front end: the network takes samples of a signal (docs/streams.md), and `input` follows from it. */
  stream: frontEndSchema.nullable().optional(),
  /** Times a hybrid's random mask is blurred. */
  maskBlurs: z.int().min(0).max(32).optional(),
  /** Whether a layer gives positives much goodness, or little. */
  sense: z.enum(["maximise", "minimise"]).default("maximise"),
  /** Phases apart in time: so many samples teach as positives only, then so many as negatives only; both 0: together, as usual. */
  phases: z.strictObject({ awake: z.int().min(0).max(0x7fffffff).default(0), asleep: z.int().min(0).max(0x7fffffff).default(0) }).prefault({}),
  /** Training frames are shifted by up to so many pixels each way. */
  jitter: z.int().min(0).max(15).default(0),
  /** Top-down connections: layers see the one above as well, over iterations on a still frame; 0 iterations = feed-forward. */
  recurrence: z.strictObject({
    iterations: z.int().min(0).max(64).default(0),
    /** First and last iteration, from 1, whose goodness counts and that learn; left out: 3 and 5, or the last where there are fewer. */
    first: positiveInteger.max(64).optional(),
    last: positiveInteger.max(64).optional(),
    /** Share of the old state kept in an iteration. */
    damping: z.number().min(0).max(0.99).default(0.3),
    /** Frames are those of a stream: every class keeps its state from one sample to the next, and there is no bottom-up start. */
    stream: z.boolean().default(false),
  }).prefault({}),
  /** What the readout and class-wise goodness learn to answer: the label, or probabilities that the host writes (distillation). */
  targets: z.enum(["label", "given"]).default("label"),
  /** A device of its own: seed of random gains and ceilings of every unit; 0 = the ideal device. */
  device: z.int().min(0).max(0xffffffff).default(0),
  /** Spatially extended labels: waves over the whole frame, of a set, with intensity K (their share of the frame); null = none. */
  waves: z.strictObject({ set: z.int().min(1).max(2), intensity: z.number().min(1 / 256).max(255 / 256) }).nullable().default(null),
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
/** The same for a network with a front end, from which `input` follows. */
export type StreamSpecInput = Omit<NetworkSpecInput, "input" | "stream"> & { input?: NetworkSpecInput["input"]; stream: FrontEndInput };
export type SpecInput = NetworkSpecInput | StreamSpecInput;
export type ParsedSpec = z.output<typeof networkSchema>;
export type LayerSpec = { [K in keyof ParsedSpec["layers"][number]]-?: NonNullable<ParsedSpec["layers"][number][K]> };

/** A spec with every default filled in. */
export type NetworkSpec = Omit<ParsedSpec, "layers" | "label" | "readout" | "inputDropout" | "maskBlurs" | "recurrence" | "corruption" | "stream"> & {
  /** Of negatives "corrupted", else null. */
  corruption: Corruption | null;
  stream: FrontEnd | null;
  layers: LayerSpec[];
  recurrence: Required<ParsedSpec["recurrence"]>;
  label: { placement: "none" | "replace" | "append"; level: number };
  readout: { from: number | null; rate: number };
  inputDropout: number;
  maskBlurs: number;
};
