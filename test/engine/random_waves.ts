/** Specs whose labels are waves over the frame. */
import fc from "fast-check";
import { hasTwoFrames, type Spec } from "../oracle/spec.js";

/** `specs`: what gets waves, where it has labels at all. */
export function randomWaveSpec(specs: fc.Arbitrary<Spec>): fc.Arbitrary<Spec> {
  const waves = fc.record({ set: fc.constantFrom(1 as const, 2 as const), intensity: fc.integer({ min: 1, max: 255 }) });
  const labelled = specs.filter((spec) => spec.objective === "pair" && !hasTwoFrames(spec));
  return fc.record({ spec: labelled, waves }).map(({ spec, waves }) => ({ ...spec, placement: "none", waves }));
}
