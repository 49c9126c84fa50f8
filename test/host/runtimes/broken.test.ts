/** What goes wrong in a runtime is an error that names it, and this process goes on. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FUNCTION_NAMES, argumentCount, type FunctionName } from "../../../host/runtimes/protocol.js";
import { findRuntime } from "../../../host/runtimes/registry.js";
import { type Runtime, RuntimeError } from "../../../host/runtimes/runtime.js";
import { startEngine } from "../../../host/runtimes/runtime_network.js";
import { assemble } from "../../engine/wasm_module.js";
import { findAll } from "./found.js";

const found = await findAll();
/** Those that load the plain engine, so any module with its exports can stand in for it. */
const plain = [...found.values()].filter(({ artefact }) => artefact === "engine");
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mayfly-test-"));
});

afterAll(async () => {
  for (const runtime of found.values()) await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

describe.each(plain.map((runtime) => ({ name: runtime.name, runtime })))("$name", ({ name, runtime }) => {
  test("reports a trap, with the call it was in", async () => {
    const instance = await start(runtime, engineWith({ train: "(unreachable)" }));
    try {
      expect(await instance.call("samples")).toBe(0);
      await expectError(instance.call("train", 3), name, /(unreachable|a trap).*\(in train\)/i);
    } finally {
      await instance.dispose();
    }
  });

  test("reports a missing export", async () => {
    await expectError(start(runtime, engineWith({}, ["predict_readout"])), name, /no export "predict_readout"/);
  });

  test("reports an engine of another ABI", async () => {
    await expectError(start(runtime, engineWith({ abi: "(i32.const 7)" })), name, /ABI version 7, this host needs \d+/);
  });

  test("reports a file that is no module", async () => {
    await expectError(start(runtime, new TextEncoder().encode("this is not WebAssembly")), name, /./);
  });

  test("reports an address outside the memory", async () => {
    const instance = await start(runtime, engineWith({ peek32: "(i32.load (local.get 0))", peek8: "(i32.load8_u (local.get 0))" }));
    try {
      await expectError(instance.read(0x7fff0000, 16), name, /./);
    } finally {
      await instance.dispose();
    }
  });
});

describe("a runtime in a process of its own", () => {
  test.runIf(found.has("wasmtime-npm"))("may abort: npm wasmtime does on an export without a result", async () => {
    const instance = await start(found.get("wasmtime-npm")!, engineWith({}, [], ["samples"]));
    try {
      await expectError(instance.call("samples"), "wasmtime-npm", /ended by SIG|exit code|panic/);
      await expectError(instance.call("abi"), "wasmtime-npm", /./);
    } finally {
      await instance.dispose();
    }
  });

  test("may hang: it is ended after the time it has", async () => {
    const runtime = await findRuntime("v8-baseline");
    const instance = await runtime.instantiate({ build: "scalar", pages: 1, module: engineWith({ train: "(loop $for_ever (br $for_ever)) (i32.const 0)" }), timeoutMs: 1500 });
    try {
      await expectError(instance.call("train"), "v8-baseline", /no answer for 1.5 s \(in train\)/);
    } finally {
      await instance.dispose();
    }
  });

  test.skipIf(process.platform === "win32")("may be killed in the middle of its work", async () => {
    const runtime = await findRuntime("wasmtime", { wasmtime: await command("killed", 'case "$1" in --version) echo "wasmtime 1.2.3";; *) kill -9 $$;; esac') });
    await expectError(startEngine(runtime, { build: "scalar", pages: 1 }), "wasmtime", /ended by SIGKILL/);
  });

  test.skipIf(process.platform === "win32")("may complain in place of a reply", async () => {
    const runtime = await findRuntime("iwasm", { iwasm: await command("complains", 'case "$1" in --version) echo "iwasm 1.2.3";; *) echo "WASM module load failed: unknown opcode";; esac') });
    expect(runtime).toMatchObject({ version: "1.2.3", features: { simd: false } });
    await expectError(startEngine(runtime, { build: "scalar", pages: 1 }), "iwasm", /refuses the engine.*WASM/);
  });

  test("may not be there", async () => {
    await expectError(findRuntime("wasm3", { wasm3: join(folder, "nothing") }), "wasm3", /cannot be run/);
    await expect(findRuntime("wasm4")).rejects.toThrow(/there is no runtime "wasm4"; there are v8, /);
  });
});

test.runIf(found.has("wabt"))("wabt: a program that traps is reported", async () => {
  const module = assemble('(module (func (export "_start") (unreachable)))');
  const instance = await found.get("wabt")!.instantiate({ build: "scalar", pages: 1, module });
  try {
    await expectError(instance.call("abi"), "wabt", /unreachable/);
  } finally {
    await instance.dispose();
  }
});

function start(runtime: Runtime, module: Uint8Array<ArrayBuffer>) {
  return startEngine(runtime, { build: "scalar", pages: 1, module });
}

/** A module with the exports of an engine; `bodies` are in the text format. */
function engineWith(bodies: Partial<Record<FunctionName, string>>, without: readonly FunctionName[] = [], withoutResult: readonly FunctionName[] = []): Uint8Array<ArrayBuffer> {
  const functions = FUNCTION_NAMES.filter((name) => !without.includes(name)).map((name) => {
    const isVoid = withoutResult.includes(name);
    const body = bodies[name] ?? (name === "abi" ? "(i32.const 1)" : isVoid ? "" : "(i32.const 0)");
    return `(func (export "${name}") ${"(param i32) ".repeat(argumentCount(name))}${isVoid ? "" : "(result i32)"} ${body})`;
  });
  return assemble(`(module (memory (export "memory") 1 1) ${functions.join(" ")})`);
}

async function expectError(work: Promise<unknown>, runtime: string, message: RegExp): Promise<void> {
  const error = await work.then((value) => expect.fail(`no error, but ${String(value)}`), (reason: unknown) => reason);
  expect(error).toBeInstanceOf(RuntimeError);
  expect((error as RuntimeError).message).toMatch(new RegExp(`^${runtime}: `));
  expect((error as RuntimeError).message).toMatch(message);
}

/** A shell script that plays a runtime's command. */
async function command(name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}
