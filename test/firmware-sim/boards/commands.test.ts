/** `mayfly plan --board` and `mayfly boards`, as they are called. */
import { afterEach, expect, test, vi } from "vitest";
import { createProgram } from "../../../host/cli/program.js";

afterEach(() => vi.restoreAllMocks());

/** Runs a command; what it wrote to stdout and stderr. */
async function mayfly(...words: string[]): Promise<{ out: string; said: string }> {
  const written = { out: "", said: "" };
  vi.spyOn(process.stdout, "write").mockImplementation((text) => ((written.out += String(text)), true));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => ((written.said += String(text)), true));
  try {
    await createProgram().parseAsync(["node", "mayfly", ...words]);
  } finally {
    vi.restoreAllMocks();
  }
  return written;
}

const NET = ["plan", "--layers", "16", "--weights", "i8", "--input", "14x14"];

test("plan --board all has every board in its table and in its JSON", async () => {
  const { out, said } = await mayfly(...NET, "--board", "all", "--epoch-samples", "1000", "--checkpoint-every", "10min", "--json");
  const plan = JSON.parse(out);
  expect(plan.bytes.total).toBe(plan.boards[0].ram.linearMemoryBytes);
  expect(plan.boards.length).toBeGreaterThanOrEqual(17);
  for (const board of plan.boards) {
    expect(said).toContain(`\n${board.board} `);
    expect(board.fits).toBe(board.spareBytes >= 0);
    for (const range of [board.stepMs, board.epochS, board.stepMilliJ]) expect(range.low).toBeLessThan(range.high);
    expect(board.epochS.low).toBeCloseTo(board.stepMs.low, 9);
    expect(board.basis).toContain("exact instruction counts of the packed scalar module");
  }
  expect(plan.boards.find((board: { board: string }) => board.board === "rp2040").fits).toBe(true);
});

test("what is not a board is said before anything is planned", async () => {
  await expect(mayfly(...NET, "--board", "rp2400")).rejects.toThrow(/no board "rp2400" \(near: rp2040/);
  await expect(mayfly(...NET, "--board", "./package.json")).rejects.toThrow(/the board file \.\/package\.json is wrong/);
  for (const interval of ["0", "soon", "10 parsecs", "-5s"]) await expect(mayfly(...NET, "--board", "all", `--checkpoint-every=${interval}`)).rejects.toThrow(/checkpoint-every/);
});

test("without --board there is neither a table nor a key for it", async () => {
  const { out, said } = await mayfly(...NET, "--json");
  expect(Object.keys(JSON.parse(out))).toEqual(["bytes", "pages", "bands", "regions"]);
  expect(said).not.toContain("flash life");
});

test("boards lists all, and shows where the figures of one come from", async () => {
  const { out, said } = await mayfly("boards", "--json");
  expect(JSON.parse(out).boards.length).toBeGreaterThanOrEqual(17);
  expect(said).toMatch(/^rp2040 +cortex-m0plus/m);
  const one = await mayfly("boards", "pico");
  expect(one.said).toMatch(/ramBytes +270,336 +RP2040 datasheet/);
  expect(one.said).toMatch(/activeMilliAmps +24 +estimate: /);
});
