/** The regions that only some variants need (docs/variants.md), each there when the spec asks for it. Full build only. */
import {
  REGION_BOX_INPUT, REGION_BOX_OUTPUT, REGION_FRAME_ROWS, REGION_KEPT, REGION_MAP_A, REGION_MASK, REGION_NEGATIVE, REGION_PEER_MEANS, REGION_TARGETS, REGION_VARIANT_STATE, TYPE_I16,
  TYPE_I32, TYPE_U16, TYPE_U32, TYPE_U8,
} from "./abi/region";
import {
  LAYER_PEER, LAYER_UNITS, NEGATIVES_GIVEN, NEGATIVES_HYBRID, SPEC_CLASSES, SPEC_INPUT_CHANNELS, SPEC_INPUT_HEIGHT, SPEC_INPUT_WIDTH, SPEC_JITTER, SPEC_LAYER_COUNT,
  SPEC_NEGATIVES, SPEC_TARGETS,
} from "./abi/spec";
import { CORRUPTION_STATE_BYTES, VARIANT_STATE_BYTES } from "./abi/state";
import { describeBox, describePeer } from "./layers/layer";
import { RT_FRAME_ROWS, RT_KEPT, RT_MAP_A, RT_MASK, RT_NEGATIVE, RT_TARGETS, RT_VARIANT_STATE, setRuntime } from "./memory";
import { place } from "./plan_walk";
import { frameSize, isMap, layerSpec, spec } from "./spec";
import { corrupted, isBox, twoImages, waves } from "./spec_variants";
import { hasFront } from "./stream/front_words";
import { placePersistentFront, placeTransientFront } from "./stream/plan_front";

/** Behind the network's state. */
export function placePersistentVariants(commit: bool): void {
  const hybrid = spec(SPEC_NEGATIVES) == NEGATIVES_HYBRID;
  if (hybrid || corrupted() || spec(SPEC_JITTER) > 0) {
    const words = (corrupted() ? CORRUPTION_STATE_BYTES : VARIANT_STATE_BYTES) >> 2;
    const state = place(REGION_VARIANT_STATE, -1, TYPE_U32, 1, words, words, true);
    if (commit) setRuntime(RT_VARIANT_STATE, state);
  }
  if (hybrid) placeNegative(REGION_NEGATIVE, RT_NEGATIVE, true, commit);
  if (corrupted()) placeNegative(REGION_KEPT, RT_KEPT, true, commit);
  if (hasFront()) placePersistentFront(commit);
}

/** Behind the weights of a layer. */
export function placeLayerVariants(layer: i32, commit: bool): void {
  if (layerSpec(layer, LAYER_PEER) == 0) return;
  const units = layerSpec(layer, LAYER_UNITS);
  const means = place(REGION_PEER_MEANS, layer, TYPE_I32, 1, units, units, true);
  if (commit) describePeer(layer, means);
}

/** Behind the scratch of the core. */
export function placeTransientVariants(commit: bool): void {
  if (spec(SPEC_NEGATIVES) == NEGATIVES_GIVEN || corrupted()) placeNegative(REGION_NEGATIVE, RT_NEGATIVE, false, commit);
  if (spec(SPEC_NEGATIVES) == NEGATIVES_HYBRID) {
    const mask = place(REGION_MASK, -1, TYPE_U8, spec(SPEC_INPUT_HEIGHT), spec(SPEC_INPUT_WIDTH), spec(SPEC_INPUT_WIDTH), false);
    if (commit) setRuntime(RT_MASK, mask);
  }
  if (waves() && !isMap(0)) {
    const map = place(REGION_MAP_A, -1, TYPE_U8, 2, frameSize(), frameSize(), false);
    if (commit) setRuntime(RT_MAP_A, map);
  }
  if (twoImages() && !isMap(0)) {
    const rows = place(REGION_FRAME_ROWS, -1, TYPE_U16, (frameSize() + 2) >> 1, 6, 6, false);
    if (commit) setRuntime(RT_FRAME_ROWS, rows);
  }
  if (spec(SPEC_TARGETS) != 0) {
    const targets = place(REGION_TARGETS, -1, TYPE_I32, 1, spec(SPEC_CLASSES), spec(SPEC_CLASSES), false);
    if (commit) setRuntime(RT_TARGETS, targets);
  }
  for (let layer = 0; layer < spec(SPEC_LAYER_COUNT); layer++) if (isBox(layer)) placeBox(layer, commit);
  if (hasFront()) placeTransientFront(commit);
}

/** A region of the size of the frame. */
function placeNegative(kind: i32, slot: usize, persistent: bool, commit: bool): void {
  const row = spec(SPEC_INPUT_WIDTH) * spec(SPEC_INPUT_CHANNELS);
  const negative = place(kind, -1, TYPE_U8, spec(SPEC_INPUT_HEIGHT), row, row, persistent);
  if (commit) setRuntime(slot, negative);
}

function placeBox(layer: i32, commit: bool): void {
  const inputs = layer == 0 ? frameSize() : layerSpec(layer - 1, LAYER_UNITS);
  const units = layerSpec(layer, LAYER_UNITS);
  const input = place(REGION_BOX_INPUT, layer, TYPE_U8, 2, inputs, inputs, false);
  const output = place(REGION_BOX_OUTPUT, layer, TYPE_I16, 2, units, units, false);
  if (commit) describeBox(layer, input, output);
}
