/** Runs wasm2c, which the npm package wabt brings. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { MayflyError } from "../errors.js";
import { temporaryFolder } from "../runtimes/files.js";

/** The name the C functions get: `w2c_mayfly_train`. */
export const MODULE_NAME = "mayfly";

/** What wasm2c makes of a module: one C file. */
export async function wasm2c(module: Uint8Array): Promise<string> {
  const command = wasm2cPath();
  const folder = await temporaryFolder();
  try {
    await writeFile(join(folder.path, "module.wasm"), module);
    await promisify(execFile)(process.execPath, [command, "module.wasm", "-o", "module.c", "-n", MODULE_NAME], { cwd: folder.path });
    return await readFile(join(folder.path, "module.c"), "utf8");
  } catch (error) {
    throw new MayflyError(`wasm2c failed: ${error instanceof Error ? error.message : String(error)}`, 1, error);
  } finally {
    await folder.remove();
  }
}

function wasm2cPath(): string {
  try {
    // Its package.json rather than the command: what a package exports, it decides itself.
    return join(dirname(createRequire(import.meta.url).resolve("wabt/package.json")), "bin/wasm2c");
  } catch (error) {
    throw new MayflyError("the C target needs the npm package wabt, which is not installed: run `npm install wabt`", 1, error);
  }
}
