/** What a planned and metered network would do on a board: whether it fits, how long it takes, what it costs, how long the flash lasts. */
import type { PlannedBytes } from "../../host/engine/plan.js";
import { SLOTS, type SlotLayout, slotLayout } from "../checkpoint/layout.js";
import { costModel, type Range } from "../metering/cost.js";
import type { Work } from "../metering/meter.js";
import type { MeteredNetwork } from "../metering/meter_module.js";
import { allowances } from "./allowances.js";
import { type Board, figuresOf, isEstimate } from "./schema.js";

/** How often a device writes a checkpoint. */
export type CheckpointInterval = { readonly samples: number } | { readonly seconds: number };

export interface BoardPlan {
  readonly board: string;
  readonly title: string;
  readonly core: string;
  readonly clockMHz: number;
  /** RAM holds it and flash holds the code. */
  readonly fits: boolean;
  /** Bytes left over, of RAM or of flash, whichever is scarcer; negative: bytes missing. */
  readonly spareBytes: number;
  readonly scarce: "ram" | "flash";
  readonly ram: {
    readonly bytes: number;
    readonly contiguousBytes: number;
    readonly linearMemoryBytes: number;
    readonly stackBytes: number;
    readonly runtimeBytes: number;
    readonly platformBytes: number;
    readonly spareBytes: number;
  };
  readonly flash: { readonly bytes: number; readonly codeBytes: number; readonly runtimeBytes: number; readonly platformBytes: number; readonly spareBytes: number };
  /** Of a training step, as range of the cost table; null for networks too large to try. */
  readonly stepMs: Range | null;
  /** The longest step seen. */
  readonly longestStepMs: Range | null;
  readonly stepMilliJ: Range | null;
  readonly epochS: Range | null;
  readonly epochJ: Range | null;
  readonly predictMs: Range | null;
  readonly predictMilliJ: Range | null;
  /** Of the front end, from one window to the next; null for networks without one. */
  readonly windowMs: Range | null;
  readonly windowMilliJ: Range | null;
  readonly checkpoint: {
    readonly bytes: number;
    readonly slotBytes: number;
    readonly slots: number;
    /** Both slots fit in the flash behind the code. */
    readonly fits: boolean;
    readonly writeMs: number;
    /** Checkpoints until a sector has seen its cycles. */
    readonly lifeCheckpoints: number;
    /** Of training without a pause. */
    readonly lifeDays: Range | null;
    /** The same in samples. */
    readonly lifeSamples: Range | null;
  };
  /** Figures of this board that are estimates. */
  readonly estimates: readonly string[];
  readonly basis: string;
}

export interface BoardPlanInput {
  readonly bytes: PlannedBytes;
  readonly metered: MeteredNetwork | null;
  /** Bytes of WebAssembly code and data, where nothing was metered. */
  readonly moduleBytes: { readonly code: number; readonly data: number };
  readonly epochSamples: number;
  readonly checkpointEvery: CheckpointInterval;
}

export function planBoard(board: Board, input: BoardPlanInput): BoardPlan {
  const { bytes, metered, epochSamples, checkpointEvery } = input;
  const ram = ramOf(board, bytes.total);
  const flash = flashOf(board, input.moduleBytes);
  const slot = slotLayout(bytes.checkpoint, { unitBytes: board.flash.programUnitBytes.value, pageBytes: board.flash.programPageBytes.value, sectorBytes: board.flash.eraseBytes.value });
  const model = costModel(board.core);
  const time = (work: Work): Range => {
    const { low, high } = model.cycles(work);
    const perMs = board.clockMHz.value * 1000;
    return { low: (low * board.stallLow.value) / perMs, high: (high * board.stallHigh.value) / perMs };
  };
  const either = (of: (stretch: MeteredNetwork["early"]) => Work): Range | null => metered && hull(time(of(metered.early)), time(of(metered.late)));
  const stepMs = either(({ mean }) => mean);
  const predictMs = metered && time(metered.predictGoodness);
  const windowMs = metered?.window ? time(metered.window) : null;
  const milliWatts = board.activeMilliAmps.value * board.supplyVolts.value;
  const writeMs = checkpointMs(board, slot, bytes.checkpoint);
  const lifeCheckpoints = SLOTS * board.flash.enduranceCycles.value;
  const scarce = flash.spareBytes < ram.spareBytes ? "flash" : "ram";
  const spareBytes = Math.min(ram.spareBytes, flash.spareBytes);
  return {
    board: board.name, title: board.title, core: board.core, clockMHz: board.clockMHz.value,
    fits: spareBytes >= 0, spareBytes, scarce, ram, flash,
    stepMs,
    longestStepMs: either(({ max }) => max),
    stepMilliJ: scale(stepMs, milliWatts / 1000),
    epochS: scale(stepMs, epochSamples / 1000),
    epochJ: scale(stepMs, (epochSamples * milliWatts) / 1e6),
    predictMs,
    predictMilliJ: scale(predictMs, milliWatts / 1000),
    windowMs,
    windowMilliJ: scale(windowMs, milliWatts / 1000),
    checkpoint: {
      bytes: bytes.checkpoint, slotBytes: slot.slotBytes, slots: SLOTS, fits: slot.areaBytes <= flash.spareBytes, writeMs, lifeCheckpoints,
      lifeDays: lifeDays(lifeCheckpoints, writeMs, stepMs, checkpointEvery),
      lifeSamples: lifeSamples(lifeCheckpoints, stepMs, checkpointEvery),
    },
    estimates: figuresOf(board).filter(({ figure }) => isEstimate(figure)).map(({ path }) => path),
    basis: `${metered ? `${metered.basis}; ${model.basis}; ` : "not metered: too large to try; "}memory stalls ×${board.stallLow.value}–${board.stallHigh.value}; ${board.activeMilliAmps.value} mA at ${board.supplyVolts.value} V${isEstimate(board.activeMilliAmps) ? " (estimate)" : ""}; filling the frame and sensor time not counted`,
  };
}

/** Linear memory in one piece, the rest in any bank. The stack of an operating system's task is one of ours. */
function ramOf(board: Board, linearMemoryBytes: number): BoardPlan["ram"] {
  const stackBytes = allowances.stackBytes.value;
  const runtimeBytes = allowances.runtimeRamBytes.value;
  const platformBytes = board.platform?.ramBytes.value ?? 0;
  const spareBytes = Math.min(board.ramContiguousBytes.value - linearMemoryBytes, board.ramBytes.value - linearMemoryBytes - stackBytes - runtimeBytes - platformBytes);
  return { bytes: board.ramBytes.value, contiguousBytes: board.ramContiguousBytes.value, linearMemoryBytes, stackBytes, runtimeBytes, platformBytes, spareBytes };
}

function flashOf(board: Board, module: { code: number; data: number }): BoardPlan["flash"] {
  const codeBytes = Math.ceil(module.code * costModel(board.core).codeFlashPerWasmByte) + module.data;
  const runtimeBytes = allowances.runtimeFlashBytes.value;
  const platformBytes = board.platform?.flashBytes.value ?? 0;
  const { value: bytes } = board.flash.bytes;
  return { bytes, codeBytes, runtimeBytes, platformBytes, spareBytes: bytes - codeBytes - runtimeBytes - platformBytes };
}

/** Erase of a slot, then its pages, one after the other. */
function checkpointMs(board: Board, slot: SlotLayout, checkpointBytes: number): number {
  const { programPageBytes, programMs, eraseMs, kind } = board.flash;
  const programmed = slot.contentAt + checkpointBytes;
  return (kind === "mram" ? 0 : slot.sectors * eraseMs.value) + Math.ceil(programmed / programPageBytes.value) * programMs.value;
}

const DAY_MS = 86_400_000;

function lifeDays(checkpoints: number, writeMs: number, stepMs: Range | null, every: CheckpointInterval): Range | null {
  const days = (betweenMs: number): number => (checkpoints * (betweenMs + writeMs)) / DAY_MS;
  if ("seconds" in every) return { low: days(every.seconds * 1000), high: days(every.seconds * 1000) };
  return stepMs && { low: days(every.samples * stepMs.low), high: days(every.samples * stepMs.high) };
}

/** With a time between checkpoints, the slower the steps the fewer samples. */
function lifeSamples(checkpoints: number, stepMs: Range | null, every: CheckpointInterval): Range | null {
  if ("samples" in every) return { low: checkpoints * every.samples, high: checkpoints * every.samples };
  const of = (step: number): number => Math.floor((checkpoints * every.seconds * 1000) / step);
  return stepMs && { low: of(stepMs.high), high: of(stepMs.low) };
}

function hull(a: Range, b: Range): Range {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

function scale(range: Range | null, factor: number): Range | null {
  return range && { low: range.low * factor, high: range.high * factor };
}
