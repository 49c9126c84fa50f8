/** What a layer would do without sparsity: with no zero anywhere, the engine's counters say the same. */
import { describe, expect, test } from "vitest";
import { Network } from "../../../host/engine/network.js";
import { type NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { CounterReader } from "../../../host/train/counters.js";
import { fullWork, workOf } from "../../../host/train/work.js";

/** Nothing is 0: no dropout, activity of every unit (weights of one sign), a coefficient of every sample. */
const base: NetworkSpecInput = { input: { width: 6, height: 6, channels: 1 }, classes: 4, seed: 2, inputDropout: 0, minCoefficient: 0, layers: [] };
const DENSE: Readonly<Record<string, NetworkSpecInput>> = {
  "pair": { ...base, layers: [{ units: 16 }, { units: 8 }] },
  "pair without a readout": { ...base, negatives: "random", readout: { from: null }, layers: [{ units: 16 }, { units: 8 }] },
  "class-wise": { ...base, objective: "classwise", layers: [{ units: 16 }, { units: 8 }] },
  "hybrid negatives": { ...base, negatives: "hybrid", loss: "threshold", layers: [{ units: 16 }, { units: 8 }] },
  "class-wise convolution": { ...base, objective: "classwise", layers: [{ kind: "conv", channels: 8, field: 3 }] },
  "convolution, labels appended": { ...base, layers: [{ kind: "conv", channels: 8, field: 3 }, { units: 8 }] },
  "waves": { ...base, loss: "threshold", negatives: "random", waves: { set: 1, intensity: 0.3 }, layers: [{ kind: "conv", channels: 8, field: 3 }, { kind: "conv", channels: 8, field: 2 }] },
  "local": { ...base, layers: [{ kind: "local", channels: 4, field: 3 }, { units: 8 }] },
  "recurrent": { ...base, recurrence: { iterations: 4, first: 2, last: 4 }, layers: [{ units: 16 }, { units: 8 }] },
  "recurrent, a stream": { ...base, recurrence: { iterations: 2, first: 1, last: 2, stream: true }, layers: [{ units: 16 }, { units: 8 }] },
  "recurrent local maps": { ...base, recurrence: { iterations: 3, first: 1, last: 3 }, layers: [{ kind: "local", channels: 2, field: 3, padding: 1 }, { kind: "local", channels: 2, field: 3, padding: 1 }] },
};

describe.each(Object.entries(DENSE))("%s", (_, input) => {
  test("no counter exceeds what there is, and the rows of the first layer's full frame are all counted", () => {
    const network = Network.create(input);
    const reader = new CounterReader(network);
    const frame = Uint8Array.from({ length: 36 }, (_, at) => 20 + ((37 * at) % 230));
    for (let step = 0; step < 40; step++) network.train(frame, step % 4);
    const { rowsUsed, rowsUpdated } = reader.since(40);
    for (const share of [...rowsUsed, ...rowsUpdated]) {
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThanOrEqual(100 + 1e-9);
    }
    const work = workOf(network, { rowsUsed, rowsUpdated });
    fullWork(network).forEach(({ forwardMacs, updateMacs }, layer) => {
      expect(work[layer]!.forward).toEqual({ all: forwardMacs, done: Math.round((forwardMacs * rowsUsed[layer]!) / 100) });
      expect(work[layer]!.update).toEqual({ all: updateMacs, done: Math.round((updateMacs * rowsUpdated[layer]!) / 100) });
    });
    // No value of the frame is 0, so of the first layer of a network that is not recurrent every row is used.
    if (!input.recurrence) expect(rowsUsed[0]).toBeCloseTo(100, 6);
  });
});

test("multiply-adds by hand: 36 values, 16 and 8 units, pair with a readout", () => {
  // The image once, but for the 4 values that the label replaces; three passes of the second layer; an update of the shared image, and a paired one.
  expect(fullWork(Network.create(DENSE["pair"]!))).toEqual([
    { rowsUsed: 32, rowsUpdated: 32, forwardMacs: 32 * 16, updateMacs: 32 * 16 }, { rowsUsed: 3 * 16, rowsUpdated: 16, forwardMacs: 3 * 16 * 8, updateMacs: 2 * 16 * 8 },
  ]);
});
