/** The training loop on networks with variants. */
import { expect, test } from "vitest";
import { Network } from "../../../host/engine/network.js";
import { evaluate } from "../../../host/train/evaluate.js";
import { type EpochResult, type TrainOptions, train } from "../../../host/train/train.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { stripes } from "../../host/train/stripes.js";
import { boxOf } from "./networks.js";

const data = stripes(400);
const common = { input: data.shape, classes: data.classes, seed: 2 };

async function epochs(network: Network, options: Partial<TrainOptions> = {}): Promise<EpochResult[]> {
  const results: EpochResult[] = [];
  for await (const event of train(network, data, { epochs: 2, test: data, ...options })) if (event.type === "epoch") results.push(event.result);
  return results;
}

test("asks for the negatives and targets of every sample, and refuses to go without", async () => {
  const spec: NetworkSpecInput = { ...common, negatives: "given", targets: "given", layers: [{ units: 32 }, { units: 16 }] };
  await expect(epochs(Network.create(spec))).rejects.toThrow('this network\'s negatives are "given", and a data set has none: bring them with the option "extras"');
  await expect(epochs(Network.create({ ...spec, negatives: "hard" }))).rejects.toThrow('this network\'s targets are "given"');
  const asked = new Set<number>();
  const network = Network.create(spec);
  const results = await epochs(network, {
    extras: (index) => {
      asked.add(index);
      const size = network.frame.length;
      return { negative: data.frames.slice(((index + 1) % data.count) * size, ((index + 1) % data.count) * size + size), targets: Array.from({ length: data.classes }, (_, c) => (c === data.labels[index] ? 1 : 0)) };
    },
  });
  expect(asked.size).toBe(data.count);
  expect(results.at(-1)!.testError!.readout).toBeLessThan(20);
});

test("counts rows of two frames and of layers around a box in percent of what there is", async () => {
  const spec: NetworkSpecInput = { ...common, negatives: "hybrid", maskBlurs: 2, layers: [{ units: 24 }, { kind: "box", units: 24 }, { units: 16 }] };
  const network = Network.create(spec, { box: boxOf(spec) });
  for (const { counters } of await epochs(network)) {
    for (const percent of [...counters.rowsUsed, ...counters.rowsUpdated]) {
      expect(percent).toBeGreaterThanOrEqual(0);
      expect(percent).toBeLessThanOrEqual(100);
    }
    expect([counters.rowsUsed[1], counters.rowsUpdated[1]]).toEqual([0, 0]);
    expect(counters.rowsUsed[0]).toBeGreaterThan(0);
  }
  expect(evaluate(network, data).count).toBe(data.count);
});
