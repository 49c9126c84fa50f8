/** The whole checkpoint, counters and padding included, against the one the oracle writes; and that it is all an engine needs to go on. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { HEADER_BYTES } from "../../assembly/abi/region.js";
import { Network } from "../oracle/network.js";
import { encodeSpec, type Spec } from "../oracle/spec.js";
import { boxOf, serve } from "./box_server.js";
import { checkpointOf } from "./checkpoint_image.js";
import { comparePredictions, compareState, writeSample } from "./compare.js";
import { type Build, BUILDS, FULL_BUILDS, Instance } from "./instance.js";
import { randomSpec } from "./random-spec.js";
import { randomMapSpec } from "./random_maps.js";
import { randomRecurrentSpec } from "./random_recurrence.js";
import { randomVariantSpec } from "./random_variants.js";
import { SparseSamples } from "./samples.js";

const kinds: [Build, string, fc.Arbitrary<Spec>, number][] = [
  ...BUILDS.map((build): [Build, string, fc.Arbitrary<Spec>, number] => [build, "of the core", randomSpec(), 60]),
  ...FULL_BUILDS.map((build): [Build, string, fc.Arbitrary<Spec>, number] => [build, "with variants", randomVariantSpec(), 60]),
  ["full-simd", "with maps", randomMapSpec(), 40],
  ["full-simd", "that is recurrent", randomRecurrentSpec(), 40],
];

function instanceOf(build: Build, spec: Spec): Instance {
  const instance = new Instance(build, encodeSpec(spec));
  serve(instance, spec, boxOf(spec));
  return instance;
}

// A failure prints a seed and a path; replay it with fc.assert(…, { seed, path }).
test.each(kinds)("the %s build and the oracle write the same checkpoint of a network %s, after training and predictions by goodness and readout", (build, _, specs, numRuns) => {
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
        if (index % 2 === 1) comparePredictions(oracle, instance, frame);
      }
      const expected = checkpointOf(oracle);
      const found = instance.checkpoint();
      expect(found.length).toBe(expected.length);
      const first = expected.findIndex((byte, at) => byte !== found[at]);
      expect({ first, region: first < 0 ? "" : instance.nameAt(first + instance.exports.spec_address() - HEADER_BYTES) }).toEqual({ first: -1, region: "" });
    }),
    { numRuns },
  );
});

test("a checkpoint is all that a network with variants needs to go on, in another build", () => {
  fc.assert(
    fc.property(fc.oneof(randomVariantSpec(), randomMapSpec(), randomRecurrentSpec()), fc.integer(), (spec, seed) => {
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
      comparePredictions(oracle, instance, samples.next().frame);
    }),
    { numRuns: 100 },
  );
});
