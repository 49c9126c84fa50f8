/** Plans of a network on boards as lines. */
import { allowances } from "../../firmware-sim/boards/allowances.js";
import type { BoardPlan, CheckpointInterval } from "../../firmware-sim/boards/plan_board.js";
import type { BoardsPlan } from "../../firmware-sim/boards/plan_boards.js";
import type { Range } from "../../firmware-sim/metering/cost.js";
import { bytesText, count, table } from "./output.js";

export function boardTable({ boards, metered }: BoardsPlan, epochSamples: number, every: CheckpointInterval): string[] {
  // Of a stream: what the front end takes from one window to the next.
  const streams = boards.some(({ windowMs }) => windowMs !== null);
  const rows = boards.map((plan) => [
    plan.board, plan.fits ? "fits" : `no: ${plan.scarce}`, signed(plan.spareBytes), ...(streams ? [rangeText(plan.windowMs, "ms")] : []), rangeText(plan.stepMs, "ms"), durationText(plan.epochS), rangeText(plan.stepMilliJ, "mJ"), rangeText(plan.epochJ, "J"),
    plan.checkpoint.fits ? `${bytesText(plan.checkpoint.slotBytes)} ×2` : "no room", plan.checkpoint.fits ? lifeText(plan.checkpoint.lifeDays) : "–",
  ]);
  const interval = "samples" in every ? `${count(every.samples)} samples` : `${count(every.seconds)} s`;
  return [
    ...table([["board", "", "spare bytes", ...(streams ? ["window"] : []), "step", `epoch of ${count(epochSamples)}`, "step", "epoch", "slots in flash", "flash life"], ...rows], streams ? "llrrrrrrrr" : "llrrrrrrr"),
    "",
    `fits: linear memory ${count(boards[0]?.ram.linearMemoryBytes ?? 0)} in one piece, stack ${count(allowances.stackBytes.value)}, runtime ${count(allowances.runtimeRamBytes.value)}${boards.some((plan) => plan.ram.platformBytes > 0) ? ", on an ESP32 its operating system" : ""}, in internal RAM alone; code in flash about ${codeText(boards)}, and ${count(allowances.runtimeFlashBytes.value)} of firmware`,
    `flash life: one checkpoint of ${count(boards[0]?.checkpoint.bytes ?? 0)} bytes every ${interval} of training without a pause, two slots in turn`,
    ...(metered ? [`times are ranges: ${metered.basis};`, `cycles by a table for each core, ${calibrationText(boards)}; energy by the active current at the clock, sensor and radio not counted`] : ["too large to try, so no times"]),
    "`mayfly boards` has the boards' figures and which are estimates; --json has the basis of each line",
  ];
}

/** RAM of one board as a bar: what the network takes, what is left. */
export function ramPicture({ ram, title, spareBytes, fits }: BoardPlan, width = 48): string[] {
  const parts = [["█", "linear memory", ram.linearMemoryBytes], ["▓", "stack", ram.stackBytes], ["▒", "runtime", ram.runtimeBytes + ram.platformBytes]] as const;
  const used = parts.reduce((sum, part) => sum + part[2], 0);
  const whole = Math.max(used, ram.bytes);
  const cells = (bytes: number): number => Math.max(1, Math.round((bytes / whole) * width));
  const bar = parts.map(([letter, , bytes]) => letter.repeat(cells(bytes))).join("");
  const left = ram.bytes - used;
  return [
    `${title}: ${bytesText(ram.bytes)} of RAM${ram.contiguousBytes < ram.bytes ? `, ${bytesText(ram.contiguousBytes)} in one piece` : ""}`,
    `  ${bar.padEnd(width, "░")}`,
    `  ${parts.map(([letter, name, bytes]) => `${letter} ${name} ${count(bytes)}`).join("  ")}${left > 0 ? `  ░ free ${count(left)}` : ""}${fits ? "" : `  ${count(-spareBytes)} bytes missing`}`,
  ];
}

function codeText(boards: readonly BoardPlan[]): string {
  const sizes = boards.map((plan) => plan.flash.codeBytes);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  return least === most ? count(least) : `${count(least)} to ${count(most)}`;
}

function calibrationText(boards: readonly BoardPlan[]): string {
  return boards.every((plan) => plan.basis.includes("not yet calibrated")) ? "not yet calibrated against firmware" : "calibrated where the basis says so";
}

function signed(value: number): string {
  return value < 0 ? `−${count(-value)}` : count(value);
}

/** Two digits: more would promise what a range cannot. */
function digits(value: number): string {
  return value >= 100 ? count(Math.round(value)) : String(Number(value.toPrecision(2)));
}

function rangeText(range: Range | null, unit: string): string {
  if (!range) return "–";
  const [low, high] = [digits(range.low), digits(range.high)];
  return `${low === high ? low : `${low}–${high}`} ${unit}`;
}

const DURATIONS: readonly (readonly [string, number])[] = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]];

/** Seconds in the unit that fits the low end. */
export function durationText(seconds: Range | null): string {
  if (!seconds) return "–";
  const [unit, size] = DURATIONS.find(([, each]) => seconds.low >= 2 * each) ?? ["s", 1];
  return rangeText({ low: seconds.low / size, high: seconds.high / size }, unit);
}

const YEAR_DAYS = 365;
/** Data in flash does not keep longer. */
const LONG_YEARS = 20;

function lifeText(days: Range | null): string {
  if (!days) return "–";
  if (days.low >= LONG_YEARS * YEAR_DAYS) return `over ${LONG_YEARS} years`;
  return days.low >= 2 * YEAR_DAYS ? rangeText({ low: days.low / YEAR_DAYS, high: days.high / YEAR_DAYS }, "years") : rangeText(days, "days");
}
