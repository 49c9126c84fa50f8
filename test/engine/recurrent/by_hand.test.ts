/** A network small enough to follow on paper: one value, two layers of one unit, two classes. */
import { expect, test } from "vitest";
import { REGION_LAYER_STATE, REGION_WEIGHTS } from "../../../assembly/abi/region.js";
import { LAYER_POSITIVES_RIGHT, LAYER_ROWS_UPDATED, LAYER_ROWS_USED } from "../../../assembly/abi/state.js";
import { Network } from "../../../host/engine/network.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";

const spec: NetworkSpecInput = {
  input: { width: 1, height: 1, channels: 1 }, classes: 2, layers: [{ units: 1, rate: 2 ** -10, temperature: 3 }, { units: 1, rate: 2 ** -10, temperature: 3 }],
  negatives: "random", readout: { from: null }, label: { level: 1 }, inputDropout: 0, recurrence: { iterations: 2, first: 1, last: 2, damping: 0.5 },
};

/** Layer 1 sees the frame with 1.0 and the layer above with 0.5; layer 2 the layer below and label 0 with 1.0, label 1 not at all. */
function handmade(change: Partial<NetworkSpecInput>, build: "scalar" | "simd"): Network {
  const network = Network.create({ ...spec, ...change }, { build });
  const weights = (layer: number, rows: number[]): void => {
    const region = network.region(REGION_WEIGHTS, layer);
    expect(region.rows).toBe(rows.length);
    rows.forEach((weight, row) => (network.view(region)[row * region.stride] = weight * 4096));
  };
  weights(0, [1, 0.5]);
  weights(1, [1, 1, 0]);
  return network;
}

const frame = Uint8Array.of(200);

test.each(["scalar", "simd"] as const)("scores of every class, %s", (build) => {
  const network = handmade({}, build);
  network.predict(frame);
  // A layer of one unit that is not 0 is seen as 1.0. Start: y1 = 1.0 (128), y2 = 2.0 (256) with label 0, 1.0 with label 1.
  // Layer 1 then sees 1.5 (192), half damped: 160, 176. Layer 2 stays where it is. G = y² >> 6.
  const layer1 = (160 ** 2 >> 6) + (176 ** 2 >> 6);
  expect([...network.scores]).toEqual([layer1 + 2 * (256 ** 2 >> 6), layer1 + 2 * (128 ** 2 >> 6)]);
  expect([...network.scores]).toEqual([2932, 1396]);
});

test.each(["scalar", "simd"] as const)("a stream has no start: it begins at 0 and goes on from frame to frame, %s", (build) => {
  const network = handmade({ recurrence: { iterations: 1, damping: 0.5, stream: true } }, build);
  const scores = (value: number): number[] => {
    network.predict(Uint8Array.of(value));
    return [...network.scores];
  };
  const square = (y: number): number => (y * y) >> 6;
  // Nothing is known of either layer: y1 = half of 1.0; y2 = half of 1.0 by label 0, nothing by label 1.
  expect(scores(200)).toEqual([square(64) + square(64), square(64)]);
  // Label 0: y1 = (64 + 192) / 2, y2 = (64 + 256) / 2. Label 1: y1 = (64 + 128) / 2, y2 = 128 / 2.
  expect(scores(9)).toEqual([square(128) + square(160), square(96) + square(64)]);
  // No frame, so layer 1 has only what is above.
  expect(scores(0)).toEqual([square(96) + square(208), square(80) + square(96)]);
});

test.each(["scalar", "simd"] as const)("one learning iteration, to the last bit, %s", (build) => {
  const network = handmade({ recurrence: { iterations: 1, damping: 0.5 } }, build);
  const state = (layer: number): Uint32Array => network.view(network.region(REGION_LAYER_STATE, layer)) as Uint32Array;
  network.train(frame, 0);
  const weight = (layer: number, row: number): number => {
    const region = network.region(REGION_WEIGHTS, layer);
    return network.view(region)[row * region.stride] ?? NaN;
  };
  // Layer 1 has the same goodness in both, so c = 1/2, but its inputs are the same too, and the two halves of the step cancel.
  expect([weight(0, 0), weight(0, 1)]).toEqual([4096, 2048]);
  // Layer 2: G+ = 1024, G- = 256, c = σ(-768 / (3 · 256)) = 8836 (q15). Rate 2^14 gives Q = 20, k = 4:
  // gain = 8836 · 2^14 >> 15 = 4418; a+ = (256 · 4418 + 1024) >> 11 = 552; a- = -((128 · 4418 + 1024) >> 11) = -276.
  const start = (state(1)[0] ?? 0) & 0xffff;
  const steps = [(552 - 276) * 16 * 16, 552 * 16 * 16, -276 * 16 * 16];
  let carry = start;
  const moved = steps.map((step) => {
    const sum = step + carry;
    carry = sum & 0xffff;
    return sum >> 16;
  });
  expect([weight(1, 0), weight(1, 1), weight(1, 2)]).toEqual([4096 + moved[0]!, 4096 + moved[1]!, moved[2]!]);
  expect(moved.reduce((sum, step) => sum + step, 0)).toBeGreaterThan(0);
  // θ = 1.0 (256): both layers' positives are above it. Rows: the frame, then the unit above in the iteration, for both; the unit below in start and iteration.
  expect([state(0)[LAYER_POSITIVES_RIGHT >> 2], state(1)[LAYER_POSITIVES_RIGHT >> 2]]).toEqual([1, 1]);
  expect([state(0)[LAYER_ROWS_USED >> 2], state(1)[LAYER_ROWS_USED >> 2]]).toEqual([1 + 2, 2 + 2]);
  expect([state(0)[LAYER_ROWS_UPDATED >> 2], state(1)[LAYER_ROWS_UPDATED >> 2]]).toEqual([2, 1]);
});
