/**
 * The words of the variants (docs/variants.md): their ranges, and what cannot work together. host/spec/combinations.ts says the same
 * with reasons. Full build only; the core build wants 0 in all of them.
 */
import {
  CORRUPT_RAISE, CORRUPT_SHIFT, CORRUPT_SHUFFLE, CORRUPT_SPLICE, KIND_BOX, KIND_DENSE, LABEL_APPEND, LAYER_BLOCKS, LAYER_CEILING, LAYER_KIND, LAYER_PEER, LAYER_POOL, LAYER_SAMPLE, LAYER_UNITS, LOSS_THRESHOLD,
  NEGATIVES_CORRUPTED, NEGATIVES_GIVEN, NEGATIVES_HYBRID, SENSE_FRONT_END, SENSE_MAXIMISE, SENSE_MINIMISE, SPEC_ASLEEP, SPEC_AWAKE, SPEC_DEVICE, SPEC_INPUT_HEIGHT, SPEC_INPUT_WIDTH, SPEC_JITTER, SPEC_LABEL_PLACEMENT,
  SPEC_LAYER_COUNT, SPEC_LOSS, SPEC_MASK_BLURS, SPEC_NEGATIVES, SPEC_READOUT_FROM, SPEC_SENSE, SPEC_TARGETS, SPEC_WAVES,
  TARGETS_GIVEN, TARGETS_LABEL,
} from "./abi/spec";
import { recurrenceFault, recurrent } from "./ff/recurrent_spec";
import { inRange, isMap, layerInRange, layerSpec, spec } from "./spec_words";

const MAX_JITTER: i32 = 15;
const MAX_BLURS: i32 = 32;
const MAX_BLOCKS: i32 = 128;

/** The first header word at fault, or -1. */
export function variantFault(classwise: bool): i32 {
  const limit = min(MAX_JITTER, min(spec(SPEC_INPUT_WIDTH), spec(SPEC_INPUT_HEIGHT)) - 1);
  if (!inRange(SPEC_JITTER, 0, limit)) return SPEC_JITTER;
  const sense = spec(SPEC_SENSE) & ~SENSE_FRONT_END;
  if (sense < SENSE_MAXIMISE || sense > (classwise ? SENSE_MAXIMISE : SENSE_MINIMISE)) return SPEC_SENSE;
  // Positive and negative are compared with each other by the other loss, so they cannot come at different times.
  const phases = !classwise && spec(SPEC_LOSS) == LOSS_THRESHOLD;
  if (!inRange(SPEC_AWAKE, 0, phases ? i32.MAX_VALUE : 0)) return SPEC_AWAKE;
  if (!inRange(SPEC_ASLEEP, 0, spec(SPEC_AWAKE) > 0 ? i32.MAX_VALUE : 0)) return SPEC_ASLEEP;
  const hybrid = spec(SPEC_NEGATIVES) == NEGATIVES_HYBRID;
  if (!inRange(SPEC_MASK_BLURS, hybrid ? 1 : 0, hybrid ? MAX_BLURS : 0)) return SPEC_MASK_BLURS;
  const recurrence = recurrenceFault();
  if (recurrence >= 0) return recurrence;
  // What a device makes of sums is drawn unit after unit, and the places of a map are not computed in that order.
  if (isMap(0) && spec(SPEC_DEVICE) != 0) return SPEC_DEVICE;
  const taught = classwise || spec(SPEC_READOUT_FROM) < spec(SPEC_LAYER_COUNT);
  if (!inRange(SPEC_TARGETS, TARGETS_LABEL, taught ? TARGETS_GIVEN : TARGETS_LABEL)) return SPEC_TARGETS;
  return waveFault(classwise);
}

/** Set 1 or 2, and a share of 1..255; for a pair of labels only. */
function waveFault(classwise: bool): i32 {
  if (!waves()) return -1;
  const set = spec(SPEC_WAVES) & 255;
  const share = spec(SPEC_WAVES) >> 8;
  return classwise || twoFrames() || set < 1 || set > 2 || share < 1 || share > 255 ? SPEC_WAVES : -1;
}

/** Whether the kind of a layer can stand where it does. A box is never last, for there would be nothing behind it to learn. */
export function kindFits(layer: i32): bool {
  const kind = layerSpec(layer, LAYER_KIND);
  if (kind == KIND_DENSE) return true;
  if (kind != KIND_BOX || recurrent() || layer + 1 == spec(SPEC_LAYER_COUNT)) return false;
  // Appended label rows are not part of the frame, and a box in first place sees nothing but the frame.
  return layer > 0 || spec(SPEC_LABEL_PLACEMENT) != LABEL_APPEND;
}

/** The first word of a layer at fault, or -1. Its kind and units are known to be right. */
export function layerVariantFault(layer: i32, classwise: bool): i32 {
  const box = layerSpec(layer, LAYER_KIND) == KIND_BOX;
  const map = isMap(layer);
  if (!layerInRange(layer, LAYER_BLOCKS, 0, classwise || box ? 0 : map ? 1 : MAX_BLOCKS)) return LAYER_BLOCKS;
  if (layerSpec(layer, LAYER_UNITS) % max(layerSpec(layer, LAYER_BLOCKS), 1) != 0) return LAYER_BLOCKS;
  if (!layerInRange(layer, LAYER_CEILING, 0, box ? 0 : 32767)) return LAYER_CEILING;
  if (!layerInRange(layer, LAYER_PEER, 0, classwise || box ? 0 : 32768)) return LAYER_PEER;
  if (!layerInRange(layer, LAYER_SAMPLE, 0, classwise && !box ? 32767 : 0)) return LAYER_SAMPLE;
  // The words of a map have been checked with its kind.
  for (let word = map ? LAYER_POOL + 1 : LAYER_PEER + 1; word < LAYER_SAMPLE; word++) if (layerSpec(layer, word) != 0) return word;
  return -1;
}

/** Whether the negatives are frames: the network has no label in its input. */
// @ts-ignore: decorator
@inline export function twoFrames(): bool {
  return spec(SPEC_NEGATIVES) >= NEGATIVES_HYBRID;
}

/** Whether negatives that are frames are of a kind there is: corrupted ones have a way and a share in higher bits, the others nothing there. */
export function twoFramesFit(): bool {
  const word = spec(SPEC_NEGATIVES);
  if (!corrupted()) return word <= NEGATIVES_GIVEN;
  const ways = (word >> 8) & 255;
  const share = word >> 16;
  return ways >= 1 && ways <= (CORRUPT_SPLICE | CORRUPT_SHUFFLE | CORRUPT_SHIFT | CORRUPT_RAISE) && share >= 1 && share <= 256;
}

/** Whether the negative is the frame, corrupted. */
// @ts-ignore: decorator
@inline export function corrupted(): bool {
  return (spec(SPEC_NEGATIVES) & 255) == NEGATIVES_CORRUPTED;
}

/** Whether labels are waves over the whole frame. */
// @ts-ignore: decorator
@inline export function waves(): bool {
  return spec(SPEC_WAVES) != 0;
}

/** Whether positive and negative enter the first layer with an image each, and not with a label each beside one image. */
// @ts-ignore: decorator
@inline export function twoImages(): bool {
  return twoFrames() || waves();
}

/** Whether all layers are dense: neither maps nor boxes. */
export function allDense(): bool {
  for (let layer = 0; layer < spec(SPEC_LAYER_COUNT); layer++) if (isMap(layer) || isBox(layer)) return false;
  return true;
}

/** A function of its own, so that `mayfly pack` can say what it is for a network without boxes. */
export function isBox(layer: i32): bool {
  return layerSpec(layer, LAYER_KIND) == KIND_BOX;
}
