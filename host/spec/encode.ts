import * as abi from "../../assembly/abi/spec.js";
import { FRONT_WORDS } from "../../assembly/abi/front.js";
import { MAX_LAYERS } from "../../assembly/abi/limits.js";
import { ABI_VERSION, MAGIC } from "../../assembly/abi/status.js";
import { MayflyError } from "../errors.js";
import { decodeCorruption, encodeCorruption } from "./corruption.js";
import { decodeFrontEnd, encodeFrontEnd } from "./front_end.js";
import { isMap } from "./geometry.js";
import type { LayerSpec, NetworkSpec } from "./network_schema.js";

/** Fixed-point formats of the spec block; decoding what was encoded gives the same words again. */
const Q4 = 16;
const Q7 = 128;
const Q8 = 256;
const Q15 = 32768;
const Q16 = 65536;
const Q24 = 2 ** 24;

const OBJECTIVES = ["pair", "classwise"] as const;
const LOSSES = ["threshold", "difference"] as const;
const NEGATIVES = ["random", "hard", "hybrid", "given", "corrupted"] as const;
const SENSES = ["maximise", "minimise"] as const;
const TARGETS = ["label", "given"] as const;
const PLACEMENTS = ["none", "replace", "append"] as const;
const KINDS = ["dense", "local", "conv", "box"] as const;

/** The spec block (i32 words) of a resolved spec. Fractions are rounded to the nearest step of their format. */
export function encodeSpec(spec: NetworkSpec): Int32Array {
  const front = spec.stream ? encodeFrontEnd(spec.stream) : new Int32Array(0);
  const frontAt = abi.SPEC_HEADER_WORDS + spec.layers.length * abi.SPEC_LAYER_WORDS;
  const words = new Int32Array(frontAt + front.length);
  words.set(front, frontAt);
  words[abi.SPEC_MAGIC] = MAGIC;
  words[abi.SPEC_VERSION] = ABI_VERSION;
  words[abi.SPEC_OBJECTIVE] = OBJECTIVES.indexOf(spec.objective);
  words[abi.SPEC_CLASSES] = spec.classes;
  words[abi.SPEC_INPUT_WIDTH] = spec.input.width;
  words[abi.SPEC_INPUT_HEIGHT] = spec.input.height;
  words[abi.SPEC_INPUT_CHANNELS] = spec.input.channels;
  words[abi.SPEC_LABEL_PLACEMENT] = PLACEMENTS.indexOf(spec.label.placement);
  words[abi.SPEC_LABEL_LEVEL] = Math.round(spec.label.level * Q4);
  words[abi.SPEC_NEGATIVES] = spec.corruption ? encodeCorruption(spec.corruption) : NEGATIVES.indexOf(spec.negatives);
  words[abi.SPEC_READOUT_FROM] = spec.readout.from ?? spec.layers.length;
  words[abi.SPEC_GOODNESS_FROM] = spec.goodnessFrom;
  words[abi.SPEC_READOUT_RATE] = Math.round(spec.readout.rate * Q24);
  words[abi.SPEC_HOLD_STEPS] = spec.schedule.holdSamples;
  words[abi.SPEC_TOTAL_STEPS] = spec.schedule.totalSamples;
  words[abi.SPEC_SEED] = spec.seed | 0;
  words[abi.SPEC_LAYER_COUNT] = spec.layers.length;
  words[abi.SPEC_MEMORY_LIMIT] = spec.memoryLimitBytes;
  words[abi.SPEC_BIAS_LEVEL] = Math.round(spec.bias * Q4);
  words[abi.SPEC_LOSS] = LOSSES.indexOf(spec.loss);
  words[abi.SPEC_INPUT_DROPOUT] = Math.round(spec.inputDropout * Q8);
  words[abi.SPEC_MIN_COEFFICIENT] = Math.round(spec.minCoefficient * Q15);
  words[abi.SPEC_JITTER] = spec.jitter;
  words[abi.SPEC_SENSE] = SENSES.indexOf(spec.sense) | (spec.stream ? abi.SENSE_FRONT_END : 0);
  words[abi.SPEC_AWAKE] = spec.phases.awake;
  words[abi.SPEC_ASLEEP] = spec.phases.asleep;
  words[abi.SPEC_MASK_BLURS] = spec.maskBlurs;
  const { iterations, first, last, damping, stream } = spec.recurrence;
  if (iterations > 0) {
    words[abi.SPEC_RECURRENCE] = iterations | (first << 8) | (last << 16) | (stream ? abi.RECURRENCE_STREAM : 0);
    words[abi.SPEC_DAMPING] = Math.round(damping * Q8);
  }
  words[abi.SPEC_TARGETS] = TARGETS.indexOf(spec.targets);
  words[abi.SPEC_DEVICE] = spec.device | 0;
  if (spec.waves) words[abi.SPEC_WAVES] = spec.waves.set | (Math.round(spec.waves.intensity * Q8) << 8);
  for (const [index, layer] of spec.layers.entries()) words.set(encodeLayer(layer), abi.SPEC_HEADER_WORDS + index * abi.SPEC_LAYER_WORDS);
  return words;
}

function encodeLayer(layer: LayerSpec): Int32Array {
  const words = new Int32Array(abi.SPEC_LAYER_WORDS);
  words[abi.LAYER_KIND] = KINDS.indexOf(layer.kind);
  words[abi.LAYER_UNITS] = layer.units;
  words[abi.LAYER_WEIGHT_BITS] = layer.weights === "i8" ? 8 : 16;
  words[abi.LAYER_SCALE] = layer.scale;
  words[abi.LAYER_RATE] = Math.round(layer.rate * Q24);
  words[abi.LAYER_TEMPERATURE] = Math.round(layer.temperature * Q8);
  words[abi.LAYER_DECAY] = Math.round(layer.decay * Q16);
  words[abi.LAYER_THRESHOLD] = Math.round(layer.threshold * Q8);
  words[abi.LAYER_INIT] = Math.round(layer.init * Q8);
  words[abi.LAYER_BLOCKS] = layer.blocks > 1 ? layer.blocks : 0;
  words[abi.LAYER_CEILING] = Math.round(layer.ceiling * Q7);
  words[abi.LAYER_PEER] = Math.round(layer.peer * Q15);
  words[abi.LAYER_SAMPLE] = Math.round(layer.sample * Q15);
  if (isMap(layer)) {
    words[abi.LAYER_FIELD] = layer.field | (layer.field << 8) | (layer.stride << 16) | (layer.padding << 24);
    words[abi.LAYER_CHANNELS] = layer.channels;
    words[abi.LAYER_POOL] = (layer.pool > 1 ? layer.pool : 0) | (layer.bandRows << abi.BAND_BIT);
  }
  return words;
}

/** Whether the words of a front end stand behind the layers. */
export function hasFrontEnd(words: Int32Array): boolean {
  return ((words[abi.SPEC_SENSE] ?? 0) & abi.SENSE_FRONT_END) !== 0;
}

/** Words of the spec block that begins `words`, which may be cut short or damaged: then at most so many. */
export function specLength(words: Int32Array): number {
  const layers = Math.min(Math.max(words[abi.SPEC_LAYER_COUNT] ?? 0, 0), MAX_LAYERS);
  return Math.min(words.length, abi.SPEC_HEADER_WORDS + layers * abi.SPEC_LAYER_WORDS + (hasFrontEnd(words) ? FRONT_WORDS : 0));
}

/** The resolved spec of a spec block that an engine has accepted. */
export function decodeSpec(words: Int32Array): NetworkSpec {
  const word = (index: number): number => words[index] ?? 0;
  const choice = <T>(choices: readonly T[], index: number, what: string, mask = -1): T => {
    const found = choices[word(index) & mask];
    if (found === undefined) throw new MayflyError(`the model's spec has an unknown ${what}: ${word(index)}`, 1);
    return found;
  };
  const count = word(abi.SPEC_LAYER_COUNT);
  return {
    input: { width: word(abi.SPEC_INPUT_WIDTH), height: word(abi.SPEC_INPUT_HEIGHT), channels: word(abi.SPEC_INPUT_CHANNELS) },
    classes: word(abi.SPEC_CLASSES),
    layers: Array.from({ length: count }, (_, index) => {
      const at = abi.SPEC_HEADER_WORDS + index * abi.SPEC_LAYER_WORDS;
      const kind = choice(KINDS, at + abi.LAYER_KIND, "kind of layer");
      const map = isMap({ kind });
      const field = word(at + abi.LAYER_FIELD);
      return {
        kind,
        units: word(at + abi.LAYER_UNITS),
        weights: word(at + abi.LAYER_WEIGHT_BITS) === 8 ? "i8" : "i16",
        scale: word(at + abi.LAYER_SCALE),
        rate: word(at + abi.LAYER_RATE) / Q24,
        temperature: word(at + abi.LAYER_TEMPERATURE) / Q8,
        decay: word(at + abi.LAYER_DECAY) / Q16,
        threshold: word(at + abi.LAYER_THRESHOLD) / Q8,
        init: word(at + abi.LAYER_INIT) / Q8,
        blocks: Math.max(1, word(at + abi.LAYER_BLOCKS)),
        ceiling: word(at + abi.LAYER_CEILING) / Q7,
        peer: word(at + abi.LAYER_PEER) / Q15,
        sample: word(at + abi.LAYER_SAMPLE) / Q15,
        channels: word(at + abi.LAYER_CHANNELS),
        field: field & 0xff,
        stride: (field >> 16) & 0xff,
        padding: (field >> 24) & 0xff,
        pool: map ? Math.max(1, word(at + abi.LAYER_POOL) & ((1 << abi.BAND_BIT) - 1)) : 0,
        bandRows: word(at + abi.LAYER_POOL) >>> abi.BAND_BIT,
      };
    }),
    objective: choice(OBJECTIVES, abi.SPEC_OBJECTIVE, "objective"),
    loss: choice(LOSSES, abi.SPEC_LOSS, "loss"),
    negatives: choice(NEGATIVES, abi.SPEC_NEGATIVES, "kind of negatives", 255),
    corruption: decodeCorruption(word(abi.SPEC_NEGATIVES)),
    stream: hasFrontEnd(words) ? decodeFrontEnd(words.subarray(abi.SPEC_HEADER_WORDS + count * abi.SPEC_LAYER_WORDS)) : null,
    label: { placement: choice(PLACEMENTS, abi.SPEC_LABEL_PLACEMENT, "label placement"), level: word(abi.SPEC_LABEL_LEVEL) / Q4 },
    readout: { from: word(abi.SPEC_READOUT_FROM) < count ? word(abi.SPEC_READOUT_FROM) : null, rate: word(abi.SPEC_READOUT_RATE) / Q24 },
    goodnessFrom: word(abi.SPEC_GOODNESS_FROM),
    schedule: { holdSamples: word(abi.SPEC_HOLD_STEPS), totalSamples: word(abi.SPEC_TOTAL_STEPS) },
    inputDropout: word(abi.SPEC_INPUT_DROPOUT) / Q8,
    minCoefficient: word(abi.SPEC_MIN_COEFFICIENT) / Q15,
    bias: word(abi.SPEC_BIAS_LEVEL) / Q4,
    seed: word(abi.SPEC_SEED) >>> 0,
    jitter: word(abi.SPEC_JITTER),
    sense: choice(SENSES, abi.SPEC_SENSE, "sense", 255),
    phases: { awake: word(abi.SPEC_AWAKE), asleep: word(abi.SPEC_ASLEEP) },
    maskBlurs: word(abi.SPEC_MASK_BLURS),
    recurrence: decodeRecurrence(word(abi.SPEC_RECURRENCE), word(abi.SPEC_DAMPING)),
    targets: choice(TARGETS, abi.SPEC_TARGETS, "source of targets"),
    device: word(abi.SPEC_DEVICE) >>> 0,
    waves: word(abi.SPEC_WAVES) === 0 ? null : { set: word(abi.SPEC_WAVES) & 0xff, intensity: (word(abi.SPEC_WAVES) >> 8) / Q8 },
    memoryLimitBytes: word(abi.SPEC_MEMORY_LIMIT),
  };
}

/** A feed-forward network has the schema's defaults here, which then mean nothing. */
function decodeRecurrence(packed: number, damping: number): NetworkSpec["recurrence"] {
  if (packed === 0) return { iterations: 0, first: 3, last: 5, damping: 0.3, stream: false };
  return { iterations: packed & 0xff, first: (packed >> 8) & 0xff, last: (packed >> 16) & 0xff, damping: damping / Q8, stream: (packed & abi.RECURRENCE_STREAM) !== 0 };
}
