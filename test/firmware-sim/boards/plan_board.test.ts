/** The arithmetic of a plan on a board, with numbers made for it. */
import { describe, expect, test } from "vitest";
import { allBoards, findBoard } from "../../../firmware-sim/boards/load.js";
import { allowances } from "../../../firmware-sim/boards/allowances.js";
import { type BoardPlan, type BoardPlanInput, planBoard } from "../../../firmware-sim/boards/plan_board.js";
import type { Board } from "../../../firmware-sim/boards/schema.js";
import { slotLayout } from "../../../firmware-sim/checkpoint/layout.js";
import { costModel } from "../../../firmware-sim/metering/cost.js";
import { workOf } from "../../../firmware-sim/metering/meter.js";
import type { MeteredNetwork } from "../../../firmware-sim/metering/meter_network.js";
import { boardTable, durationText, ramPicture } from "../../../host/cli/board_table.js";

const work = (units: number) => workOf((name) => (name === "alu" ? units : 0));
const stretch = (mean: number, max: number) => ({ from: 0, samples: 10, mean: work(mean), max: work(max) });
const METERED: MeteredNetwork = {
  early: stretch(2_000_000, 3_000_000), late: stretch(1_000_000, 2_500_000), predictGoodness: work(500_000), predictReadout: null, window: null,
  module: "packed scalar module", codeBytes: 9000, dataBytes: 300, basis: "made-up counts",
};

function input(total: number, changes: Partial<BoardPlanInput> = {}): BoardPlanInput {
  const bytes = { total, weights: total - 1000, readout: 0, state: 100, scratch: 800, table: 50, static: 50, checkpoint: total - 900 };
  return { bytes, metered: METERED, moduleBytes: { code: 9000, data: 300 }, epochSamples: 60_000, checkpointEvery: { samples: 10_000 }, ...changes };
}

/** The most linear memory that a board holds, as the allowances say. */
function mostBytes(board: Board): number {
  const others = allowances.stackBytes.value + allowances.runtimeRamBytes.value + (board.platform?.ramBytes.value ?? 0);
  return Math.min(board.ramContiguousBytes.value, board.ramBytes.value - others);
}

test.each(allBoards().map((board) => [board.name, board] as const))("%s: what just fits has 0 bytes to spare, one byte more lacks 1", (_, board) => {
  const most = mostBytes(board);
  expect(planBoard(board, input(most))).toMatchObject({ fits: true, spareBytes: 0, scarce: "ram" });
  expect(planBoard(board, input(most + 1))).toMatchObject({ fits: false, spareBytes: -1, scarce: "ram" });
});

test("flash too small for the code is scarce flash", () => {
  const board = findBoard("stm32f103");
  const plan = planBoard(board, input(8000, { moduleBytes: { code: 60_000, data: 0 } }));
  const code = Math.ceil(60_000 * costModel(board.core).codeFlashPerWasmByte);
  expect(plan).toMatchObject({ fits: false, scarce: "flash", spareBytes: board.flash.bytes.value - code - allowances.runtimeFlashBytes.value });
});

test("time is cycles over the clock, energy is power by time, an epoch is so many steps", () => {
  const board = findBoard("stm32l476");
  const plan = planBoard(board, input(8000));
  const cycles = { early: costModel(board.core).cycles(work(2_000_000)), late: costModel(board.core).cycles(work(1_000_000)) };
  // The better stretch at the best cost, the worse one at the worst.
  const low = (cycles.late.low * board.stallLow.value) / (80 * 1000);
  const high = (cycles.early.high * board.stallHigh.value) / (80 * 1000);
  expect(plan.stepMs!.low).toBeCloseTo(low, 10);
  expect(plan.stepMs!.high).toBeCloseTo(high, 10);
  expect(plan.longestStepMs!.high).toBeGreaterThan(plan.stepMs!.high);
  const watts = (board.activeMilliAmps.value / 1000) * board.supplyVolts.value;
  expect(plan.stepMilliJ!.high).toBeCloseTo(watts * high, 10);
  expect(plan.epochS!.low).toBeCloseTo((low * 60_000) / 1000, 8);
  expect(plan.epochJ!.low).toBeCloseTo((watts * low * 60_000) / 1000, 8);
  expect(planBoard(board, input(8000, { epochSamples: 120_000 })).epochS!.low).toBeCloseTo(2 * plan.epochS!.low, 8);
});

describe("flash life", () => {
  const board = findBoard("rp2040");
  const layout = slotLayout(7100, { unitBytes: 1, pageBytes: 256, sectorBytes: 4096 });

  test("each of two slots is erased once in two checkpoints", () => {
    const { checkpoint } = planBoard(board, input(8000));
    expect(checkpoint).toMatchObject({ bytes: 7100, slots: 2, fits: true, slotBytes: layout.slotBytes, lifeCheckpoints: 200_000, lifeSamples: { low: 2e9, high: 2e9 } });
    expect(layout.slotBytes % 4096).toBe(0);
    expect(checkpoint.writeMs).toBeCloseTo(layout.sectors * 45 + Math.ceil((layout.contentAt + 7100) / 256) * 0.4, 8);
  });

  test("by samples it follows the steps, by time it does not", () => {
    const bySamples = planBoard(board, input(8000));
    expect(bySamples.checkpoint.lifeDays!.low).toBeCloseTo((200_000 * (10_000 * bySamples.stepMs!.low + bySamples.checkpoint.writeMs)) / 86_400_000, 6);
    const byTime = planBoard(board, input(8000, { checkpointEvery: { seconds: 600 } })).checkpoint;
    expect(byTime.lifeDays!.low).toBe(byTime.lifeDays!.high);
    expect(byTime.lifeDays!.low).toBeCloseTo((200_000 * (600_000 + byTime.writeMs)) / 86_400_000, 6);
  });

  test("slots that do not fit behind the code are said, and are no matter of fitting", () => {
    const plan = planBoard(findBoard("apollo4"), input(1_200_000));
    expect(plan).toMatchObject({ fits: true, checkpoint: { fits: false } });
  });
});

test("without counts there are no times, and the rest stands", () => {
  expect(planBoard(findBoard("rp2040"), input(8000, { metered: null }))).toMatchObject({ fits: true, stepMs: null, epochS: null, stepMilliJ: null, checkpoint: { lifeDays: null } });
});

test("an estimated figure is named, and the basis says what the times stand on", () => {
  const plan = planBoard(findBoard("rp2040"), input(8000));
  expect(plan.estimates).toContain("activeMilliAmps");
  expect(plan.estimates).not.toContain("ramBytes");
  expect(plan.basis).toContain("made-up counts");
  expect(plan.basis).toMatch(/calibrated against firmware|fitted to firmware/);
});

test("the table has a line for each board, and the picture fills its width", () => {
  const boards = allBoards().map((board): BoardPlan => planBoard(board, input(20_000)));
  const lines = boardTable({ boards, metered: METERED }, 60_000, { samples: 10_000 });
  for (const plan of boards) expect(lines.find((line) => line.startsWith(`${plan.board} `))).toContain(plan.fits ? "fits" : "no: ram");
  for (const plan of boards) expect(ramPicture(plan, 40)[1]!.trim().length).toBeGreaterThanOrEqual(40);
});

test("durations take the unit that fits", () => {
  expect(durationText({ low: 1.5, high: 3 })).toBe("1.5–3 s");
  expect(durationText({ low: 600, high: 1200 })).toBe("10–20 min");
  expect(durationText({ low: 86_400 * 3, high: 86_400 * 3 })).toBe("3 d");
  expect(durationText(null)).toBe("–");
});

test("a stream's window takes time and energy of its own, and has a column", () => {
  const board = findBoard("rp2040");
  const plain = planBoard(board, input(8000));
  expect([plain.windowMs, plain.windowMilliJ]).toEqual([null, null]);
  const stream = planBoard(board, input(8000, { metered: { ...METERED, window: work(1_500_000) } }));
  // Three times the work of a prediction.
  expect(stream.windowMs!.low).toBeCloseTo(3 * stream.predictMs!.low, 9);
  expect(stream.windowMilliJ!.high).toBeCloseTo(3 * stream.predictMilliJ!.high, 9);
  expect(stream.stepMs).toEqual(plain.stepMs);
  const lines = (plan: BoardPlan): string => boardTable({ boards: [plan], metered: METERED }, 1000, { samples: 100 })[0]!;
  expect(lines(plain)).not.toContain("window");
  expect(lines(stream)).toContain("window");
});
