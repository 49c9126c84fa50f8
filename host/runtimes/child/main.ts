/**
 * A process that holds one engine and answers commands on its standard input: `node|bun runtime_child.js KIND MODULE [PACKAGE]`.
 * KIND: "exports", an engine in this process's own JavaScript engine; "wasmtime", in the npm package in the folder PACKAGE; "wasi", the WASI
 * command under node:wasi, which reads and writes by itself.
 */
import { readFileSync, readSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { callsAccess, checkExports, CommandServer, type EngineAccess, exportsAccess } from "../commands.js";
import { argumentCount } from "../protocol.js";

/** Starts the line on stderr that says why the process ended. */
const PREFIX = "mayfly-child: ";
const FAILED = 70;
const CHUNK_BYTES = 1 << 16;

const [, , kind = "", modulePath = "", packagePath = ""] = process.argv;

try {
  if (kind === "wasi") await runWasi();
  else serve(new CommandServer(kind === "wasmtime" ? openWasmtime() : exportsAccess(instantiate(readFileSync(modulePath)).exports)));
} catch (error) {
  const what = error instanceof Error ? error.message : String(error);
  writeSync(2, `${PREFIX}${what.replace(/\s*\n\s*/g, "; ")}\n`);
  process.exit(FAILED);
}

function instantiate(bytes: Uint8Array<ArrayBuffer>, imports: WebAssembly.Imports = {}): WebAssembly.Instance {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
}

function serve(server: CommandServer): void {
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let count = readInput(chunk); count > 0; count = readInput(chunk)) {
    writeOutput(Buffer.concat(server.feed(chunk.subarray(0, count))));
  }
  if (!server.idle) throw new Error("the input ended inside a command");
}

async function runWasi(): Promise<void> {
  const { WASI } = await import("node:wasi");
  const wasi = new WASI({ version: "preview1" });
  process.exitCode = wasi.start(instantiate(readFileSync(modulePath), wasi.getImportObject() as WebAssembly.Imports));
}

/** The npm package: i32 in, i32 out, no memory. A call it does not like ends the process, which is why it has one of its own. */
function openWasmtime(): EngineAccess {
  const { Config, Engine, Module, Store, Instance } = createRequire(import.meta.url)(packagePath) as WasmtimePackage;
  const engine = new Engine(new Config());
  const store = new Store(engine);
  const instance = new Instance(store, Module.fromFile(engine, modulePath));
  const functions = new Map<string, WasmtimeFunction | null>();
  const find = (name: string): WasmtimeFunction | null => {
    let found = functions.get(name);
    if (found === undefined) functions.set(name, found = instance.getFunc(store, name));
    return found;
  };
  checkExports((name) => find(name) !== null);
  return callsAccess((name, a, b) => {
    try {
      return find(name)!.call(store, [a, b].slice(0, argumentCount(name)));
    } catch (error) {
      throw new Error(`a trap, of which the package tells no more than: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

interface WasmtimeFunction {
  call(store: object, args: number[]): number;
}

interface WasmtimePackage {
  Config: new () => object;
  Engine: new (config: object) => object;
  Store: new (engine: object) => object;
  Module: { fromFile(engine: object, path: string): object };
  Instance: new (store: object, module: object) => { getFunc(store: object, name: string): WasmtimeFunction | null };
}

/** Blocks until there is input; 0 at its end. */
function readInput(chunk: Uint8Array): number {
  for (;;) {
    try {
      return readSync(0, chunk, 0, chunk.length, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      pause();
    }
  }
}

function writeOutput(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      pause();
    }
  }
}

/** For a pipe that someone has made non-blocking. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}
