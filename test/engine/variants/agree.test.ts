/** Both full builds, in one go, in pieces, and through a checkpoint in the middle of a run: the same bits for every variant. */
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { Network } from "../../../host/engine/network.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import { BUILDS, VARIANTS, boxOf, generator, randomVariants, sample, start, stateOf, trainInPieces, trainOn } from "./networks.js";

vi.setConfig({ testTimeout: 300_000 });

interface Run {
  build: (typeof BUILDS)[number];
  inPieces: boolean;
  /** After so many samples the network goes on from its checkpoint, in a fresh engine. */
  reopenAfter: number;
}

function run(spec: NetworkSpecInput, samples: number, seed: number, { build, inPieces, reopenAfter }: Run): ReturnType<typeof stateOf> {
  const random = generator(seed);
  const cuts = generator(seed + 1);
  let network = start(spec, build);
  for (let index = 0; index < samples; index++) {
    if (index === reopenAfter) network = Network.open(network.checkpoint(), "the checkpoint", { build, box: boxOf(spec) });
    const next = sample(spec, random);
    if (inPieces) trainInPieces(network, spec, next, 300, cuts);
    else trainOn(network, next);
  }
  expect(network.samples).toBe(samples);
  return stateOf(network, sample(spec, random).frame);
}

function expectAgreement(spec: NetworkSpecInput, samples: number, seed: number): void {
  const expected = run(spec, samples, seed, { build: "scalar", inPieces: false, reopenAfter: -1 });
  for (const build of BUILDS) {
    for (const inPieces of [false, true]) {
      const found = run(spec, samples, seed, { build, inPieces, reopenAfter: samples >> 1 });
      expect(found.predictions).toEqual(expected.predictions);
      expect(Buffer.compare(found.checkpoint, expected.checkpoint)).toBe(0);
    }
  }
}

test.each(Object.entries(VARIANTS))("one result however it is computed: %s", (_, spec) => {
  expectAgreement(spec, 40, 11);
  const network = start(spec, "scalar");
  const before = network.weightsHash();
  const random = generator(11);
  for (let index = 0; index < 40; index++) trainOn(network, sample(spec, random));
  expect(network.weightsHash()).not.toBe(before);
});

test("one result however it is computed: random specs, variants mixed", () => {
  let full = 0;
  fc.assert(fc.property(randomVariants(), fc.integer({ min: 1, max: 8 }), fc.integer(), (spec, samples, seed) => {
    if (start(spec, "scalar").size === "full") full++;
    expectAgreement(spec, samples, seed);
  }), { numRuns: 400 });
  expect(full).toBeGreaterThan(300);
});
