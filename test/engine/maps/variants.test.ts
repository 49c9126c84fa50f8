/** Maps with the variants of docs/variants.md, against the oracle. MAYFLY_FUZZ_SEED and MAYFLY_FUZZ_CASES as in fuzz.test.ts. */
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Spec } from "../../oracle/spec.js";
import { fuzz } from "../fuzz_case.js";
import { FULL_BUILDS } from "../instance.js";
import { randomSpec } from "../random-spec.js";
import { randomMapSpec } from "../random_maps.js";
import { randomVariantSpec } from "../random_variants.js";

vi.setConfig({ testTimeout: 300_000 });

const seed = Number(process.env["MAYFLY_FUZZ_SEED"] || Date.now() % 2 ** 31);
const cases = Number(process.env["MAYFLY_FUZZ_CASES"] || 500);

/** A device of its own has dense layers only. */
const specs = randomMapSpec(randomVariantSpec()).map(({ device: _, ...spec }) => spec);

test("the full builds agree with the oracle on random maps with variants", () => {
  console.log(`fuzz: seed ${seed}, ${cases} cases`);
  const { failure, cases: run } = fuzz({ seed, cases, builds: FULL_BUILDS, spec: specs });
  if (failure) throw new Error(`${failure.error}\n  case: ${JSON.stringify(failure.found)}\n  replay it with MAYFLY_FUZZ_SEED=${failure.seed}`);
  expect(run).toBe(cases);
});

/** Waves are labels of a pair, and the frame holds nothing else. */
const waves = fc.record({ set: fc.constantFrom(1 as const, 2 as const), intensity: fc.integer({ min: 1, max: 255 }) });
const withWaves = fc.record({ spec: fc.oneof(randomSpec(), randomMapSpec()), waves }).filter(({ spec }) => spec.objective === "pair").map(({ spec, waves }): Spec => ({ ...spec, waves, placement: "none" }));

test("the full builds agree with the oracle on random networks with waves for labels, on maps and on dense layers", () => {
  const { failure, cases: run } = fuzz({ seed, cases, builds: FULL_BUILDS, spec: withWaves });
  if (failure) throw new Error(`${failure.error}\n  case: ${JSON.stringify(failure.found)}\n  replay it with MAYFLY_FUZZ_SEED=${failure.seed}`);
  expect(run).toBe(cases);
});
