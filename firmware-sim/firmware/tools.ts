/** The programs that firmware is built and run with. */
import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { MayflyError } from "../../host/errors.js";
import { findCommand } from "../../host/runtimes/files.js";

export const APT_LINE = "apt-get install gcc-arm-none-eabi qemu-system-arm";

const TOOLS = { gcc: "arm-none-eabi-gcc", size: "arm-none-eabi-size", qemu: "qemu-system-arm" } as const;
export type Tool = keyof typeof TOOLS;

/** Names of the programs that are not installed. */
export function missingTools(): string[] {
  return Object.values(TOOLS).filter((name) => findCommand(name) === null);
}

export function requireTools(): void {
  const missing = missingTools();
  if (missing.length > 0) throw new MayflyError(`${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not installed: firmware needs \`${APT_LINE}\``, 1);
}

export interface Outcome {
  /** null: it ran past the time limit. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runTool(tool: Tool, args: readonly string[], options: { cwd: string; timeoutMs?: number }): Promise<Outcome> {
  try {
    const { stdout, stderr } = await promisify(execFile)(TOOLS[tool], [...args], { cwd: options.cwd, timeout: options.timeoutMs ?? 0, killSignal: "SIGKILL", maxBuffer: 1 << 26 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, killed, stdout = "", stderr = "" } = error as { code?: unknown; killed?: boolean; stdout?: string; stderr?: string };
    if (!killed && typeof code !== "number") throw new MayflyError(`${TOOLS[tool]} could not be run: ${error instanceof Error ? error.message : String(error)}`, 1, error);
    return { code: killed ? null : Number(code), stdout, stderr };
  }
}

/** Runs a program until it ends, or kills it at once when it says `word` on its error output; the code is then null. */
export async function runUntil(tool: Tool, args: readonly string[], word: string, options: { cwd: string; timeoutMs: number }): Promise<Outcome & { readonly killed: boolean }> {
  return new Promise((resolve, reject) => {
    const child = spawn(TOOLS[tool], [...args], { cwd: options.cwd, stdio: ["ignore", "ignore", "pipe"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs);
    let stderr = "";
    let killed = false;
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      if (killed || !stderr.includes(word)) return;
      killed = true;
      child.kill("SIGKILL");
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new MayflyError(`${TOOLS[tool]} could not be run: ${error.message}`, 1, error));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, stdout: "", stderr, killed });
    });
  });
}
