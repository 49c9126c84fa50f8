import { expect, test } from "vitest";
import { Network } from "../../../host/engine/network.js";
import { packNetwork } from "../../../host/pack/pack.js";
import { openPacked } from "../../../host/pack/packed_network.js";
import { retune } from "../../../host/field/retune.js";
import type { NetworkSpecInput, StreamSpecInput } from "../../../host/spec/network_spec.js";
import { PACKED_BYTES } from "../../limits.js";
import { NETWORKS, sampleOf } from "../engine/networks.js";

test.each(Object.entries(NETWORKS))("%s: packed with what it has learned, it learns on in its module as in the engine", async (_, spec) => {
  const shipped = Network.create(spec);
  const learn = (network: Network, from: number, to: number): void => {
    for (let index = from; index < to; index++) network.train(sampleOf(spec, index).frame, sampleOf(spec, index).label);
  };
  learn(shipped, 0, 30);
  const tuned = retune(shipped, {});
  const device = openPacked((await packNetwork(tuned)).module);
  expect(device.weightsHash()).toBe(shipped.weightsHash());
  expect(device.samples).toBe(30);
  for (const network of [device, tuned]) learn(network, 30, 60);
  expect(device.checkpoint()).toEqual(tuned.checkpoint());
  expect(device.weightsHash()).not.toBe(shipped.weightsHash());
  for (let index = 0; index < 8; index++) expect(device.predict(sampleOf(spec, index).frame)).toBe(tuned.predict(sampleOf(spec, index).frame));
  expect(Network.open(device.checkpoint()).weightsHash()).toBe(device.weightsHash());
});

test("an untrained module starts fresh, another file is refused, and watching is not to be had", async () => {
  const spec = NETWORKS["class-wise, i8"]!;
  const device = openPacked((await packNetwork(Network.create(spec), { state: false })).module);
  expect(device.checkpoint()).toEqual(Network.create(spec).checkpoint());
  expect(() => device.activities(sampleOf(spec, 0).frame)).toThrow("this engine cannot be watched: it was packed for a device");
  expect(() => openPacked(Uint8Array.of(1, 2, 3), "x.wasm")).toThrow(/x\.wasm/);
});

const STREAM = {
  stream: { features: "bank", window: 1024, hop: 512, bands: 24, coding: "offset", spread: 10 }, classes: 2, negatives: "corrupted", corruption: { ways: ["raise"], share: 0.5 },
  sense: "minimise", layers: [{ units: 64 }], readout: { from: null }, inputDropout: 0, bias: 1,
} satisfies StreamSpecInput;
const JITTER = { input: { width: 28, height: 28, channels: 1 }, classes: 10, jitter: 1, layers: [{ units: 128, weights: "i8" }, { units: 64, weights: "i8" }] } satisfies NetworkSpecInput;

test.each([["784-128-64 i8, jitter, scalar", JITTER], ["stream 24-64 i16, corrupted, scalar", STREAM]] as const)("%s: of the full build only what the network uses is packed", async (name, spec) => {
  const { module } = await packNetwork(Network.create(spec), { state: false });
  expect(module.length).toBeGreaterThan(PACKED_BYTES[name].floor);
  expect(module.length).toBeLessThanOrEqual(PACKED_BYTES[name].ceiling);
});
