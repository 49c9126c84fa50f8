/** WASI runtimes: the engine is a command that reads the command stream from its standard input. */
import { builtFile } from "../built_file.js";
import { findCommand } from "./files.js";
import { outputOf, startProcess, versionIn } from "./process_transport.js";
import type { NetworkSpecInput } from "../spec/network_spec.js";
import type { Runtime, RuntimeKind } from "./runtime.js";
import { RuntimeNetwork } from "./runtime_network.js";

export const nodeWasi: RuntimeKind = {
  name: "node-wasi",
  title: "node:wasi, in a Node of its own",
  howToGet: "any Node 20 or newer",
  async find(path = process.execPath) {
    const version = await outputOf(path, ["-p", "`preview 1 (Node ${process.versions.node})`"]);
    if (version === null) return null;
    return wasiRuntime("node-wasi", version.trim(), (modulePath) => [path, "--no-warnings", builtFile("runtime_child.js"), "wasi", modulePath]);
  },
};

export const wasmtime = wasiCommand("wasmtime", "Wasmtime, by its command", "https://wasmtime.dev, or --runtime-path wasmtime=<file>", (file) => [file, "run"]);
export const iwasm = wasiCommand("iwasm", "WAMR, by its command iwasm", "build it from the sources of wasm-micro-runtime (product-mini), or --runtime-path iwasm=<file>", (file) => [file]);
export const wasm3 = wasiCommand("wasm3", "wasm3, by its command", "build it from the sources of wasm3, or --runtime-path wasm3=<file>", (file) => [file]);

function wasiCommand(name: string, title: string, howToGet: string, command: (file: string) => readonly string[]): RuntimeKind {
  return {
    name, title, howToGet,
    async find(path = findCommand(name) ?? undefined) {
      if (path === undefined) return null;
      const version = await outputOf(path, ["--version"]);
      if (version === null) return null;
      const runtime = wasiRuntime(name, versionIn(version), (modulePath) => [...command(path), modulePath]);
      return { ...runtime, features: { ...runtime.features, simd: await runsSimd(runtime) } };
    },
  };
}

function wasiRuntime(name: string, version: string, command: (modulePath: string) => readonly string[]): Runtime {
  return {
    name, version,
    features: { simd: true, memoryVisible: true, slow: false },
    artefact: "wasi",
    instantiate: (options) => startProcess(name, "wasi", options, command),
    close: async () => undefined,
  };
}

const PROBE: NetworkSpecInput = { input: { width: 4, height: 4, channels: 1 }, classes: 2, layers: [{ units: 16 }] };

/** Whether it takes the SIMD build: what a runtime's command can do depends on how it was built, and some refuse only at the first use. */
async function runsSimd(runtime: Runtime): Promise<boolean> {
  try {
    const network = await RuntimeNetwork.create(runtime, PROBE, { build: "simd", timeoutMs: 20_000 });
    return await network.train([{ frame: new Uint8Array(16).fill(9), label: 1 }]).then(() => network.checkpoint()).then(() => true, () => false).finally(() => network.dispose());
  } catch {
    return false;
  }
}
