/** The float reference: it learns, it follows the engine, it leaks nothing, and its networks move to the engine and back. */
import { describe, expect, test } from "vitest";
import { frame } from "../../../host/data/dataset.js";
import { loadMnist } from "../../../host/data/mnist.js";
import { permutation } from "../../../host/data/shuffle.js";
import { Network } from "../../../host/engine/network.js";
import type { Backend } from "../../../host/reference/backends/backend.js";
import { startNamed } from "../../../host/reference/backends/registry.js";
import { BackpropNetwork } from "../../../host/reference/backprop/network.js";
import { ExactNetwork } from "../../../host/reference/exact/network.js";
import { batchOf } from "../../../host/reference/float/batch.js";
import { FloatNetwork } from "../../../host/reference/float/network.js";
import { HINTON, MAYFLY, PYTORCH, type Recipe, specOverrides } from "../../../host/reference/float/recipe.js";
import { loadState, saveState } from "../../../host/reference/float/state.js";
import { evaluateFloat, trainFloat } from "../../../host/reference/float/train.js";
import { fromEngine, integersOf, toEngine } from "../../../host/reference/interchange.js";
import { type NetworkSpecInput, resolveSpec } from "../../../host/spec/network_spec.js";
import { evaluate } from "../../../host/train/evaluate.js";
import { CLASSWISE, PAIR, stripes } from "../train/stripes.js";
import { testOnWebgpu, webgpu } from "./backends_here.js";

const wasm = await startNamed("wasm");
const samples = stripes(200);
const unseen = stripes(100, 500);

/** Percent wrong after some epochs of batches. */
async function errorAfter(backend: Backend, input: NetworkSpecInput, recipe: Recipe, batch: number, epochs: number): Promise<number> {
  const network = await FloatNetwork.create(backend, resolveSpec({ ...input, ...specOverrides(recipe) }), recipe);
  for await (const event of trainFloat(network, samples, { epochs, batch, seed: 1, test: null, evaluateEvery: 1 })) void event;
  const { goodness } = await evaluateFloat(network, unseen);
  network.dispose();
  return goodness!;
}

const CHANCE = 75;

test.each([
  ["pair, batch 1", PAIR, MAYFLY, 1, 2], ["pair, batch 16", PAIR, MAYFLY, 16, 8], ["pair, threshold loss, random negatives", { ...PAIR, loss: "threshold", negatives: "random", layers: [{ units: 24, rate: 0.003 }, { units: 16, rate: 0.003 }] }, MAYFLY, 4, 20],
  ["class-wise", CLASSWISE, MAYFLY, 8, 8], ["Hinton's recipe", PAIR, HINTON, 20, 20], ["PyTorch's recipe", PAIR, PYTORCH, 20, 30], ["Adam", PAIR, { ...MAYFLY, optimiser: "adam", rate: 0.01 }, 16, 5],
] as [string, NetworkSpecInput, Recipe, number, number][])("learns the stripes far better than chance: %s", async (_, input, recipe, batch, epochs) => {
  expect(await errorAfter(wasm, input, recipe, batch, epochs)).toBeLessThan(CHANCE / 3);
});

test("Hinton's weights grow apart from zero biases, and nothing else starts at zero", async () => {
  const network = await FloatNetwork.create(wasm, resolveSpec({ ...PAIR, ...specOverrides(HINTON) }), HINTON);
  const { inputs, outputs, weights } = network.layers[0]!;
  const values = await wasm.read(weights.value);
  expect([...values.subarray((inputs - 1) * outputs)].every((value) => value === 0)).toBe(true);
  expect([...values.subarray(0, outputs)].some((value) => value !== 0)).toBe(true);
  network.dispose();
});

describe.each([["pair", { layers: [{ units: 64 }, { units: 32 }] }], ["class-wise", { objective: "classwise", layers: [{ units: 60 }, { units: 30 }] }]] as [string, Partial<NetworkSpecInput>][])("batch 1, %s", (_, more) => {
  test("follows the engine: after 100 images of MNIST the weights differ by rounding only", async () => {
    const { train } = await loadMnist();
    const spec = resolveSpec({ input: train.shape, classes: 10, layers: [], ...more });
    const float = await FloatNetwork.create(wasm, spec);
    const engine = Network.create(spec);
    const start = integersOf(engine, engine.region(5, 0));
    const order = permutation(train.count, 1, 1);
    for (let at = 0; at < 100; at++) {
      await float.train(batchOf(train, order, at, at + 1));
      engine.train(frame(train, order[at]!), train.labels[order[at]!]!);
    }
    for (const [layer, { weights }] of float.layers.entries()) {
      const real = await wasm.read(weights.value);
      const integers = integersOf(engine, engine.region(5, layer));
      const step = 2 ** -spec.layers[layer]!.scale;
      const mean = (of: (at: number) => number): number => real.reduce((sum, _, at) => sum + Math.abs(of(at)), 0) / real.length;
      const apart = mean((at) => real[at]! - integers[at]! * step);
      // What was learned must be much more than what the two differ by: less than a step of the weights (measured: 0.6 of one; 1.3 in the second layer).
      if (layer === 0) expect(apart).toBeLessThan(mean((at) => (integers[at]! - start[at]!) * step) / 2);
      expect(apart).toBeLessThan((layer + 1) * step);
    }
    float.dispose();
  });
});

test("the number of tensors stays the same from step to step, in every form", async () => {
  const spec = resolveSpec(PAIR);
  const float = await FloatNetwork.create(wasm, spec, { ...MAYFLY, optimiser: "adam", rate: 0.001, peer: 0.03 });
  const exact = await ExactNetwork.create(wasm, spec);
  const classwise = await FloatNetwork.create(wasm, resolveSpec(CLASSWISE));
  const backprop = await BackpropNetwork.create(wasm, { input: PAIR.input, classes: 4, layers: [8, 8], optimiser: "adam", rate: 0.001, schedule: { holdSamples: 0, totalSamples: 0 }, seed: 1 });
  const order = permutation(samples.count, 1, 1);
  const counts: number[] = [];
  for (let step = 0; step < 12; step++) {
    const batch = batchOf(samples, order, 4 * step, 4 * step + 4);
    for (const network of [float, classwise, backprop]) await network.train(batch);
    await exact.train(batch.frames[0]!, batch.labels[0]!);
    await float.predict(batch.frames, "goodness");
    await exact.scores(batch.frames[0]!);
    await saveState(float);
    counts.push(wasm.tf.memory().numTensors);
  }
  expect(new Set(counts).size).toBe(1);
  for (const network of [float, exact, classwise, backprop]) network.dispose();
  expect(wasm.tf.memory().numTensors).toBe(0);
});

test("memory grows with the batch and not with the data", async () => {
  const spec = resolveSpec(PAIR);
  const float = await FloatNetwork.create(wasm, spec);
  const order = permutation(samples.count, 1, 1);
  const peak = async (size: number): Promise<number> => (await wasm.tf.profile(async () => {
    await float.train(batchOf(samples, order, 0, size));
    return wasm.tf.scalar(0);
  })).peakBytes;
  const [four, forty] = [await peak(4), await peak(40)];
  expect(forty).toBeGreaterThan(four);
  expect(forty).toBeLessThan(12 * four);
  float.dispose();
});

test.each([["pair", PAIR], ["class-wise", CLASSWISE]])("an engine's network goes to float and back without a bit lost: %s", async (_, input) => {
  const engine = Network.create(input);
  for (let at = 0; at < 30; at++) engine.train(frame(samples, at), samples.labels[at]!);
  const float = await fromEngine(wasm, engine);
  const { network, saturated } = await toEngine(float);
  expect(saturated).toBe(0);
  expect(network.weightsHash()).toBe(engine.weightsHash());
  expect(network.samples).toBe(30);
  float.dispose();
});

test("what was trained in float is as good in the engine, which can train on", async () => {
  const float = await FloatNetwork.create(wasm, resolveSpec(PAIR));
  for await (const event of trainFloat(float, samples, { epochs: 8, batch: 8, seed: 1, test: null, evaluateEvery: 1 })) void event;
  const { network } = await toEngine(float);
  const [inFloat, inEngine] = [await evaluateFloat(float, unseen), evaluate(network, unseen).testError];
  expect(Math.abs(inFloat.goodness! - inEngine.goodness!)).toBeLessThanOrEqual(3);
  const again = Network.open(network.checkpoint());
  again.train(frame(samples, 0), samples.labels[0]!);
  expect(again.samples).toBe(8 * samples.count + 1);
  float.dispose();
});

test("a recipe with inputs of its own does not go to the engine, and says so", async () => {
  const float = await FloatNetwork.create(wasm, resolveSpec({ ...PAIR, ...specOverrides(PYTORCH) }), PYTORCH);
  await expect(toEngine(float)).rejects.toThrow(/recipe pytorch.*--recipe mayfly/);
  float.dispose();
});

test("weights that do not fit their type are cut, and counted", async () => {
  const float = await FloatNetwork.create(wasm, resolveSpec(PAIR));
  const { weights, inputs, outputs } = float.layers[0]!;
  weights.set(wasm.tf.fill([inputs, outputs], 100));
  const { network, saturated } = await toEngine(float);
  expect(saturated).toBe(inputs * outputs);
  expect(Math.max(...integersOf(network, network.region(5, 0)))).toBe(32767);
  float.dispose();
});

test("a run that was cut goes on from its state with the very same weights", async () => {
  const spec = resolveSpec(PAIR);
  const recipe = { ...HINTON, inputs: "level" as const };
  const order = permutation(samples.count, 1, 1);
  const train = async (network: FloatNetwork, from: number, to: number): Promise<void> => {
    for (let at = from; at < to; at += 10) await network.train(batchOf(samples, order, at, at + 10));
  };
  const whole = await FloatNetwork.create(wasm, spec, recipe);
  await train(whole, 0, 100);
  const first = await FloatNetwork.create(wasm, spec, recipe);
  await train(first, 0, 50);
  const bytes = await saveState(first);
  const second = await FloatNetwork.create(wasm, spec, recipe);
  loadState(second, bytes, "the state");
  await train(second, 50, 100);
  expect(Buffer.from(await saveState(second)).equals(Buffer.from(await saveState(whole)))).toBe(true);

  const damaged = bytes.slice();
  damaged[damaged.length - 3]! ^= 1;
  expect(() => loadState(second, damaged, "the state")).toThrow(/the state is damaged: its checksum/);
  expect(() => loadState(second, bytes.subarray(0, 6), "the state")).toThrow(/damaged/);
  const other = await FloatNetwork.create(wasm, resolveSpec({ ...PAIR, seed: 9 }), recipe);
  expect(() => loadState(other, bytes, "the state")).toThrow(/belongs to another network/);
  for (const network of [whole, first, second, other]) network.dispose();
});

test("backprop learns the stripes, and its gradients are those of finite differences", async () => {
  const spec = { input: PAIR.input, classes: 4, layers: [12, 8], optimiser: "sgd" as const, rate: 1, schedule: { holdSamples: 0, totalSamples: 0 }, seed: 2 };
  const cpu = await startNamed("cpu");
  const batch = batchOf(samples, permutation(samples.count, 1, 1), 0, 16);
  const network = await BackpropNetwork.create(cpu, spec);
  const loss = async (): Promise<number> => {
    const logits = await network.predict(batch.frames);
    return logits.reduce((sum, row, at) => {
      const most = Math.max(...row);
      return sum + Math.log(row.reduce((total, value) => total + Math.exp(value - most), 0)) + most - row[batch.labels[at]!]!;
    }, 0) / logits.length;
  };
  const before = await Promise.all(network.layers.map(({ weights }) => cpu.read(weights.value)));
  const slopes: number[] = [];
  const picked = [[0, 40], [0, 200], [1, 3], [1, 50], [2, 1], [2, 20]] as const;
  const set = async (layer: number, values: Float32Array): Promise<void> => {
    await cpu.use();
    network.layers[layer]!.weights.set(cpu.tf.tensor2d(values, network.layers[layer]!.weights.value.shape));
  };
  for (const [layer, at] of picked) {
    const nudged = async (by: number): Promise<number> => {
      const values = before[layer]!.slice();
      values[at]! += by;
      await set(layer, values);
      const value = await loss();
      await set(layer, before[layer]!);
      return value;
    };
    slopes.push(((await nudged(0.01)) - (await nudged(-0.01))) / 0.02);
  }
  await network.train(batch);
  const after = await Promise.all(network.layers.map(({ weights }) => cpu.read(weights.value)));
  picked.forEach(([layer, at], index) => expect(before[layer]![at]! - after[layer]![at]!).toBeCloseTo(slopes[index]!, 2));
  expect(Math.max(...slopes.map(Math.abs))).toBeGreaterThan(0.005);
  network.dispose();

  const learner = await BackpropNetwork.create(wasm, { ...spec, optimiser: "adam", rate: 0.01 });
  for (let epoch = 1; epoch <= 10; epoch++) {
    const order = permutation(samples.count, 1, epoch);
    for (let at = 0; at < samples.count; at += 20) await learner.train(batchOf(samples, order, at, at + 20));
  }
  const scores = await learner.predict(Array.from({ length: unseen.count }, (_, at) => frame(unseen, at)));
  expect(scores.filter((row, at) => row.indexOf(Math.max(...row)) !== unseen.labels[at]).length).toBeLessThan(CHANCE / 3);
  learner.dispose();
});

testOnWebgpu("float on webgpu goes the way of float on wasm", async () => {
  const spec = resolveSpec(PAIR);
  const order = permutation(samples.count, 1, 1);
  const results: Float32Array[] = [];
  for (const backend of [wasm, webgpu!]) {
    const network = await FloatNetwork.create(backend, spec);
    await backend.use();
    for (let at = 0; at < 24; at += 8) await network.train(batchOf(samples, order, at, at + 8));
    results.push(await backend.read(network.layers[0]!.weights.value));
    network.dispose();
  }
  expect(Math.max(...results[0]!.map((value, at) => Math.abs(value - results[1]![at]!)))).toBeLessThan(1e-3);
});
