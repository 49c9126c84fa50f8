/** Jitter, and negatives that are frames. */
import { describe, expect, test } from "vitest";
import { REGION_MASK, REGION_NEGATIVE, REGION_STATE, REGION_VARIANT_STATE, REGION_WEIGHTS, REGION_LAYER_STATE } from "../../../assembly/abi/region.js";
import { LAYER_ROWS_UPDATED, LAYER_ROWS_USED } from "../../../assembly/abi/state.js";
import { Network } from "../../../host/engine/network.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { Generator } from "../../oracle/random.js";
import { BUILDS, generator, layers, sample, shape } from "./networks.js";

const weights = (network: Network, layer: number): number[] => [...network.view(network.region(REGION_WEIGHTS, layer))];
const quiet = { ...shape, readout: { from: null }, inputDropout: 0, minCoefficient: 0 } as const;

describe.each(BUILDS)("the full %s build", (build) => {
  test.each([["one channel", 1], ["three channels", 3]])("shifts a training frame, and a given negative with it, by what the jitter's generator says: %s", (_, channels) => {
    const spec: NetworkSpecInput = { ...quiet, input: { width: 5, height: 4, channels }, negatives: "given", jitter: 3, layers: layers(8) };
    const network = Network.create(spec, { build });
    const random = generator(1);
    const jitter = new Generator(shape.seed, 3);
    const seen = new Set<string>();
    for (let step = 0; step < 60; step++) {
      const { frame, negative } = sample(spec, random);
      network.train(frame, 0, { negative });
      const state = jitter.next();
      const [dx, dy] = [((state & 0xffff) * 7 >>> 16) - 3, ((state >>> 16) * 7 >>> 16) - 3];
      seen.add(`${dx} ${dy}`);
      const shifted = (values: Uint8Array): number[] => Array.from(values, (_, at) => {
        const [channel, column, row] = [at % channels, (Math.floor(at / channels) % 5) - dx, Math.floor(at / channels / 5) - dy];
        return column < 0 || column > 4 || row < 0 || row > 3 ? 0 : values[(row * 5 + column) * channels + channel]!;
      });
      expect([...network.frame]).toEqual(shifted(frame));
      expect([...network.negative!]).toEqual(shifted(negative));
    }
    expect(seen.size).toBeGreaterThan(25);
    expect(network.view(network.region(REGION_VARIANT_STATE))[0]).toBe(jitter.state);
    const { frame } = sample(spec, random);
    network.predict(frame);
    expect(network.frame).toEqual(frame);
  });

  test("does not shift the label's place into the picture", () => {
    const network = Network.create({ ...quiet, negatives: "random", label: { placement: "replace" }, jitter: 2, layers: layers(8) }, { build });
    const frame = new Uint8Array(63);
    frame.fill(200, 0, 4);
    for (let step = 0; step < 20; step++) {
      network.train(frame, 0);
      expect(network.frame.every((value) => value === 0)).toBe(true);
    }
  });

  test("learns nothing from a negative that is its positive", () => {
    const network = Network.create({ ...quiet, negatives: "given", inputDropout: 0.3, layers: layers(17, 9) }, { build });
    const before = network.weightsHash();
    const random = generator(2);
    for (let step = 0; step < 20; step++) {
      const { frame } = sample(network.spec, random);
      network.train(frame, 0, { negative: frame });
    }
    expect(network.weightsHash()).toBe(before);
    network.train(sample(network.spec, random).frame, 0, { negative: sample(network.spec, random).frame });
    expect(network.weightsHash()).not.toBe(before);
  });

  test("mixes with the frame before: the same frame twice is its own hybrid, and the region keeps the last frame", () => {
    const network = Network.create({ ...quiet, negatives: "hybrid", layers: layers(17, 9) }, { build });
    const random = generator(3);
    const kept = network.view(network.region(REGION_NEGATIVE));
    expect(kept.every((value) => value === 0)).toBe(true);
    for (let step = 0; step < 10; step++) {
      const { frame } = sample(network.spec, random);
      network.train(frame, 0);
      expect(kept).toEqual(frame);
      const before = network.weightsHash();
      network.train(frame, 1);
      expect(network.weightsHash()).toBe(before);
    }
  });

  test("draws a mask of 0s and 255s from the generator's bits, and blurs it", () => {
    const frame = new Uint8Array(63).fill(9);
    const masks = [1, 2].map((maskBlurs) => {
      const network = Network.create({ ...quiet, negatives: "hybrid", maskBlurs, layers: layers(8) }, { build });
      network.train(frame, 0);
      return [...network.view(network.region(REGION_MASK))];
    });
    const blur = (mask: number[]): number[] => {
      const along = (values: number[], step: number, length: number): number[] => values.map((value, at) => {
        const place = Math.floor(at / step) % length;
        return ((place > 0 ? values[at - step]! : value) + 2 * value + (place < length - 1 ? values[at + step]! : value) + 2) >> 2;
      });
      return along(along(mask, 1, 9), 9, 7);
    };
    const generated = new Generator(shape.seed, 4);
    let state = 0;
    const bits = Array.from({ length: 63 }, (_, at) => {
      if (at % 32 === 0) state = generated.next();
      return (state >>> (at % 32)) & 1 ? 255 : 0;
    });
    expect(masks[0]).toEqual(blur(bits));
    expect(masks[1]).toEqual(blur(blur(bits)));
  });

  test("counts the rows of the paired list twice in the pair, and the positive's alone in the single pass", () => {
    const spec: NetworkSpecInput = { ...shape, inputDropout: 0, bias: 1, negatives: "given", readout: { from: 0 }, minCoefficient: 0, layers: layers(8) };
    const network = Network.create(spec, { build });
    const [frame, negative] = [new Uint8Array(63), new Uint8Array(63)];
    frame.fill(100, 0, 20);
    negative.fill(100, 10, 35);
    network.train(frame, 1, { negative });
    const state = network.view(network.region(REGION_LAYER_STATE, 0));
    // 20 rows and the bias; twice 35 rows and the bias.
    expect(state[LAYER_ROWS_USED >> 2]).toBe(21 + 2 * 36);
    expect(state[LAYER_ROWS_UPDATED >> 2]).toBe(36);
  });

  test("draws no label, and scores class 0 with the goodness of all layers that count", () => {
    const network = Network.create({ ...quiet, negatives: "given", goodnessFrom: 1, layers: layers(16, 9) }, { build });
    const random = generator(4);
    const sampler = network.view(network.region(REGION_STATE))[1];
    for (let step = 0; step < 30; step++) {
      const { frame, negative } = sample(network.spec, random);
      network.train(frame, step % 4, { negative });
    }
    expect(network.view(network.region(REGION_STATE))[1]).toBe(sampler);
    expect(network.predict(sample(network.spec, random).frame)).toBe(0);
    expect(network.scores[0]).toBeGreaterThan(0);
    expect([...network.scores.subarray(1)]).toEqual([0, 0, 0]);
  });

  test.each(["threshold", "difference"] as const)("makes little goodness of what much goodness is made of when told to minimise, bit for bit: loss %s", (loss) => {
    const spec: NetworkSpecInput = { ...quiet, loss, negatives: "given", inputDropout: 0.2, bias: 1, layers: [{ units: 17, decay: 0.01 }, { units: 9, weights: "i8" }] };
    const [more, less] = [Network.create(spec, { build }), Network.create({ ...spec, sense: "minimise" }, { build })];
    const random = generator(5);
    for (let step = 0; step < 50; step++) {
      const { frame, negative } = sample(spec, random);
      more.train(frame, 0, { negative });
      less.train(negative, 0, { negative: frame });
    }
    for (const layer of [0, 1]) expect(weights(less, layer)).toEqual(weights(more, layer));
    const { frame } = sample(spec, random);
    more.predict(frame);
    expect(less.predict(frame)).toBe(0);
    expect(less.scores[0]).toBe(-more.scores[0]!);
    expect(less.scores[0]).toBeLessThan(0);
  });

  test("learns from the positive alone while awake, from the negative alone while asleep", () => {
    const spec: NetworkSpecInput = { ...quiet, loss: "threshold", negatives: "given", phases: { awake: 2, asleep: 3 }, layers: layers(17, 9) };
    const random = generator(6);
    const [left, right] = [Network.create(spec, { build }), Network.create(spec, { build })];
    for (let step = 0; step < 40; step++) {
      const { frame, negative } = sample(spec, random);
      const other = sample(spec, random);
      const awake = step % 5 < 2;
      const before = left.weightsHash();
      left.train(frame, 0, { negative });
      right.train(awake ? frame : other.frame, 0, { negative: awake ? other.negative : negative });
      expect(right.weightsHash()).toBe(left.weightsHash());
      if ((awake ? frame : negative).some((value) => value > 0)) expect(left.weightsHash()).not.toBe(before);
    }
  });
});
