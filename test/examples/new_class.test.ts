import { expect, test } from "vitest";
import { runExample } from "./run_example.js";

interface Accuracy { goodness: number; readout: number }
interface Row { objective: string; k: number; way: string; new: Accuracy; known: Accuracy }

test("a class nobody has seen is learned from a few examples, and replay keeps the others", () => {
  const { rows } = runExample<{ rows: Row[] }>("new-class", "--seeds", "2");
  for (const objective of ["pair", "classwise"]) {
    const of = (k: number, way: string): Row => rows.find((row) => row.objective === objective && row.k === k && row.way === way)!;
    const shipped = of(0, "as shipped");
    expect(shipped.new.goodness).toBe(0);
    expect(shipped.known.goodness).toBeGreaterThan(95);
    expect(of(5, "with replay").new.readout).toBeGreaterThan(40);
    expect(of(20, "with replay").new.goodness).toBeGreaterThan(75);
    expect(of(100, "with replay").new.goodness).toBeGreaterThan(90);
    for (const k of [5, 20, 100]) {
      expect(of(k, "with replay").known.goodness).toBeGreaterThan(shipped.known.goodness - 8);
      expect(of(k, "no replay").known.goodness).toBeLessThan(of(k, "with replay").known.goodness - 5);
    }
  }
}, 400_000);
