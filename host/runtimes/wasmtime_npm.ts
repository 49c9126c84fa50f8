import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { builtFile } from "../built_file.js";
import { packageFile } from "./javascript_engines.js";
import { outputOf, startProcess } from "./process_transport.js";
import type { RuntimeKind } from "./runtime.js";

const NAME = "wasmtime-npm";

/** The package `wasmtime` is only a loader of this one, and names others that were never published, which `npm ci` refuses. */
const PACKAGE = "wasmtime-linux-x64-gnu";

/**
 * Wasmtime 8 in npm's `wasmtime` 0.0.2: it can do calls with i32 and nothing else, and some of its errors end the process.
 * So it has a process of its own, and everything goes through calls.
 */
export const wasmtimeNpm: RuntimeKind = {
  name: NAME,
  title: "Wasmtime, in the npm package",
  howToGet: `npm install (it is an optional dependency, ${PACKAGE}, for Linux on x64 with glibc)`,
  async find() {
    const manifest = packageFile(PACKAGE, "package.json");
    if (manifest === null) return null;
    // Whether it loads is tried elsewhere too: a binary of another libc may end the process.
    if (await outputOf(process.execPath, ["-e", `require(${JSON.stringify(dirname(manifest))}); console.log("ok")`]) === null) return null;
    return {
      name: NAME,
      version: `${(JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version} (Wasmtime 8)`,
      features: { simd: true, memoryVisible: false, slow: false },
      artefact: "engine",
      instantiate: (options) => startProcess(NAME, "engine", options, (modulePath) => [process.execPath, builtFile("runtime_child.js"), "wasmtime", modulePath, dirname(manifest)]),
      close: async () => undefined,
    };
  },
};
