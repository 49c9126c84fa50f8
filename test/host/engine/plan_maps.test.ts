/** What maps need in memory does not grow with depth. */
import { expect, test } from "vitest";
import { planMemory } from "../../../host/engine/plan.js";

const input = { width: 28, height: 28, channels: 1 };

test.each(["pair", "classwise"] as const)("scratch of maps does not grow with depth: %s", (objective) => {
  const same = { kind: "conv" as const, channels: 20, field: 3, padding: 1 };
  const scratch = (depth: number): number => planMemory({ input, classes: 10, objective, readout: { from: 1 }, layers: Array.from({ length: depth }, () => same) }).bytes.scratch;
  // Lists go into one of two regions in turn, so that three layers use all there is.
  expect(scratch(20)).toBe(scratch(3));
  expect(scratch(21)).toBe(scratch(3));
});
