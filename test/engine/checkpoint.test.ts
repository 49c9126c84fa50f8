/** The whole checkpoint, counters and padding included, against the one the oracle writes; and that it is all an engine needs to go on. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { HEADER_BYTES } from "../../assembly/abi/region.js";
import { Network } from "../oracle/network.js";
import { encodeSpec, type Spec } from "../oracle/spec.js";
import { boxOf, serve } from "./box_server.js";
import { checkpointOf } from "./checkpoint_image.js";
import { comparePredictions, compareState, predictionsOf, writeSample } from "./compare.js";
import { type Build, BUILDS, FULL_BUILDS, Instance } from "./instance.js";
import { FULL_SPECS } from "./random_full.js";
import { randomSpec } from "./random-spec.js";
import { SparseSamples } from "./samples.js";

const kinds: [Build, string, fc.Arbitrary<Spec>, number][] = [
  ...BUILDS.map((build): [Build, string, fc.Arbitrary<Spec>, number] => [build, "networks of the core", randomSpec(), 60]),
  ...Object.entries(FULL_SPECS).map(([name, spec], index): [Build, string, fc.Arbitrary<Spec>, number] => [FULL_BUILDS[index % 2]!, name, spec, 40]),
];

function instanceOf(build: Build, spec: Spec): Instance {
  const instance = new Instance(build, encodeSpec(spec));
  serve(instance, spec, boxOf(spec));
  return instance;
}

/** −1 for none. The header holds a checksum of all the rest, so it is the last to look at. */
function firstDifference(expected: Uint8Array, found: Uint8Array): number {
  const behindHeader = expected.findIndex((byte, at) => at >= HEADER_BYTES && byte !== found[at]);
  return behindHeader >= 0 ? behindHeader : expected.findIndex((byte, at) => byte !== found[at]);
}

// A failure prints a seed and a path; replay it with fc.assert(…, { seed, path }).
test.each(kinds)("the %s build and the oracle write the same checkpoint of %s, after training and predictions by goodness and readout", (build, _, specs, numRuns) => {
  fc.assert(
    fc.property(specs, fc.integer(), (spec, seed) => {
      const samples = new SparseSamples(spec, seed);
      const oracle = new Network(spec, boxOf(spec));
      const instance = instanceOf(build, spec);
      for (let index = 0; index < 6; index++) {
        const { frame, label, given } = samples.next();
        oracle.train(frame, label, given);
        writeSample(instance, frame, given);
        instance.train(label);
        if (index % 2 === 1) comparePredictions(oracle, instance, predictionsOf(oracle, frame));
      }
      const expected = checkpointOf(oracle);
      const found = instance.checkpoint();
      expect(found.length).toBe(expected.length);
      const first = firstDifference(expected, found);
      expect({ first, region: first < 0 ? "" : instance.nameAt(first + instance.exports.spec_address() - HEADER_BYTES) }).toEqual({ first: -1, region: "" });
    }),
    { numRuns },
  );
});

test("a checkpoint is all that a network needs to go on, in another build", () => {
  fc.assert(
    fc.property(fc.oneof(...Object.values(FULL_SPECS)), fc.integer(), (spec, seed) => {
      const samples = new SparseSamples(spec, seed);
      const oracle = new Network(spec, boxOf(spec));
      let instance = instanceOf("full-scalar", spec);
      for (const build of ["full-simd", "full-scalar", "full-simd"] as const) {
        const { frame, label, given } = samples.next();
        oracle.train(frame, label, given);
        writeSample(instance, frame, given);
        instance.train(label);
        compareState(oracle, instance);
        const next = instanceOf(build, spec);
        next.open(instance.checkpoint());
        instance = next;
      }
      comparePredictions(oracle, instance, predictionsOf(oracle, samples.next().frame));
    }),
    { numRuns: 100 },
  );
});
