import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { batchModule } from "./batch_module.js";
import { ChannelInstance, type TransportEvents } from "./channel.js";
import { findCommand, readModule, temporaryFolder } from "./files.js";
import { packageFile } from "./javascript_engines.js";
import { endOf, outputOf, versionIn } from "./process_transport.js";
import type { RuntimeInstance, RuntimeKind, StartOptions } from "./runtime.js";

const NAME = "wabt";
const WORD_BYTES = 4;
const MAX_OUTPUT_BYTES = 1 << 30;
/** Every feature of WebAssembly after the first version that wasm-interp would else allow. */
const ONLY_MVP = ["mutable-globals", "saturating-float-to-int", "sign-extension", "simd", "multi-value", "bulk-memory", "reference-types"].map((feature) => `--disable-${feature}`);

/** wabt's interpreter: written from the specification, slow, shares no code with the others. Built without WASI, so it runs batch programs. */
export const wabt: RuntimeKind = {
  name: NAME,
  title: "wabt's interpreter wasm-interp",
  howToGet: "apt-get install wabt, or npm install wabt (slower)",
  async find(path = findCommand("wasm-interp") ?? packageFile("wabt", "bin/wasm-interp") ?? undefined) {
    if (path === undefined) return null;
    // The npm package's command is a script for Node.
    const command = path.includes("node_modules") ? [process.execPath, path] : [path];
    const version = await outputOf(command[0]!, [...command.slice(1), "--version"]);
    if (version === null) return null;
    return {
      name: NAME,
      version: `${versionIn(version)}${command.length > 1 ? " (npm)" : ""}`,
      features: { simd: true, memoryVisible: true, slow: true },
      artefact: "batch",
      instantiate: (options) => instantiate(command, options),
      close: async () => undefined,
    };
  },
};

async function instantiate(command: readonly string[], options: StartOptions): Promise<RuntimeInstance> {
  const folder = await temporaryFolder();
  return new ChannelInstance(NAME, { timeoutMs: options.timeoutMs, replyUnit: WORD_BYTES }, (events) => {
    const replay = new Replay(command, options, join(folder.path, "job.wasm"), events);
    return {
      send: (bytes) => replay.add(bytes),
      async close() {
        await replay.end();
        await folder.remove();
      },
    };
  });
}

/**
 * A program without input cannot be asked anything later. So each time answers are waited for, everything since the start is run
 * again, with the new commands behind it, and the new replies are passed on. The engine is deterministic: they are the same.
 */
class Replay {
  private readonly commands: Uint8Array[] = [];
  private deliveredWords = 0;
  private running: Promise<void> | null = null;
  private waiting = false;
  private readonly stop = new AbortController();

  constructor(private readonly command: readonly string[], private readonly options: StartOptions, private readonly path: string, private readonly events: TransportEvents) {}

  add(bytes: Uint8Array): void {
    this.commands.push(bytes);
    this.waiting = true;
    this.running ??= this.runAll();
  }

  async end(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  /** Runs until no command has come meanwhile; waits a moment first, for more that belong together. */
  private async runAll(): Promise<void> {
    while (this.waiting && !this.stop.signal.aborted) {
      await new Promise((resolve) => setImmediate(resolve));
      this.waiting = false;
      try {
        await this.run();
      } catch (error) {
        this.events.onFailure(error instanceof Error ? error.message : String(error));
        break;
      }
    }
    this.running = null;
  }

  private async run(): Promise<void> {
    const { build, pages, module } = this.options;
    await writeFile(this.path, module ?? batchModule(readModule("batch", build), pages, Buffer.concat(this.commands)));
    const [file = "", ...args] = [...this.command, ...(build === "scalar" ? ONLY_MVP : []), this.path, "--run-all-exports", "--host-print"];
    const output = await new Promise<string>((resolve, reject) => {
      execFile(file, args, { maxBuffer: MAX_OUTPUT_BYTES, signal: this.stop.signal, windowsHide: true }, (error, stdout, stderr) => {
        if (error) reject(new Error(endOf(typeof error.code === "number" ? error.code : null, error.signal ?? null, stderr || error.message)));
        else resolve(stdout);
      });
    });
    const trap = /^_start\(\) => error: (.*)$/m.exec(output);
    const words = Int32Array.from(output.matchAll(/^called host host\.print\(i32:(\d+)\)/gm), (match) => Number(match[1]) | 0);
    this.events.onReplies(new Uint8Array(words.slice(this.deliveredWords).buffer));
    this.deliveredWords = words.length;
    if (trap) throw new Error(trap[1]);
    if (!output.includes("_start() =>")) throw new Error("the module has no export \"_start\"");
  }
}
