/** The whole checkpoint, counters and padding included, against the one the oracle writes. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { HEADER_BYTES } from "../../assembly/abi/region.js";
import { Network } from "../oracle/network.js";
import { encodeSpec } from "../oracle/spec.js";
import { checkpointOf } from "./checkpoint_image.js";
import { writeFrame } from "./compare.js";
import { BUILDS, Instance } from "./instance.js";
import { randomSpec } from "./random-spec.js";
import { SparseSamples } from "./samples.js";

// A failure prints a seed and a path; replay it with fc.assert(…, { seed, path }).
test.each(BUILDS)("the %s build and the oracle write the same checkpoint, after training and predictions by goodness and readout", (build) => {
  fc.assert(
    fc.property(randomSpec(), fc.integer(), (spec, seed) => {
      const samples = new SparseSamples(spec, seed);
      const oracle = new Network(spec);
      const instance = new Instance(build, encodeSpec(spec));
      for (let index = 0; index < 6; index++) {
        const { frame, label } = samples.next();
        oracle.train(frame, label);
        writeFrame(instance, frame);
        expect(instance.exports.train(label)).toBe(0);
        if (index % 3 === 0) {
          oracle.scoresByGoodness(frame);
          instance.exports.predict_goodness();
        }
        if (index % 3 === 1 && oracle.hasReadout) {
          oracle.scoresByReadout(frame);
          instance.exports.predict_readout();
        }
      }
      const expected = checkpointOf(oracle);
      expect(instance.exports.seal()).toBe(0);
      const found = new Uint8Array(instance.exports.memory.buffer, instance.exports.spec_address() - HEADER_BYTES, expected.length);
      const first = expected.findIndex((byte, at) => byte !== found[at]);
      expect({ first, region: first < 0 ? "" : instance.nameAt(first + found.byteOffset) }).toEqual({ first: -1, region: "" });
    }),
    { numRuns: 60 },
  );
});
