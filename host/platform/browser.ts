import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import fullRelaxed from "../../dist/engine/mayfly.full-relaxed.wasm";
import fullScalar from "../../dist/engine/mayfly.full-scalar.wasm";
import fullSimd from "../../dist/engine/mayfly.full-simd.wasm";
import relaxed from "../../dist/engine/mayfly.relaxed.wasm";
import scalar from "../../dist/engine/mayfly.scalar.wasm";
import simd from "../../dist/engine/mayfly.simd.wasm";
import { MayflyError } from "../errors.js";
import type { Platform } from "./platform.js";

/** The bundler puts the engines' bytes into the script: a page asks for nothing, and needs no server. */
const BUILT: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "engine/mayfly.scalar.wasm": scalar, "engine/mayfly.simd.wasm": simd, "engine/mayfly.relaxed.wasm": relaxed,
  "engine/mayfly.full-scalar.wasm": fullScalar, "engine/mayfly.full-simd.wasm": fullSimd, "engine/mayfly.full-relaxed.wasm": fullRelaxed,
};

export const platform: Platform = {
  builtBytes(name) {
    const bytes = BUILT[name];
    if (!bytes) throw new MayflyError(`${name} is not part of this page`, 1);
    return bytes;
  },
  sha256(parts) {
    const hash = sha256.create();
    for (const part of parts) hash.update(part);
    return bytesToHex(hash.digest());
  },
  // Browsers do not say; the version that is known to be wrong validates relaxed SIMD behind a flag only.
  v8: undefined,
  startThread() {
    throw new MayflyError("a page trains in one thread: several need Node", 2);
  },
  turn: () => new Promise((resolve) => {
    // Timers of 0 ms wait 4 ms when they are nested; messages do not.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  }),
};
