import * as abi from "../../assembly/abi/region.js";
import type { EngineExports } from "./exports.js";
import { checked } from "./instance.js";

export type ElementType = "u8" | "i8" | "u16" | "i16" | "i32" | "u32";

/** One region of the engine's memory, as the engine itself describes it. */
export interface Region {
  /** e.g. "weights 2"; layers count from 1. */
  readonly name: string;
  readonly kind: number;
  /** Layer from 0, or -1. */
  readonly layer: number;
  /** Address in linear memory. */
  readonly offset: number;
  readonly bytes: number;
  readonly type: ElementType;
  /** Shape of the elements in use; one row takes `stride` elements. */
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  /** Part of a checkpoint. */
  readonly persistent: boolean;
}

const TYPES: Readonly<Record<number, ElementType>> = {
  [abi.TYPE_U8]: "u8", [abi.TYPE_I8]: "i8", [abi.TYPE_U16]: "u16", [abi.TYPE_I16]: "i16", [abi.TYPE_I32]: "i32", [abi.TYPE_U32]: "u32",
};

const KIND_NAMES = new Map(
  Object.entries(abi).filter(([key]) => key.startsWith("REGION_")).map(([key, kind]) => [kind, key.slice("REGION_".length).toLowerCase().replaceAll("_", " ")]),
);

/** Every region of the plan of the spec in the engine's memory, in memory order. */
export function readRegions(engine: EngineExports): Region[] {
  const count = checked(engine, engine.region_count());
  return Array.from({ length: count }, (_, index) => {
    const field = (id: number): number => engine.region(index, id);
    const kind = field(abi.FIELD_KIND);
    const layer = field(abi.FIELD_LAYER);
    const name = KIND_NAMES.get(kind) ?? `region ${kind}`;
    return {
      name: layer < 0 ? name : `${name} ${layer + 1}`,
      kind, layer,
      offset: field(abi.FIELD_OFFSET),
      bytes: field(abi.FIELD_BYTES),
      type: TYPES[field(abi.FIELD_TYPE)] ?? "u8",
      rows: field(abi.FIELD_ROWS),
      columns: field(abi.FIELD_COLUMNS),
      stride: field(abi.FIELD_STRIDE),
      persistent: field(abi.FIELD_PERSISTENT) === 1,
    };
  });
}

/** What a region is there for, in a line. */
export const REGION_PURPOSES: Readonly<Record<number, string>> = {
  [abi.REGION_HEADER]: "magic, version, size and CRC of a checkpoint",
  [abi.REGION_SPEC]: "the network's spec",
  [abi.REGION_STATE]: "samples trained, random generators",
  [abi.REGION_LAYER_STATE]: "random lanes and counters of a layer",
  [abi.REGION_WEIGHTS]: "weights, input-major",
  [abi.REGION_READOUT_STATE]: "random lanes of a layer's readout",
  [abi.REGION_READOUT_WEIGHTS]: "readout weights",
  [abi.REGION_LAYER_TABLE]: "what the step needs to know of each layer",
  [abi.REGION_FRAME]: "the sample, written by the host",
  [abi.REGION_IMAGE_ROWS]: "non-zero values of the normalised sample",
  [abi.REGION_ROWS_A]: "non-zero inputs of the even layers",
  [abi.REGION_ROWS_B]: "non-zero inputs of the odd layers",
  [abi.REGION_IMAGE_SUMS]: "the sample's part of the first layer's sums",
  [abi.REGION_SUMS]: "sums of a layer, positive and negative",
  [abi.REGION_ACTIVITY]: "activities of a layer, positive and negative",
  [abi.REGION_COEFFICIENTS]: "update coefficients of a layer",
  [abi.REGION_CLASS_TERMS]: "one number a class: goodness, probability",
  [abi.REGION_SCORES]: "goodness of every class",
  [abi.REGION_LOGITS]: "logits of the readout",
  [abi.REGION_VARIANT_STATE]: "random generators of jitter and masks",
  [abi.REGION_NEGATIVE]: "the negative frame: written by the host, the frame before, or the frame corrupted",
  [abi.REGION_MASK]: "the mask of a hybrid negative",
  [abi.REGION_PEER_MEANS]: "mean activity of every unit of a layer",
  [abi.REGION_TARGETS]: "target probability of every class, written by the host",
  [abi.REGION_BOX_INPUT]: "inputs of a box, positive and negative, for the host",
  [abi.REGION_BOX_OUTPUT]: "activities of a box, positive and negative, written by the host",
  [abi.REGION_FRAME_ROWS]: "non-zero values of the two normalised frames",
  [abi.REGION_MAP_A]: "the normalised sample as a map",
  [abi.REGION_MAP_B]: "the map a later layer sees",
  [abi.REGION_POOLED_PLACE]: "which place of its square a pooled unit is from",
  [abi.REGION_PLACE_ROWS]: "non-zero inputs of one place",
  [abi.REGION_PLACE_COEFFICIENTS]: "active places of 8 channels and their coefficients",
  [abi.REGION_MAP_C]: "the map an even later layer sees, in bands",
  [abi.REGION_GAINS]: "gain of each channel, in bands",
  [abi.REGION_ROW_SUMS]: "an update's sums for 8 channels, in bands",
  [abi.REGION_WIDE_SUMS]: "sums of more rows than 32 bits hold",
  [abi.REGION_UNIT_STATE]: "activities of a recurrent layer, from one iteration to the next",
  [abi.REGION_UNIT_INPUTS]: "what its neighbours see of a recurrent layer",
  [abi.REGION_KEPT]: "the earlier frame that corrupted negatives take runs from",
  [abi.REGION_FRONT_STATE]: "counters of the front end, its place in the signal, the alarm threshold",
  [abi.REGION_FRONT_SCALES]: "middle and spread of every feature, or its least and most",
  [abi.REGION_FRONT_RING]: "the last samples of the signal",
  [abi.REGION_FRONT_FRAMES]: "the windows of a frame",
  [abi.REGION_FRONT_BLOCK]: "samples for push_block, written by the host",
  [abi.REGION_SINE]: "a quarter of a sine",
  [abi.REGION_SPECTRUM]: "the spectrum of a window",
};
