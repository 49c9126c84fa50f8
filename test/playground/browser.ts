/** The page as `npm run playground` serves it. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type Heard, listenTo, PATIENCE_MS } from "../browser.js";

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

export interface Visit extends Heard {
  readonly page: Page;
}

/** Opens the page and waits until it can be trained. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const heard = listenTo(page);
  await page.goto(url);
  await page.waitForSelector("#train:enabled");
  return { page, ...heard };
}

/** The whole number in an element's text. */
export async function numberIn(page: Page, selector: string): Promise<number> {
  return Number((await page.textContent(selector))!.replace(/[^0-9.]/g, ""));
}

/** Waits until the number in an element satisfies. */
export async function waitForNumber(page: Page, selector: string, satisfies: "below" | "above", bound: number): Promise<void> {
  await page.waitForFunction(([where, which, than]) => {
    const text = document.querySelector(where)!.textContent!.replace(/[^0-9.]/g, "");
    return text !== "" && (which === "below" ? Number(text) < than : Number(text) > than);
  }, [selector, satisfies, bound] as const);
}

export async function setSpeed(page: Page, times: 0 | 1 | 10): Promise<void> {
  await page.check(`#pace input[value="${times}"]`, { force: true });
}
