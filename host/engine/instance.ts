import { instantiateSync } from "@assemblyscript/loader";
import { ABI_VERSION } from "../../assembly/abi/status.js";
import { MayflyError } from "../errors.js";
import type { EngineExports } from "./exports.js";
import { EngineError } from "./status.js";

export type { EngineExports } from "./exports.js";

const FUNCTIONS: readonly (keyof EngineExports)[] = [
  "abi", "spec_address", "status", "status_detail", "plan", "region_count", "region", "init", "open", "seal", "begin_train", "begin_goodness",
  "begin_readout", "step", "cancel", "train", "predict_goodness", "predict_readout", "samples", "checksum", "peek8", "poke8", "peek32", "poke32",
];

/** Starts a module and checks that it is an engine of this ABI. */
export function instantiate(module: WebAssembly.Module, name: string): EngineExports {
  const { exports } = instantiateSync<EngineExports & Record<string, unknown>>(module, {});
  if (!(exports.memory instanceof WebAssembly.Memory)) throw new MayflyError(`${name} exports no memory, so it is not a Mayfly engine`, 1);
  for (const key of FUNCTIONS) {
    if (typeof exports[key] !== "function") throw new MayflyError(`${name} has no export "${key}", so it is not a Mayfly engine of ABI ${ABI_VERSION}`, 1);
  }
  const version = exports.abi();
  if (version !== ABI_VERSION) throw new MayflyError(`${name} has ABI version ${version}, this host needs ${ABI_VERSION}: use the engine and the host of one release`, 1);
  return exports;
}

/** Throws what a negative status says; returns the result otherwise. */
export function checked(engine: EngineExports, result: number, context?: string): number {
  if (result >= 0) return result;
  throw new EngineError(result, engine.status_detail(), context);
}
