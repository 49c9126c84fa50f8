/** A headless Chromium for the tests of pages. */
import { type Browser, chromium, type Page } from "playwright-core";
import { findChromium } from "../host/runtimes/chromium.js";

/** Its path, or null. */
export const CHROMIUM = findChromium();

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

/** How long a test waits for a page: almost as long as for itself, for these are never about time. */
export const PATIENCE_MS = 100_000;

/** What a page has said and asked for since it was listened to. */
export interface Heard {
  /** Console messages of any kind, exceptions, failed requests. */
  readonly complaints: string[];
  readonly requests: string[];
}

/** From before it is opened. */
export function listenTo(page: Page): Heard {
  const [complaints, requests]: [string[], string[]] = [[], []];
  page.on("console", (message) => complaints.push(`console.${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  page.on("request", (request) => requests.push(request.url()));
  return { complaints, requests };
}
