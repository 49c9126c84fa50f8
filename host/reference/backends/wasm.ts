import { dirname, join } from "node:path";
import { importCore, importOptional, PACKAGES, pathOf, versionOf } from "./packages.js";
import type { BackendKind } from "./backend.js";
import { startBackend } from "./start.js";

/** XNNPACK in WebAssembly: the fast one without a GPU. Its threads do not start in Node. */
export const wasm: BackendKind = {
  name: "wasm",
  title: "WebAssembly (XNNPACK)",
  howToGet: `npm install ${PACKAGES.core} ${PACKAGES.wasm}`,
  async start() {
    const tf = await importCore();
    const backend = await importOptional(PACKAGES.wasm, () => import("@tensorflow/tfjs-backend-wasm"));
    backend.setWasmPaths(join(dirname(pathOf(PACKAGES.wasm)), "/"));
    return startBackend(tf, "wasm", { version: versionOf(PACKAGES.wasm), adapter: "one CPU thread, SIMD", gpu: false });
  },
};
