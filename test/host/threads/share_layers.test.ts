/** Which thread gets which layers, on times that can be followed by hand. */
import { describe, expect, test } from "vitest";
import { geometryOfSpec, resolveSpec, type NetworkSpec } from "../../../host/spec/network_spec.js";
import type { LayerTimes } from "../../../host/threads/costs.js";
import { guessTimes, shareLayers, timePerSample } from "../../../host/threads/share_layers.js";

const networkOf = (layers: number, more: object = {}): NetworkSpec => resolveSpec({ input: { width: 28, height: 28, channels: 1 }, classes: 10, layers: Array.from({ length: layers }, () => ({ units: 100 })), ...more });
const even = (layers: number): LayerTimes[] => Array.from({ length: layers }, () => ({ single: 1, pair: 2, update: 1 }));

describe("the time from sample to sample", () => {
  test("of one thread is the sum of all stages, however the samples wait for each other", () => {
    for (const negatives of ["hard", "random"]) expect(timePerSample(networkOf(4, { negatives }), even(4), [0, 0, 0, 0])).toBeCloseTo(16, 6);
    expect(timePerSample(networkOf(3, { objective: "classwise" }), even(3), [0, 0, 0])).toBeCloseTo(3, 6);
  });

  test("of a pipeline without feedback is that of the slowest thread", () => {
    const times = [{ single: 1, pair: 1, update: 1 }, { single: 2, pair: 3, update: 1 }, { single: 1, pair: 1, update: 0 }];
    expect(timePerSample(networkOf(3, { negatives: "random" }), times, [0, 1, 0])).toBeCloseTo(6, 1);
    expect(timePerSample(networkOf(3, { negatives: "random" }), times, [0, 1, 2])).toBeCloseTo(6, 1);
    expect(timePerSample(networkOf(3, { objective: "classwise" }), times, [0, 1, 2])).toBeCloseTo(2, 1);
  });

  test("with hard negatives is that of the longest round: pairs up to some layer, its update, single passes from there to the top", () => {
    // k = 1: 2 + 1 + 1 + 1 = 5; k = 2: 2 + 2 + 1 + 1 = 6.
    expect(timePerSample(networkOf(2), even(2), [0, 1])).toBeCloseTo(6, 1);
    // k = 4: 8 + 1 + 1 = 10, whatever the number of threads beyond two.
    expect(timePerSample(networkOf(4), even(4), [0, 1, 2, 3])).toBeCloseTo(10, 1);
    expect(timePerSample(networkOf(4), even(4), [0, 1, 0, 1])).toBeCloseTo(10, 1);
    // Neighbours together: the second thread idles while the first does its pairs, and the first during the second's single passes.
    expect(timePerSample(networkOf(4), even(4), [0, 0, 1, 1])).toBeGreaterThan(12);
  });
});

describe("the share", () => {
  test("puts layers that follow each other into different threads where samples wait for each other, and evens out the sums where not", () => {
    expect(shareLayers(networkOf(4), even(4), 2)).toMatchObject({ owners: [0, 1, 0, 1] });
    const uneven = [{ single: 1, pair: 1, update: 0 }, { single: 4, pair: 3, update: 1 }, { single: 2, pair: 2, update: 0 }, { single: 1, pair: 1, update: 0 }];
    expect(shareLayers(networkOf(4, { negatives: "random" }), uneven, 2).perSample).toBeCloseTo(8, 1);
  });

  test.each([1, 2, 3, 5, 8, 20, 60])("gives each of the threads of %i layers something to do", (layers) => {
    for (const threads of [1, 2, 3, 7].filter((count) => count <= layers)) {
      const { owners } = shareLayers(networkOf(layers), even(layers), threads);
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
