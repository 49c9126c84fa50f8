/**
 * The pair objective of a layer with variants: groups of units that decide for themselves, goodness that is to be small, phases
 * apart in time, a ceiling, peer normalisation. The plain objective is in pair.ts.
 */
import { LAYER_BLOCKS, LAYER_CEILING, LAYER_PEER, LAYER_THRESHOLD, LOSS_DIFFERENCE, SENSE_FRONT_END, SPEC_ASLEEP, SPEC_AWAKE, SPEC_LOSS, SPEC_SENSE } from "../abi/spec";
import { LAYER_NEGATIVES_RIGHT, LAYER_POSITIVES_RIGHT, NET_STEP } from "../abi/state";
import { logistic } from "../fixed/exponential";
import { silenceAtCeiling } from "../kernels/ceiling";
import { sumSquares } from "../kernels/sum_squares";
import { clearWords } from "../kernels/words";
import { exponent, layerState, stride, temperature, threshold, units } from "../layers/layer";
import { RT_ACTIVITY, RT_COEFFICIENTS, runtime } from "../memory";
import { setPairGains, setPull } from "../maps/gains";
import { isMap, layerSpec, spec } from "../spec";
import { count, netState } from "../state";
import { argument, goodnessOf, minimises } from "./goodness";
import { currentRate, gainOf } from "./pair";
import { followMeans, peerGain, pullToPeers } from "./peer";

/** Whether the layer decides in another way than pair.ts. */
export function decidesOtherwise(layer: i32): bool {
  return ((spec(SPEC_SENSE) & ~SENSE_FRONT_END) | spec(SPEC_AWAKE) | layerSpec(layer, LAYER_CEILING) | layerSpec(layer, LAYER_PEER)) != 0 || layerSpec(layer, LAYER_BLOCKS) > 1;
}

/** As `pairCoefficients`: counts, fills COEFFICIENTS; false when there is nothing to learn. */
export function variantCoefficients(layer: i32, positive: i32, negative: i32, plane: i32): bool {
  const theta = <i64>threshold(layer);
  if (minimises() ? positive < theta : positive > theta) count(layerState(layer) + LAYER_POSITIVES_RIGHT, 1);
  if (minimises() ? negative > theta : negative < theta) count(layerState(layer) + LAYER_NEGATIVES_RIGHT, 1);
  const yPositive = runtime(RT_ACTIVITY);
  const yNegative = yPositive + (<usize>plane << 1);
  const coefficients = runtime(RT_COEFFICIENTS);
  const now = currentRate(layer);
  const width = units(layer);
  const asleep = sleeps();
  if (isMap(layer)) return mapGains(layer, positive, negative, now, asleep);
  clearWords(coefficients, <usize>stride(layer) << 2);

  const blocks = max(layerSpec(layer, LAYER_BLOCKS), 1);
  const size = width / blocks;
  let learns = false;
  for (let block = 0; block < blocks; block++) {
    const from = block * size;
    const to = from + size;
    if (blocks > 1) {
      positive = goodnessOf(sumSquares(yPositive, from, to));
      negative = goodnessOf(sumSquares(yNegative, from, to));
    }
    const blockTheta = size * layerSpec(layer, LAYER_THRESHOLD);
    const gainPositive = asleep ? 0 : gainOf(tooLittle(layer, positive, negative, blockTheta), now);
    const gainNegative = !asleep && spec(SPEC_AWAKE) > 0 ? 0 : gainOf(tooMuch(layer, positive, negative, blockTheta), now);
    if ((gainPositive | gainNegative) != 0) learns = true;
    signals(layer, yPositive, from, to, minimises() ? -gainPositive : gainPositive, coefficients);
    signals(layer, yNegative, from, to, minimises() ? gainNegative : -gainNegative, coefficients + 2);
  }
  const ceiling = layerSpec(layer, LAYER_CEILING);
  if (ceiling > 0) {
    silenceAtCeiling(yPositive, width, ceiling, coefficients, 0);
    silenceAtCeiling(yNegative, width, ceiling, coefficients, 1);
  }
  if (layerSpec(layer, LAYER_PEER) > 0) {
    if (!asleep) followMeans(layer, yPositive);
    const pull = peerGain(layer, now);
    if (pull != 0) {
      if (!asleep) pullToPeers(layer, pull, coefficients);
      learns = true;
    }
  }
  return learns;
}

/** The same for a layer of a map, whose units get their coefficients place by place: gains, and the pull to the peers. */
function mapGains(layer: i32, positive: i32, negative: i32, now: i32, asleep: bool): bool {
  const theta = threshold(layer);
  const gainPositive = asleep ? 0 : gainOf(tooLittle(layer, positive, negative, theta), now);
  const gainNegative = !asleep && spec(SPEC_AWAKE) > 0 ? 0 : gainOf(tooMuch(layer, positive, negative, theta), now);
  setPairGains(minimises() ? -gainPositive : gainPositive, minimises() ? gainNegative : -gainNegative);
  const pull = peerGain(layer, now);
  if (layerSpec(layer, LAYER_PEER) > 0 && !asleep) followMeans(layer, runtime(RT_ACTIVITY));
  if (!asleep) setPull(pull);
  return (gainPositive | gainNegative | pull) != 0;
}

/** Whether this step learns from the negative alone. */
function sleeps(): bool {
  const awake = <u32>spec(SPEC_AWAKE);
  return awake > 0 && load<u32>(netState(NET_STEP)) % (awake + <u32>spec(SPEC_ASLEEP)) >= awake;
}

/** c+, q15: how far the positive is from where it should be. */
function tooLittle(layer: i32, positive: i32, negative: i32, theta: i32): i32 {
  const short = spec(SPEC_LOSS) == LOSS_DIFFERENCE ? <i64>negative - positive : <i64>theta - positive;
  return logistic(argument(minimises() ? -short : short, temperature(layer)));
}

/** c-, q15: how far the negative is from where it should be. */
function tooMuch(layer: i32, positive: i32, negative: i32, theta: i32): i32 {
  const over = spec(SPEC_LOSS) == LOSS_DIFFERENCE ? <i64>negative - positive : <i64>negative - theta;
  return logistic(argument(minimises() ? -over : over, temperature(layer)));
}

/** a = ±min((y * |gain| + half) >> shift, 32767) with the sign of the gain, for one half of coefficients i16 [units][2]. */
function signals(layer: i32, y: usize, from: i32, to: i32, gain: i32, coefficients: usize): void {
  if (gain == 0) return;
  const shift = 31 - exponent(layer);
  const half = 1 << (shift - 1);
  const size = abs(gain);
  for (let i = from; i < to; i++) {
    const a = min((<i32>load<i16>(y + (<usize>i << 1)) * size + half) >> shift, 32767);
    store<i16>(coefficients + (<usize>i << 2), <i16>(gain < 0 ? -a : a));
  }
}
