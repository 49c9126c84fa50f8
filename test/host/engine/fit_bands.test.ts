/** Maps that do not fit the memory limit get bands, and learn the same. */
import { describe, expect, test } from "vitest";
import { plannedWords, wholeMaps } from "../../../host/engine/fit_bands.js";
import { Network } from "../../../host/engine/network.js";
import { planMemory } from "../../../host/engine/plan.js";
import { decodeSpec, encodeSpec } from "../../../host/spec/encode.js";
import { type NetworkSpecInput, resolveSpec } from "../../../host/spec/network_spec.js";

const spec: NetworkSpecInput = {
  input: { width: 40, height: 36, channels: 1 }, classes: 4, objective: "classwise",
  layers: [{ kind: "conv", channels: 16, field: 5, pool: 2, weights: "i8" }, { kind: "conv", channels: 8, field: 3, pool: 2, weights: "i8" }],
};
const whole = planMemory(spec).bytes.total;
const bandsOf = (input: NetworkSpecInput): number[] => decodeSpec(plannedWords(input)).layers.map(({ bandRows }) => bandRows);

describe("a network with a memory limit", () => {
  test("that it fits keeps its maps whole", () => {
    expect(bandsOf(spec)).toEqual([0, 0]);
    expect(bandsOf({ ...spec, memoryLimitBytes: whole })).toEqual([0, 0]);
  });

  test("that it does not fit gets bands as high as fit, and no more of them than need be", () => {
    const limit = whole - 1;
    const plan = planMemory({ ...spec, memoryLimitBytes: limit });
    expect(plan.bytes.total).toBeLessThanOrEqual(limit);
    // The first layer is the larger one; what its band takes is more than all of the second.
    expect(plan.bands).toMatchObject([{ layer: 0, of: 16 }]);
    const higher = { ...spec, layers: [{ ...spec.layers[0]!, bandRows: plan.bands[0]!.rows + 1 }, spec.layers[1]!] };
    expect(planMemory(higher).bytes.total).toBeGreaterThan(limit);
  });

  test("that is tighter gets lower bands, down to a row of each layer, and is then refused with what it lacks", () => {
    const least = planMemory({ ...spec, layers: spec.layers.map((layer) => ({ ...layer, bandRows: 1 })) }).bytes.total;
    const tight = planMemory({ ...spec, memoryLimitBytes: least });
    expect(tight.bytes.total).toBe(least);
    // The active places of one row of the first layer have room for two rows of the second's.
    expect(tight.bands).toEqual([{ layer: 0, rows: 1, of: 16 }, { layer: 1, rows: 2, of: 7 }]);
    expect(least).toBeLessThan(0.7 * whole);
    expect(() => planMemory({ ...spec, memoryLimitBytes: least - 16 })).toThrow(/needs 16 bytes more than the memory limit, even with its maps worked in bands of rows/);
  });

  test("does not get other bands than those that were asked for", () => {
    const chosen = { ...spec, layers: [{ ...spec.layers[0]!, bandRows: 9 }, spec.layers[1]!] };
    expect(bandsOf({ ...chosen, memoryLimitBytes: 1 << 20 })).toEqual([9, 0]);
    expect(() => planMemory({ ...chosen, memoryLimitBytes: 10_000 })).toThrow(/bytes more than the memory limit$/);
  });

  test("that is dense is refused as before", () => {
    expect(() => planMemory({ ...spec, layers: [{ units: 40 }], memoryLimitBytes: 5000 })).toThrow(/bytes more than the memory limit$/);
  });
});

test("bands survive the spec block, and go with wholeMaps", () => {
  const banded = resolveSpec({ ...spec, layers: [{ ...spec.layers[0]!, bandRows: 65535 }, { ...spec.layers[1]!, bandRows: 3 }], memoryLimitBytes: 99 });
  expect(decodeSpec(encodeSpec(banded)).layers.map(({ bandRows, pool }) => [bandRows, pool])).toEqual([[65535, 2], [3, 2]]);
  expect(encodeSpec(wholeMaps(banded))).toEqual(encodeSpec(resolveSpec(spec)));
});

test("a network in bands has the weights, predictions and activities of the whole one, and its model goes on", () => {
  const [a, b] = [Network.create(spec), Network.create({ ...spec, memoryLimitBytes: Math.floor(0.75 * whole) })];
  expect(b.plan.bytes.total).toBeLessThanOrEqual(0.75 * whole);
  const frame = Uint8Array.from({ length: 40 * 36 }, (_, at) => (at * 37) % 256);
  for (let step = 0; step < 12; step++) for (const network of [a, b]) network.train(frame.map((value) => (value + 50 * step) & 255), step % 4);
  expect(b.weightsHash()).toBe(a.weightsHash());
  const again = Network.open(b.checkpoint());
  for (const network of [b, again]) {
    expect(network.predict(frame)).toBe(a.predict(frame));
    expect([...network.scores]).toEqual([...a.scores]);
    expect(network.activities(frame).map(({ layer, y }) => [layer, [...y]])).toEqual(a.activities(frame).map(({ layer, y }) => [layer, [...y]]));
  }
  // Watched once, it learns on, and is watched as it is then.
  for (const network of [a, again]) network.train(frame, 1);
  expect(again.activities(frame)[0]!.y).toEqual(a.activities(frame)[0]!.y);
});

test.each<[string, NetworkSpecInput, RegExp]>([
  ["a dense layer", { ...spec, layers: [{ units: 40, bandRows: 3 }] }, /layer 1 is dense and has no bandRows/],
  ["peer normalisation", { ...spec, objective: "pair", layers: [{ kind: "conv", channels: 4, field: 3, bandRows: 2, peer: 0.5 }] }, /layer 1: bandRows goes without peer normalisation/],
  ["a recurrent network", { ...spec, objective: "pair", recurrence: { iterations: 3 }, layers: [{ kind: "local", channels: 4, field: 3, padding: 1, bandRows: 2 }] }, /bandRows belongs to feed-forward networks/],
])("%s has no bands", (_, input, reason) => {
  expect(() => resolveSpec(input)).toThrow(reason);
});
