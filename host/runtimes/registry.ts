import { MayflyError } from "../errors.js";
import { chromium } from "./chromium.js";
import { javaScriptCore, v8Baseline, v8Newer } from "./javascript_engines.js";
import { type Runtime, RuntimeError, type RuntimeKind } from "./runtime.js";
import { v8 } from "./v8.js";
import { wabt } from "./wabt.js";
import { iwasm, nodeWasi, wasm3, wasmtime } from "./wasi_commands.js";
import { wasmtimeNpm } from "./wasmtime_npm.js";

/** Every runtime this host knows. How to add one: docs/runtimes.md. */
export const RUNTIMES: readonly RuntimeKind[] = [v8, v8Baseline, v8Newer, javaScriptCore, chromium, wasmtimeNpm, wasmtime, nodeWasi, iwasm, wasm3, wabt];

/** Files to use in place of what would be found, by runtime name. */
export type RuntimePaths = Readonly<Record<string, string>>;

export function runtimeKind(name: string): RuntimeKind {
  const kind = RUNTIMES.find((runtime) => runtime.name === name);
  if (!kind) throw new MayflyError(`there is no runtime "${name}"; there are ${RUNTIMES.map((runtime) => runtime.name).join(", ")}`, 2);
  return kind;
}

/** A runtime by name; throws when it is not on this machine, and says how to get it. */
export async function findRuntime(name: string, paths: RuntimePaths = {}): Promise<Runtime> {
  const kind = runtimeKind(name);
  const found = await kind.find(paths[name]);
  if (!found) throw new RuntimeError(name, paths[name] === undefined ? `not found on this machine; to get it: ${kind.howToGet}` : `${paths[name]} cannot be run`);
  return found;
}
