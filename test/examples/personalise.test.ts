import { expect, test } from "vitest";
import { refuseExample, runExample } from "./run_example.js";

interface Accuracy { goodness: number; readout: number }
interface Row { domain: string; k: number; way: string; steps: number; there: Accuracy; before: Accuracy; forgotten: number }

test("a shipped network adapts to each domain with a handful of samples, and forgets no more than the bound", () => {
  const { rows, bound, worst, replayBytes, ramBytes } = runExample<{ rows: Row[]; bound: number; worst: number; replayBytes: number; ramBytes: number }>("personalise", "--seeds", "2");
  const of = (domain: string, k: number, way: string): Row => rows.find((row) => row.domain === domain && row.k === k && row.way === way)!;
  const domains = [...new Set(rows.map(({ domain }) => domain))];
  expect(domains).toHaveLength(4);
  for (const domain of domains) {
    const shipped = of(domain, 0, "as shipped");
    for (const k of [5, 10]) {
      const all = of(domain, k, "all layers, with replay");
      // The gain is large everywhere; at the hardest it more than halves the errors.
      expect(all.there.goodness).toBeGreaterThan(shipped.there.goodness + 5);
      expect(all.forgotten).toBeLessThanOrEqual(bound);
      // Without old samples more is lost, and the readout alone changes nothing of the goodness.
      expect(of(domain, k, "all layers, no replay").before.readout).toBeLessThan(all.before.readout);
      expect(of(domain, k, "readout only, with replay").there.goodness).toBe(shipped.there.goodness);
    }
  }
  for (const domain of ["rotated by 35°", "noise, σ = 100"]) expect(of(domain, 10, "all layers, with replay").there.goodness).toBeGreaterThan(of(domain, 10, "readout only, with replay").there.readout + 2);
  expect(of("another writer", 10, "all layers, with replay").there.goodness).toBeGreaterThan(80);
  expect(worst).toBeLessThanOrEqual(bound);
  expect(replayBytes).toBeLessThanOrEqual(49_152);
  expect(ramBytes).toBeLessThanOrEqual(128 * 1024);
}, 400_000);

test("wrong flags are refused in a line, with what would be right", () => {
  const { status, stderr } = refuseExample("personalise", "--seeds", "1,x");
  expect(status).toBe(2);
  expect(stderr.split("\n")[0]).toBe('--seeds is "1,x", expected whole numbers from 1 with commas between, e.g. 1,2,3');
  expect(refuseExample("personalise", "--fast")).toMatchObject({ status: 2, stderr: expect.stringContaining("--fast") });
});
