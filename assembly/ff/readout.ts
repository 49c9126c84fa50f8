/**
 * The readout: a softmax layer on the normalised activities (Hinton 2022, §3.3), trained by its own delta rule in the same
 * pass. Each layer it sees has its own part of it, which learns alone and at once, so nothing is stored until the last layer is done;
 * the prediction adds the parts' logits.
 */
import { scheduledRate } from "../fixed/rate";
import { advanceLanes } from "../fixed/random";
import { softmax } from "../fixed/softmax";
import { forwardSingle } from "../kernels/forward_single";
import { entries } from "../kernels/rows";
import { updateSingle } from "../kernels/update";
import { clearWords } from "../kernels/words";
import { readoutExponent, readoutShift, readoutState, readoutWeights } from "../layers/layer";
import { RT_COEFFICIENTS, RT_LOGITS, RT_CLASS_TERMS, runtime } from "../memory";
import { NET_STEP } from "../abi/state";
import { netState } from "../state";
import { SPEC_CLASSES, SPEC_HOLD_STEPS, SPEC_READOUT_RATE, SPEC_TOTAL_STEPS } from "../abi/spec";
import { FULL } from "../full";
import { inChunks, sumChunks } from "../maps/readout_chunks";
import { padded, readoutScale, spec } from "../spec";
import { target } from "./targets";

/** Sums of classes `from`..`to`-1 of a layer's part into CLASS_TERMS, which must be 0 before. `rows` rows of a single list. */
export function readoutSums(layer: i32, list: usize, rows: i32, from: i32, to: i32): void {
  if (FULL && inChunks(layer)) return sumChunks(layer, list, rows, from, to);
  forwardSingle<i16>(list, entries(rows), readoutWeights(layer), padded(spec(SPEC_CLASSES)), runtime(RT_CLASS_TERMS), from, to);
}

/** From sums to logits (i32, q8): left in CLASS_TERMS, and added to LOGITS. */
export function readoutLogits(layer: i32): void {
  const classes = spec(SPEC_CLASSES);
  const terms = runtime(RT_CLASS_TERMS);
  const logits = runtime(RT_LOGITS);
  for (let c = 0; c < classes; c++) {
    const at = <usize>c << 2;
    // q(scale + 4) -> q8.
    const logit = load<i32>(terms + at) >> (FULL && inChunks(layer) ? 0 : readoutScale() + 4 - 8);
    store<i32>(terms + at, logit);
    store<i32>(logits + at, load<i32>(logits + at) + logit);
  }
}

/** Coefficients of ΔW = rate * (target_c - p_c) * x, from the logits in CLASS_TERMS. */
export function readoutCoefficients(layer: i32, label: i32): void {
  const classes = spec(SPEC_CLASSES);
  const terms = runtime(RT_CLASS_TERMS);
  const coefficients = runtime(RT_COEFFICIENTS);
  const step = load<u32>(netState(NET_STEP));
  const rate = scheduledRate(spec(SPEC_READOUT_RATE), step, spec(SPEC_HOLD_STEPS), spec(SPEC_TOTAL_STEPS));
  const shift = <i64>(15 + 24 - readoutExponent());
  softmax(terms, classes);
  clearWords(coefficients, <usize>padded(classes) << 2);
  for (let c = 0; c < classes; c++) {
    const error = target(c, label) - load<i32>(terms + (<usize>c << 2));
    const a = <i32>((<i64>error * rate + (<i64>1 << (shift - 1))) >> shift);
    store<i16>(coefficients + (<usize>c << 2), <i16>max(min(a, 32767), -32767));
  }
  advanceLanes(readoutState(layer));
}

/** The update of classes `from`..`to`-1; those with no error are skipped. */
export function readoutUpdate(layer: i32, list: usize, rows: i32, from: i32, to: i32): void {
  const lanes = readoutState(layer);
  updateSingle<i16>(list, entries(rows), readoutWeights(layer), padded(spec(SPEC_CLASSES)), runtime(RT_COEFFICIENTS), lanes, readoutShift(), from, to);
}

/** The class with the largest value of i32 [classes]; the lowest on a tie. */
export function argmax(values: usize): i32 {
  const classes = spec(SPEC_CLASSES);
  let best = 0;
  for (let c = 1; c < classes; c++) if (load<i32>(values + (<usize>c << 2)) > load<i32>(values + (<usize>best << 2))) best = c;
  return best;
}
