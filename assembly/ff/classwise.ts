/**
 * Class-wise goodness (after CwComp's channel-wise competition): the units of a layer fall into one group per class, a softmax over the
 * groups' goodness gives p, and group k learns with the coefficient [k = label] - p_k. One pass, no negative, no label input.
 */
import { draw } from "../fixed/random";
import { softmax } from "../fixed/softmax";
import { silenceAtCeiling } from "../kernels/ceiling";
import { coefficientsSingle } from "../kernels/coefficients";
import { sumSquares } from "../kernels/sum_squares";
import { clearWords } from "../kernels/words";
import { exponent, layerState, stride, temperature, units } from "../layers/layer";
import { RT_ACTIVITY, RT_CLASS_TERMS, RT_COEFFICIENTS, RT_SCORES, runtime } from "../memory";
import { LAYER_LANES, LAYER_POSITIVES_RIGHT } from "../abi/state";
import { count } from "../state";
import { LAYER_CEILING, LAYER_SAMPLE, SPEC_CLASSES, SPEC_GOODNESS_FROM } from "../abi/spec";
import { FULL } from "../full";
import { clearGains, groupSquares, setGroupGain, squareChannels } from "../maps/gains";
import { isMap, layerSpec, spec } from "../spec";
import { argument, goodnessOf } from "./goodness";
import { currentRate, gainOf } from "./pair";
import { argmax } from "./readout";
import { target } from "./targets";

/** Goodness of each group (q8) into CLASS_TERMS, their shares (q15) onto SCORES; returns Σ y² over the layer. */
export function groupGoodness(layer: i32): i64 {
  const classes = spec(SPEC_CLASSES);
  const size = units(layer) / classes;
  const terms = runtime(RT_CLASS_TERMS);
  const scores = runtime(RT_SCORES);
  let squares: i64 = 0;
  let total: i64 = 0;
  if (FULL && isMap(layer)) squareChannels();
  for (let c = 0; c < classes; c++) {
    const group = FULL && isMap(layer) ? groupSquares(c) : sumSquares(runtime(RT_ACTIVITY), c * size, (c + 1) * size);
    store<i32>(terms + (<usize>c << 2), goodnessOf(group));
    squares += group;
    total += goodnessOf(group);
  }
  if (layer >= spec(SPEC_GOODNESS_FROM) && total > 0) {
    for (let c = 0; c < classes; c++) {
      const at = <usize>c << 2;
      store<i32>(scores + at, load<i32>(scores + at) + <i32>((<i64>load<i32>(terms + at) << 15) / total));
    }
  }
  return squares;
}

/** From the groups' goodness in CLASS_TERMS to COEFFICIENTS; false when all are 0. */
export function classwiseCoefficients(layer: i32, label: i32): bool {
  const classes = spec(SPEC_CLASSES);
  const size = units(layer) / classes;
  const terms = runtime(RT_CLASS_TERMS);
  const coefficients = runtime(RT_COEFFICIENTS);
  if (argmax(terms) == label) count(layerState(layer) + LAYER_POSITIVES_RIGHT, 1);
  for (let c = 0; c < classes; c++) {
    const at = terms + (<usize>c << 2);
    store<i32>(at, argument(<i64>load<i32>(at), temperature(layer)));
  }
  softmax(terms, classes);
  const now = currentRate(layer);
  let learns = false;
  const sample = FULL ? layerSpec(layer, LAYER_SAMPLE) : 0;
  const bar = FULL && sample > 0 ? drawBar(layer, sample) : 0;
  // Most groups learn nothing.
  if (FULL && isMap(layer)) clearGains();
  else clearWords(coefficients, <usize>stride(layer) << 2);
  for (let c = 0; c < classes; c++) {
    const error = target(c, label) - load<i32>(terms + (<usize>c << 2));
    let strength = abs(error);
    if (FULL && strength < sample) strength = strength > bar ? sample : 0;
    const most = gainOf(strength, now);
    const gain = error < 0 ? -most : most;
    if (FULL && isMap(layer)) setGroupGain(c, gain);
    else if (gain != 0) coefficientsSingle(runtime(RT_ACTIVITY), c * size, (c + 1) * size, gain, 31 - exponent(layer), coefficients);
    if (gain != 0) learns = true;
  }
  if (FULL && isMap(layer)) return learns;
  if (FULL) {
    const ceiling = layerSpec(layer, LAYER_CEILING);
    if (ceiling > 0) silenceAtCeiling(runtime(RT_ACTIVITY), units(layer), ceiling, coefficients, 0);
  }
  return learns;
}

/** A number of 0..sample - 1, all alike: a coefficient below `sample` that is larger counts as `sample`, so that its mean stays what it was. */
function drawBar(layer: i32, sample: i32): i32 {
  return <i32>(((draw(layerState(layer) + LAYER_LANES) >>> 17) * <u32>sample) >>> 15);
}
