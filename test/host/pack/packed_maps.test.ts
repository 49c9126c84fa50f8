/** Packed networks with maps go on as the engine does, to the bit. */
import { expect, test } from "vitest";
import { Network } from "../../../host/engine/network.js";
import { packNetwork } from "../../../host/pack/pack.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { mnistSamples, persistent, start, trainBoth } from "./packed.js";

const input = { width: 28, height: 28, channels: 1 };
const networks: Record<string, NetworkSpecInput> = {
  "a class-wise convolution with pooling": { input, classes: 10, objective: "classwise", layers: [{ kind: "conv", channels: 10, field: 5, stride: 2, pool: 2, weights: "i8" }, { kind: "conv", channels: 20, field: 3, weights: "i8" }] },
  "local fields under a dense layer, labels appended": { input, classes: 10, layers: [{ kind: "local", channels: 8, field: 7, stride: 4, weights: "i8" }, { units: 24 }] },
  "waves on a convolution": { input, classes: 10, waves: { set: 1, intensity: 0.4 }, layers: [{ kind: "conv", channels: 8, field: 5, stride: 3, pool: 2 }, { kind: "conv", channels: 9, field: 3, padding: 1 }] },
};

test.each(Object.entries(networks))("%s, packed, learns the same bits", async (_, spec) => {
  const network = Network.create(spec, { build: "scalar" });
  for (const { frame, label } of mnistSamples(0, 10)) network.train(frame, label);
  const { module, facts } = await packNetwork(network);
  const packed = start(module);
  expect(packed.open()).toBe(0);
  const twin = Network.open(network.checkpoint(), "the model", { build: "scalar" });
  trainBoth(packed, twin, mnistSamples(10, 40));
  expect(Buffer.compare(persistent(packed), twin.checkpoint())).toBe(0);
  // What dense layers, boxes or the other kinds of negatives need is not in it.
  expect(facts.bytes.code).toBeLessThan(24_000);
});
