/** Sparsity, ensembles and selectivity of activities made by hand. */
import { describe, expect, test } from "vitest";
import type { Activities, LayerActivities } from "../../../host/analysis/activities.js";
import { analyze } from "../../../host/analysis/analyze.js";
import { ensemblesOf } from "../../../host/analysis/ensembles.js";
import { selectivityOf } from "../../../host/analysis/selectivity.js";
import { sparsityOf } from "../../../host/analysis/sparsity.js";

/** One row a sample. */
function layerOf(rows: readonly (readonly number[])[], layer = 0): LayerActivities {
  return { layer, units: rows[0]!.length, y: Int16Array.from(rows.flat()) };
}

function activitiesOf(layers: readonly LayerActivities[], labels: readonly number[], classes: number): Activities {
  return { layers, labels: Uint8Array.from(labels), classes, samples: labels.length };
}

describe("sparsity", () => {
  test("one unit alone has 1 by Hoyer, all units alike have 0", () => {
    expect(sparsityOf(layerOf([[0, 0, 0, 700]]))).toEqual({ active: 0.25, hoyer: 1 });
    expect(sparsityOf(layerOf([[5, 5, 5, 5]]))).toEqual({ active: 1, hoyer: 0 });
  });

  test("between them it is (√n − Σy / √Σy²) / (√n − 1), averaged over samples", () => {
    // 3 and 4 have length 5 and sum 7: (2 − 7/5) / 1.
    expect(sparsityOf(layerOf([[3, 4, 0, 0]])).hoyer).toBeCloseTo(0.6, 12);
    expect(sparsityOf(layerOf([[3, 4, 0, 0], [0, 0, 9, 0]]))).toEqual({ active: 3 / 8, hoyer: expect.closeTo(0.8, 12) as number });
  });

  test("it does not depend on the scale", () => {
    expect(sparsityOf(layerOf([[1, 2, 3, 0]])).hoyer).toBeCloseTo(sparsityOf(layerOf([[100, 200, 300, 0]])).hoyer, 12);
  });

  test("a silent sample counts as inactive, and not for Hoyer; silence alone is 0", () => {
    expect(sparsityOf(layerOf([[0, 0, 0, 0], [0, 0, 0, 9]]))).toEqual({ active: 1 / 8, hoyer: 1 });
    expect(sparsityOf(layerOf([[0, 0], [0, 0]]))).toEqual({ active: 0, hoyer: 0 });
  });

  test("a layer of one unit has a number, not NaN", () => {
    expect(sparsityOf(layerOf([[4], [0]]))).toEqual({ active: 0.5, hoyer: 0 });
  });
});

describe("ensembles", () => {
  /** 100 samples of each of two classes: unit 0 speaks for class 0, unit 1 for class 1, unit 2 for all, unit 3 for none, unit 4 for too few of class 0. */
  const labels = Array.from({ length: 200 }, (_, sample) => sample % 2);
  const rows = labels.map((label, sample) => [label === 0 ? 8 : 0, label === 1 ? 8 : 0, 8, 0, label === 0 && sample % 10 < 4 ? 8 : 0]);
  const layer = layerOf(rows);
  const found = ensemblesOf(layer, activitiesOf([layer], labels, 2));

  test("hold the units above chance that are active in half of the class's samples", () => {
    expect(found.members).toEqual([[0], [1]]);
    expect(found.overlap).toEqual([[1, 0], [0, 1]]);
    expect(found.sharedBy).toEqual([3, 2, 0]);
  });

  test("a unit of two classes of three is shared, and the overlap is intersection over union", () => {
    const three = Array.from({ length: 300 }, (_, sample) => sample % 3);
    const shared = layerOf(three.map((label) => [label < 2 ? 3 : 0, label === 0 ? 3 : 0, label === 1 ? 3 : 0]));
    const { members, overlap, sharedBy } = ensemblesOf(shared, activitiesOf([shared], three, 3));
    expect(members).toEqual([[0, 1], [0, 2], []]);
    expect(overlap[0]![1]).toBeCloseTo(1 / 3, 12);
    expect(overlap[2]).toEqual([0, 0, 0]);
    expect(sharedBy).toEqual([0, 2, 1, 0]);
  });

  test("what chance explains is no ensemble: few samples are not enough, more of the same are", () => {
    const sized = (count: number): number => {
      const own = Array.from({ length: count }, (_, sample) => sample % 2);
      // Active in 7 of 10 samples of class 0 and 3 of 10 of class 1.
      const one = layerOf(own.map((label, sample) => [Math.floor(sample / 2) % 10 < (label === 0 ? 7 : 3) ? 1 : 0]));
      return ensemblesOf(one, activitiesOf([one], own, 2)).members[0]!.length;
    };
    expect([sized(40), sized(400)]).toEqual([0, 1]);
  });

  test("a class without samples has none", () => {
    const { members } = ensemblesOf(layer, activitiesOf([layer], labels, 3));
    expect(members[2]).toEqual([]);
  });
});

describe("selectivity", () => {
  const of = (rows: number[][], labels: number[], classes: number): number[] => {
    const layer = layerOf(rows);
    return [...selectivityOf(layer, activitiesOf([layer], labels, classes))];
  };

  test("is 1 for one class only, 0 for all alike and for silence", () => {
    expect(of([[9, 5, 0], [0, 5, 0]], [0, 1], 2)).toEqual([1, 0, 0]);
  });

  test("is (m − r) / (m + r) of class means, however often a class is shown", () => {
    // Means 8 and 2 of two classes, the second shown three times.
    expect(of([[8], [2], [1], [3]], [0, 1, 1, 1], 2)).toEqual([(8 - 2) / (8 + 2)]);
    // The rest is the mean over the other classes: (2 + 4) / 2.
    expect(of([[8], [2], [4]], [0, 1, 2], 3)).toEqual([5 / 11]);
  });

  test("classes without samples do not count", () => {
    expect(of([[8], [2]], [0, 3], 5)).toEqual([0.6]);
  });
});

test("analyze puts them together for each layer, and counts units that were never active", () => {
  const labels = Array.from({ length: 100 }, (_, sample) => sample % 2);
  const first = layerOf(labels.map((label) => [label === 0 ? 4 : 0, 4, 0]));
  const second = layerOf(labels.map(() => [1, 1]), 1);
  const layers = analyze(activitiesOf([first, second], labels, 2));
  expect(layers.map(({ layer, units, silent }) => ({ layer, units, silent }))).toEqual([{ layer: 1, units: 3, silent: 1 }, { layer: 2, units: 2, silent: 0 }]);
  expect(layers[0]!.ensembles.members).toEqual([[0], []]);
  expect(layers[0]!.selectivity).toEqual([1, 0, 0]);
  expect(layers[1]!.sparsity).toEqual({ active: 1, hoyer: expect.closeTo(0, 12) as number });
});
