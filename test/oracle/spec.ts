/** A network spec as the oracle takes it, and its spec block: 32 words for the network, 16 for each layer, all i32. */

export interface LayerSpec {
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
  negatives: "random" | "hard";
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
  layers: LayerSpec[];
}

export function frameSize(spec: Spec): number {
  return spec.width * spec.height * spec.channels;
}

const HEADER_WORDS = 32;
const LAYER_WORDS = 16;
const MAGIC = 0x594c464d; // "MFLY", little endian
const VERSION = 1;
const NO_LIMIT = 0;
const DENSE = 0;

export function encodeSpec(spec: Spec): Int32Array {
  const block = new Int32Array(HEADER_WORDS + LAYER_WORDS * spec.layers.length);
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
    ["random", "hard"].indexOf(spec.negatives),
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
  ]);
  spec.layers.forEach((layer, index) => {
    const { units, weightBits, scale, rate, temperature, decay, threshold, init } = layer;
    block.set([DENSE, units, weightBits, scale, rate, temperature, decay, threshold, init], HEADER_WORDS + LAYER_WORDS * index);
  });
  return block;
}
