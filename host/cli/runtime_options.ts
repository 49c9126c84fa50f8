import { InvalidArgumentError, Option } from "commander";
import { RUNTIMES, type RuntimePaths } from "../runtimes/registry.js";

export interface RuntimePathFlags {
  runtimePath: RuntimePaths;
}

export function runtimePathOption(): Option {
  return new Option("--runtime-path <name=file>", "use this file for a runtime, e.g. wasmtime=/opt/wasmtime (may be repeated)").argParser(parsePath).default({}, "what is installed");
}

function parsePath(text: string, before: RuntimePaths): RuntimePaths {
  const [, name = "", file = ""] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (!RUNTIMES.some((runtime) => runtime.name === name)) throw new InvalidArgumentError(`Give name=file; the names are ${runtimeNames()}.`);
  return { ...before, [name]: file };
}

export function runtimeNames(): string {
  return RUNTIMES.map(({ name }) => name).join(", ");
}
