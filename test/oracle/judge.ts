/** The pair's verdict on a layer: how right it is about a positive and a negative, and what it learns from that. */
import { logistic } from "./fixed.js";
import { argument, goodness } from "./goodness.js";
import type { Layer } from "./layer.js";
import type { Spec } from "./spec.js";
import { coefficient } from "./update.js";

/** What a layer learns from a pair: a coefficient for each unit and sign, and whether there is an update at all. */
export interface Lesson {
  positive: number[];
  negative: number[];
  isUpdate: boolean;
}

/** The counters see the whole layer, whatever its blocks. */
export function countRight(layer: Layer, positive: readonly number[], negative: readonly number[]): void {
  const sign = signOf(layer.net);
  if (sign * (goodness(positive) - layer.theta) > 0) layer.positivesRight++;
  if (sign * (goodness(negative) - layer.theta) < 0) layer.negativesRight++;
}

/** +1 when positives get much goodness, −1 when they get little. */
function signOf({ sense }: Spec): 1 | -1 {
  return sense === "minimise" ? -1 : 1;
}

/** Which of the two teaches at a step. */
function phaseOf({ awake = 0, asleep = 0 }: Spec, step: number): { positive: boolean; negative: boolean } {
  if (awake === 0) return { positive: true, negative: true };
  const isAwake = step % (awake + asleep) < awake;
  return { positive: isAwake, negative: !isAwake };
}

/** `positive`, `negative`: activities, q7. */
export function lessonOf(layer: Layer, step: number, positive: readonly number[], negative: readonly number[]): Lesson {
  const phase = phaseOf(layer.net, step);
  const blocks = layer.spec.blocks || 1;
  const size = layer.spec.units / blocks;
  const gains = Array.from({ length: blocks }, (_, block) => {
    const [from, to] = [block * size, (block + 1) * size];
    const c = probabilities(layer, size * layer.spec.threshold, goodness(positive.slice(from, to)), goodness(negative.slice(from, to)));
    return { positive: phase.positive ? layer.gain(c.positive, step) : 0, negative: phase.negative ? layer.gain(c.negative, step) : 0 };
  });
  const gainsOf = (unit: number) => gains[Math.floor(unit / size)]!;
  const sign = signOf(layer.net);
  const coefficientOf = (y: number, gain: number) => (layer.isAtCeiling(y) ? 0 : coefficient(y, gain, layer.Q));
  const lesson: Lesson = {
    positive: positive.map((y, unit) => sign * coefficientOf(y, gainsOf(unit).positive)),
    negative: negative.map((y, unit) => -sign * coefficientOf(y, gainsOf(unit).negative)),
    isUpdate: gains.some((gain) => gain.positive !== 0 || gain.negative !== 0),
  };
  return withPeers(layer, step, phase.positive ? positive : undefined, lesson);
}

/** c⁺ and c⁻: how wrong some units with the threshold θ are about each. */
function probabilities(layer: Layer, theta: number, positive: number, negative: number): { positive: number; negative: number } {
  const T = layer.spec.temperature;
  const sign = signOf(layer.net);
  if (layer.net.loss === "threshold") {
    return { positive: logistic(argument(sign * (theta - positive), T)), negative: logistic(argument(sign * (negative - theta), T)) };
  }
  const c = logistic(argument(sign * (negative - positive), T));
  return { positive: c, negative: c };
}

/** Peer normalisation: the positive's coefficients and the pull toward the peers. `y`: the positive's activities, in phases that have one. */
function withPeers(layer: Layer, step: number, y: readonly number[] | undefined, lesson: Lesson): Lesson {
  const { peers } = layer;
  if (!peers) return lesson;
  if (y) peers.observe(y);
  const gain = peers.gain(layer.rateAt(step));
  if (gain === 0) return lesson;
  const terms = y ? peers.terms(gain, layer.Q) : lesson.positive.map(() => 0);
  return { ...lesson, isUpdate: true, positive: lesson.positive.map((a, unit) => Math.min(Math.max(a + terms[unit]!, -32767), 32767)) };
}
