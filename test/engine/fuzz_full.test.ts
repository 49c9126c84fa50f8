/** Differential fuzzing of the full builds: what they have in common with the core, and all that only they have. */
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { REGION_PEER_MEANS } from "../../assembly/abi/region.js";
import { fuzz } from "./fuzz_case.js";
import { expectAgreement } from "./fuzz_environment.js";
import { FULL_BUILDS } from "./instance.js";
import { FULL_SPECS, WIDE_SPECS } from "./random_full.js";
import { randomVariantSpec, variantsOf } from "./random_variants.js";

vi.setConfig({ testTimeout: 300_000 });

/** Of each kind. */
const CASES = 100;
const WIDE_CASES = 15;

test.each(Object.entries(FULL_SPECS))("the full builds agree with the oracle on random %s", (name, spec) => {
  expectAgreement("test/engine/fuzz_full.test.ts", `random ${name}`, { builds: FULL_BUILDS, spec, cases: CASES });
});

test.each(Object.entries(WIDE_SPECS))("the full builds agree with the oracle on random %s", (name, spec) => {
  expectAgreement("test/engine/fuzz_full.test.ts", `random ${name}`, { builds: FULL_BUILDS, spec, cases: WIDE_CASES });
});

test("random specs have each variant alone, and each pair of them that can stand together", () => {
  const seen = new Set<string>();
  for (const spec of fc.sample(randomVariantSpec(), { seed: 1, numRuns: 4000 })) {
    const found = variantsOf(spec);
    if (found.length === 1) seen.add(found[0]!);
    for (const a of found) for (const b of found) if (a < b) seen.add(`${a}, ${b}`);
  }
  const variants = ["jitter", "hybrid", "given", "corrupted", "minimise", "phases", "targets", "device", "ceiling", "peer", "blocks", "box", "box first"];
  const impossible = ["given, hybrid", "corrupted, given", "corrupted, hybrid", "box, box first"];
  const wanted = [...variants, ...variants.flatMap((a) => variants.filter((b) => a < b).map((b) => `${a}, ${b}`))].filter((pair) => !impossible.includes(pair));
  expect(wanted.filter((pair) => !seen.has(pair))).toEqual([]);
});

test("a planted difference in what only a variant keeps is found", () => {
  const { failure } = fuzz({
    seed: 1, cases: 200, builds: ["full-simd"], spec: randomVariantSpec(), noShrinking: true,
    tamper: (engine) => {
      const region = engine.regions.find(({ kind }) => kind === REGION_PEER_MEANS);
      if (region) region.values[0]! ^= 1;
    },
  });
  expect(failure?.error).toMatch(/layer \d: peer means\[0\] is \d+ in the engine, \d+ in the oracle/);
});
