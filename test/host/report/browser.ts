/** A headless Chromium with one page, over the DevTools protocol's pipes: only what the report's tests look at. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { findCommand, temporaryFolder } from "../../../host/runtimes/files.js";

export const CHROMIUM = findCommand("chromium", "chromium-browser", "google-chrome", "chrome");

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-extensions", "--no-first-run", "--remote-debugging-pipe"];

interface Message {
  id?: number;
  method?: string;
  params?: Record<string, any>;
  result?: Record<string, any>;
  error?: { message: string };
}

export interface Look {
  width: number;
  scheme: "light" | "dark";
}

export class Browser {
  /** What the page complained of: console messages of any level, exceptions, the browser's own log. */
  readonly complaints: string[] = [];
  /** Addresses the page asked for, but those of data. */
  readonly requests: string[] = [];
  private readonly waiting = new Map<number, (message: Message) => void>();
  private readonly loads: (() => void)[] = [];
  private lastId = 0;
  private session: string | undefined;
  private unread = "";

  private constructor(private readonly child: ChildProcess, private readonly folder: Awaited<ReturnType<typeof temporaryFolder>>) {
    const output = child.stdio[4] as Readable;
    output.setEncoding("utf8");
    output.on("data", (text: string) => this.receive(text));
    child.on("close", () => {
      for (const settle of this.waiting.values()) settle({ error: { message: "the browser has ended" } });
      this.waiting.clear();
    });
  }

  static async start(): Promise<Browser> {
    const folder = await temporaryFolder();
    const child = spawn(CHROMIUM!, [...FLAGS, `--user-data-dir=${folder.path}`, "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], detached: process.platform !== "win32" });
    const browser = new Browser(child, folder);
    const { targetInfos } = await browser.ask("Target.getTargets");
    const page = targetInfos.find(({ type }: { type: string }) => type === "page").targetId;
    browser.session = (await browser.ask("Target.attachToTarget", { targetId: page, flatten: true }))["sessionId"];
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await browser.ask(`${domain}.enable`);
    return browser;
  }

  /** Opens a file with a width in CSS pixels and a colour scheme, and waits until it is drawn. */
  async open(url: string, { width, scheme }: Look): Promise<void> {
    this.complaints.length = this.requests.length = 0;
    await this.ask("Emulation.setDeviceMetricsOverride", { width, height: 800, deviceScaleFactor: 1, mobile: width < 600 });
    await this.ask("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    const loaded = new Promise<void>((resolve) => this.loads.push(resolve));
    await this.ask("Page.navigate", { url });
    await loaded;
  }

  /** The value of an expression in the page, as JSON carries it. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as T;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("close", resolve));
    // It has processes of its own, all in one group.
    if (process.platform === "win32") this.child.kill("SIGKILL");
    else process.kill(-this.child.pid!, "SIGKILL");
    await ended;
    await this.folder.remove();
  }

  private ask(method: string, params: Record<string, unknown> = {}): Promise<Record<string, any>> {
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      this.waiting.set(id, ({ result, error }) => (error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result ?? {})));
      (this.child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...(this.session !== undefined && { sessionId: this.session }) })}\0`);
    });
  }

  private receive(text: string): void {
    const messages = (this.unread + text).split("\0");
    this.unread = messages.pop() ?? "";
    for (const message of messages) {
      const parsed = JSON.parse(message) as Message;
      if (parsed.id !== undefined) {
        this.waiting.get(parsed.id)?.(parsed);
        this.waiting.delete(parsed.id);
      } else this.hear(parsed.method ?? "", parsed.params ?? {});
    }
  }

  private hear(method: string, params: Record<string, any>): void {
    if (method === "Runtime.exceptionThrown") this.complaints.push(params["exceptionDetails"].exception?.description ?? params["exceptionDetails"].text);
    else if (method === "Runtime.consoleAPICalled") this.complaints.push(`console.${params["type"]}: ${JSON.stringify(params["args"].map((value: { value?: unknown; description?: string }) => value.value ?? value.description))}`);
    else if (method === "Log.entryAdded") this.complaints.push(`${params["entry"].level}: ${params["entry"].text}`);
    else if (method === "Network.requestWillBeSent" && !/^data:/.test(params["request"].url)) this.requests.push(params["request"].url);
    else if (method === "Page.loadEventFired") this.loads.splice(0).forEach((resolve) => resolve());
  }
}
