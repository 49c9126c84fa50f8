/** Specs of recurrent networks. */
import fc from "fast-check";
import type { Spec } from "../oracle/spec.js";
import { randomSpec } from "./random-spec.js";

const recurrence = fc.record({
  last: fc.integer({ min: 1, max: 4 }),
  first: fc.integer({ min: 1, max: 4 }),
  more: fc.integer({ min: 0, max: 2 }),
  damping: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 255 })),
  stream: fc.boolean(),
});

/** `specs`: what becomes recurrent. */
export function randomRecurrentSpec(specs: fc.Arbitrary<Spec> = randomSpec()): fc.Arbitrary<Spec> {
  return fc.record({ spec: specs.filter(({ objective }) => objective === "pair"), recurrence }).map(({ spec, recurrence: { last, first, more, damping, stream } }) => ({
    ...spec,
    placement: "none",
    recurrence: { iterations: last + more, first: Math.min(first, last), last, damping, stream },
  }));
}
