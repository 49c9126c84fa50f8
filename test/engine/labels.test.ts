/** Prediction by goodness takes ten labels together, layer by layer: networks with fewer and with more of them, whole and in pieces, counters included. */
import { describe, expect, test } from "vitest";
import { REGION_SCORES } from "../../assembly/abi/region.js";
import { Network } from "../oracle/network.js";
import { encodeSpec, type LayerSpec, type Spec } from "../oracle/spec.js";
import { checkpointOf } from "./checkpoint_image.js";
import { writeFrame } from "./compare.js";
import { BUILDS, FULL_BUILDS, Instance } from "./instance.js";
import { SparseSamples } from "./samples.js";

const layer: LayerSpec = { units: 16, weightBits: 16, scale: 12, rate: 25166, temperature: 20 * 256, decay: 0, threshold: 256, init: 128 };
/** The widest layer, for which there is room, is in the middle, and none is a multiple of 8. */
const layers: LayerSpec[] = [{ ...layer, units: 17, weightBits: 8, scale: 8 }, { ...layer, units: 41 }, { ...layer, units: 9 }, { ...layer, units: 30 }];
const base: Spec = {
  objective: "pair", classes: 10, width: 7, height: 7, channels: 1, placement: "append", labelLevel: 48, negatives: "hard",
  readoutFrom: 1, goodnessFrom: 1, readoutRate: 167772, holdSteps: 0, totalSteps: 0, seed: 1, biasLevel: 16, loss: "difference",
  inputDropout: 0, layers,
};

describe.each([...BUILDS, ...FULL_BUILDS])("the %s build", (build) => {
  test.each([2, 3, 9, 10, 11, 12, 13, 20, 21, 32])("scores %i labels, and counts the rows it used, like the oracle", (classes) => {
    for (const spec of [{ ...base, classes }, { ...base, classes, layers: layers.slice(1, 2), readoutFrom: 0, goodnessFrom: 0 }]) {
      const samples = new SparseSamples(spec, classes);
      const oracle = new Network(spec);
      const instance = new Instance(build, encodeSpec(spec));
      for (let index = 0; index < 6; index++) {
        const { frame, label } = samples.next();
        oracle.train(frame, label);
        writeFrame(instance, frame);
        instance.train(label);
        const expected = oracle.scoresByGoodness(frame);
        if (index % 2 === 0) expect(instance.exports.predict_goodness()).toBe(oracle.classByGoodness(expected));
        else {
          instance.exports.begin_goodness();
          instance.workInPieces(40 * index * index, () => samples.random());
        }
        expect(Array.from(instance.region(REGION_SCORES).values.subarray(0, classes))).toEqual(expected);
      }
      expect(instance.checkpoint()).toEqual(checkpointOf(oracle));
    }
  });

  test("a prediction that is given up anywhere leaves nothing behind but its counters", () => {
    const samples = new SparseSamples(base, 3);
    const oracle = new Network(base);
    const instance = new Instance(build, encodeSpec(base));
    for (let pieces = 1; pieces < 60; pieces += 3) {
      const { frame, label } = samples.next();
      writeFrame(instance, frame);
      instance.exports.begin_goodness();
      for (let piece = 0; piece < pieces; piece++) instance.exports.step(1);
      instance.exports.cancel();
      oracle.train(frame, label);
      instance.train(label);
      expect(instance.exports.predict_goodness()).toBe(oracle.classByGoodness(oracle.scoresByGoodness(frame)));
      expect(Array.from(instance.region(REGION_SCORES).values.subarray(0, base.classes))).toEqual(oracle.scoresByGoodness(frame));
    }
  });
});
