/** Gradients written out by hand, held against differences of the loss, and the layers against each other. */
import { describe, expect, test } from "vitest";
import type { Backend, Tensor2D } from "../../../host/reference/backends/backend.js";
import { startNamed } from "../../../host/reference/backends/registry.js";
import { LocalLayer } from "../../../host/reference/backprop/local_layer.js";
import { BackpropNetwork, type BackpropSpec } from "../../../host/reference/backprop/network.js";
import { EndToEndObjective } from "../../../host/reference/float/end_to_end.js";
import { FloatNetwork } from "../../../host/reference/float/network.js";
import { MAYFLY } from "../../../host/reference/float/recipe.js";
import { evaluateFloat, trainFloat } from "../../../host/reference/float/train.js";
import type { Dense } from "../../../host/reference/float/dense.js";
import { type NetworkSpecInput, resolveSpec } from "../../../host/spec/network_spec.js";
import { CLASSWISE, PAIR, stripes } from "../train/stripes.js";

const [cpu, wasm] = await Promise.all([startNamed("cpu"), startNamed("wasm")]);
const samples = stripes(200);
const unseen = stripes(100, 500);
const batch = { frames: [0, 1, 2].map((at) => samples.frames.subarray(30 * at, 30 * at + 30)), labels: [...samples.labels.subarray(0, 3)] };
const still = { holdSamples: 0, totalSamples: 0 };
const net = (layers: BackpropSpec["layers"], more: Partial<BackpropSpec> = {}): BackpropSpec => ({ input: PAIR.input, classes: 4, layers, optimiser: "sgd", rate: 1, schedule: still, seed: 5, ...more });

/** Mean log likelihood of the batch. */
async function likelihood(network: BackpropNetwork): Promise<number> {
  const logits = await network.predict(batch.frames);
  return logits.reduce((sum, row, at) => sum + row[batch.labels[at]!]! - Math.log(row.reduce((all, value) => all + Math.exp(value), 0)), 0) / logits.length;
}

const LAYERS: readonly (readonly [string, BackpropSpec["layers"]])[] = [
  ["dense", [7, 5]], ["local, padded", [{ channels: 2, field: 3, stride: 1, padding: 1 }]], ["local on local, strides, then dense", [{ channels: 3, field: 3, stride: 2, padding: 1 }, { channels: 2, field: 2, stride: 1, padding: 0 }, 6]],
];

describe.each([["cpu", cpu], ["wasm", wasm]] as [string, Backend][])("%s", (_, backend) => {
  test.each(LAYERS)("a step of SGD is the gradient of the likelihood: %s", async (_, layers) => {
    const network = await BackpropNetwork.create(backend, net(layers));
    // Biases of 0 over empty fields would stand in the bend of the ReLU, where there is no gradient.
    for (const { weights } of network.layers) {
      const first = await backend.read(weights.value);
      weights.set(backend.tf.tensor2d(first.map((value, at) => value + 0.1 * Math.sin(at + 1)), weights.value.shape));
    }
    const before = await Promise.all(network.layers.map(({ weights }) => backend.read(weights.value)));
    const reference = await BackpropNetwork.create(backend, net(layers));
    reference.layers.forEach(({ weights }, layer) => weights.set(backend.tf.tensor2d(before[layer]!, weights.value.shape)));
    await network.train(batch);
    const after = await Promise.all(network.layers.map(({ weights }) => backend.read(weights.value)));
    for (const [layer, old] of before.entries()) {
      const step = old.map((value, at) => after[layer]![at]! - value);
      // The steepest weights, and some others: what no field sees has no gradient.
      const steepest = [...step.keys()].sort((a, b) => Math.abs(step[b]!) - Math.abs(step[a]!)).slice(0, 4);
      for (const at of [...steepest, 0, old.length - 1]) {
        const { weights } = reference.layers[layer]!;
        const nudged = async (nudge: number): Promise<number> => {
          weights.set(backend.tf.tensor2d(old.map((value, index) => (index === at ? value + nudge : value)), weights.value.shape));
          return likelihood(reference);
        };
        const slope = ((await nudged(0.001)) - (await nudged(-0.001))) / 0.002;
        await nudged(0);
        expect(Math.abs(step[at]! - slope), `layer ${layer + 1}, weight ${at}`).toBeLessThan(2e-3 + 0.02 * Math.abs(slope));
      }
      expect(Math.abs(step[steepest[0]!]!)).toBeGreaterThan(0.01);
    }
    for (const each of [network, reference]) each.dispose();
  });
});

test("a local layer of one field over the whole map is a dense layer", async () => {
  const { tf } = cpu;
  const layer = new LocalLayer(cpu, { width: 4, height: 4, channels: 2 }, { channels: 3, field: 4, stride: 1, padding: 0 }, { optimiser: "sgd", draw: () => 0.5 });
  const values = Float32Array.from({ length: 33 * 3 }, (_, at) => Math.sin(at));
  layer.weights.set(tf.tensor2d(values, [1, 99]));
  const x = tf.tensor2d(Float32Array.from({ length: 64 }, (_, at) => Math.cos(at)), [2, 32]);
  const dense = tf.matMul(tf.concat([x, tf.ones([2, 1])], 1), tf.tensor2d(values, [33, 3])) as Tensor2D;
  expect([...(await cpu.read(layer.forward(x).sums))]).toEqual([...(await cpu.read(dense))].map((value) => expect.closeTo(value, 5)));
  layer.dispose();
});

test("a field that does not fit is refused", () => {
  expect(() => new LocalLayer(cpu, { width: 3, height: 3, channels: 1 }, { channels: 1, field: 5, stride: 1, padding: 0 }, { optimiser: "sgd", draw: () => 0 })).toThrow(/a field of 5 does not fit into a map of 3x3/);
});

test.each([["dense", [24, 16]], ["local maps", [{ channels: 3, field: 3, stride: 1, padding: 1 }, { channels: 3, field: 3, stride: 1, padding: 1 }]]] as [string, BackpropSpec["layers"]][])("backprop learns the stripes: %s", async (_, layers) => {
  const network = await BackpropNetwork.create(wasm, net(layers, { optimiser: "adam", rate: 0.003 }));
  for await (const event of trainFloat(network, samples, { epochs: 8, batch: 8, seed: 1, test: null, evaluateEvery: 1 })) void event;
  const error = await evaluateFloat(network, unseen);
  expect(error.goodness).toBeNull();
  expect(error.readout).toBeLessThan(15);
  expect((await network.activities(batch.frames)).map(({ length }) => length / 3)).toEqual(layers.map((layer) => (typeof layer === "number" ? layer : 90)));
  const before = wasm.tf.memory().numTensors;
  await network.train(batch);
  expect(wasm.tf.memory().numTensors).toBe(before);
  network.dispose();
});

/** The network as its loss defines it, on the host in f64: Σ log-likelihood of the whole goodness, averaged over the samples. */
function wholeLoss(network: FloatNetwork, weights: readonly Float32Array[], inputs: Float32Array, rows: number, labels: readonly number[]): number {
  const { spec } = network;
  const samples = labels.length;
  const totals = Array.from({ length: rows }, () => new Float64Array(spec.objective === "pair" ? 1 : spec.classes));
  let theta = 0;
  for (let row = 0; row < rows; row++) {
    let x = Float64Array.from(inputs.subarray((row * inputs.length) / rows, ((row + 1) * inputs.length) / rows));
    for (const [layer, { inputs: n, outputs }] of network.layers.entries()) {
      const y = Float64Array.from({ length: outputs }, (_, unit) => Math.max(0, x.reduce((sum, value, at) => sum + value * weights[layer]![at * outputs + unit]!, 0)));
      expect(x.length).toBe(n);
      const { temperature, threshold, units } = spec.layers[layer]!;
      y.forEach((value, unit) => (totals[row]![Math.floor((unit * totals[row]!.length) / outputs)]! += value ** 2 / temperature));
      if (row === 0) theta += (units * threshold) / temperature;
      const rms = Math.sqrt(y.reduce((sum, value) => sum + value ** 2, 0) / outputs) || 1;
      x = Float64Array.from([...y.map((value) => value / rms), ...(spec.bias > 0 ? [spec.bias] : [])]);
    }
  }
  const logistic = (z: number): number => Math.log(1 / (1 + Math.exp(-z)));
  if (spec.objective === "classwise") return totals.reduce((sum, row, at) => sum + row[labels[at]!]! - Math.log(row.reduce((all, value) => all + Math.exp(value), 0)), 0) / samples;
  let sum = 0;
  for (let at = 0; at < samples; at++) {
    const [positive, negative] = [totals[at]![0]!, totals[samples + at]![0]!];
    sum += spec.loss === "difference" ? logistic(positive - negative) : logistic(positive - theta) + logistic(theta - negative);
  }
  return sum / samples;
}

const GOODNESS: readonly (readonly [string, NetworkSpecInput])[] = [
  ["pair, difference", { ...PAIR, layers: [{ units: 6 }, { units: 5 }, { units: 4 }] }], ["pair, threshold, bias", { ...PAIR, loss: "threshold", bias: 1, layers: [{ units: 6, threshold: 0.5 }, { units: 5, threshold: 0.5 }] }], ["class-wise", { ...CLASSWISE, inputDropout: 0, layers: [{ units: 8 }, { units: 12 }] }],
];

describe("the objective of Forward-Forward, end to end", () => {
  test.each(GOODNESS)("a step of SGD is the gradient of the loss of the whole network's goodness: %s", async (_, input) => {
    const spec = resolveSpec({ ...input, negatives: "random", readout: { from: null }, minCoefficient: 0 });
    const recipe = { ...MAYFLY, rate: 1, reduction: "mean" as const };
    const [network, other] = [await FloatNetwork.create(cpu, spec, recipe, (made) => new EndToEndObjective(made)), await FloatNetwork.create(cpu, spec, recipe)];
    const read = (layers: readonly Dense[]): Promise<Float32Array[]> => Promise.all(layers.map(({ weights }) => cpu.read(weights.value)));
    const before = await read(network.layers);
    const images = batch.frames.map((frame) => other.inputs.image(frame, false));
    // The same draws as the network's own.
    const wrong = spec.objective === "pair" ? batch.labels.map((label) => { const k = Math.floor((other.sampler.next() / 2 ** 32) * (spec.classes - 1)); return k >= label ? k + 1 : k; }) : [];
    const rows = [...images.map((image, at) => [image, spec.objective === "pair" ? batch.labels[at]! : "neutral"] as const), ...wrong.map((label, at) => [images[at]!, label] as const)];
    const inputs = new Float32Array(rows.length * other.inputs.rows);
    rows.forEach(([image, label], at) => other.inputs.write(image, label, inputs, at * other.inputs.rows));
    await network.train(batch);
    const after = await read(network.layers);
    for (const [layer, old] of before.entries()) {
      // Of a goodness Σ y² the factor 2 is left out, as in the engine.
      const step = old.map((value, at) => 2 * (after[layer]![at]! - value));
      const steepest = [...step.keys()].sort((a, b) => Math.abs(step[b]!) - Math.abs(step[a]!)).slice(0, 6);
      for (const at of steepest) {
        const loss = (nudge: number): number => wholeLoss(network, before.map((each, index) => (index === layer ? each.map((value, where) => (where === at ? value + nudge : value)) : each)), inputs, rows.length, batch.labels);
        const slope = (loss(1e-4) - loss(-1e-4)) / 2e-4;
        expect(Math.abs(step[at]! - slope), `layer ${layer + 1}, weight ${at}: ${step[at]} against ${slope}`).toBeLessThan(2e-4 + 0.02 * Math.abs(slope));
      }
      expect(Math.abs(step[steepest[0]!]!)).toBeGreaterThan(1e-3);
    }
    for (const each of [network, other]) each.dispose();
  });

  test.each(GOODNESS)("it learns the stripes: %s", async (_, input) => {
    const spec = resolveSpec({ ...input, layers: input.objective === "classwise" ? [{ units: 32 }, { units: 16 }] : PAIR.layers, negatives: "random", readout: { from: null } });
    const network = await FloatNetwork.create(wasm, spec, { ...MAYFLY, optimiser: "adam", rate: 0.003, reduction: "mean" }, (made) => new EndToEndObjective(made));
    const start = wasm.tf.memory().numTensors;
    for await (const event of trainFloat(network, samples, { epochs: 12, batch: 8, seed: 1, test: null, evaluateEvery: 1 })) void event;
    expect(wasm.tf.memory().numTensors).toBe(start);
    const error = await evaluateFloat(network, unseen);
    expect(error.readout).toBeNull();
    expect(error.goodness).toBeLessThan(25);
    network.dispose();
  });
});
