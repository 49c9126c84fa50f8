/**
 * The pair objective: one call turns both activities of a layer into update coefficients.
 *
 *   threshold   p = σ((G - θ) / T) is the probability that the layer's input is positive (Hinton 2022, eq. 1);
 *               c+ = 1 - p(G+), c- = p(G-)
 *   difference  p = σ((G+ - G-) / T) that the positive is the one with more goodness (SymBa, Lee and Song 2023, eq. 3);
 *               c+ = c- = 1 - p
 */
import { logistic } from "../fixed/exponential";
import { scheduledRate } from "../fixed/rate";
import { coefficientsPaired } from "../kernels/coefficients";
import { exponent, layerState, rate, stride, temperature, threshold } from "../layers/layer";
import { RT_ACTIVITY, RT_COEFFICIENTS, runtime } from "../memory";
import { LAYER_NEGATIVES_RIGHT, LAYER_POSITIVES_RIGHT, NET_STEP } from "../abi/state";
import { count, netState } from "../state";
import { LOSS_DIFFERENCE, SPEC_HOLD_STEPS, SPEC_LOSS, SPEC_MIN_COEFFICIENT, SPEC_TOTAL_STEPS } from "../abi/spec";
import { FULL } from "../full";
import { setPairGains } from "../maps/gains";
import { isMap, spec } from "../spec";
import { argument } from "./goodness";

/** The layer's learning rate at this step. */
export function currentRate(layer: i32): i32 {
  return scheduledRate(rate(layer), load<u32>(netState(NET_STEP)), spec(SPEC_HOLD_STEPS), spec(SPEC_TOTAL_STEPS));
}

/** coefficient (q15) * rate; 0 for a coefficient too small to matter. Truncates. */
export function gainOf(coefficient: i32, rate: i32): i32 {
  return coefficient < spec(SPEC_MIN_COEFFICIENT) ? 0 : <i32>((<i64>coefficient * rate) >> 15);
}

/**
 * positive, negative: goodness of both, q8. plane: units between the two activities. Counts right decisions and fills
 * COEFFICIENTS; false when both are 0, so that there is nothing to learn.
 */
export function pairCoefficients(layer: i32, positive: i32, negative: i32, plane: i32): bool {
  const above = <i64>positive - threshold(layer);
  const below = <i64>negative - threshold(layer);
  if (above > 0) count(layerState(layer) + LAYER_POSITIVES_RIGHT, 1);
  if (below < 0) count(layerState(layer) + LAYER_NEGATIVES_RIGHT, 1);
  const t = temperature(layer);
  let cPositive: i32;
  let cNegative: i32;
  if (spec(SPEC_LOSS) == LOSS_DIFFERENCE) cPositive = cNegative = logistic(argument(<i64>negative - positive, t));
  else {
    cPositive = logistic(argument(-above, t));
    cNegative = logistic(argument(below, t));
  }
  const now = currentRate(layer);
  const gainPositive = gainOf(cPositive, now);
  const gainNegative = gainOf(cNegative, now);
  if ((gainPositive | gainNegative) == 0) return false;
  if (FULL && isMap(layer)) {
    setPairGains(gainPositive, -gainNegative);
    return true;
  }
  const activity = runtime(RT_ACTIVITY);
  coefficientsPaired(activity, activity + (<usize>plane << 1), stride(layer), gainPositive, gainNegative, 31 - exponent(layer), runtime(RT_COEFFICIENTS));
  return true;
}
