/** Runs firmware in QEMU. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { MayflyError } from "../../host/errors.js";
import { ICOUNT_SHIFT } from "./job.js";
import type { Machine } from "./machines.js";
import { requireTools, runTool } from "./tools.js";

/** Enough for 10 minutes of a busy machine. */
const TIMEOUT_MS = 600_000;

/** Starts the firmware in `folder`, where it finds and leaves its files. */
export async function runFirmware(machine: Machine, elf: string, folder: string): Promise<void> {
  requireTools();
  for (const name of ["report.bin", "checkpoint.bin", "pieces.bin"]) await rm(join(folder, name), { force: true });
  const { code, stdout, stderr } = await runTool("qemu", [
    "-M", machine.name, "-display", "none", "-monitor", "none", "-serial", "none", "-icount", `shift=${ICOUNT_SHIFT}`,
    "-semihosting-config", "enable=on,target=native", "-kernel", elf,
  ], { cwd: folder, timeoutMs: TIMEOUT_MS });
  if (code === 0 || code === 1) return;
  const said = `${stdout}${stderr}`.trim();
  throw new MayflyError(code === null ? `the firmware did not end on ${machine.name}` : `the firmware failed on ${machine.name} (exit code ${code})${said === "" ? "" : `: ${said}`}`, 1);
}
