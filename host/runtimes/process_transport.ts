import { execFile, type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ChannelInstance } from "./channel.js";
import { sizedModule, temporaryFolder } from "./files.js";
import type { Artefact, RuntimeInstance, StartOptions } from "./runtime.js";

/** What a process may say last is kept up to here. */
const SAID_BYTES = 4096;

/** Starts a process that holds an engine and speaks the command stream on its standard input and output. */
export async function startProcess(runtime: string, artefact: Artefact, options: StartOptions, command: (modulePath: string) => readonly string[]): Promise<RuntimeInstance> {
  const folder = await temporaryFolder();
  const modulePath = join(folder.path, "mayfly.wasm");
  await writeFile(modulePath, options.module ?? sizedModule(artefact, options.build, options.pages));
  return new ChannelInstance(runtime, options, (events) => {
    const [file = "", ...args] = command(modulePath);
    const child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"], windowsHide: true });
    const killAtExit = (): void => void child.kill("SIGKILL");
    process.once("exit", killAtExit);
    let said = "";
    const ended = new Promise<void>((resolve) => {
      child.on("error", (error) => (events.onFailure(`cannot be started: ${error.message}`), resolve()));
      child.on("close", (code, signal) => (events.onFailure(endOf(code, signal, said || textIn(printed))), resolve()));
    });
    let printed: Uint8Array = new Uint8Array(0);
    child.stdout.on("data", (bytes: Buffer) => {
      printed = bytes;
      events.onReplies(bytes);
    });
    child.stderr.on("data", (bytes: Buffer) => (said = (said + bytes.toString()).slice(-SAID_BYTES)));
    // A process that is gone cannot be written to; "close" tells why it went.
    child.stdin.on("error", () => undefined);
    // What is sent in one turn of the event loop goes in one write.
    let corked = false;
    const uncork = (): void => {
      corked = false;
      child.stdin.uncork();
    };
    return {
      send(bytes) {
        if (!corked) {
          corked = true;
          child.stdin.cork();
          setImmediate(uncork);
        }
        child.stdin.write(bytes);
      },
      async close() {
        child.kill("SIGKILL");
        await ended;
        process.off("exit", killAtExit);
        await folder.remove();
      },
    };
  });
}

/** Why a process that should be there is not. */
export function endOf(code: number | null, signal: string | null, said: string): string {
  const why = lastWords(said);
  if (signal !== null) return `its process was ended by ${signal}${why && `: ${why}`}`;
  return why === "" ? `its process ended with exit code ${code}` : `${why} (exit code ${code})`;
}

/** Some commands complain where their output should be: the text at its end, if there is any. */
function textIn(output: Uint8Array): string {
  return /[\x20-\x7e\n]{12,}$/.exec(Buffer.from(output).toString("latin1"))?.[0] ?? "";
}

/** The line of a runtime's complaint that says most: what our own child wrote, or the last that speaks of an error or a trap. */
function lastWords(said: string): string {
  const lines = said.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const own = lines.find((line) => line.startsWith("mayfly-child: "));
  if (own) return own.slice("mayfly-child: ".length);
  return (lines.findLast((line) => /error|trap|exception|unreachable|panic|fail/i.test(line)) ?? lines.at(-1) ?? "").slice(0, 300);
}

/** What a command prints, both streams; null when it cannot be run or takes too long. */
export function outputOf(file: string, args: readonly string[], timeoutMs = 20_000): Promise<string | null> {
  return new Promise((resolve) => {
    const child: ChildProcess = execFile(file, args, { timeout: timeoutMs, windowsHide: true }, (error, stdout, stderr) => {
      resolve(error && stdout === "" ? null : `${stdout}${stderr}`);
    });
    child.stdin?.end();
  });
}

/** The first thing in a text that looks like a version. */
export function versionIn(text: string): string {
  return /\d+(\.\d+)+[\w.+-]*/.exec(text)?.[0] ?? "unknown";
}
