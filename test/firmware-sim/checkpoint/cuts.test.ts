import { describe, expect, it } from "vitest";
import { RECORDS } from "../../../firmware-sim/checkpoint/layout.js";
import { type Phase, WRITE_ORDER } from "../../../firmware-sim/checkpoint/store.js";
import { Random } from "../../../firmware-sim/devices/random.js";
import { type CutRun, runCuts, SHAPES } from "./cut_run.js";

/** Before, inside (early, in the middle, late), right after. */
const SHARES = [0, 0.01, 0.5, 0.99, 1];
const WHERE = [0, 0.5, 1];
const SEEDS = 5;

/** More than any one checkpoint of the shape takes: the one written right after a start confirms its predecessor. */
function operationsOf(sizes: (typeof SHAPES)[string]): number {
  return runCuts(sizes, 1, [{ skip: 0, share: 0 }]).operations + Math.ceil(16 / sizes.pageBytes) + 6;
}

function add(sum: CutRun, run: CutRun): CutRun {
  return { lost: sum.lost + run.lost, wrong: sum.wrong + run.wrong, rulesBroken: sum.rulesBroken + run.rulesBroken, cuts: sum.cuts + run.cuts, operations: run.operations };
}

const NONE: CutRun = { lost: 0, wrong: 0, rulesBroken: 0, cuts: 0, operations: 0 };

/** One cut at every operation of a checkpoint, at every place of it. */
function everyCut(sizes: (typeof SHAPES)[string], order?: readonly Phase[]): CutRun {
  let sum = NONE;
  for (let skip = 0; skip < operationsOf(sizes); skip++) {
    for (const share of SHARES) for (let seed = 1; seed <= 10; seed++) sum = add(sum, runCuts(sizes, seed, [{ skip, share }], order));
  }
  return sum;
}

/** A cut at every operation of a checkpoint, and another at every operation of the one after the restart. */
function everyPair(sizes: (typeof SHAPES)[string], seeds: number, order?: readonly Phase[]): CutRun {
  let sum = NONE;
  let seed = 1;
  const operations = pairedOperations(operationsOf(sizes));
  for (const first of operations) {
    for (const second of operations) {
      for (const share of WHERE) {
        for (const secondShare of WHERE) {
          for (const last = seed + seeds; seed < last; seed++) sum = add(sum, runCuts(sizes, seed, [{ skip: first, share }, { skip: second, share: secondShare }], order));
        }
      }
    }
  }
  return sum;
}

/** All of few operations; of many, all around both ends and some of the content's. */
function pairedOperations(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at).filter((at) => count <= 30 || at < 8 || at >= count - 16 || at % 11 === 0);
}

/** Chains of cuts, most at the operations around the commit and right after a start. */
function chains(sizes: (typeof SHAPES)[string], count: number, order?: readonly Phase[]): CutRun {
  const random = new Random(11, 99);
  const operations = operationsOf(sizes);
  let sum = NONE;
  for (let seed = 1; seed <= count; seed++) {
    const aims = Array.from({ length: 2 + random.below(6) }, () => {
      const skip = random.chance(0.4) ? random.below(3) : random.chance(0.5) ? operations - 1 - random.below(9) : random.below(operations);
      return { skip: Math.max(skip, 0), share: random.chance(0.2) ? random.below(2) : random.unit() };
    });
    sum = add(sum, runCuts(sizes, seed, aims, order));
  }
  return sum;
}

const UNHARMED = { lost: 0, wrong: 0, rulesBroken: 0 };

describe.each(Object.entries(SHAPES))("a device checkpoint on flash with %s", (_, sizes) => {
  it("survives a cut before, inside and after every flash operation of it", () => {
    const run = everyCut(sizes);
    expect(run).toMatchObject(UNHARMED);
    expect(run.cuts).toBeGreaterThan(10 * run.operations * SHARES.length);
  });

  it("survives two cuts at every pair of operations", () => {
    expect(everyPair(sizes, operationsOf(sizes) > 30 ? 1 : SEEDS)).toMatchObject(UNHARMED);
  });

  it("survives chains of cuts", () => {
    const run = chains(sizes, 1000);
    expect(run).toMatchObject(UNHARMED);
    expect(run.cuts).toBeGreaterThan(2000);
  });
});

describe("a slot whose records are used up", () => {
  it("is started from again and again", () => {
    const sizes = SHAPES["words of 16 with ECC"]!;
    for (let seed = 1; seed <= 20; seed++) {
      // Each start confirms the slot, erases into the other, and dies.
      const run = runCuts(sizes, seed, Array.from({ length: 4 * RECORDS }, (_, at) => ({ skip: 1 + (at % 9), share: 0.6 })));
      expect(run).toMatchObject(UNHARMED);
      expect(run.cuts).toBe(4 * RECORDS);
    }
  });
});

/** The same cuts find each of these. */
const BROKEN: readonly { name: string; order: readonly Phase[] }[] = [
  { name: "a commit word programmed first", order: ["confirm", "erase", "commit", "header", "content"] },
  { name: "a commit programmed before the content", order: ["confirm", "erase", "header", "commit", "content"] },
  { name: "no confirmation after a start", order: WRITE_ORDER.filter((phase) => phase !== "confirm") },
];

describe("the tests of cuts", () => {
  it.each(BROKEN)("catch $name", ({ order }) => {
    const sizes = SHAPES["pages of 32, bytes writable"]!;
    expect(everyPair(sizes, SEEDS, order).lost + chains(sizes, 1000, order).lost).toBeGreaterThan(0);
  });
});
