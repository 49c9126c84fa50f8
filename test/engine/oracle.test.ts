import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { Network } from "../oracle/network.js";
import { encodeSpec, type LayerSpec, type Spec } from "../oracle/spec.js";
import { comparePredictions, compareState, overwriteState, predictionsOf, setWeights, writeFrame } from "./compare.js";
import { BUILDS, Instance } from "./instance.js";
import { mnistSamples } from "./mnist_samples.js";
import { randomSpec } from "./random-spec.js";
import { SparseSamples } from "./samples.js";

// The oracle is slow, and so are shared machines.
vi.setConfig({ testTimeout: 60_000 });

const layer: LayerSpec = { units: 16, weightBits: 16, scale: 12, rate: 25166, temperature: 20 * 256, decay: 0, threshold: 256, init: 128 };
const layers = (units: number[], change: Partial<LayerSpec> = {}): LayerSpec[] => units.map((count) => ({ ...layer, ...change, units: count }));

const pair: Spec = {
  objective: "pair", classes: 10, width: 7, height: 7, channels: 1, placement: "append", labelLevel: 48, negatives: "hard",
  readoutFrom: 1, goodnessFrom: 0, readoutRate: 167772, holdSteps: 0, totalSteps: 0, seed: 1, biasLevel: 0, loss: "difference",
  inputDropout: 0, layers: layers([24, 17]),
};
const classwise: Spec = { ...pair, objective: "classwise", placement: "none", labelLevel: 0, negatives: "random", readoutFrom: 0 };

const specs: Record<string, Spec> = {
  "one layer of 1 unit, pair, threshold loss": { ...pair, layers: layers([1]), readoutFrom: 0, loss: "threshold", classes: 2 },
  "layers of 7, 8, 9 units, pair, label appended": { ...pair, layers: layers([7, 8, 9]), readoutFrom: 0, classes: 3 },
  "layers of 13 and 33 units, label replaces the first pixels": { ...pair, layers: layers([13, 33]), placement: "replace", classes: 11 },
  "four layers with an i8 layer among them": { ...pair, layers: layers([16, 17, 8, 33]).map((item, index) => (index === 1 ? { ...item, weightBits: 8, scale: 8 } : item)) },
  "i8 weights that saturate": { ...pair, layers: layers([17, 16], { weightBits: 8, scale: 10, init: 1024, rate: 65000 }) },
  "i16 weights that saturate": { ...pair, layers: layers([9, 9], { scale: 14, init: 1024, rate: 65000 }), loss: "threshold", readoutRate: 1 << 22, biasLevel: 127, labelLevel: 127 },
  "no readout, random negatives": { ...pair, readoutFrom: 2, negatives: "random" },
  "bias, weight decay, dropout": { ...pair, biasLevel: 16, inputDropout: 64, layers: layers([16, 13], { decay: 300 }) },
  "label replaced, bias, most of the input dropped": { ...pair, placement: "replace", biasLevel: 40, inputDropout: 192, goodnessFrom: 1, readoutFrom: 0 },
  "a schedule that ends before the samples do": { ...pair, holdSteps: 5, totalSteps: 20, layers: layers([8, 7], { decay: 50 }) },
  "a sharp threshold: gains of 0 skip updates": { ...pair, loss: "threshold", layers: layers([16, 9], { temperature: 16, decay: 9 }) },
  "rate 0 in one layer": { ...pair, layers: [...layers([9], { rate: 0, decay: 100 }), ...layers([8])] },
  "two channels, a coarse scale": { ...pair, width: 5, height: 3, channels: 2, classes: 2, layers: layers([33, 8], { scale: 4, temperature: 1 << 20, threshold: 1 }) },
  "class-wise groups of one unit": { ...classwise, classes: 7, layers: layers([7, 7]) },
  "class-wise, i8, two classes, decay and dropout": { ...classwise, classes: 2, inputDropout: 30, layers: layers([16, 8, 34], { weightBits: 8, scale: 8, decay: 20 }) },
  "class-wise, bias, no readout, a schedule": { ...classwise, classes: 11, biasLevel: 16, readoutFrom: 2, goodnessFrom: 1, holdSteps: 3, totalSteps: 25, layers: layers([33, 11], { temperature: 300 }) },
};

/** With weights of full range: activities, goodness and scores reach their bounds. */
const saturating: Record<string, Spec> = {
  "pair, i16": { ...pair, readoutFrom: 0, layers: layers([300, 280], { scale: 4, temperature: 1 << 20, threshold: 1 << 12 }) },
  "pair, i8, threshold loss": { ...pair, loss: "threshold", layers: layers([33, 300, 9], { weightBits: 8, scale: 4 }) },
  "class-wise, i16": { ...classwise, classes: 2, layers: layers([600, 34], { scale: 4 }) },
};

describe.each(BUILDS)("the %s build", (build) => {
  test.each(Object.entries(specs))("agrees with the oracle: %s", (_, spec) => {
    trainBoth(spec, new Network(spec), [new Instance(build, encodeSpec(spec))]);
  });

  test.each(Object.entries(saturating))("agrees with the oracle where sums saturate: %s", (_, spec) => {
    const oracle = new Network(spec);
    const instance = new Instance(build, encodeSpec(spec));
    overwriteState(oracle, [instance], new SparseSamples(spec, 1));
    trainBoth(spec, oracle, [instance]);
  });

  test("agrees with the oracle for every difference of two logits that softmax tells apart", () => {
    // All 64 units are active at x = 16, so the row that carries the rounding error shows an error of 1 in p.
    const spec: Spec = { ...classwise, classes: 2, width: 1, height: 1, readoutRate: 32767 << 7, layers: layers([64], { rate: 0 }) };
    const oracle = new Network(spec);
    const instance = new Instance(build, encodeSpec(spec));
    const frame = Uint8Array.of(255);
    writeFrame(instance, frame);
    setWeights(oracle, [instance], "layer", 0, () => 1000);
    for (let difference = 0; difference < 4096; difference++) {
      setWeights(oracle, [instance], "readout", 0, (index) => (index === 1 ? -8 * difference : 0));
      const label = difference & 1;
      oracle.train(frame, label);
      instance.exports.train(label);
      atSample(difference, () => compareState(oracle, instance));
    }
  });
});

/** Trains on some dozens of samples, and compares after each. */
function trainBoth(spec: Spec, oracle: Network, instances: Instance[]): void {
  const samples = new SparseSamples(spec, 7);
  for (const instance of instances) compareState(oracle, instance);
  for (let index = 0; index < 32; index++) {
    const { frame, label } = samples.next();
    oracle.train(frame, label);
    for (const instance of instances) {
      writeFrame(instance, frame);
      expect(instance.exports.train(label)).toBe(0);
      atSample(index, () => compareState(oracle, instance));
      if (index % 8 === 7) {
        const predictions = predictionsOf(oracle, samples.next().frame);
        atSample(index, () => comparePredictions(oracle, instance, predictions));
      }
    }
  }
}

// A failure prints a seed and a path; replay it with fc.assert(…, { seed, path }).
test("both builds agree with the oracle on random specs and data, in one go and in small pieces of work", () => {
  fc.assert(
    fc.property(randomSpec(), fc.boolean(), fc.integer(), fc.integer({ min: 1, max: 2000 }), (spec, fullRange, seed, largestPiece) => {
      const samples = new SparseSamples(spec, seed);
      const oracle = new Network(spec);
      const whole = BUILDS.map((build) => new Instance(build, encodeSpec(spec)));
      const inPieces = BUILDS.map((build) => new Instance(build, encodeSpec(spec)));
      const all = [...whole, ...inPieces];
      for (const instance of all) compareState(oracle, instance);
      if (fullRange) overwriteState(oracle, all, samples);
      for (let index = 0; index < 12; index++) {
        const { frame, label } = samples.next();
        oracle.train(frame, label);
        for (const instance of all) writeFrame(instance, frame);
        for (const instance of whole) instance.exports.train(label);
        for (const instance of inPieces) {
          instance.exports.begin_train(label);
          instance.workInPieces(largestPiece, () => samples.random());
        }
        atSample(index, () => all.forEach((instance) => compareState(oracle, instance)));
      }
      const predictions = predictionsOf(oracle, samples.next().frame);
      for (const instance of all) comparePredictions(oracle, instance, predictions);
    }),
    { numRuns: 200 },
  );
});

const mnist: Spec = { ...pair, width: 28, height: 28, placement: "replace", layers: layers([64, 30]) };
const mnistSpecs: Record<string, Spec> = {
  "pair, i16": mnist,
  "pair, i8": { ...mnist, layers: layers([64, 30], { weightBits: 8, scale: 9 }) },
  "class-wise, i8": { ...classwise, width: 28, height: 28, layers: layers([60, 30], { weightBits: 8, scale: 8 }) },
};

test.each(Object.entries(mnistSpecs))("both builds agree with the oracle on 200 images of MNIST: %s", (_, spec) => {
  const samples = mnistSamples(200);
  const oracle = new Network(spec);
  const instances = BUILDS.map((build) => new Instance(build, encodeSpec(spec)));
  samples.forEach(({ frame, label }, index) => {
    oracle.train(frame, label);
    for (const instance of instances) {
      writeFrame(instance, frame);
      instance.exports.train(label);
      atSample(index, () => compareState(oracle, instance));
    }
  });
  for (const { frame } of samples.slice(0, 10)) {
    const predictions = predictionsOf(oracle, frame);
    for (const instance of instances) comparePredictions(oracle, instance, predictions);
  }
});

/** Names the sample in a failure. */
function atSample(index: number, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw new Error(`after sample ${index}: ${(error as Error).message}`, { cause: error });
  }
}
