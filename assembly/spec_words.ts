/** The words of the spec block where they lie: right behind the checkpoint header. */
import { HEADER_BYTES } from "./abi/region";
import { KIND_CONV, KIND_LOCAL, LAYER_KIND, SPEC_HEADER_WORDS, SPEC_LAYER_WORDS } from "./abi/spec";
import { base } from "./memory";

// @ts-ignore: decorator
@inline export function specAddress(): usize {
  return base() + HEADER_BYTES;
}

// @ts-ignore: decorator
@inline export function spec(word: i32): i32 {
  return load<i32>(specAddress() + (<usize>word << 2));
}

// @ts-ignore: decorator
@inline export function layerSpec(layer: i32, word: i32): i32 {
  return spec(SPEC_HEADER_WORDS + layer * SPEC_LAYER_WORDS + word);
}

export function inRange(word: i32, low: i32, high: i32): bool {
  const value = spec(word);
  return value >= low && value <= high;
}

export function layerInRange(layer: i32, word: i32, low: i32, high: i32): bool {
  return inRange(SPEC_HEADER_WORDS + layer * SPEC_LAYER_WORDS + word, low, high);
}

/** Whether the units of a layer lie on a map; asked only where FULL. A function of its own, so that `mayfly pack` can answer for a network. */
export function isMap(layer: i32): bool {
  const kind = layerSpec(layer, LAYER_KIND);
  return kind == KIND_LOCAL || kind == KIND_CONV;
}
