/**
 * Differential fuzzing: random networks on random data, the oracle against the builds of the engine. MAYFLY_FUZZ_SEED, MAYFLY_FUZZ_CASES
 * and, to replay one case, MAYFLY_FUZZ_PATH choose what is run.
 */
import { expect, test, vi } from "vitest";
import { REGION_WEIGHTS } from "../../assembly/abi/region.js";
import { fuzz, type FuzzOptions } from "./fuzz_case.js";
import { FULL_BUILDS } from "./instance.js";
import { randomMapSpec } from "./random_maps.js";
import { randomRecurrentSpec } from "./random_recurrence.js";
import { randomVariantSpec } from "./random_variants.js";

vi.setConfig({ testTimeout: 300_000 });

const CASES = 4000;
const environment = (name: string): string | undefined => process.env[`MAYFLY_FUZZ_${name}`] || undefined;
const seed = Number(environment("SEED") ?? Date.now() % 2 ** 31);

const kinds: Record<string, Partial<FuzzOptions>> = {
  "thousands of random networks": {},
  "random networks of the core in the full builds": { builds: FULL_BUILDS },
  "random networks with variants": { builds: FULL_BUILDS, spec: randomVariantSpec() },
  "random networks with maps": { builds: FULL_BUILDS, spec: randomMapSpec() },
  "random recurrent networks": { builds: FULL_BUILDS, spec: randomRecurrentSpec() },
};

test.each(Object.entries(kinds))("the builds agree with the oracle on %s", (name, options) => {
  const cases = Number(environment("CASES") ?? (name.startsWith("thousands") ? CASES : CASES / 4));
  console.log(`fuzz: seed ${seed}, ${cases} cases`);
  const { failure, cases: run } = fuzz({ seed, cases, path: environment("PATH"), ...options });
  if (failure) throw new Error(`${failure.error}\n  case: ${JSON.stringify(failure.found)}\n  replay it: MAYFLY_FUZZ_SEED=${failure.seed} MAYFLY_FUZZ_PATH=${failure.path} npx vitest run test/engine/fuzz.test.ts -t "${name}"`);
  expect(run).toBeGreaterThan(0);
});

test("a planted difference is found, shrunk, and found again by its seed and path", () => {
  const tamper = (engine: { region(kind: number, layer: number): { rows: number; values: { [index: number]: number } } }): void => {
    const { rows, values } = engine.region(REGION_WEIGHTS, 0);
    if (rows > 20) values[8] = values[8]! ^ 1;
  };
  const { failure } = fuzz({ seed: 1, cases: 200, tamper });
  expect(failure?.error).toMatch(/layer 0: weights\[\d+\]\[\d+\] is -?\d+ in the engine, -?\d+ in the oracle/);
  expect(failure?.found.samples).toBe(1);
  expect(failure?.found.spec.layers).toHaveLength(1);
  expect(fuzz({ seed: failure!.seed, cases: 200, path: failure!.path, tamper }).failure).toMatchObject({ error: failure!.error, found: failure!.found });
});
