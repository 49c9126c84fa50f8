/** A network spec as the oracle takes it, and its spec block: 32 words for the network, 16 for each layer, 16 for a front end, all i32. */

import { encodeFront, type FrontSpec } from "./front_end.js";

export interface LayerSpec {
  /** dense when left out. */
  kind?: "dense" | "local" | "conv" | "box";
  /** Of a map: places after pooling times channels. */
  units: number;
  weightBits: 8 | 16;
  /** s: a weight w stands for w · 2^−s. */
  scale: number;
  /** 2^24 = 1.0. */
  rate: number;
  /** T, q8. */
  temperature: number;
  /** q16. */
  decay: number;
  /** q8; θ = units · threshold. */
  threshold: number;
  /** q8; σ = init / √inputs. */
  init: number;
  /** Groups of units that each decide for themselves; 0, 1 or nothing: the whole layer. */
  blocks?: number;
  /** Largest activity, q7; 0 or nothing: none. */
  ceiling?: number;
  /** λ of peer normalisation, q15; 0 or nothing: none. */
  peer?: number;
  /** Coefficients below it are sampled, q15; 0 or nothing: none. */
  sample?: number;
  /** Of a map, docs/maps.md: K, f, t, z, q. */
  channels?: number;
  field?: number;
  stride?: number;
  padding?: number;
  pool?: number;
  /** Rows of places at a time; 0 or nothing: all. No matter of bits, but of *rows used*. */
  bands?: number;
}

export interface Spec {
  objective: "pair" | "classwise";
  classes: number;
  width: number;
  height: number;
  channels: number;
  placement: "none" | "replace" | "append";
  /** q4. */
  labelLevel: number;
  negatives: "random" | "hard" | "hybrid" | "given" | "corrupted";
  /** First layer with a readout part; layers.length = no readout. */
  readoutFrom: number;
  goodnessFrom: number;
  /** 2^24 = 1.0. */
  readoutRate: number;
  holdSteps: number;
  totalSteps: number;
  /** i32; the generators read it as a u32. */
  seed: number;
  /** q4; 0 = no bias. */
  biasLevel: number;
  loss: "threshold" | "difference";
  /** q8. */
  inputDropout: number;
  /** q15; 0 when left out. */
  minCoefficient?: number;
  // From here on docs/variants.md; each is 0, or the first of its choices, when left out.
  /** Pixels. */
  jitter?: number;
  sense?: "maximise" | "minimise";
  /** Steps that learn from positives only, then steps that learn from negatives only; both 0: together. */
  awake?: number;
  asleep?: number;
  maskBlurs?: number;
  targets?: "label" | "given";
  /** u32; 0: the ideal device. */
  device?: number;
  /** Spatially extended labels, docs/maps.md: set 1 or 2; intensity q8. */
  waves?: { set: 1 | 2; intensity: number };
  /** docs/recurrence.md; damping is q8. */
  recurrence?: { iterations: number; first: number; last: number; damping: number; stream: boolean };
  /** docs/streams.md; of negatives "corrupted": a sum of ways, and q8. */
  corruption?: { ways: number; share: number };
  front?: FrontSpec;
  layers: LayerSpec[];
}

/** Whether a step has a positive and a negative frame, and no label in either. */
export function hasTwoFrames({ negatives }: Spec): boolean {
  return negatives === "hybrid" || negatives === "given" || negatives === "corrupted";
}

export function frameSize(spec: Spec): number {
  return spec.width * spec.height * spec.channels;
}

const HEADER_WORDS = 32;
const LAYER_WORDS = 16;
const MAGIC = 0x594c464d; // "MFLY", little endian
const VERSION = 1;
const NO_LIMIT = 0;
const KINDS = ["dense", "local", "conv", "box"];
const STREAM = 1 << 24;
const FRONT_END = 1 << 8;

export function encodeSpec(spec: Spec): Int32Array {
  const front = spec.front ? encodeFront(spec.front) : [];
  const block = new Int32Array(HEADER_WORDS + LAYER_WORDS * spec.layers.length + front.length);
  block.set(front, HEADER_WORDS + LAYER_WORDS * spec.layers.length);
  const { recurrence, corruption } = spec;
  block.set([
    MAGIC,
    VERSION,
    ["pair", "classwise"].indexOf(spec.objective),
    spec.classes,
    spec.width,
    spec.height,
    spec.channels,
    ["none", "replace", "append"].indexOf(spec.placement),
    spec.labelLevel,
    ["random", "hard", "hybrid", "given", "corrupted"].indexOf(spec.negatives) | (corruption ? (corruption.ways << 8) | (corruption.share << 16) : 0),
    spec.readoutFrom,
    spec.goodnessFrom,
    spec.readoutRate,
    spec.holdSteps,
    spec.totalSteps,
    spec.seed,
    spec.layers.length,
    NO_LIMIT,
    spec.biasLevel,
    ["threshold", "difference"].indexOf(spec.loss),
    spec.inputDropout,
    spec.minCoefficient ?? 0,
    spec.jitter ?? 0,
    ["maximise", "minimise"].indexOf(spec.sense ?? "maximise") | (spec.front ? FRONT_END : 0),
    spec.awake ?? 0,
    spec.asleep ?? 0,
    spec.maskBlurs ?? 0,
    recurrence ? recurrence.iterations | (recurrence.first << 8) | (recurrence.last << 16) | (recurrence.stream ? STREAM : 0) : 0,
    recurrence?.damping ?? 0,
    ["label", "given"].indexOf(spec.targets ?? "label"),
    spec.device ?? 0,
    spec.waves ? spec.waves.set | (spec.waves.intensity << 8) : 0,
  ]);
  spec.layers.forEach((layer, index) => {
    const { units, weightBits, scale, rate, temperature, decay, threshold, init, blocks = 0, ceiling = 0, peer = 0, sample = 0 } = layer;
    const { kind = "dense", channels = 0, field = 0, stride = 0, padding = 0, pool = 0, bands = 0 } = layer;
    const window = field | (field << 8) | (stride << 16) | (padding << 24);
    block.set(
      [KINDS.indexOf(kind), units, weightBits, scale, rate, temperature, decay, threshold, init, blocks, ceiling, peer, window, channels, pool | (bands << 8), sample],
      HEADER_WORDS + LAYER_WORDS * index,
    );
  });
  return block;
}
