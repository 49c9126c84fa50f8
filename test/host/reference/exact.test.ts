/** The exact reference against the engine: no integer may differ. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadMnist } from "../../../host/data/mnist.js";
import { differencesOf, compareSteps, type StepParity } from "../../../host/parity/steps.js";
import { startNamed } from "../../../host/reference/backends/registry.js";
import { ExactNetwork } from "../../../host/reference/exact/network.js";
import { frame } from "../../../host/data/dataset.js";
import { Network } from "../../../host/engine/network.js";
import { type NetworkSpecInput, resolveSpec } from "../../../host/spec/network_spec.js";
import { NETWORKS, sampleOf } from "../engine/networks.js";
import { testOnWebgpu, webgpu } from "./backends_here.js";

const { train } = await loadMnist();
const BOTH = ["simd", "scalar"] as const;
const LONG_MS = 900_000;

function mnistSpec(weights: "i16" | "i8", steps: number, more: Partial<NetworkSpecInput> = {}) {
  return resolveSpec({
    input: train.shape, classes: 10, layers: [{ units: 64, weights }, { units: 32, weights }], schedule: { holdSamples: steps / 2, totalSamples: steps }, ...more,
  });
}

function expectEqual(result: StepParity, steps: number): void {
  expect(result.steps).toBe(steps);
  for (const difference of differencesOf(result)) {
    expect(difference.compared).toBeGreaterThan(0);
    expect(difference).toMatchObject({ differing: 0, first: null, max: 0 });
  }
  expect(result.equal).toBe(true);
}

test.each(["wasm", "cpu"].flatMap((backend) => (["i16", "i8"] as const).map((weights) => ({ backend, weights }))))("1,000 pairs of 784-64-32 $weights, SIMD and scalar, equal the reference on $backend in every integer", async ({ backend, weights }) => {
  expectEqual(await compareSteps(await startNamed(backend), mnistSpec(weights, 1000), train, { steps: 1000, builds: BOTH }), 1000);
}, LONG_MS);

testOnWebgpu.each(["i16", "i8"] as const)("20 pairs of 784-64-32 %s equal the reference on webgpu in every integer", async (weights) => {
  expectEqual(await compareSteps(webgpu!, mnistSpec(weights, 20), train, { steps: 20, builds: BOTH }), 20);
}, LONG_MS);

test.each([
  ["class-wise", { objective: "classwise", layers: [{ units: 60, weights: "i8" }, { units: 30 }] }],
  ["threshold, random negatives, label appended, bias, decay", { loss: "threshold", negatives: "random", label: { placement: "append" }, bias: 1, layers: [{ units: 40, decay: 0.01 }, { units: 300, decay: 0.06, scale: 14, rate: 2e-4 }] }],
  ["no readout, wide and saturating", { negatives: "random", readout: { from: null }, layers: [{ units: 520, init: 4, scale: 5, rate: 0.003 }, { units: 8, weights: "i8", init: 4 }] }],
] as [string, Partial<NetworkSpecInput>][])("60 steps of MNIST equal the reference on wasm: %s", async (_, more) => {
  expectEqual(await compareSteps(await startNamed("wasm"), mnistSpec("i16", 60, more), train, { steps: 60, builds: BOTH }), 60);
}, LONG_MS);

test.each(Object.entries(NETWORKS))("small networks off the blocks of 8 equal the reference on cpu: %s", async (_, input) => {
  const samples = Array.from({ length: 60 }, (_, index) => sampleOf(input, index));
  const data = { name: "stripes", shape: input.input, classes: input.classes, count: 60, frames: Uint8Array.from(samples.flatMap(({ frame }) => [...frame])), labels: Uint8Array.from(samples, ({ label }) => label) };
  expectEqual(await compareSteps(await startNamed("cpu"), resolveSpec(input), data, { steps: 60, builds: BOTH }), 60);
});

test("random specs equal the reference on wasm", async () => {
  const backend = await startNamed("wasm");
  const layer = fc.record({ units: fc.integer({ min: 1, max: 5 }).map((n) => 4 * n), weights: fc.constantFrom("i8" as const, "i16" as const), scale: fc.integer({ min: 4, max: 10 }), rate: fc.double({ min: 0, max: 0.0009, noNaN: true }), decay: fc.constantFrom(0, 0.03), temperature: fc.constantFrom(0.25, 5, 300), init: fc.constantFrom(0.1, 1, 4) });
  const spec = fc.record({
    objective: fc.constantFrom("pair" as const, "classwise" as const), loss: fc.constantFrom("difference" as const, "threshold" as const), negatives: fc.constantFrom("hard" as const, "random" as const), layers: fc.array(layer, { minLength: 1, maxLength: 3 }),
    bias: fc.constantFrom(0, 0.5), inputDropout: fc.constantFrom(0, 0.3), seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }), placement: fc.constantFrom("replace" as const, "append" as const), minCoefficient: fc.constantFrom(0, 0.005),
  });
  await fc.assert(fc.asyncProperty(spec, async ({ placement, ...rest }) => {
    const input: NetworkSpecInput = { input: { width: 6, height: 5, channels: 1 }, classes: 4, label: { placement }, ...rest };
    const resolved = resolveSpec(input);
    const samples = Array.from({ length: 8 }, (_, index) => sampleOf(input, index));
    const data = { name: "stripes", shape: input.input, classes: 4, count: 8, frames: Uint8Array.from(samples.flatMap(({ frame }) => [...frame])), labels: Uint8Array.from(samples, ({ label }) => label) };
    const result = await compareSteps(backend, resolved, data, { steps: 8, builds: ["simd"] });
    // A rate of 0 learns nothing, so there may be no coefficients to compare.
    expect(result.layers.every(({ preActivations, weights }) => preActivations.compared > 0 && weights.compared > 0)).toBe(true);
    expect(differencesOf(result).map(({ first }) => first).filter((first) => first !== null)).toEqual([]);
    expect(result.equal).toBe(true);
  }), { numRuns: 60 });
}, LONG_MS);

test.each(["i16", "i8"] as const)("the engine's largest first layer, of bright frames, stays exact: %s", async (weights) => {
  const count = 12;
  const size = 60 * 63;
  let state = 1;
  const frames = Uint8Array.from({ length: count * size }, () => 128 + ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 25));
  const data = { name: "bright", shape: { width: 60, height: 63, channels: 1 }, classes: 4, count, frames, labels: Uint8Array.from({ length: count }, (_, at) => at % 4) };
  const spec = resolveSpec({ input: data.shape, classes: 4, bias: 7, layers: [{ units: 24, weights, init: 4, rate: 0.0038, temperature: 4000 }, { units: 600, weights, rate: 0.0038, temperature: 4000 }, { units: 8, weights }], label: { placement: "append", level: 7 } });
  expectEqual(await compareSteps(await startNamed("wasm"), spec, data, { steps: count, builds: BOTH }), count);
}, LONG_MS);

test("the check sees a single weight that is off by one", async () => {
  const backend = await startNamed("cpu");
  const spec = mnistSpec("i16", 10);
  const reference = await ExactNetwork.create(backend, spec);
  const engine = Network.create(spec);
  const { tf } = backend;
  const before = reference.layers[0]!.matrix.weights;
  const index = 12_345;
  const off = new Float32Array(before.value.size);
  off[index] = 1;
  const shifted = tf.add(before.value, tf.tensor2d(off, before.value.shape)) as typeof before.value;
  before.set(shifted);
  for (let step = 0; step < 3; step++) {
    await reference.train(frame(train, step), train.labels[step]!);
    engine.train(frame(train, step), train.labels[step]!);
  }
  const weights = await reference.layers[0]!.matrix.read();
  const own = engine.view(engine.region(5, 0));
  expect(weights.filter((value, at) => value !== own[at]).length).toBeGreaterThan(0);
  reference.dispose();
});

test("predictions of the reference are the engine's scores and logits", async () => {
  const backend = await startNamed("wasm");
  for (const input of Object.values(NETWORKS)) {
    const spec = resolveSpec(input);
    const engine = Network.create(spec);
    const reference = await ExactNetwork.create(backend, spec);
    for (let index = 0; index < 12; index++) {
      const { frame: image, label } = sampleOf(spec, index);
      engine.train(image, label);
      await reference.train(image, label);
    }
    const { frame: image } = sampleOf(spec, 99);
    engine.predict(image, "goodness");
    expect(await reference.scores(image)).toEqual([...engine.scores]);
    if (spec.readout.from !== null) {
      engine.predict(image, "readout");
      expect(await reference.logits(image)).toEqual([...engine.logits]);
    }
    reference.dispose();
  }
});
