import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { builtFile } from "../built_file.js";
import type { Platform } from "./platform.js";

export const platform: Platform = {
  builtBytes: (name) => new Uint8Array(readFileSync(builtFile(name))),
  sha256(parts) {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part);
    return hash.digest("hex");
  },
  v8: process.versions.v8,
  startThread: (name, data) => new Worker(builtFile("thread.js"), { workerData: data, name }),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};
