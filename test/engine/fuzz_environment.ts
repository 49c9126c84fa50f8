/** What a fuzzing run is told by its environment: MAYFLY_FUZZ_SEED, MAYFLY_FUZZ_CASES and, to replay one case, MAYFLY_FUZZ_PATH. */
import { expect } from "vitest";
import { fuzz, type FuzzOptions } from "./fuzz_case.js";

const environment = (name: string): string | undefined => process.env[`MAYFLY_FUZZ_${name}`] || undefined;
const seed = Number(environment("SEED") ?? Date.now() % 2 ** 31);

/** Fuzzes; a failure says how to replay it. `file`, `name`: the test's. */
export function expectAgreement(file: string, name: string, options: Omit<FuzzOptions, "seed">): void {
  const cases = Number(environment("CASES") ?? options.cases);
  console.log(`fuzz: seed ${seed}, ${cases} cases`);
  const { failure, cases: run } = fuzz({ ...options, seed, cases, path: environment("PATH") });
  if (failure) throw new Error(`${failure.error}\n  case: ${JSON.stringify(failure.found)}\n  replay it: MAYFLY_FUZZ_SEED=${failure.seed} MAYFLY_FUZZ_PATH=${failure.path} npx vitest run ${file} -t "${name}"`);
  expect(run).toBeGreaterThan(0);
}
