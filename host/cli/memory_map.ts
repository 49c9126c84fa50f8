import { REGION_PURPOSES, type Region } from "../engine/regions.js";
import type { MemoryPlan } from "../engine/plan.js";
import { bytesText, count, table } from "./output.js";

const BAR_WIDTH = 28;

/** The plan as lines: a table of regions with a bar for each, and the sums. */
export function memoryMap(plan: MemoryPlan): string[] {
  const { bytes } = plan;
  const largest = Math.max(...plan.regions.map((region) => region.bytes));
  const rows = [["address", "bytes", "type", "region"]];
  const bars: string[] = [""];
  for (const region of plan.regions) {
    rows.push([`0x${region.offset.toString(16).padStart(5, "0")}`, count(region.bytes), typeText(region), region.name]);
    bars.push("█".repeat(Math.max(1, Math.round((region.bytes / largest) * BAR_WIDTH))));
  }
  const lines = table(rows, 1);
  const width = Math.max(...lines.map((line) => line.length));
  return [
    ...lines.map((line, index) => `${line.padEnd(width)}  ${(bars[index] ?? "").padEnd(BAR_WIDTH)}  ${index === 0 ? "" : REGION_PURPOSES[plan.regions[index - 1]?.kind ?? 0] ?? ""}`.trimEnd()),
    "",
    `${count(bytes.total)} bytes in all (${bytesText(bytes.total)}; ${plan.pages} WebAssembly page${plan.pages === 1 ? "" : "s"} of 64 KiB)`,
    `  weights ${count(bytes.weights)}, readout ${count(bytes.readout)}, state ${count(bytes.state)} = checkpoint ${count(bytes.checkpoint)}`,
    `  scratch ${count(bytes.scratch)} (depends on the widest layer, not on depth), layer table ${count(bytes.table)}, engine tables ${count(bytes.static)}`,
  ];
}

function typeText(region: Region): string {
  const shape = region.rows === 1 ? `[${region.columns}]` : `[${region.rows}×${region.columns}]`;
  return `${region.type}${shape}`;
}
