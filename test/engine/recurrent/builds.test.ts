/** The same bits, whatever the build, the pieces of work, or the break in the middle. */
import { describe, expect, test } from "vitest";
import { BUSY, OK } from "../../../assembly/abi/status.js";
import { Network } from "../../../host/engine/network.js";
import { packNetwork } from "../../../host/pack/pack.js";
import { RECURRENT, type Sample, fingerprint, samplesFor, xorshift } from "./networks.js";

const TRAINED = 40;
const PACKED = ["three layers, hard negatives", "a local layer under two dense ones, bias, decay, peers", "a stream of an even number of classes, two iterations a frame, no readout"];

function trained(network: Network, samples: readonly Sample[]): Network {
  for (const { frame, label } of samples) network.train(frame, label);
  return network;
}

describe.each(Object.entries(RECURRENT))("%s", (name, spec) => {
  const scalar = Network.create(spec, { build: "scalar" });
  const samples = samplesFor(scalar, TRAINED, 5);
  const probes = samplesFor(scalar, 6, 6);
  trained(scalar, samples);
  const expected = fingerprint(Network.open(scalar.checkpoint(), "scalar", { build: "scalar" }), probes);

  test("learns at all", () => {
    expect(scalar.size).toBe("full");
    expect(scalar.weightsHash()).not.toBe(Network.create(spec, { build: "scalar" }).weightsHash());
  });

  test("SIMD gives the same bits as scalar", () => {
    expect(fingerprint(trained(Network.create(spec, { build: "simd" }), samples), probes)).toEqual(expected);
  });

  test("in small pieces it gives the same bits as in one go", () => {
    const network = Network.create(spec, { build: "simd" });
    const random = xorshift(99);
    const { engine } = network;
    let pieces = 0;
    const work = (): void => {
      for (;;) {
        const status = engine.step(1 + (random() % 300));
        if (status === OK) return;
        expect(status).toBe(BUSY);
        pieces++;
      }
    };
    for (const { frame, label } of samples) {
      network.frame.set(frame);
      expect(engine.begin_train(label)).toBe(OK);
      work();
    }
    expect(pieces).toBeGreaterThan(TRAINED * 10);
    for (const { frame } of probes) {
      network.frame.set(frame);
      expect(engine.begin_goodness()).toBe(OK);
      work();
    }
    // The probes were predicted, so that counters of rows and a stream's state have moved on: so they must in the twin.
    const twin = Network.open(scalar.checkpoint());
    for (const { frame } of probes) twin.predict(frame);
    expect(Buffer.compare(network.checkpoint(), twin.checkpoint())).toBe(0);
  });

  test("goes on from a checkpoint with the same bits, from build to build", () => {
    const first = trained(Network.create(spec, { build: "simd" }), samples.slice(0, 17));
    const second = trained(Network.open(first.checkpoint(), "the first half", { build: "scalar" }), samples.slice(17));
    expect(fingerprint(second, probes)).toEqual(expected);
  });

  // Optimising a module takes seconds, so not of each.
  if (PACKED.includes(name)) test("packs into a module of its own with the same bits", async () => {
    // `packNetwork` trains module and engine side by side and throws where they differ.
    const { facts } = await packNetwork(Network.open(scalar.checkpoint()), { build: "scalar" });
    expect(facts.heapBase).toBe(scalar.plan.bytes.total);
  });
});
