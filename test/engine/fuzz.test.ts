/** Differential fuzzing: random networks on random data, the oracle against both builds of the engine's core. fuzz_environment.ts says how to choose what is run. */
import { expect, test, vi } from "vitest";
import { REGION_WEIGHTS } from "../../assembly/abi/region.js";
import { fuzz } from "./fuzz_case.js";
import { expectAgreement } from "./fuzz_environment.js";

vi.setConfig({ testTimeout: 300_000 });

test("both builds agree with the oracle on thousands of random networks and data", () => {
  expectAgreement("test/engine/fuzz.test.ts", "thousands", { cases: 4000 });
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
