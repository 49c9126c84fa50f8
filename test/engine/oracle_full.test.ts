/** The full builds against the oracle on networks of real size: what random ones are too small for. */
import { expect, test, vi } from "vitest";
import { mapOf, sizeOf } from "../oracle/geometry.js";
import { Network } from "../oracle/network.js";
import { encodeSpec, type LayerSpec, type Spec } from "../oracle/spec.js";
import { comparePredictions, compareState, predictionsOf, writeSample } from "./compare.js";
import { FULL_BUILDS, Instance } from "./instance.js";
import { mnistSamples } from "./mnist_samples.js";

// The oracle is slow, and so are shared machines.
vi.setConfig({ testTimeout: 120_000 });

const dense = (units: number, change: Partial<LayerSpec> = {}): LayerSpec => ({ units, weightBits: 16, scale: 12, rate: 25166, temperature: 20 * 256, decay: 0, threshold: 256, init: 256, ...change });
/** Its units follow from what lies below. */
const map = (kind: "local" | "conv", channels: number, field: number, change: Partial<LayerSpec> = {}): LayerSpec => dense(0, { kind, channels, field, stride: 1, padding: 0, ...change });

const pair: Spec = {
  objective: "pair", classes: 10, width: 28, height: 28, channels: 1, placement: "append", labelLevel: 48, negatives: "hard", readoutFrom: 0, goodnessFrom: 0,
  readoutRate: 167772, holdSteps: 0, totalSteps: 0, seed: 1, biasLevel: 16, loss: "difference", inputDropout: 50, layers: [],
};

/** Name, spec, samples. */
const specs: [string, Spec, number][] = [
  ["hybrid negatives of jittered images, with peers", { ...pair, placement: "none", negatives: "hybrid", maskBlurs: 6, jitter: 2, layers: [dense(64, { peer: 3000 }), dense(30, { peer: 3000 })] }, 60],
  ["another device, in blocks, with a ceiling and phases", { ...pair, placement: "replace", loss: "threshold", awake: 3, asleep: 2, device: 7, layers: [dense(64, { blocks: 8, ceiling: 400 }), dense(30, { blocks: 2 })] }, 60],
  ["a convolution with more units than one sum of the readout may have", { ...pair, layers: [map("conv", 6, 3), map("conv", 12, 5, { pool: 2, stride: 3 })] }, 2],
  ["class-wise convolutions of i8 weights, with pooling", { ...pair, objective: "classwise", placement: "none", layers: [map("conv", 20, 5, { weightBits: 8, scale: 8, pool: 2 }), map("conv", 20, 3, { weightBits: 8, scale: 8, padding: 1 })] }, 3],
  ["local fields with peers, and a dense layer above", { ...pair, layers: [map("local", 6, 9, { stride: 3, peer: 3000 }), map("local", 5, 3, { peer: 3000 }), dense(20)] }, 5],
  ["waves over convolutions", { ...pair, placement: "none", waves: { set: 2, intensity: 64 }, layers: [map("conv", 6, 7, { stride: 2, padding: 3 }), dense(32)] }, 4],
  ["waves over dense layers", { ...pair, placement: "none", waves: { set: 1, intensity: 90 }, layers: [dense(40), dense(32)] }, 12],
  ["a recurrent network", { ...pair, placement: "none", recurrence: { iterations: 8, first: 3, last: 5, damping: 77, stream: false }, layers: [dense(48), dense(40)] }, 8],
  ["a recurrent network on a stream", { ...pair, placement: "none", recurrence: { iterations: 1, first: 1, last: 1, damping: 77, stream: true }, layers: [dense(48), dense(40)] }, 12],
  ["recurrent local layers", { ...pair, placement: "none", recurrence: { iterations: 3, first: 2, last: 3, damping: 77, stream: false }, layers: [map("local", 4, 7, { stride: 4 }), map("local", 3, 3, { padding: 1 }), dense(20)] }, 3],
];

test.each(specs)("both full builds agree with the oracle on images of MNIST: %s", (_, sketch, count) => {
  const spec = sketch.layers.reduce(withUnits, sketch);
  const samples = mnistSamples(count + 1);
  const oracle = new Network(spec);
  const before = oracle.layers.map((layer) => layer.weights.values.slice());
  const instances = FULL_BUILDS.map((build) => new Instance(build, encodeSpec(spec)));
  for (const { frame, label, given } of samples.slice(0, count)) {
    oracle.train(frame, label, given);
    for (const instance of instances) {
      writeSample(instance, frame, given);
      instance.train(label);
      compareState(oracle, instance);
    }
  }
  oracle.layers.forEach((layer, index) => expect(layer.weights.values).not.toEqual(before[index]));
  const predictions = predictionsOf(oracle, samples[count]!.frame);
  for (const instance of instances) comparePredictions(oracle, instance, predictions);
});

/** Fills in a layer's units where they follow from the layers below. */
function withUnits(spec: Spec, layer: LayerSpec, index: number): Spec {
  if (layer.units > 0) return spec;
  return { ...spec, layers: spec.layers.map((other, at) => (at === index ? { ...layer, units: sizeOf(mapOf(spec, index)) } : other)) };
}
