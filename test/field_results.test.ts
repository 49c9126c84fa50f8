/** What is recorded of the three jobs of docs/field.md reaches what was asked of them. That the page says what the records say, test/results.test.ts sees to. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

interface Recorded {
  command: string;
  commit: string;
  engineHash: string;
  seeds: number[];
}
const read = <T>(name: string): Recorded & T => JSON.parse(readFileSync(fileURLToPath(new URL(`../results/field/${name}.json`, import.meta.url)), "utf8")) as Recorded & T;
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test.each(["anomaly", "personalise", "new-class"])("%s is recorded over three seeds, by its own command", (name) => {
  expect(read(name)).toMatchObject({
    command: `node examples/${name}/run.mjs --seeds 1,2,3 --json`, seeds: [1, 2, 3], commit: expect.stringMatching(/^[0-9a-f]{40}$/), engineHash: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
});

test("anomalies: at least 0.97 for every fault of the default severity in every seed, ahead of the baselines, in 32 KB", () => {
  const { rows, ramBytes } = read<{ rows: { method: string; severity: number; auroc: number }[]; ramBytes: number }>("anomaly");
  const of = (method: string, severity: number): number[] => rows.filter((row) => row.method === method && row.severity === severity).map(({ auroc }) => auroc);
  const methods = [...new Set(rows.map(({ method }) => method))];
  expect(methods).toHaveLength(5);
  expect(of("Forward-Forward", 0.4)).toHaveLength(9);
  expect(Math.min(...of("Forward-Forward", 0.4))).toBeGreaterThanOrEqual(0.97);
  for (const severity of [0.1, 0.2]) for (const method of methods.slice(1)) expect(mean(of("Forward-Forward", severity))).toBeGreaterThan(mean(of(method, severity)));
  // From here on the autoencoder has nearly 1 as well.
  for (const method of methods.slice(1)) expect(mean(of("Forward-Forward", 0.4))).toBeGreaterThan(mean(of(method, 0.4)) - 0.001);
  expect(ramBytes).toBeLessThanOrEqual(32 * 1024);
});

test("personalisation: every domain gains, and in no run is more forgotten than the bound", () => {
  interface Row { domain: string; k: number; way: string; seed: number; there: { goodness: number }; forgotten: number }
  const { rows, bound, worst } = read<{ rows: Row[]; bound: number; worst: number }>("personalise");
  const replayed = rows.filter(({ way }) => way === "all layers, with replay");
  expect(replayed).toHaveLength(3 * 4 * 2);
  expect(Math.max(...replayed.map(({ forgotten }) => forgotten))).toBe(worst);
  expect(worst).toBeLessThanOrEqual(bound);
  // A hand that is nearly the factory's leaves little to gain, so each run must gain, and each domain by 5 points on average.
  const gain = (row: Row): number => row.there.goodness - rows.find(({ domain, seed, k }) => domain === row.domain && seed === row.seed && k === 0)!.there.goodness;
  for (const row of replayed) expect(gain(row)).toBeGreaterThan(0);
  for (const domain of new Set(rows.map((row) => row.domain))) for (const k of [5, 10]) expect(mean(replayed.filter((row) => row.domain === domain && row.k === k).map(gain))).toBeGreaterThan(5);
});

test("a new class: with replay it is learned, and the others are kept", () => {
  interface Row { objective: string; k: number; way: string; new: { goodness: number }; known: { goodness: number } }
  const { rows } = read<{ rows: Row[] }>("new-class");
  for (const objective of ["pair", "classwise"]) {
    const of = (k: number): Row[] => rows.filter((row) => row.objective === objective && row.way === "with replay" && row.k === k);
    expect(mean(of(100).map((row) => row.new.goodness))).toBeGreaterThan(mean(of(5).map((row) => row.new.goodness)));
    expect(mean(of(100).map((row) => row.new.goodness))).toBeGreaterThan(95);
    for (const k of [5, 20, 100]) expect(mean(of(k).map((row) => row.known.goodness))).toBeGreaterThan(90);
  }
});
