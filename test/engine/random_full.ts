/** Any spec of the full build, by what is new in it. */
import fc from "fast-check";
import type { Spec } from "../oracle/spec.js";
import { randomMapSpec } from "./random_maps.js";
import { randomRecurrentMapSpec, randomRecurrentSpec } from "./random_recurrence.js";
import { randomSpec } from "./random-spec.js";
import { randomVariantSpec } from "./random_variants.js";
import { randomWaveSpec } from "./random_waves.js";
import { randomWideFrameSpec, randomWideMapSpec } from "./random_wide.js";

const dense = (): fc.Arbitrary<Spec> => fc.oneof(randomSpec(), randomVariantSpec());
const maps = (): fc.Arbitrary<Spec> => randomMapSpec(dense());

/** Slow in the oracle: a few of each will do. */
export const WIDE_SPECS: Readonly<Record<string, fc.Arbitrary<Spec>>> = {
  "maps with many rows": randomWideMapSpec(),
  "frames with many values": randomWideFrameSpec(),
};

export const FULL_SPECS: Readonly<Record<string, fc.Arbitrary<Spec>>> = {
  "networks of the core": randomSpec(),
  "networks with variants": randomVariantSpec(),
  "networks with maps": maps(),
  "networks with waves": randomWaveSpec(fc.oneof(dense(), maps())),
  "recurrent networks": randomRecurrentSpec(dense()),
  "networks of recurrent local layers": randomRecurrentMapSpec(dense()),
};
