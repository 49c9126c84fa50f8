/** Which thread gets which layers, on times that can be followed by hand. */
import { describe, expect, test } from "vitest";
import { geometryOfSpec, resolveSpec, type NetworkSpec } from "../../../host/spec/network_spec.js";
import type { LayerTimes } from "../../../host/threads/costs.js";
import { divideLayers, guessTimes, timeAlone, timePerSample } from "../../../host/threads/divide_layers.js";

const networkOf = (layers: number, more: object = {}): NetworkSpec => resolveSpec({ input: { width: 28, height: 28, channels: 1 }, classes: 10, layers: Array.from({ length: layers }, () => ({ units: 100 })), ...more });
const even = (layers: number): LayerTimes[] => Array.from({ length: layers }, () => ({ single: 1, pair: 2, update: 1 }));

describe("the time from sample to sample", () => {
  test("of one thread is the sum of all stages, however the samples wait for each other", () => {
    for (const negatives of ["hard", "random"]) expect(timePerSample(networkOf(4, { negatives }), even(4), { owners: [0, 0, 0, 0], rounds: null })).toBeCloseTo(16, 6);
    expect(timePerSample(networkOf(3, { objective: "classwise" }), even(3), { owners: [0, 0, 0], rounds: null })).toBeCloseTo(3, 6);
  });

  test("of a pipeline without feedback is that of the slowest thread", () => {
    const times = [{ single: 1, pair: 1, update: 1 }, { single: 2, pair: 3, update: 1 }, { single: 1, pair: 1, update: 0 }];
    expect(timePerSample(networkOf(3, { negatives: "random" }), times, { owners: [0, 1, 0], rounds: null })).toBeCloseTo(6, 1);
    expect(timePerSample(networkOf(3, { negatives: "random" }), times, { owners: [0, 1, 2], rounds: null })).toBeCloseTo(6, 1);
    expect(timePerSample(networkOf(3, { objective: "classwise" }), times, { owners: [0, 1, 2], rounds: null })).toBeCloseTo(2, 1);
  });

  test("with hard negatives is that of the longest round: pairs up to some layer, its update, single passes from there to the top", () => {
    // k = 1: 2 + 1 + 1 + 1 = 5; k = 2: 2 + 2 + 1 + 1 = 6.
    expect(timePerSample(networkOf(2), even(2), { owners: [0, 1], rounds: null })).toBeCloseTo(6, 1);
    // k = 4: 8 + 1 + 1 = 10, whatever the number of threads beyond two.
    expect(timePerSample(networkOf(4), even(4), { owners: [0, 1, 2, 3], rounds: null })).toBeCloseTo(10, 1);
    expect(timePerSample(networkOf(4), even(4), { owners: [0, 1, 0, 1], rounds: null })).toBeCloseTo(10, 1);
    // Neighbours together: the second thread idles while the first does its pairs, and the first during the second's single passes.
    expect(timePerSample(networkOf(4), even(4), { owners: [0, 0, 1, 1], rounds: null })).toBeGreaterThan(12);
  });
});

describe("the share", () => {
  test("puts layers that follow each other into different threads where samples wait for each other, and evens out the sums where not", () => {
    expect(divideLayers(networkOf(4), even(4), 2)).toMatchObject({ owners: [0, 1, 0, 1] });
    const uneven = [{ single: 1, pair: 1, update: 0 }, { single: 4, pair: 3, update: 1 }, { single: 2, pair: 2, update: 0 }, { single: 1, pair: 1, update: 0 }];
    const spec = networkOf(4, { negatives: "random" });
    expect(timePerSample(spec, uneven, divideLayers(spec, uneven, 2))).toBeCloseTo(8, 1);
  });

  test("gives rounds to threads that wait for each other: every layer's pair before its next single pass, and a time as good as a round can have", () => {
    // What was measured of 784-4x1000 after 1,000 samples. Whichever stage is ready would be a gamble: two parts in a hundred decide between 1.6 and 1.4 times.
    const times = [[42, 8, 36], [78, 110, 96], [67, 92, 82], [66, 82, 71]].map(([single, pair, update]) => ({ single: single! / 1000, pair: pair! / 1000, update: update! / 1000 }));
    for (const error of [0.98, 0.99, 1, 1.01, 1.02]) {
      const off = times.map((layer, index) => (index === 1 ? { ...layer, pair: layer.pair * error } : layer));
      const division = divideLayers(networkOf(4), off, 2);
      expect(division.owners).toEqual([0, 1, 0, 1]);
      expect(division.rounds!.map((round) => [...round].sort())).toEqual([[0, 0, 2, 2], [1, 1, 3, 3]]);
      expect(timeAlone(off) / timePerSample(networkOf(4), off, division)).toBeGreaterThan(1.58);
    }
    expect(divideLayers(networkOf(4, { negatives: "random" }), times, 2).rounds).toBeNull();
  });

  test("knows a round that would wait for ever", () => {
    expect(timePerSample(networkOf(2), even(2), { owners: [0, 0], rounds: [[0, 0, 1, 1]] })).toBeLessThan(Infinity);
    expect(timePerSample(networkOf(2), even(2), { owners: [0, 0], rounds: [[1, 1, 0, 0]] })).toBe(Infinity);
  });

  test("is found in a blink for networks of any depth", () => {
    const start = performance.now();
    for (const [layers, threads] of [[8, 2], [12, 4], [40, 8], [255, 16]] as const) divideLayers(networkOf(layers), even(layers), threads);
    // Seconds where it takes tens of milliseconds: a search that has got out of hand takes hours.
    expect(performance.now() - start).toBeLessThan(60_000);
  });

  test.each([1, 2, 3, 5, 8, 20, 60])("gives each of the threads of %i layers something to do", (layers) => {
    for (const threads of [1, 2, 3, 7].filter((count) => count <= layers)) {
      const { owners } = divideLayers(networkOf(layers), even(layers), threads);
      expect(owners).toHaveLength(layers);
      expect([...new Set(owners)].sort()).toEqual(Array.from({ length: threads }, (_, thread) => thread));
    }
  });

  test("before anything is measured takes the first layer for cheap and a wide one for dear", () => {
    const spec = resolveSpec({ input: { width: 28, height: 28, channels: 1 }, classes: 10, negatives: "random", layers: [{ units: 1000 }, { units: 1000 }, { units: 100 }] });
    const [first, second, third] = guessTimes(geometryOfSpec(spec), spec).map(({ single, pair, update }) => single + pair + update);
    expect(first).toBeLessThan(second! / 2);
    expect(third).toBeLessThan(second! / 5);
  });
});
