import * as abi from "../../assembly/abi/spec.js";
import { MAX_INPUTS } from "../../assembly/abi/limits.js";
import type { Size } from "./artefacts.js";

/** Rows of the first layer besides the frame's values: appended labels, bias. */
function labelRows(words: Int32Array): number {
  return (words[abi.SPEC_LABEL_PLACEMENT] === abi.LABEL_APPEND ? words[abi.SPEC_CLASSES] ?? 0 : 0) + ((words[abi.SPEC_BIAS_LEVEL] ?? 0) > 0 ? 1 : 0);
}

/** The smaller size of the engine that knows everything a spec block asks for. A damaged block gets the core, which refuses it. */
export function sizeFor(words: Int32Array): Size {
  const word = (index: number): number => words[index] ?? 0;
  const any = (from: number, to: number): boolean => words.subarray(from, to).some((value) => value !== 0);
  if (word(abi.SPEC_INPUT_WIDTH) * word(abi.SPEC_INPUT_HEIGHT) * word(abi.SPEC_INPUT_CHANNELS) + labelRows(words) > MAX_INPUTS) return "full";
  if (any(abi.SPEC_VARIANTS, abi.SPEC_HEADER_WORDS) || word(abi.SPEC_NEGATIVES) > abi.NEGATIVES_HARD) return "full";
  // A front end's words stand behind those of the layers; a bit of the header has sent it to the full size already.
  for (let at = abi.SPEC_HEADER_WORDS; at < words.length; at += abi.SPEC_LAYER_WORDS) {
    if (word(at + abi.LAYER_KIND) !== abi.KIND_DENSE || any(at + abi.LAYER_VARIANTS, at + abi.SPEC_LAYER_WORDS)) return "full";
  }
  return "core";
}
