import { afterEach, describe, expect, it, vi } from "vitest";
import { run } from "../command.js";

const JOB = "simulate mnist --limit 60 --layers 12 --weights i8 --steps 60 --checkpoint-every 20";

describe("mayfly simulate", () => {
  afterEach(() => vi.restoreAllMocks());

  it("prints the seed first, and one JSON object", async () => {
    const { out, said, error } = await run(`${JOB} --board rp2040 --cuts 6 --seed 9 --json`);
    expect(error).toBeNull();
    expect(said[0]).toBe("seed 9");
    const result = JSON.parse(out) as Record<string, unknown>;
    expect(result).toMatchObject({ board: "rp2040", seed: 9, cuts: 6, lost: 0, ok: true });
    expect(result["weightsHash"]).toBe(result["expectedHash"]);
    expect(said.at(-2)).toBe(`nothing lost: weights ${String(result["weightsHash"])}, as without cuts`);
  });

  it("prints the command that replays a failure", async () => {
    const { said, error } = await run(`${JOB} --board rp2040 --sensor-dies-at 30`);
    expect(error).toMatchObject({ exitCode: 1 });
    expect(error?.message).toMatch(/the sensor has stalled/);
    expect(said).toContain(`replay: mayfly ${JOB} --board rp2040 --sensor-dies-at 30 --seed 1`);
  });

  it("dies with the bytes that are missing when the network is too large", async () => {
    const { error } = await run("simulate mnist --limit 60 --board stm32vldiscovery --layers 128,64");
    expect(error).toMatchObject({ exitCode: 1 });
    expect(error?.message).toMatch(/^stm32vldiscovery is out of memory: .* bytes over$/);
  });

  it("refuses an unknown board", async () => {
    const { error } = await run(`${JOB} --board nothing`);
    expect(error).toMatchObject({ exitCode: 2 });
    expect(error?.message).toMatch(/there is no board "nothing"/);
  });
});
