import { afterEach, expect, test, vi } from "vitest";
import { run } from "../command.js";
import { describeFirmware } from "./require_tools.js";

const JOB = "simulate mnist --layers 8 --weights i8 --pool 2";

afterEach(() => vi.restoreAllMocks());

describeFirmware("mayfly simulate --qemu", () => {
  test("with --cuts kills QEMU in its flash routine, and says what came of it", async () => {
    const { out, said, error } = await run(`${JOB} --qemu mps2-an386 --steps 8 --cuts 5 --seed 4 --json`);
    expect(error).toBeNull();
    const result = JSON.parse(out) as Record<string, unknown>;
    expect(result).toMatchObject({ qemu: "mps2-an386", seed: 4, cuts: 5, lost: 0, sameCheckpoint: true });
    expect(result["weightsHash"]).toBe(result["expectedHash"]);
    expect(said.filter((line) => line.includes("QEMU killed inside flash operation"))).toHaveLength(5);
  });

  test("without tells hashes, instructions and bytes", async () => {
    const { out, error } = await run(`${JOB} --qemu microbit --steps 10 --json`);
    expect(error).toBeNull();
    const result = JSON.parse(out) as Record<string, number>;
    expect(result["weightsHash"]).toBe(result["expectedHash"]);
    expect(result["instructionsPerMac"]).toBeGreaterThan(1);
    expect(result["ramBytes"]).toBeLessThanOrEqual(16 * 1024);
  });

  test.each([
    ["--qemu microbit --steps 8 --cuts 2", /power cannot be cut on microbit: choose from mps2-an385, mps2-an386, mps2-an500/],
    ["--qemu mps2-an386 --steps 3 --cuts 5", /5 cuts need 6 checkpoints, and 3 samples with one every 1 have 3/],
    ["--qemu mps2-an386 --steps 8 --checkpoint-every 2", /needs --cuts/],
    ["--qemu z80 --steps 8", /there is no such machine; choose from/],
  ])("%s is refused", async (flags, message) => {
    const { error } = await run(`${JOB} ${flags}`);
    expect(error).toMatchObject({ exitCode: 2 });
    expect(error?.message).toMatch(message);
  });
});
