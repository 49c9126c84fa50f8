/** The exact reference against the engine in every variant it has: no integer may differ. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { REGION_WEIGHTS } from "../../../assembly/abi/region.js";
import { type Dataset, frame } from "../../../host/data/dataset.js";
import { Network } from "../../../host/engine/network.js";
import { madeExtras } from "../../../host/parity/extras.js";
import { compareSteps, differencesOf, type StepParity } from "../../../host/parity/steps.js";
import type { Backend } from "../../../host/reference/backends/backend.js";
import { startNamed } from "../../../host/reference/backends/registry.js";
import { integersOf } from "../../../host/reference/interchange.js";
import { decodeSpec } from "../../../host/spec/encode.js";
import { type NetworkSpec, type NetworkSpecInput, resolveSpec } from "../../../host/spec/network_spec.js";
import { FULL_SPECS } from "../../engine/random_full.js";
import { encodeSpec as encodeOracle, type Spec } from "../../oracle/spec.js";
import { sampleOf } from "../engine/networks.js";
import { testOnWebgpu, webgpu } from "./backends_here.js";

const LONG_MS = 600_000;

/** Frames with some zeros, drawn from a seed. */
function noise({ input: shape, classes, seed }: Pick<NetworkSpec, "input" | "classes" | "seed">, count: number): Dataset {
  let state = seed >>> 0;
  const draw = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8;
  const size = shape.width * shape.height * shape.channels;
  const frames = Uint8Array.from({ length: count * size }, () => (draw() % 3 === 0 ? 0 : draw() & 255));
  return { name: "noise", shape, classes, count, frames, labels: Uint8Array.from({ length: count }, () => draw() % classes) };
}

function stripesOf(spec: NetworkSpec, count: number): Dataset {
  const samples = Array.from({ length: count }, (_, index) => sampleOf(spec, index));
  return { name: "stripes", shape: spec.input, classes: spec.classes, count, frames: Uint8Array.from(samples.flatMap(({ frame }) => [...frame])), labels: Uint8Array.from(samples, ({ label }) => label) };
}

function expectEqual(result: StepParity, steps: number): void {
  expect(result.steps).toBe(steps);
  for (const layer of result.layers) for (const part of [layer.activities, layer.goodness, layer.weights]) expect(part.compared).toBeGreaterThan(0);
  expect(differencesOf(result).map(({ first }) => first).filter((first) => first !== null)).toEqual([]);
  expect(result.equal).toBe(true);
}

/** The same network as the host has it; null where the host asks for more than the engine does. */
function asNetworkSpec(spec: Spec): NetworkSpec | null {
  const decoded = decodeSpec(encodeOracle(spec));
  try {
    resolveSpec(decoded);
    return decoded;
  } catch {
    return null;
  }
}

/** All but what checkSupported refuses: boxes, corrupted negatives. */
function isSupported({ layers, negatives }: Spec): boolean {
  return negatives !== "corrupted" && layers.every((layer) => layer.kind !== "box");
}

const KINDS = ["networks with variants", "networks with maps", "networks with waves", "recurrent networks", "networks of recurrent local layers"];

test.each(KINDS.flatMap((kind) => (["wasm", "cpu"] as const).map((backend) => ({ kind, backend }))))("random $kind equal the engine on $backend", async ({ kind, backend: name }) => {
  const backend: Backend = await startNamed(name);
  let compared = 0;
  await fc.assert(fc.asyncProperty(FULL_SPECS[kind]!.filter(isSupported), async (found) => {
    const spec = asNetworkSpec(found);
    fc.pre(spec !== null);
    expectEqual(await compareSteps(backend, spec!, noise(spec!, 5), { steps: 5, builds: ["simd"] }), 5);
    compared++;
  }), { numRuns: 40, seed: 5 });
  expect(compared).toBe(40);
}, LONG_MS);

const shape = { input: { width: 8, height: 8, channels: 1 }, classes: 4, seed: 3 };
const layers = [{ units: 24 }, { units: 16, weights: "i8" as const }];
const maps = [{ kind: "conv" as const, channels: 8, field: 3, pool: 2, rate: 0.001 }, { kind: "conv" as const, channels: 12, field: 2, weights: "i8" as const, rate: 0.001 }];

const recurrence = { iterations: 5, first: 2, last: 4, damping: 0.3 };

/** One of each. */
const NETWORKS: Readonly<Record<string, NetworkSpecInput>> = {
  jitter: { ...shape, layers, jitter: 2 },
  hybrid: { ...shape, layers, negatives: "hybrid" },
  given: { ...shape, layers, negatives: "given", targets: "given" },
  "minimise, ceiling, peer": { ...shape, layers: layers.map((layer) => ({ ...layer, ceiling: 3, peer: 0.5 })), sense: "minimise" },
  phases: { ...shape, layers: layers.map((layer) => ({ ...layer, peer: 1, rate: 0.001 })), loss: "threshold", phases: { awake: 3, asleep: 2 } },
  blocks: { ...shape, layers: layers.map((layer) => ({ ...layer, blocks: 4 })) },
  device: { ...shape, layers, device: 77 },
  "class-wise, sampled, targets, device": { ...shape, objective: "classwise", layers: layers.map((layer) => ({ ...layer, sample: 0.25 })), targets: "given", device: 5 },
  "convolution with waves": { ...shape, layers: maps, waves: { set: 1, intensity: 0.35 }, loss: "threshold", negatives: "random", readout: { from: 0 } },
  "class-wise convolution": { ...shape, objective: "classwise", layers: maps.map((layer) => ({ ...layer, sample: 0.25 })), jitter: 1, readout: { from: 0 } },
  "local fields, hybrid, peers, dense on top": { ...shape, layers: [{ kind: "local", channels: 4, field: 3, peer: 1 }, { kind: "local", channels: 6, field: 3, stride: 2, peer: 1, weights: "i8" }, { units: 12 }], negatives: "hybrid", readout: { from: 0 } },
  recurrent: { ...shape, layers: [{ units: 20 }, { units: 12, weights: "i8" }, { units: 16 }], recurrence, bias: 1 },
  "recurrent, one layer, peers, blocks, phases": { ...shape, layers: [{ units: 24, peer: 0.5, blocks: 3, decay: 0.01 }], recurrence, loss: "threshold", phases: { awake: 2, asleep: 1 }, readout: { from: 0 } },
  "a stream": { ...shape, classes: 5, layers, recurrence: { iterations: 2, first: 1, last: 2, damping: 0.5, stream: true } },
  "recurrent local fields": { ...shape, input: { width: 5, height: 4, channels: 1 }, layers: [{ kind: "local", channels: 4, field: 3, padding: 1 }, { kind: "local", channels: 3, field: 3, padding: 1 }, { units: 12 }], recurrence, readout: { from: 0 } },
  "convolution with label rows, bias, decay": { ...shape, layers: [{ kind: "conv", channels: 9, field: 3, padding: 1, stride: 2, decay: 0.01 }, { kind: "local", channels: 3, field: 2, decay: 0.01 }], bias: 1 },
};

test.each(Object.entries(NETWORKS).flatMap(([name, input]) => (["wasm", "cpu"] as const).map((backend) => ({ name, input, backend }))))("100 steps equal the engine on $backend, both builds: $name", async ({ input, backend }) => {
  const spec = resolveSpec({ ...input, schedule: { holdSamples: 50, totalSamples: 100 } });
  const data = stripesOf(spec, 40);
  expectEqual(await compareSteps(await startNamed(backend), spec, data, { steps: 100, builds: ["simd", "scalar"] }), 100);
  // There was something to compare: every layer has learned.
  const [fresh, trained] = [Network.create(spec), Network.create(spec)];
  for (let at = 0; at < 40; at++) trained.train(frame(data, at), data.labels[at]!, madeExtras(spec, data, at));
  for (const layer of spec.layers.keys()) expect(integersOf(trained, trained.region(REGION_WEIGHTS, layer))).not.toEqual(integersOf(fresh, fresh.region(REGION_WEIGHTS, layer)));
}, LONG_MS);

/** Sums and running sums that f32 holds in pieces only (docs/algorithm.md, Bounds on rows). */
const LONG: Readonly<Record<string, NetworkSpecInput>> = {
  "4,900 inputs of i8": { input: { width: 70, height: 70, channels: 1 }, classes: 4, seed: 2, layers: [{ units: 16, weights: "i8", init: 4, rate: 0.0038, temperature: 4000 }, { units: 8 }] },
  "1,440 rows of a convolution, i16": { input: { width: 7, height: 7, channels: 40 }, classes: 4, seed: 2, layers: [{ kind: "conv", channels: 8, field: 6, init: 4, rate: 0.0038, temperature: 4000 }], readout: { from: 0 } },
  "a readout of 4,608 units": { input: { width: 26, height: 26, channels: 1 }, classes: 4, seed: 2, layers: [{ kind: "conv", channels: 8, field: 3 }], readout: { from: 0, rate: 0.25 } },
};

test.each(Object.entries(LONG))("bright frames stay exact: %s", async (_, input) => {
  const spec = resolveSpec(input);
  const data = noise(spec, 6);
  expectEqual(await compareSteps(await startNamed("wasm"), spec, { ...data, frames: data.frames.map((value) => 128 + (value >> 1)) }, { steps: 6, builds: ["simd"] }), 6);
}, LONG_MS);

/** Of each kind of layer and pass one: SwiftShader takes seconds for a step. */
const ON_WEBGPU = ["given", "device", "convolution with waves", "local fields, hybrid, peers, dense on top", "a stream"];

testOnWebgpu.each(Object.entries(NETWORKS).filter(([name]) => ON_WEBGPU.includes(name)))("3 steps equal the engine on webgpu: %s", async (_, input) => {
  const spec = resolveSpec(input);
  expectEqual(await compareSteps(webgpu!, spec, stripesOf(spec, 4), { steps: 3, builds: ["simd"] }), 3);
}, LONG_MS);
