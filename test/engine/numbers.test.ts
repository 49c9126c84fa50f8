/** Numbers that may not be given twice: a region, a status, a phase or a word of the runtime block means one thing. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const FAMILIES: readonly (readonly [file: string, name: RegExp])[] = [
  ["assembly/abi/region.ts", /^REGION_/],
  ["assembly/memory.ts", /^RT_/],
  ["assembly/ff/job_state.ts", /^PHASE_(?!VARIANTS)/],
  ["assembly/abi/spec.ts", /^KIND_/],
  ["assembly/abi/spec.ts", /^NEGATIVES_/],
];

test.each(FAMILIES)("%s gives each number of %s once", (file, family) => {
  const seen = new Map<number, string>();
  const constants = [...readFileSync(new URL(`../../${file}`, import.meta.url), "utf8").matchAll(/^export const (\w+)(?:: \w+)? = (-?\d+);/gm)].filter(([, name]) => family.test(name!));
  expect(constants.length).toBeGreaterThan(3);
  for (const [, name, text] of constants) {
    expect(seen.get(Number(text)), `${name} = ${text}`).toBeUndefined();
    seen.set(Number(text), name!);
  }
});
