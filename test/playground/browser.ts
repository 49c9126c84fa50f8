/** The page as `npm run playground` serves it, in a headless Chromium. */
import { type ChildProcess, spawn } from "node:child_process";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findCommand } from "../../host/runtimes/files.js";

export const CHROMIUM = findCommand("chromium", "chromium-browser", "google-chrome", "chrome");

const ARGUMENTS = ["--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];

export const NO_GPU = ["--disable-gpu"];
/** WebGL on the CPU. */
export const SWIFTSHADER = ["--use-gl=angle", "--use-angle=swiftshader"];
/** WebGPU on the CPU. */
export const SWIFTSHADER_WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--disable-gpu"];
/** Neither WebGL nor WebGPU, not even on the CPU. */
export const NO_GRAPHICS = ["--disable-gpu", "--disable-software-rasterizer"];

export function startBrowser(graphics: readonly string[] = NO_GPU): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM!, args: [...ARGUMENTS, ...graphics] });
}

/** Builds and serves the page; gives its address. */
export async function servePlayground(): Promise<{ url: string; end(): void }> {
  const server = spawn(process.execPath, ["scripts/playground.mjs", "--no-open", "--port", "0"], { stdio: ["ignore", "pipe", "pipe"] });
  const url = await new Promise<string>((resolve, reject) => {
    let said = "";
    const hear = (bytes: Buffer): void => {
      said += bytes.toString();
      const found = /http:\/\/localhost:\d+\//.exec(said)?.[0];
      if (found) resolve(found);
    };
    server.stdout.on("data", hear);
    server.stderr.on("data", hear);
    server.once("exit", (code) => reject(new Error(`npm run playground ended with ${code}: ${said}`)));
  });
  return { url, end: () => void (server as ChildProcess).kill() };
}

export interface Visit {
  readonly page: Page;
  /** Console messages of any kind, exceptions, failed requests. */
  readonly complaints: string[];
  readonly requests: string[];
}

/** Opens the page and waits until it can be trained. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(`console.${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  await page.waitForSelector("#train:enabled");
  return { page, complaints, requests };
}

/** The whole number in an element's text. */
export async function numberIn(page: Page, selector: string): Promise<number> {
  return Number((await page.textContent(selector))!.replace(/[^0-9.]/g, ""));
}

/** Waits until the number in an element satisfies. */
export async function waitForNumber(page: Page, selector: string, satisfies: "below" | "above", bound: number, timeout = 30_000): Promise<void> {
  await page.waitForFunction(([where, which, than]) => {
    const text = document.querySelector(where)!.textContent!.replace(/[^0-9.]/g, "");
    return text !== "" && (which === "below" ? Number(text) < than : Number(text) > than);
  }, [selector, satisfies, bound] as const, { timeout });
}

export async function setSpeed(page: Page, times: 0 | 1 | 10): Promise<void> {
  await page.check(`#pace input[value="${times}"]`, { force: true });
}
