import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What an example prints with --json, run as a user would. */
export function runExample<T>(name: string, ...flags: string[]): T {
  return JSON.parse(execFileSync(process.execPath, [`examples/${name}/run.mjs`, "--json", ...flags], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "pipe"] })) as T;
}

/** Exit status and complaint of an example with wrong flags. */
export function refuseExample(name: string, ...flags: string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, [`examples/${name}/run.mjs`, ...flags], { cwd: root, encoding: "utf8" });
  return { status, stderr };
}
