/**
 * The network spec: 32 header words and 16 words for each layer, all i32, right behind the checkpoint header.
 * It is validated once, by `plan`, `init` and `open`; everything after that trusts it.
 */
import { MAX_CLASSES, MAX_INPUTS, MAX_LAYERS, MAX_MAP, MAX_RATE, MAX_ROWS, MAX_UNITS } from "./abi/limits";
import { ABI_VERSION, BAD_MAGIC, BAD_SPEC, BAD_VERSION, MAGIC, OK } from "./abi/status";
import {
  SPEC_HEADER_WORDS, SPEC_LAYER_WORDS, SPEC_MAGIC, SPEC_VERSION, SPEC_OBJECTIVE, SPEC_CLASSES, SPEC_INPUT_WIDTH, SPEC_INPUT_HEIGHT, SPEC_INPUT_CHANNELS, SPEC_LABEL_PLACEMENT, SPEC_LABEL_LEVEL, SPEC_NEGATIVES, SPEC_READOUT_FROM, SPEC_GOODNESS_FROM, SPEC_READOUT_RATE, SPEC_HOLD_STEPS, SPEC_TOTAL_STEPS, SPEC_LAYER_COUNT, SPEC_MEMORY_LIMIT, SPEC_BIAS_LEVEL, SPEC_LOSS, SPEC_INPUT_DROPOUT, SPEC_MIN_COEFFICIENT, SPEC_VARIANTS, LAYER_KIND, LAYER_UNITS, LAYER_WEIGHT_BITS, LAYER_SCALE, LAYER_RATE, LAYER_TEMPERATURE, LAYER_DECAY, LAYER_THRESHOLD, LAYER_INIT, LAYER_VARIANTS, OBJECTIVE_PAIR, OBJECTIVE_CLASSWISE, LOSS_THRESHOLD, LOSS_DIFFERENCE, LABEL_NONE, LABEL_REPLACE, LABEL_APPEND, NEGATIVES_RANDOM, NEGATIVES_HARD, KIND_DENSE,
} from "./abi/spec";
import { FRONT_WORDS } from "./abi/front";
import { PLANNED, ROWS, describeMap } from "./maps/geometry";
import { mapFault } from "./maps/spec_maps";
import { report } from "./memory";
import { coefficientExponent, inputShift } from "./fixed/rate";
import { FULL } from "./full";
import { recurrent, rowsAbove } from "./ff/recurrent_spec";
import { isBox, kindFits, layerVariantFault, twoFrames, twoFramesFit, twoImages, variantFault } from "./spec_variants";
import { inRange, isMap, layerInRange, layerSpec, spec } from "./spec_words";
import { hasFront } from "./stream/front_words";
import { frontFault } from "./stream/spec_front";

export { isMap, layerSpec, spec, specAddress } from "./spec_words";

const READOUT_SCALE: i32 = 11;

export function specBytes(): usize {
  return <usize>(SPEC_HEADER_WORDS + spec(SPEC_LAYER_COUNT) * SPEC_LAYER_WORDS + (FULL && hasFront() ? FRONT_WORDS : 0)) << 2;
}

/** Values in one frame. */
export function frameSize(): i32 {
  return spec(SPEC_INPUT_WIDTH) * spec(SPEC_INPUT_HEIGHT) * spec(SPEC_INPUT_CHANNELS);
}

/** Rows of the weight matrix (of a map: of each) of a layer: its inputs, then label rows (first layer) or the rows from above (recurrent), then the bias row. */
export function layerInputs(layer: i32): i32 {
  if (FULL && isMap(layer)) {
    describeMap(layer, PLANNED);
    return load<i32>(PLANNED, ROWS);
  }
  const bias = spec(SPEC_BIAS_LEVEL) > 0 ? 1 : 0;
  if (FULL && recurrent()) return (layer > 0 ? layerSpec(layer - 1, LAYER_UNITS) : frameSize()) + rowsAbove(layer) + bias;
  if (layer > 0) return layerSpec(layer - 1, LAYER_UNITS) + bias;
  return frameSize() + (spec(SPEC_LABEL_PLACEMENT) == LABEL_APPEND ? spec(SPEC_CLASSES) : 0) + bias;
}

/**
 * Most rows of a layer's matrix. The inputs of a dense layer have root mean square 16, with which 3840 rows of i16 weights fit an i32; of i8 weights
 * any do, and a map takes sums in pieces.
 */
// @ts-ignore: decorator
@inline function mostRows(layer: i32): i32 {
  return FULL && exactWithAny(layer) ? MAX_ROWS : MAX_INPUTS;
}

function exactWithAny(layer: i32): bool {
  return isMap(layer) || (layerSpec(layer, LAYER_WEIGHT_BITS) == 8 && !recurrent());
}

/** Units padded to whole blocks of 8: the row length of every array over units. */
// @ts-ignore: decorator
@inline export function padded(units: i32): i32 {
  return (units + 7) & ~7;
}

export function readoutScale(): i32 {
  return READOUT_SCALE;
}

/** Checks every field; OK, or the first fault as a kept status with the word index as detail. */
export function validate(): i32 {
  if (spec(SPEC_MAGIC) != MAGIC) return report(BAD_MAGIC, spec(SPEC_MAGIC));
  if (spec(SPEC_VERSION) != ABI_VERSION) return report(BAD_VERSION, spec(SPEC_VERSION));
  const fault = firstFault();
  return fault < 0 ? OK : report(BAD_SPEC, fault);
}

function firstFault(): i32 {
  if (!inRange(SPEC_LAYER_COUNT, 1, MAX_LAYERS)) return SPEC_LAYER_COUNT;
  const layers = spec(SPEC_LAYER_COUNT);
  if (!inRange(SPEC_OBJECTIVE, OBJECTIVE_PAIR, OBJECTIVE_CLASSWISE)) return SPEC_OBJECTIVE;
  if (!inRange(SPEC_CLASSES, 2, MAX_CLASSES)) return SPEC_CLASSES;
  // As many values as rows: a row number must fit a u16.
  const most = mostRows(0);
  if (!inRange(SPEC_INPUT_WIDTH, 1, most)) return SPEC_INPUT_WIDTH;
  if (!inRange(SPEC_INPUT_HEIGHT, 1, most / spec(SPEC_INPUT_WIDTH))) return SPEC_INPUT_HEIGHT;
  if (!inRange(SPEC_INPUT_CHANNELS, 1, most / (spec(SPEC_INPUT_WIDTH) * spec(SPEC_INPUT_HEIGHT)))) return SPEC_INPUT_CHANNELS;
  const classwise = spec(SPEC_OBJECTIVE) == OBJECTIVE_CLASSWISE;
  // Its range is checked below; until then whatever is no negative by label has no label.
  const labelless = classwise || (FULL && (twoImages() || recurrent()));
  if (labelless ? spec(SPEC_LABEL_PLACEMENT) != LABEL_NONE : !inRange(SPEC_LABEL_PLACEMENT, LABEL_REPLACE, LABEL_APPEND)) return SPEC_LABEL_PLACEMENT;
  if (spec(SPEC_LABEL_PLACEMENT) == LABEL_REPLACE && frameSize() <= spec(SPEC_CLASSES)) return SPEC_LABEL_PLACEMENT;
  if (FULL && isMap(0)) {
    // A label in the first values of the frame would be seen by the first places only.
    if (spec(SPEC_LABEL_PLACEMENT) == LABEL_REPLACE) return SPEC_LABEL_PLACEMENT;
    const fault = mapFault(0, classwise);
    if (fault >= 0) return SPEC_HEADER_WORDS + fault;
  }
  if (layerInputs(0) > mostRows(0)) return SPEC_INPUT_WIDTH;
  if (!inRange(SPEC_LABEL_LEVEL, labelless && !(FULL && recurrent()) ? 0 : 1, 127)) return SPEC_LABEL_LEVEL;
  if (!inRange(SPEC_LOSS, LOSS_THRESHOLD, LOSS_DIFFERENCE)) return SPEC_LOSS;
  if (!inRange(SPEC_MIN_COEFFICIENT, 0, 32768)) return SPEC_MIN_COEFFICIENT;
  if (!inRange(SPEC_INPUT_DROPOUT, 0, 192)) return SPEC_INPUT_DROPOUT;
  // Values kept by dropout grow, and so do the sums.
  if (mostRows(0) == MAX_INPUTS && <i64>layerInputs(0) * layerInputs(0) * 256 > <i64>MAX_INPUTS * MAX_INPUTS * (256 - spec(SPEC_INPUT_DROPOUT))) return SPEC_INPUT_DROPOUT;
  if (!inRange(SPEC_BIAS_LEVEL, 0, 127)) return SPEC_BIAS_LEVEL;
  if (FULL && !classwise && twoFrames() ? !twoFramesFit() : !inRange(SPEC_NEGATIVES, NEGATIVES_RANDOM, NEGATIVES_HARD)) return SPEC_NEGATIVES;
  if (!inRange(SPEC_READOUT_FROM, 0, layers)) return SPEC_READOUT_FROM;
  // Hard negatives are drawn from the readout.
  if (spec(SPEC_NEGATIVES) == NEGATIVES_HARD && !classwise && spec(SPEC_READOUT_FROM) == layers) return SPEC_NEGATIVES;
  if (!inRange(SPEC_GOODNESS_FROM, 0, layers - 1)) return SPEC_GOODNESS_FROM;
  if (!inRange(SPEC_READOUT_RATE, 0, 1 << 22)) return SPEC_READOUT_RATE;
  if (!inRange(SPEC_TOTAL_STEPS, 0, i32.MAX_VALUE)) return SPEC_TOTAL_STEPS;
  if (!inRange(SPEC_HOLD_STEPS, 0, max(spec(SPEC_TOTAL_STEPS), 0))) return SPEC_HOLD_STEPS;
  if (!inRange(SPEC_MEMORY_LIMIT, 0, i32.MAX_VALUE)) return SPEC_MEMORY_LIMIT;
  if (FULL) {
    const fault = variantFault(classwise);
    if (fault >= 0) return fault;
  } else for (let word = SPEC_VARIANTS; word < SPEC_HEADER_WORDS; word++) if (spec(word) != 0) return word;
  for (let layer = 0; layer < layers; layer++) {
    const fault = firstLayerFault(layer, classwise);
    if (fault >= 0) return SPEC_HEADER_WORDS + layer * SPEC_LAYER_WORDS + fault;
  }
  return FULL && hasFront() ? frontFault() : -1;
}

function firstLayerFault(layer: i32, classwise: bool): i32 {
  const map = FULL && isMap(layer);
  if (FULL ? !map && !kindFits(layer) : layerSpec(layer, LAYER_KIND) != KIND_DENSE) return LAYER_KIND;
  if (FULL && map) {
    const fault = mapFault(layer, classwise);
    if (fault >= 0) return fault;
  }
  if (!layerInRange(layer, LAYER_UNITS, 1, FULL && map ? MAX_MAP : MAX_UNITS)) return LAYER_UNITS;
  // A dense layer takes the units of the map below as its inputs.
  if (FULL && !map && layerInputs(layer) > mostRows(layer)) return LAYER_KIND;
  if (classwise && !(FULL && isBox(layer)) && layerSpec(layer, LAYER_UNITS) % spec(SPEC_CLASSES) != 0) return LAYER_UNITS;
  const bits = layerSpec(layer, LAYER_WEIGHT_BITS);
  if (bits != 8 && bits != 16) return LAYER_WEIGHT_BITS;
  if (!layerInRange(layer, LAYER_SCALE, 4, bits == 8 ? 10 : 14)) return LAYER_SCALE;
  if (!layerInRange(layer, LAYER_RATE, 0, MAX_RATE)) return LAYER_RATE;
  // x * 2^inputShift must fit an i16.
  const scale = layerSpec(layer, LAYER_SCALE);
  if (inputShift(coefficientExponent(layerSpec(layer, LAYER_RATE), 4, scale), scale) > 8) return LAYER_RATE;
  if (!layerInRange(layer, LAYER_TEMPERATURE, 16, 1 << 20)) return LAYER_TEMPERATURE;
  if (!layerInRange(layer, LAYER_DECAY, 0, 1 << 12)) return LAYER_DECAY;
  if (!layerInRange(layer, LAYER_THRESHOLD, 1, 1 << 12)) return LAYER_THRESHOLD;
  if (!layerInRange(layer, LAYER_INIT, 0, 1024)) return LAYER_INIT;
  if (FULL) return layerVariantFault(layer, classwise);
  for (let word = LAYER_VARIANTS; word < SPEC_LAYER_WORDS; word++) if (layerSpec(layer, word) != 0) return word;
  return -1;
}
