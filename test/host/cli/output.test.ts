import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../../host/cli/program.js";
import { temporaryFiles } from "../data/temporary-files.js";
import { CLI, mayfly } from "./mayfly.js";

const files = temporaryFiles();
const PLAN = ["plan", "--layers", "128,64", "--input", "28x28"];

/** Runs a line of shell in which $mayfly is the command line. */
function shell(line: string): { status: number | null; stderr: string } {
  return spawnSync("bash", ["-c", `set -o pipefail; ${line.replaceAll("mayfly", `"${process.execPath}" "${CLI}"`)}`], { cwd: files.folder, encoding: "utf8" });
}

describe.concurrent("help", () => {
  test("mayfly alone shows the commands and fails, mayfly --help shows them on stdout", async () => {
    const alone = await mayfly(files.folder);
    expect(alone).toMatchObject({ status: 2, stdout: "" });
    const asked = await mayfly(files.folder, "--help");
    expect(asked).toMatchObject({ status: 0, stderr: "" });
    for (const command of createProgram().commands) expect(asked.stdout).toContain(`  ${command.name()} `);
    expect((await mayfly(files.folder, "--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  for (const { name, text } of createProgram().commands.map((command) => ({ name: command.name(), text: command.description() }))) {
    test(`mayfly ${name} --help says what it does`, async () => {
      const { status, stdout, stderr } = await mayfly(files.folder, name, "--help");
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(text.length).toBeGreaterThan(20);
      expect(stdout.replace(/\s+/g, " ")).toContain(text.slice(0, 60));
      expect(Math.max(...stdout.split("\n").filter((line) => !line.startsWith("  mayfly ")).map((line) => line.length))).toBeLessThanOrEqual(80);
    });
  }
});

describe("readers that leave", () => {
  test("no stack and no complaint on a broken pipe", () => {
    expect(shell(`mayfly ${PLAN.join(" ")} 2>&1 | true`).stderr).toBe("");
    expect(shell(`mayfly ${PLAN.join(" ")} --json 2>/dev/null | true`).stderr).toBe("");
    expect(shell("mayfly --help | { read line; }").stderr).toBe("");
  });

  if (existsSync("/dev/full")) test("a full disk behind stdout is one line and status 1", () => {
    const { status, stderr } = shell(`mayfly ${PLAN.join(" ")} --json > /dev/full`);
    expect(status).toBe(1);
    expect(stderr.split("\n").filter((line) => line.startsWith("mayfly: "))).toEqual([expect.stringContaining("cannot write the output")]);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
