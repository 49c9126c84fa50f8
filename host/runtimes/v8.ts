import { relaxedIsBroken } from "../engine/load.js";
import { exportsAccess, repeat } from "./commands.js";
import { RELAXED_PROBE } from "./relaxed_probe.js";
import { sizedModule } from "./files.js";
import type { FunctionName } from "./protocol.js";
import { RuntimeError, type RuntimeKind, type RuntimeInstance, type StartOptions } from "./runtime.js";

const NAME = "v8";

/** The JavaScript engine this host runs in, in this process. A trap is an exception here, so nothing can go down with it. */
export const v8: RuntimeKind = {
  name: NAME,
  title: "V8, in this process",
  howToGet: "it is what runs this command",
  async find() {
    return {
      name: NAME,
      version: `${process.versions.v8} (Node ${process.versions.node})`,
      features: { simd: WebAssembly.validate(sizedModule("engine", "simd", 1)), relaxedSimd: WebAssembly.validate(RELAXED_PROBE) && !relaxedIsBroken(process.versions.v8), memoryVisible: true, slow: false },
      artefact: "engine",
      instantiate: async (options) => instantiate(options),
      close: async () => undefined,
    };
  },
};

function instantiate(options: StartOptions): RuntimeInstance {
  const engine = guarded("the start", () => exportsAccess(new WebAssembly.Instance(new WebAssembly.Module(options.module ?? sizedModule("engine", options.build, options.pages))).exports));
  // As everywhere, a write has no answer; the next request tells what went wrong.
  let failure: Error | null = null;
  const request = async <T>(what: string, work: () => T): Promise<T> => {
    if (failure) throw failure;
    return guarded(what, work);
  };
  return {
    call: (name: FunctionName, a = 0, b = 0) => request(name, () => engine.call(name, a, b)),
    repeat: (name, cycle, times) => request(name, () => repeat(engine, name, cycle, times)),
    read: (address, bytes) => request("a read of memory", () => engine.read(address, bytes)),
    write(address, bytes) {
      try {
        guarded("a write to memory", () => engine.write(address, bytes));
      } catch (error) {
        failure ??= error as Error;
      }
    },
    dispose: async () => undefined,
  };
}

function guarded<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new RuntimeError(NAME, `${error instanceof Error ? error.message : String(error)} (in ${what})`, error);
  }
}
