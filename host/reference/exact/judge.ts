import type { Tensor2D } from "../backends/backend.js";
import { argument, goodnessOf, logistic } from "../integers.js";
import { phaseOf, signOf } from "../phases.js";
import type { Activation, ExactLayer } from "./layer.js";
import type { ExactNetwork } from "./network.js";
import { sumsOfSquares } from "./squares.js";

/** Whether a layer decides in another way than the plain pair: docs/variants.md. */
function decidesOtherwise({ spec }: ExactNetwork, { spec: { blocks, peer } }: ExactLayer): boolean {
  return spec.sense === "minimise" || spec.phases.awake > 0 || blocks > 1 || peer > 0;
}

/** c⁺ and c⁻ of some units with the threshold θ: q15. */
function errorsOfPair({ spec }: ExactNetwork, theta: number, temperature: number, positive: number, negative: number): [number, number] {
  const sign = signOf(spec);
  if (spec.loss === "threshold") return [logistic(argument(sign * (theta - positive), temperature)), logistic(argument(sign * (negative - theta), temperature))];
  const c = logistic(argument(sign * (negative - positive), temperature));
  return [c, c];
}

/** What a layer learns from positive and negative: a⁺ and a⁻, [2][units]; null when there is no update. */
export async function lessonOf(network: ExactNetwork, layer: ExactLayer, activation: Activation): Promise<Tensor2D | null> {
  return decidesOtherwise(network, layer) ? judged(network, layer, activation) : plain(network, layer, activation);
}

/** The plain objective. */
function plain(network: ExactNetwork, layer: ExactLayer, { y, goodness }: Activation): Tensor2D | null {
  const [positive, negative] = goodness.map(([G]) => G!) as [number, number];
  const { theta, temperature } = layer.spec;
  const [raise, lower] = errorsOfPair(network, theta, temperature, positive, negative).map((c) => layer.gain(c, network.step)) as [number, number];
  return raise === 0 && lower === 0 ? null : layer.coefficients(y, network.backend.tf.tensor2d([raise, -lower], [2, 1]));
}

/** What a layer learns from positive and negative, with sense, phases, blocks and peers. */
async function judged(network: ExactNetwork, layer: ExactLayer, { y, goodness }: Activation): Promise<Tensor2D | null> {
  const { spec, step, backend: { tf, read } } = network;
  const { units, blocks, threshold, temperature } = layer.spec;
  const phase = phaseOf(spec, step);
  const sign = signOf(spec);
  const size = units / blocks;
  const G = blocks > 1 ? (await sumsOfSquares(network.backend, y, blocks)).map((row) => row.map(goodnessOf)) : goodness;
  const gains = G[0]!.map((positive, block) => {
    const [raise, lower] = errorsOfPair(network, size * threshold, temperature, positive, G[1]![block]!);
    return [phase.positive ? sign * layer.gain(raise, step) : 0, phase.negative ? -sign * layer.gain(lower, step) : 0] as const;
  });
  const { peers } = layer;
  if (peers && phase.positive) peers.observe(await read(tf.slice(y, [0, 0], [1, units])));
  const pull = peers ? peers.gain(layer.rateAt(step)) : 0;
  if (pull === 0 && gains.every(([raise, lower]) => raise === 0 && lower === 0)) return null;
  const byUnit = (half: 0 | 1): number[] => Array.from({ length: units }, (_, unit) => gains[Math.floor(unit / size)]![half]);
  const a = layer.coefficients(y, tf.tensor2d([byUnit(0), byUnit(1)]));
  if (pull === 0 || !phase.positive) return a;
  const pulls = tf.concat([tf.tensor2d(peers!.pulls(pull, layer.Q), [1, units]), tf.zeros([1, units])], 0);
  return tf.clipByValue(tf.add(a, pulls), -32767, 32767) as Tensor2D;
}
