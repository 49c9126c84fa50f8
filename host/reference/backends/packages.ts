import { createRequire } from "node:module";
import { MayflyError } from "../../errors.js";
import type { Tf } from "./backend.js";

/** tfjs and Dawn are optional: the engine installs and trains without them, so they are imported when asked for. */
export const PACKAGES = { core: "@tensorflow/tfjs-core", cpu: "@tensorflow/tfjs-backend-cpu", wasm: "@tensorflow/tfjs-backend-wasm", webgpu: "@tensorflow/tfjs-backend-webgpu", dawn: "webgpu" } as const;

const resolver = createRequire(import.meta.url);

/** Imports an optional package, or says how to get it. */
export async function importOptional<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
    throw new MayflyError(missing ? `the optional package ${name} is not installed: npm install ${name}` : `the optional package ${name} does not load here: ${error instanceof Error ? error.message : String(error)}`, 1, error);
  }
}

export async function importCore(): Promise<Tf> {
  const tf = await importOptional(PACKAGES.core, () => import("@tensorflow/tfjs-core"));
  // Without this tfjs asks on stderr, once a process, to install a package that cannot be installed everywhere.
  tf.env().set("IS_TEST", true);
  return tf;
}

export function versionOf(name: string): string {
  try {
    return (resolver(`${name}/package.json`) as { version: string }).version;
  } catch {
    return "unknown";
  }
}

/** Folder of an installed package's main file. */
export function pathOf(name: string): string {
  return resolver.resolve(name);
}
