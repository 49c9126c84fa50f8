/**
 * What a spec says of recurrence (docs/recurrence.md): its words and their validation, and the shape they give a network. Rows of a
 * layer: the values below, the rows from above (the units of the next layer; labels, for the last), the bias row.
 */
import { MAX_INPUTS, MAX_ITERATIONS } from "../abi/limits";
import {
  LAYER_UNITS, NEGATIVES_HARD, OBJECTIVE_PAIR, RECURRENCE_STREAM, SPEC_CLASSES, SPEC_DAMPING, SPEC_HEADER_WORDS, SPEC_LAYER_COUNT, SPEC_LAYER_WORDS, SPEC_NEGATIVES, SPEC_OBJECTIVE,
  SPEC_RECURRENCE, SPEC_WAVES,
} from "../abi/spec";
import { frameSize, isMap, layerInputs, layerSpec, spec } from "../spec";

// @ts-ignore: decorator
@inline export function recurrent(): bool {
  return spec(SPEC_RECURRENCE) != 0;
}

/** Whether the state is kept from sample to sample. */
// @ts-ignore: decorator
@inline export function streams(): bool {
  return (spec(SPEC_RECURRENCE) & RECURRENCE_STREAM) != 0;
}

/** First and last iteration, from 1, whose goodness counts and that learn. */
// @ts-ignore: decorator
@inline export function firstIteration(): i32 {
  return (spec(SPEC_RECURRENCE) >> 8) & 0xff;
}

// @ts-ignore: decorator
@inline export function lastIteration(): i32 {
  return (spec(SPEC_RECURRENCE) >> 16) & 0xff;
}

/** Rows of state that every unit has: those of a pair, or, in a stream, one for each class. */
export function stateRows(): i32 {
  return streams() ? spec(SPEC_CLASSES) : 2;
}

/** Rows of a layer that come from above. */
export function rowsAbove(layer: i32): i32 {
  return layer + 1 < spec(SPEC_LAYER_COUNT) ? layerSpec(layer + 1, LAYER_UNITS) : spec(SPEC_CLASSES);
}

/** The first of them: they stand behind the values below. */
export function firstRowAbove(layer: i32): i32 {
  return layer > 0 ? layerSpec(layer - 1, LAYER_UNITS) : frameSize();
}

/** Rows of the longest list that an iteration makes. */
export function listInputs(): i32 {
  let most = 0;
  for (let layer = 0; layer < spec(SPEC_LAYER_COUNT); layer++) most = max(most, layerInputs(layer));
  return most;
}

/** The word at fault, or -1. Units out of range and the rows of maps are found layer by layer, later. */
export function recurrenceFault(): i32 {
  if (!recurrent()) return spec(SPEC_DAMPING) != 0 ? SPEC_DAMPING : -1;
  const word = spec(SPEC_RECURRENCE);
  const iterations = word & 0xff;
  if ((word & ~(RECURRENCE_STREAM | 0xffffff)) != 0 || iterations > MAX_ITERATIONS) return SPEC_RECURRENCE;
  if (firstIteration() < 1 || firstIteration() > lastIteration() || lastIteration() > iterations) return SPEC_RECURRENCE;
  if (spec(SPEC_OBJECTIVE) != OBJECTIVE_PAIR || spec(SPEC_NEGATIVES) > NEGATIVES_HARD || spec(SPEC_WAVES) != 0) return SPEC_RECURRENCE;
  if (spec(SPEC_DAMPING) < 0 || spec(SPEC_DAMPING) > 255) return SPEC_DAMPING;
  for (let layer = 0; layer < spec(SPEC_LAYER_COUNT); layer++) {
    if (!isMap(layer) && layerInputs(layer) > MAX_INPUTS) return SPEC_HEADER_WORDS + layer * SPEC_LAYER_WORDS + LAYER_UNITS;
  }
  return -1;
}
