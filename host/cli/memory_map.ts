import { REGION_UNIT_STATE } from "../../assembly/abi/region.js";
import { REGION_PURPOSES, type Region } from "../engine/regions.js";
import type { MemoryPlan } from "../engine/plan.js";
import { bytesText, count, table } from "./output.js";

const BAR_WIDTH = 24;
const GAP = "  ";
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** The plan as lines: a table of regions with a bar and a word for each as far as `columns` has room, and the sums. */
export function memoryMap(plan: MemoryPlan, columns = process.stderr.columns ?? Infinity): string[] {
  const { bytes } = plan;
  const digits = bytes.total.toString(16).length;
  const largest = Math.max(...plan.regions.map((region) => region.bytes));
  const lines = table([
    ["address", "bytes", "type", "region"],
    ...plan.regions.map((region) => [`0x${region.offset.toString(16).padStart(digits, "0")}`, count(region.bytes), typeText(region), region.name]),
  ], "lrll");
  const bars = ["", ...plan.regions.map((region) => bar(region.bytes / largest))];
  const purposes = ["", ...plan.regions.map((region) => REGION_PURPOSES[region.kind] ?? "")];
  return [
    ...beside(beside(lines, bars, columns), purposes, columns),
    "",
    `${count(bytes.total)} bytes in all (${bytesText(bytes.total)}; ${plan.pages} WebAssembly page${plan.pages === 1 ? "" : "s"} of 64 KiB)`,
    `  weights ${count(bytes.weights)}, readout ${count(bytes.readout)}, state ${count(bytes.state)} = checkpoint ${count(bytes.checkpoint)}`,
    `  scratch ${count(bytes.scratch)} (${growth(plan)}), layer table ${count(bytes.table)}, engine ${count(bytes.static)}`,
    ...bandLines(plan),
  ];
}

/** Less memory is more work: what is computed again. */
function bandLines({ bands }: MemoryPlan): string[] {
  if (bands.length === 0) return [];
  return [`  maps in bands of rows: ${bands.map(({ layer, rows, of }) => `layer ${layer + 1} ${rows} of ${of}`).join(", ")}; the same weights, but a step takes up to three or four times as long (docs/maps.md)`];
}

/** What scratch depends on. A recurrent network keeps the state of every unit. */
function growth({ regions }: MemoryPlan): string {
  const keepsUnits = regions.some(({ kind, persistent }) => kind === REGION_UNIT_STATE && !persistent);
  return keepsUnits ? "by the widest layer and the state of all units, not by iterations" : "by the widest layer, not by depth";
}

/** One more column of text, unless it would break lines. */
function beside(lines: readonly string[], texts: readonly string[], columns: number): string[] {
  const width = Math.max(...lines.map((line) => line.length));
  if (width + GAP.length + Math.max(...texts.map((text) => text.length)) > columns) return [...lines];
  return lines.map((line, index) => `${line.padEnd(width)}${GAP}${texts[index] ?? ""}`.trimEnd());
}

/** To scale, down to an eighth of a character. */
function bar(share: number): string {
  const eighths = Math.max(1, Math.round(share * BAR_WIDTH * 8));
  return "█".repeat(eighths >> 3) + (EIGHTHS[eighths & 7] ?? "");
}

function typeText(region: Region): string {
  const shape = region.rows === 1 ? `[${region.columns}]` : `[${region.rows}×${region.columns}]`;
  return `${region.type}${shape}`;
}
