/** Numbers that must differ from each other, and that two changes made apart can both have taken. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as region from "../../assembly/abi/region.js";

const source = (name: string): string => readFileSync(fileURLToPath(new URL(`../../assembly/${name}`, import.meta.url)), "utf8");
const constants = (name: string, prefix: string): [string, number][] => [...source(name).matchAll(new RegExp(`export const (${prefix}\\w+): (?:i32|usize|u32) = (\\d+);`, "g"))].map(([, key, value]) => [key!, Number(value)]);

function twice(found: readonly (readonly [string, number])[]): string[] {
  return found.filter(([, value], index) => found.findIndex(([, other]) => other === value) < index).map(([name, value]) => `${name} = ${value}`);
}

describe("no number stands for two things:", () => {
  test("kinds of regions", () => {
    const kinds = Object.entries(region).filter((entry): entry is [string, number] => entry[0].startsWith("REGION_"));
    expect(kinds.length).toBeGreaterThan(40);
    expect(twice(kinds)).toEqual([]);
  });

  test("slots of the runtime block, which all lie in it", () => {
    const slots = constants("memory.ts", "RT_");
    expect(slots.length).toBeGreaterThan(35);
    expect(twice(slots)).toEqual([]);
    const [, bytes] = /RUNTIME: usize = FULL \? memory\.data\((\d+), 16\)/.exec(source("memory.ts"))!;
    expect(Math.max(...slots.map(([, slot]) => slot)) + 4).toBeLessThanOrEqual(Number(bytes));
  });

  test("phases of a job", () => {
    // The first of the variants' phases is also where they begin.
    expect(twice(constants("ff/job_state.ts", "PHASE_").filter(([name]) => name !== "PHASE_VARIANTS"))).toEqual([]);
  });
});
