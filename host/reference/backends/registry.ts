import { MayflyError } from "../../errors.js";
import { type Backend, BACKEND_NAMES, type BackendInfo, type BackendKind, type BackendName } from "./backend.js";
import { cpu } from "./cpu.js";
import { wasm } from "./wasm.js";
import { webgpu } from "./webgpu.js";

export const BACKENDS: readonly BackendKind[] = [cpu, wasm, webgpu];

/** Starts a backend by name. Throws a MayflyError for a name that is none, or when something is missing here. */
export async function startNamed(name: string): Promise<Backend> {
  const kind = BACKENDS.find((one) => one.name === name);
  if (!kind) throw new MayflyError(`there is no backend ${name}: take ${BACKEND_NAMES.join(", ")}`, 2);
  const backend = await kind.start();
  await backend.use();
  return backend;
}

export interface FoundBackend {
  readonly name: BackendName;
  readonly title: string;
  /** Null when it does not start here; `reason` says why. */
  readonly found: BackendInfo | null;
  readonly reason: string | null;
  readonly howToGet: string;
}

/** Tries every backend. */
export async function findBackends(): Promise<FoundBackend[]> {
  const all: FoundBackend[] = [];
  // One after the other: tfjs has one active backend.
  for (const { name, title, howToGet, start } of BACKENDS) {
    try {
      const { version, adapter, gpu } = await start();
      all.push({ name, title, found: { version, adapter, gpu }, reason: null, howToGet });
    } catch (error) {
      if (!(error instanceof MayflyError)) throw error;
      all.push({ name, title, found: null, reason: error.message, howToGet });
    }
  }
  return all;
}
