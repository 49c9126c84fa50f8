/** Runs dist/cli.js as a user does: in a process of its own, with no terminal. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

export const CLI = fileURLToPath(new URL("../../../dist/cli.js", import.meta.url));

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the command line; `child` takes signals, and input where it is asked for. */
export function start(cwd: string, args: readonly string[], { stdin = false } = {}): { child: ChildProcess; outcome: Promise<Outcome> } {
  const child = spawn(process.execPath, [CLI, ...args], { cwd, stdio: [stdin ? "pipe" : "ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
  const outcome = new Promise<Outcome>((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    child.stdout!.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject).on("close", (status) => resolve({ status, stdout, stderr }));
  });
  return { child, outcome };
}

export function mayfly(cwd: string, ...args: readonly string[]): Promise<Outcome> {
  return start(cwd, args).outcome;
}

/** The one JSON object on stdout of a call that must succeed. */
export async function mayflyJson(cwd: string, ...args: readonly string[]): Promise<any> {
  const { status, stdout, stderr } = await mayfly(cwd, ...args, "--json");
  expect(status, stderr).toBe(0);
  return onlyJson(stdout);
}

/** stdout must be one JSON object in one line and nothing else. */
export function onlyJson(stdout: string): any {
  expect(stdout).toMatch(/^\{.*\}\n$/);
  return JSON.parse(stdout);
}

/** Expects a refusal: nothing on stdout, one clear line (and perhaps commander's hints), status 1 or 2, no stack, no file left. */
export async function expectRefusal(cwd: string, args: readonly string[], line: RegExp, status: 1 | 2): Promise<void> {
  const before = filesIn(cwd);
  const outcome = await mayfly(cwd, ...args);
  const [first = "", ...rest] = outcome.stderr.trimEnd().split("\n");
  expect(first).toMatch(line);
  expect(first).toMatch(/^mayfly: /);
  expect(rest.filter((text) => !/^\((add --help for the options|Did you mean .*)\)$/.test(text))).toEqual([]);
  expect(outcome.stdout).toBe("");
  expect(outcome.status).toBe(status);
  expect(filesIn(cwd)).toEqual(before);
}

/** Every file and folder below a folder. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}
