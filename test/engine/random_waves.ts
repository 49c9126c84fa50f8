/** Specs whose labels are waves over the frame. */
import fc from "fast-check";
import { hasTwoFrames, type Spec } from "../oracle/spec.js";

/** `specs`: what gets waves, where it has labels at all. */
export function randomWaveSpec(specs: fc.Arbitrary<Spec>): fc.Arbitrary<Spec> {
  const waves = fc.record({ set: fc.constantFrom(1 as const, 2 as const), intensity: fc.integer({ min: 1, max: 255 }) });
  return fc.record({ spec: specs.filter(fits), waves }).map(({ spec, waves }) => ({ ...spec, placement: "none", waves }));
}

/** The engine refuses waves that a box would be the first to see. */
function fits(spec: Spec): boolean {
  return spec.objective === "pair" && !hasTwoFrames(spec) && spec.layers[0]!.kind !== "box";
}
