/**
 * Prediction by goodness with labels in the input: a pass for every label, two at a time, and up to ten together layer by layer. So each layer's weights are
 * needed in one go; a pair of labels that went through all layers alone would find none of them in the inner caches again.
 *
 * The inputs of each pair's next layer wait in memory that learning needs and prediction does not: a row list and the coefficients, 2 bytes a unit and pair.
 */
import { FULL } from "../full";
import { multiplier } from "../kernels/normalise";
import { inputsOfPair, rowsOfPairInputs } from "../kernels/pair_inputs";
import { clearWords } from "../kernels/words";
import { stride, units } from "../layers/layer";
import { RT_ACTIVITY, RT_COEFFICIENTS, RT_IMAGE_SUMS, RT_ROWS_A, RT_ROWS_B, RT_SUMS, listScratch, runtime } from "../memory";
import { SPEC_CLASSES, SPEC_GOODNESS_FROM, SPEC_LABEL_LEVEL, SPEC_LAYER_COUNT } from "../abi/spec";
import { spec } from "../spec";
import { allDense, twoImages } from "../spec_variants";
import { activateAndSquare, activateWithRow } from "./activity";
import { goodnessOf } from "./goodness";
import { COMPLETED, LABEL, LAYER, OTHER_LABEL, PHASE_LABELS_END, PHASE_LABELS_SUMS, ROWS_IN, enter, finish, get, set, withPairedBias } from "./job_state";
import { labelRow } from "./label";
import { scoreBoth, sumBoth } from "./pair_pass";
import { recurrent } from "./recurrent_spec";

/** Labels that go together. Of the pairs' inputs three fit a row list of 6 bytes a unit, two the coefficients of 4. */
const TOGETHER: i32 = 10;
const PAIRS_IN_LIST: i32 = 3;

/** Whether labels can go together: always, unless the full build has to do something else with one of the layers. `mayfly pack` says what `onlyDense` is. */
export function labelsTogether(): bool {
  return !FULL || onlyDense();
}

function onlyDense(): bool {
  return !recurrent() && !twoImages() && allDense();
}

/** Inputs u16 (units,) of the pair's next layer. */
function waitingInputs(): usize {
  const pair = (get(LABEL) % TOGETHER) >> 1;
  // 2 bytes for each unit of the widest layer, whose sums, i32 of a pair, stand between SUMS and ACTIVITY.
  const bytes = (runtime(RT_ACTIVITY) - runtime(RT_SUMS)) >> 2;
  return (pair < PAIRS_IN_LIST ? runtime(RT_ROWS_B) : runtime(RT_COEFFICIENTS) - <usize>PAIRS_IN_LIST * bytes) + <usize>pair * bytes;
}

/** The two labels from `label` on, at a layer. The first has the image's sums; the others get the list of their inputs. */
export function enterLabels(layer: i32, label: i32): void {
  set(LAYER, layer);
  set(LABEL, label);
  set(OTHER_LABEL, min(label + 1, spec(SPEC_CLASSES) - 1));
  if (layer == 0) return enter(PHASE_LABELS_END);
  const list = runtime(RT_ROWS_A);
  set(ROWS_IN, withPairedBias(layer, list, rowsOfPairInputs(waitingInputs(), stride(layer - 1), list, listScratch())));
  clearWords(runtime(RT_SUMS), <usize>stride(layer) << 3);
  enter(PHASE_LABELS_SUMS);
}

export function sumLabels(left: i64): i64 {
  return sumBoth(runtime(RT_ROWS_A), PHASE_LABELS_END, left);
}

/** Activities, goodness, and the inputs of the next layer. */
export function endLabels(): i64 {
  const layer = get(LAYER);
  const width = units(layer);
  const plane = stride(layer);
  const positive = runtime(RT_ACTIVITY);
  const negative = positive + (<usize>plane << 1);
  let squaresPositive: i64, squaresNegative: i64;
  if (layer == 0) {
    squaresPositive = activateLabel(get(LABEL), positive);
    squaresNegative = activateLabel(get(OTHER_LABEL), negative);
  } else {
    squaresPositive = activateAndSquare(layer, runtime(RT_SUMS), positive);
    squaresNegative = activateAndSquare(layer, runtime(RT_SUMS) + (<usize>plane << 2), negative);
  }
  set(COMPLETED, layer + 256);
  if (layer >= spec(SPEC_GOODNESS_FROM)) scoreBoth(goodnessOf(squaresPositive), goodnessOf(squaresNegative));
  if (layer + 1 < spec(SPEC_LAYER_COUNT)) inputsOfPair(positive, negative, plane, multiplier(squaresPositive, width), multiplier(squaresNegative, width), waitingInputs());
  nextLabels(layer);
  return width << 3;
}

/** The image's sums and the label's row; returns Σ y². */
function activateLabel(label: i32, y: usize): i64 {
  return activateWithRow(0, runtime(RT_IMAGE_SUMS), labelRow() + label, spec(SPEC_LABEL_LEVEL), y, runtime(RT_ROWS_A));
}

/** The next two labels at this layer, those that go together at the next one, the next that do, or the end. */
function nextLabels(layer: i32): void {
  const label = get(LABEL);
  const first = label - (label % TOGETHER);
  const end = min(first + TOGETHER, spec(SPEC_CLASSES));
  if (label + 2 < end) enterLabels(layer, label + 2);
  else if (layer + 1 < spec(SPEC_LAYER_COUNT)) enterLabels(layer + 1, first);
  else if (end < spec(SPEC_CLASSES)) enterLabels(0, end);
  else finish();
}
