import type { Tensor2D } from "../backends/backend.js";
import { Kept } from "../scope.js";
import { lessonOf } from "./judge.js";
import type { Activation, ExactLayer } from "./layer.js";
import { drawNegativeExactly } from "./negative.js";
import type { ExactNetwork, ExactSample } from "./network.js";
import { added } from "./products.js";
import { floorShift, type Split } from "./split.js";
import type { Trace } from "./trace.js";

/** What a layer keeps of N passes: y, q7, and the same normalised, [N][units] each. */
interface UnitState {
  readonly y: Tensor2D;
  readonly x: Tensor2D;
}

/** What stays the same in all passes of a sample. */
interface Still {
  /** The frame's inputs: [1][frame]. */
  readonly frame: Tensor2D;
  /** Frame and bias in the first layer, with the weights from before the sample. */
  readonly sums: Split;
}

/** Of a network that learns from a stream: y and x of each layer as they are with each label clamped, [classes][units]. */
export class StreamState {
  private readonly layers: readonly { readonly y: Kept<Tensor2D>; readonly x: Kept<Tensor2D> }[];

  constructor(private readonly network: ExactNetwork) {
    const { backend: { tf }, spec } = network;
    const silent = (units: number): Kept<Tensor2D> => new Kept(tf, tf.zeros([spec.classes, units]) as Tensor2D);
    this.layers = spec.layers.map(({ units }) => ({ y: silent(units), x: silent(units) }));
  }

  /** The rows of some classes. */
  of(classes: readonly number[]): UnitState[] {
    const { tf } = this.network.backend;
    const rows = tf.tensor1d([...classes], "int32");
    return this.layers.map(({ y, x }) => ({ y: tf.gather(y.value, rows), x: tf.gather(x.value, rows) }));
  }

  /** Rows of all classes, in the order of `classes`. */
  set(classes: readonly number[], states: readonly UnitState[]): void {
    const { tf } = this.network.backend;
    const rows = tf.tensor1d(classes.map((_, c) => classes.indexOf(c)), "int32");
    states.forEach(({ y, x }, layer) => {
      this.layers[layer]!.y.set(tf.gather(y, rows));
      this.layers[layer]!.x.set(tf.gather(x, rows));
    });
  }

  dispose(): void {
    for (const { y, x } of this.layers) for (const kept of [y, x]) kept.dispose();
  }
}

/** One sample of a recurrent network: docs/recurrence.md. */
export async function trainRecurrent(network: ExactNetwork, sample: ExactSample, trace?: Trace): Promise<void> {
  const { spec, stream, backend: { tf } } = network;
  const still = stillOf(network, network.rows.image(sample.positive, network.dropout));
  const logits = spec.readout.from === null ? [] : await trainReadouts(network, still, sample, trace);
  const pair = [sample.label, drawNegativeExactly(spec, network.sampler, sample.label, logits)];
  const add = async (layer: ExactLayer, activation: Activation, a: Tensor2D | null): Promise<void> => trace?.add(layer.index, "pair", { ...activation, sums: null }, a && (await network.backend.read(a)));
  const states = stream ? stream.of(pair) : await bottomUp(network, still, clamped(network, pair), (layer, activation) => add(layer, activation, null));
  let end = await run(network, still, clamped(network, pair), states, async (layer, activation, x, counts) => add(layer, activation, counts ? await learn(network, layer, activation, x) : null));
  if (stream) {
    const others = Array.from({ length: spec.classes }, (_, c) => c).filter((c) => !pair.includes(c));
    const rest = others.length > 0 ? await run(network, still, clamped(network, others), stream.of(others)) : null;
    if (rest) end = end.map(({ y, x }, layer) => ({ y: tf.concat([y, rest[layer]!.y], 0), x: tf.concat([x, rest[layer]!.x], 0) }));
    stream.set([...pair, ...others], end);
    end = stream.of(Array.from({ length: spec.classes }, (_, c) => c));
  }
  for (const [layer, { y }] of end.entries()) await trace?.add(layer, "pair", await network.layers[layer]!.activation(y), null);
}

/** Goodness of every label at every layer, over the iterations that count: [layers][classes]. With `from`, a stream goes on from there, and is not moved on. */
export async function goodnessOfClamped(network: ExactNetwork, frame: Uint8Array, from: "silent" | "state" = "state"): Promise<number[][]> {
  const { spec: { classes, layers }, stream, backend: { tf } } = network;
  const labels = Array.from({ length: classes }, (_, label) => label);
  const still = stillOf(network, network.rows.image(frame, null));
  const top = clamped(network, labels);
  const silent = (): UnitState[] => layers.map(({ units }) => ({ y: tf.zeros([classes, units]), x: tf.zeros([classes, units]) }));
  const states = !stream ? await bottomUp(network, still, top) : from === "silent" ? silent() : stream.of(labels);
  const all = layers.map(() => new Array<number>(classes).fill(0));
  const end = await run(network, still, top, states, async ({ index }, { goodness }, _, counts) => {
    if (counts) goodness.forEach(([G], label) => (all[index]![label] = Math.min(all[index]![label]! + G!, 2 ** 31 - 1)));
  });
  if (stream && from === "state") stream.set(labels, end);
  return all;
}

/** Summed logits of the single pass, from the frame alone. */
export async function logitsOfRecurrent(network: ExactNetwork, frame: Uint8Array): Promise<number[]> {
  const logits = new Array<number>(network.spec.classes).fill(0);
  await bottomUp(network, stillOf(network, network.rows.image(frame, null)), neutral(network), async (layer, _, x) => {
    (await network.readouts[layer.index]?.logits(x))?.[0]!.forEach((value, c) => (logits[c]! += value));
  });
  return logits;
}

async function trainReadouts(network: ExactNetwork, still: Still, { targets }: ExactSample, trace?: Trace): Promise<number[]> {
  const logits = new Array<number>(network.spec.classes).fill(0);
  await bottomUp(network, still, neutral(network), async (layer, activation, x) => {
    await trace?.add(layer.index, "single", activation, null);
    await network.readouts[layer.index]?.learn(x, logits, targets, network.step);
  });
  if (trace) trace.logits = logits;
  return logits;
}

function stillOf(network: ExactNetwork, image: Tensor2D): Still {
  const { tf } = network.backend;
  const first = network.layers[0]!;
  return { frame: tf.slice(image, [0, 0], [1, first.spec.below]), sums: first.sums(image) };
}

/** One pass from the frame with labels on top and nothing else from above. */
async function bottomUp(network: ExactNetwork, { frame }: Still, labels: Tensor2D, visit?: (layer: ExactLayer, activation: Activation, x: Tensor2D) => Promise<void>): Promise<UnitState[]> {
  const { tf } = network.backend;
  const N = labels.shape[0];
  const states: UnitState[] = [];
  let below = tf.tile(frame, [N, 1]) as Tensor2D;
  for (const layer of network.layers) {
    const above = isLast(network, layer) ? labels : (tf.zeros([N, layer.spec.above]) as Tensor2D);
    const activation = await flat(network, layer, layer.sums(inputsOf(network, below, above)), N);
    const x = layer.normalised(activation);
    await visit?.(layer, activation, x);
    states.push({ y: activation.y, x });
    below = x;
  }
  return states;
}

/** Iterations 1..last; `visit` sees every layer with all of its inputs, before any x is made new, and whether the iteration counts. */
async function run(network: ExactNetwork, still: Still, labels: Tensor2D, start: readonly UnitState[], visit?: (layer: ExactLayer, activation: Activation, x: Tensor2D, counts: boolean) => Promise<void>): Promise<readonly UnitState[]> {
  const { spec: { recurrence: { first, last } }, backend: { tf } } = network;
  const N = labels.shape[0];
  const frame = tf.tile(still.frame, [N, 1]) as Tensor2D;
  let states = start;
  for (let iteration = 1; iteration <= last; iteration++) {
    const activations: Activation[] = [];
    for (const layer of network.layers) {
      const above = isLast(network, layer) ? labels : states[layer.index + 1]!.x;
      const x = inputsOf(network, layer.index === 0 ? frame : states[layer.index - 1]!.x, above);
      // The frame's part of the first layer's sums stays as it was before the sample, whatever is learned meanwhile.
      const sums = layer.index > 0 ? layer.sums(x) : withStill(network, still.sums, layer.sums(onlyAbove(network, above)), N);
      const now = await flat(network, layer, sums, N);
      const activation = await layer.activation(damped(network, states[layer.index]!.y, now.y));
      await visit?.(layer, activation, x, iteration >= first);
      activations.push(activation);
    }
    states = activations.map((activation, layer) => ({ y: activation.y, x: network.layers[layer]!.normalised(activation) }));
  }
  return states;
}

/** The coefficients it learned with, if any. */
async function learn(network: ExactNetwork, layer: ExactLayer, activation: Activation, x: Tensor2D): Promise<Tensor2D | null> {
  const a = await lessonOf(network, layer, activation);
  if (!a) return null;
  await layer.learn([{ x }], a, activation);
  layer.decay(network.step);
  return a;
}

/** y of sums, [N][units], whatever the kind of the layer. */
async function flat(network: ExactNetwork, layer: ExactLayer, sums: Split, N: number): Promise<Activation> {
  const y = network.backend.tf.reshape(layer.activityOf(sums), [N, layer.spec.units]) as Tensor2D;
  return layer.activation(y, 1, layer.spec.layout ? null : sums);
}

/** (y_old · δ + v · (256 − δ) + 128) >> 8. */
function damped({ backend: { tf }, fixed: { damping } }: ExactNetwork, old: Tensor2D, v: Tensor2D): Tensor2D {
  return floorShift(tf, tf.add(tf.add(tf.mul(old, damping), tf.mul(v, 256 - damping)), 128) as Tensor2D, 8);
}

/** The sums of frame and bias, which are the same for all N passes, and those of what is above. */
function withStill({ backend: { tf } }: ExactNetwork, still: Split, sums: Split, N: number): Split {
  const tiled = (value: Split["low"]) => tf.tile(value, [N, 1]);
  return added(tf, { high: tiled(still.high), low: tiled(still.low) }, sums);
}

/** A layer's inputs, [N][inputs]: below, above, bias. */
function inputsOf(network: ExactNetwork, below: Tensor2D, above: Tensor2D): Tensor2D {
  return network.withBias(network.backend.tf.concat([below, above], 1));
}

/** Those of the first layer without frame and bias. */
function onlyAbove({ backend: { tf }, fixed }: ExactNetwork, above: Tensor2D): Tensor2D {
  const { below, inputs } = fixed.layers[0]!;
  return tf.pad(above, [[0, 0], [below, inputs - below - above.shape[1]]]) as Tensor2D;
}

function isLast({ layers }: ExactNetwork, { index }: ExactLayer): boolean {
  return index === layers.length - 1;
}

/** Label rows with one label on in each: [labels][classes]. */
function clamped({ backend: { tf }, spec: { classes }, fixed: { labelLevel } }: ExactNetwork, labels: readonly number[]): Tensor2D {
  return tf.tensor2d(labels.map((label) => Array.from({ length: classes }, (_, c) => (c === label ? labelLevel : 0))));
}

function neutral({ backend: { tf }, spec: { classes }, fixed: { labelLevel } }: ExactNetwork): Tensor2D {
  return tf.fill([1, classes], Math.floor((labelLevel + 5) / 10));
}
