/** Local layers in a recurrent network. */
import { describe, expect, test } from "vitest";
import { REGION_LAYER_STATE, REGION_UNIT_STATE, REGION_WEIGHTS } from "../../../assembly/abi/region.js";
import { LAYER_ROWS_UPDATED } from "../../../assembly/abi/state.js";
import { Network } from "../../../host/engine/network.js";
import { planMemory } from "../../../host/engine/plan.js";
import { type NetworkSpecInput, resolveSpec } from "../../../host/spec/network_spec.js";
import { samplesFor } from "./networks.js";

const base: NetworkSpecInput = { input: { width: 5, height: 5, channels: 1 }, classes: 5, layers: [], readout: { from: 0 }, seed: 3, inputDropout: 0.1, recurrence: { iterations: 4, first: 2, last: 4 } };
const place = { kind: "local", channels: 17, field: 5 } as const;

describe.each([
  ["still frames", base],
  ["bias, decay, peers, threshold loss", { ...base, bias: 0.5, loss: "threshold" }],
  ["a stream", { ...base, recurrence: { iterations: 2, stream: true } }],
] as const)("a local layer of one place, which sees everything, is a dense layer: %s", (name, spec) => {
  const more = name.startsWith("bias") ? { peer: 0.1, decay: 0.01 } : {};
  test.each(["scalar", "simd"] as const)("%s", (build) => {
    const local = Network.create({ ...spec, layers: [{ ...place, ...more }, { units: 9, ...more }] }, { build });
    const dense = Network.create({ ...spec, layers: [{ units: 17, ...more }, { units: 9, ...more }] }, { build });
    const fresh = local.weightsHash();
    expect(fresh).toBe(dense.weightsHash());
    for (const { frame, label } of samplesFor(local, 60, 4)) {
      local.train(frame, label);
      dense.train(frame, label);
    }
    expect(local.weightsHash()).toBe(dense.weightsHash());
    expect(local.weightsHash()).not.toBe(fresh);
    const updated = (network: Network): number | undefined => network.view(network.region(REGION_LAYER_STATE, 0))[LAYER_ROWS_UPDATED >> 2];
    expect(updated(local)).toBe(updated(dense));
    for (const { frame } of samplesFor(local, 5, 9)) {
      local.predict(frame);
      dense.predict(frame);
      expect([...local.scores]).toEqual([...dense.scores]);
      local.predict(frame, "readout");
      dense.predict(frame, "readout");
      expect([...local.logits]).toEqual([...dense.logits]);
    }
  });
});

test("a place sees the field of the map above around its own, and nothing else of it", () => {
  // Two maps of 5 x 5 places of one channel, fields of 3: rows are 9 below and 9 above, or 9 below and 2 labels.
  const spec: NetworkSpecInput = {
    ...base, classes: 2, inputDropout: 0, layers: [{ kind: "local", channels: 1, field: 3, padding: 1 }, { kind: "local", channels: 1, field: 3, padding: 1 }], readout: { from: null }, negatives: "random",
    recurrence: { iterations: 2, first: 1, last: 2, damping: 0 },
  };
  const network = Network.create(spec, { build: "scalar" });
  const [first, second] = [network.region(REGION_WEIGHTS, 0), network.region(REGION_WEIGHTS, 1)];
  expect([first.rows, second.rows]).toEqual([25 * 18, 25 * 11]);
  network.view(first).fill(0);
  network.view(second).fill(0);
  const weight = (region: typeof first, rows: number, at: number, row: number): void => {
    network.view(region)[(at * rows + row) * region.stride] = 4096;
  };
  // The image wakes the first layer's corner; that wakes the second layer's place (1, 1), from which it is up and left: row 0 of its field.
  weight(first, 18, 0, 4);
  weight(second, 11, 1 * 5 + 1, 0);
  // And (1, 1) above wakes (2, 2) below, from which it is up and left as well: row 9 + 0. The place beside it, (2, 3), does not see it there.
  weight(first, 18, 2 * 5 + 2, 9);
  weight(first, 18, 2 * 5 + 3, 9);
  const frame = new Uint8Array(25).fill(0);
  frame[0] = 200;
  network.predict(frame);
  const state = network.region(REGION_UNIT_STATE, 0);
  const awake = [...network.view(state).subarray(0, 25)].flatMap((y, at) => (y > 0 ? [at] : []));
  expect(awake).toEqual([0, 2 * 5 + 2]);
});

test("scratch of maps does not grow with iterations, and places that do not match are refused", () => {
  const layers: NetworkSpecInput["layers"] = [{ kind: "local", channels: 4, field: 3, padding: 1 }, { kind: "local", channels: 4, field: 3, padding: 1 }];
  const bytes = (iterations: number) => planMemory({ ...base, layers, recurrence: { iterations, first: 1, last: iterations } }).bytes;
  expect(bytes(64)).toEqual(bytes(1));
  expect(() => resolveSpec({ ...base, layers: [layers[0]!, { kind: "local", channels: 4, field: 3 }] })).toThrow(/layer 2 has 3 x 3 places on 5 x 5: in a recurrent network a local layer has as many as the one below/);
  expect(() => resolveSpec({ ...base, layers: [{ kind: "conv", channels: 4, field: 3 }] })).toThrow(/made of dense and local layers, not conv/);
});
