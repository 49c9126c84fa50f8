import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { ChannelInstance } from "./channel.js";
import { builtFile } from "../built_file.js";
import { findCommand, sizedModule, temporaryFolder } from "./files.js";
import { endOf, outputOf, versionIn } from "./process_transport.js";
import { RuntimeError, type RuntimeKind, type RuntimeInstance, type StartOptions } from "./runtime.js";

const NAME = "chromium";
const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions", "--no-first-run",
  "--no-default-browser-check", "--remote-debugging-pipe",
];
const START_MS = 60_000;

/** The path of a Chromium or Chrome of this machine, or null. */
export function findChromium(): string | null {
  return findCommand("chromium", "chromium-browser", "google-chrome", "chrome");
}

/** A browser without a window: the engine runs in an empty page, driven over the DevTools protocol through two pipes, no port. */
export const chromium: RuntimeKind = {
  name: NAME,
  title: "Chromium, headless",
  howToGet: "apt-get install chromium, or --runtime-path chromium=<a Chrome or Chromium>",
  async find(path = findChromium() ?? undefined) {
    if (path === undefined) return null;
    const version = await outputOf(path, ["--version", "--no-sandbox"]);
    if (version === null) return null;
    let browser: Promise<Browser> | null = null;
    return {
      name: NAME,
      version: versionIn(version.slice(Math.max(0, version.search(/Chrom/)))),
      features: { simd: true, relaxedSimd: Number(/\d+/.exec(version)?.[0]) >= RELAXED_SIMD_SINCE, memoryVisible: true, slow: false },
      artefact: "engine",
      instantiate: async (options) => instantiate(await (browser ??= Browser.start(path)), options),
      async close() {
        await browser?.then((running) => running.close(), () => undefined);
        browser = null;
      },
    };
  },
};

/** Chromium has had relaxed SIMD since this version. */
const RELAXED_SIMD_SINCE = 114;

let instances = 0;

async function instantiate(browser: Browser, options: StartOptions): Promise<RuntimeInstance> {
  const id = ++instances;
  const module = options.module ?? sizedModule("engine", options.build, options.pages);
  try {
    await browser.evaluate(`mayfly.start(${id}, ${base64(module)})`);
  } catch (error) {
    throw new RuntimeError(NAME, error instanceof Error ? error.message : String(error), error);
  }
  return new ChannelInstance(NAME, options, (events) => {
    const waiting: Uint8Array[] = [];
    let open = true;
    /** What has been sent since the last turn of the event loop goes as one message. */
    const flush = (): void => {
      const commands = Buffer.concat(waiting.splice(0));
      browser.evaluate(`mayfly.feed(${id}, ${base64(commands)})`).then((replies) => events.onReplies(Buffer.from(replies, "base64")), (error: Error) => events.onFailure(error.message));
    };
    return {
      send(bytes) {
        if (open && waiting.push(bytes) === 1) setImmediate(flush);
      },
      async close() {
        open = false;
        await browser.evaluate(`mayfly.end(${id})`).catch(() => undefined);
      },
    };
  });
}

function base64(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64"));
}

interface Message {
  id?: number;
  result?: Record<string, unknown>;
  error?: { message: string };
}

interface Waiting {
  resolve(result: Record<string, unknown>): void;
  reject(error: Error): void;
}

/** A browser with one empty page; messages are JSON, each ended by a zero byte. */
class Browser {
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private session: string | undefined;
  private unread = "";
  private gone: Error | null = null;

  private constructor(private readonly child: ChildProcess, private readonly folder: Awaited<ReturnType<typeof temporaryFolder>>) {}

  static async start(path: string): Promise<Browser> {
    const folder = await temporaryFolder();
    const child = spawn(path, [...FLAGS, `--user-data-dir=${folder.path}`, "about:blank"], { stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"], detached: process.platform !== "win32" });
    const browser = new Browser(child, folder);
    const timer = setTimeout(() => browser.fail(`did not start within ${START_MS / 1000} s`), START_MS);
    try {
      browser.listen();
      const { targetInfos } = (await browser.ask("Target.getTargets")) as unknown as { targetInfos: { targetId: string; type: string }[] };
      const page = targetInfos.find(({ type }) => type === "page")?.targetId ?? (await browser.ask("Target.createTarget", { url: "about:blank" }))["targetId"];
      browser.session = (await browser.ask("Target.attachToTarget", { targetId: page, flatten: true }))["sessionId"] as string;
      await browser.evaluate(`${readFileSync(builtFile("runtime_page.js"), "utf8")}; ""`);
      return browser;
    } catch (error) {
      await browser.close();
      throw new RuntimeError(NAME, error instanceof Error ? error.message : String(error), error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The value of an expression in the page, waited for if it is a promise. */
  async evaluate(expression: string): Promise<string> {
    const answer = (await this.ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true })) as {
      result?: { value?: string };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    };
    const { exceptionDetails: thrown } = answer;
    if (thrown) throw new Error((thrown.exception?.description ?? thrown.text).split("\n")[0]!.replace(/^(\w+\.)?\w*Error: /, ""));
    return answer.result?.value ?? "";
  }

  async close(): Promise<void> {
    this.fail("the browser was closed");
    process.off("exit", this.kill);
    if (this.child.exitCode === null && this.child.signalCode === null && this.child.pid !== undefined) {
      const ended = new Promise((resolve) => this.child.once("close", resolve));
      this.kill();
      await ended;
    }
    await this.folder.remove();
  }

  private listen(): void {
    let said = "";
    this.child.stderr?.on("data", (bytes: Buffer) => (said = (said + bytes.toString()).slice(-4096)));
    this.child.on("error", (error) => this.fail(`cannot be started: ${error.message}`));
    this.child.on("close", (code, signal) => this.fail(endOf(code, signal, said)));
    this.input.on("error", () => undefined);
    const output = this.child.stdio[4] as Readable;
    output.setEncoding("utf8");
    output.on("data", (text: string) => this.receive(text));
    process.once("exit", this.kill);
  }

  private get input(): Writable {
    return this.child.stdio[3] as Writable;
  }

  private ask(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      if (this.gone) return reject(this.gone);
      const id = ++this.lastId;
      this.waiting.set(id, { resolve, reject });
      this.input.write(`${JSON.stringify({ id, method, params, ...(this.session && { sessionId: this.session }) })}\0`);
    });
  }

  private receive(text: string): void {
    const messages = (this.unread + text).split("\0");
    this.unread = messages.pop() ?? "";
    for (const message of messages) {
      const { id = 0, result, error } = JSON.parse(message) as Message;
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (error) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result ?? {});
    }
  }

  private fail(what: string): void {
    this.gone ??= new Error(what);
    for (const { reject } of this.waiting.values()) reject(this.gone);
    this.waiting.clear();
  }

  /** The browser has processes of its own, all in one group. */
  private readonly kill = (): void => {
    try {
      if (process.platform === "win32") this.child.kill("SIGKILL");
      else process.kill(-this.child.pid!, "SIGKILL");
    } catch {
      return;
    }
  };
}
