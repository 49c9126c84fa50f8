import { expect, test } from "vitest";
import { memoryMap } from "../../../host/cli/memory_map.js";
import { planMemory } from "../../../host/engine/plan.js";

const plan = planMemory({ input: { width: 28, height: 28, channels: 1 }, classes: 10, layers: [{ units: 128 }, { units: 64 }] });

test("the map has a line for each region and says all bytes", () => {
  const lines = memoryMap(plan);
  for (const [index, region] of plan.regions.entries()) {
    expect(lines[index + 1]).toContain(`0x${region.offset.toString(16).padStart(5, "0")}`);
    expect(lines[index + 1]).toContain(region.name);
  }
  expect(lines.join("\n")).toContain(`${plan.bytes.total.toLocaleString("en")} bytes in all`);
});

test("a narrow terminal gets fewer columns, not broken lines", () => {
  const table = (columns: number): string[] => memoryMap(plan, columns).slice(0, plan.regions.length + 1);
  for (const columns of [70, 80, 100]) expect(Math.max(...table(columns).map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(table(80).join()).toContain("█");
  expect(table(80).join()).not.toContain("weights, input-major");
  expect(table(200).join()).toContain("weights, input-major");
});
