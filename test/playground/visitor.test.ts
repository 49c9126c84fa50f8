/** Does what a visitor does, in a real browser. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { allBoards, findBoard } from "../../firmware-sim/boards/load.js";
import { slotLayout } from "../../firmware-sim/checkpoint/layout.js";
import { DatasetSensor } from "../../firmware-sim/devices/sensor.js";
import { Random } from "../../firmware-sim/devices/random.js";
import { simulatedBoard } from "../../firmware-sim/simulated_board.js";
import { type Dataset, frame, take } from "../../host/data/dataset.js";
import { loadMnist } from "../../host/data/mnist.js";
import { Network } from "../../host/engine/network.js";
import { planMemory } from "../../host/engine/plan.js";
import { platform } from "../../host/platform/node.js";
import { NETWORKS } from "../../playground/src/networks.js";
import { PAGE_BYTES_CEILING } from "../limits.js";
import { describeWith } from "../firmware-sim/firmware/require_tools.js";
import { CHROMIUM, NO_GRAPHICS, startBrowser, SWIFTSHADER, SWIFTSHADER_WEBGPU } from "../browser.js";
import { numberIn, servePlayground, setSpeed, visit, type Visit, waitForNumber } from "./browser.js";

const INSTALL = "apt-get install chromium";
const missing = CHROMIUM === null ? ["chromium"] : [];

let browser: Browser;
let site: Awaited<ReturnType<typeof servePlayground>>;
let mnist: { train: Dataset; test: Dataset };

if (CHROMIUM !== null) {
  beforeAll(async () => {
    [site, browser, mnist] = await Promise.all([servePlayground(), startBrowser(), loadMnist()]);
  });
  afterAll(async () => {
    await browser?.close();
    site?.end();
  });
}

const log = (page: Page): Promise<string[]> => page.$$eval(".log li", (items) => items.map((item) => item.textContent ?? ""));
const hashIn = (line: string): string => /state ([0-9a-f]{16})/.exec(line)![1]!;
const digitsIn = (line: string): number => Number(/([\d,]+) digits/.exec(line)![1]!.replaceAll(",", ""));

describeWith(missing, INSTALL, "a visitor of the playground", () => {
  let here: Visit;
  let page: Page;

  beforeAll(async () => {
    here = await visit(browser, site.url);
    page = here.page;
  });
  afterAll(() => page?.context().close());
  afterEach(() => expect(here.complaints).toEqual([]));

  test("sees at once that it fits, by the planner's own number, and what it costs", async () => {
    const { bytes } = planMemory(NETWORKS[1]!.spec);
    const { engineBytes } = simulatedBoard(findBoard("rp2040"));
    expect(await page.textContent("#verdict")).toBe(`Fits. ${bytes.total.toLocaleString("en")} of the ${engineBytes.toLocaleString("en")} bytes that the board leaves for learning.`);
    await page.waitForFunction(() => /ms a digit/.test(document.querySelector("#note-time")!.textContent!) && /mJ a digit/.test(document.querySelector("#note-energy")!.textContent!));
    expect(await page.$$eval("#board option", (options) => options.length)).toBe(allBoards().length);
    expect(await page.$$eval("#memory tbody tr", (rows) => rows.length)).toBeGreaterThan(planMemory(NETWORKS[1]!.spec).regions.length);
  });

  test("trains and sees the error fall, the fields and hills move", async () => {
    const picture = (): Promise<string> => page.$eval("#fields canvas", (canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const hills = (): Promise<string> => page.$eval("#goodness", (host) => host.innerHTML);
    const [fieldsBefore, hillsBefore] = [await picture(), await hills()];
    await page.click("#train");
    await waitForNumber(page, "#tile-error", "above", 0);
    const first = await numberIn(page, "#tile-error");
    await setSpeed(page, 0);
    await waitForNumber(page, "#tile-error", "below", first);
    await waitForNumber(page, "#tile-error", "below", 10);
    expect(await picture()).not.toBe(fieldsBefore);
    expect(await hills()).not.toBe(hillsBefore);
    expect(await page.$eval("#learning svg", (svg) => svg.getAttribute("aria-label"))).toMatch(/^Learning curves: \d.* of test digits wrong after [\d,]+ digits seen$/);
    expect(await numberIn(page, "#tile-energy")).toBeGreaterThan(0);
    expect(await numberIn(page, "#tile-flash")).toBeGreaterThan(0);
  });

  test("pauses: then the count stands still", async () => {
    await page.click("#train");
    await page.waitForFunction(() => document.querySelector("#note-samples")!.textContent === "paused");
    const samples = await numberIn(page, "#tile-samples");
    await page.waitForTimeout(300);
    expect(await numberIn(page, "#tile-samples")).toBe(samples);
    expect(await page.textContent("#train")).toBe("Go on");
  });

  test("draws digits with the mouse, in the strokes of real ones, and has most of them read", async () => {
    const right: boolean[] = [];
    for (const index of [0, 1, 2, 3, 5, 17]) {
      await page.click("#clear");
      await drawWithMouse(page, frame(mnist.test, index));
      await page.waitForFunction(() => /reads a|goodness/.test(document.querySelector("#answer .big")!.textContent!));
      right.push((await page.textContent("#answer .best th")) === String(mnist.test.labels[index]));
    }
    expect(right.filter(Boolean).length).toBeGreaterThanOrEqual(5);
    // Ten rows, each with both scores in words as well.
    expect(await page.$$eval("#answer tbody td .hidden", (cells) => cells.filter((cell) => /\d/.test(cell.textContent!)).length)).toBe(20);
  });

  test("asks for a test digit, which says whether it was read right", async () => {
    await page.click("#sample");
    await page.waitForFunction(() => /: (right|wrong)/.test(document.querySelector("#answer .big")!.textContent!));
    expect(await page.getAttribute("#pad", "aria-label")).toMatch(/^Drawing pad, test digit 0, a 7$/);
  });

  test("cuts the power inside flash writes and in mid-step: every time it comes back to the same bits", async () => {
    for (const place of ["flash", "compute", "flash", "compute"]) {
      await page.check(`input[name=cut][value=${place}]`, { force: true });
      await page.click("#cut");
      await page.waitForFunction(() => document.querySelectorAll(".log li").length >= 4 && /^Back at/.test(document.querySelector(".log li")!.textContent!) && !(document.querySelector("#cut") as HTMLButtonElement).disabled);
      const [back, on, lost] = await log(page);
      expect(lost).toMatch(place === "flash" ? /^Power lost inside a flash (write|erase), / : /^Power lost in the middle of a training step, /);
      expect(on).toMatch(/^Power back: slot [01] is whole, .*: as it was committed\.$/);
      expect(back).toMatch(/: equal to what the power cut destroyed, bit for bit\.$/);
      expect(hashIn(back!)).toBe(hashIn(lost!));
      expect(digitsIn(back!)).toBe(digitsIn(lost!));
      expect(digitsIn(on!)).toBeLessThanOrEqual(digitsIn(lost!));
      // Gone, so that the next round waits for its own.
      await page.evaluate(() => document.querySelector(".log")!.replaceChildren());
    }
  });

  test("changes the world while what was lost is trained again: is told that the state will not come again, and may cut anew", async () => {
    await page.check("input[name=cut][value=flash]", { force: true });
    await setSpeed(page, 1);
    await page.click("#cut");
    await setSpeed(page, 0);
    await page.waitForSelector(".power-off");
    await setSpeed(page, 1);
    await page.waitForFunction(() => /Power back/.test(document.querySelector(".log")!.textContent!));
    await page.check("#worlds input[value=noise]", { force: true });
    await page.waitForFunction(() => /^Its world has changed/.test(document.querySelector(".log li")!.textContent!) && !(document.querySelector("#cut") as HTMLButtonElement).disabled);
    await page.check("#worlds input[value=clean]", { force: true });
    await setSpeed(page, 0);
    await waitForNumber(page, "#tile-error", "below", 12);
  });

  test("swaps black and white: the error jumps, and falls again", async () => {
    const before = await numberIn(page, "#tile-error");
    await page.check("#worlds input[value=invert]", { force: true });
    await waitForNumber(page, "#tile-error", "above", 50);
    await waitForNumber(page, "#tile-error", "below", 25);
    expect(before).toBeLessThan(12);
    // What the sensor delivers is shown as it is: mostly ink.
    const dark = await page.$eval(".seen canvas", (canvas) => {
      const { data } = (canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, 28, 28);
      return data.filter((value, at) => at % 4 === 0 && value < 128).length / 784;
    });
    expect(dark).toBeGreaterThan(0.5);
    await page.check("#worlds input[value=clean]", { force: true });
    await waitForNumber(page, "#tile-error", "below", 15);
  });

  test("takes a board that is too small: is told how much is missing, and cannot train", async () => {
    await page.selectOption("#board", "microbit");
    await page.waitForFunction(() => /^Does not fit\. [\d,]+ bytes of RAM too few/.test(document.querySelector("#verdict")!.textContent!));
    const missingBytes = planMemory(NETWORKS[1]!.spec).bytes.total - simulatedBoard(findBoard("microbit")).engineBytes;
    expect(await page.textContent("#verdict")).toContain(`${missingBytes.toLocaleString("en")} bytes of RAM too few`);
    expect(await page.textContent("#verdict")).toMatch(/The smallest board here that holds it: .+\.$/);
    expect(await page.isDisabled("#train")).toBe(true);
    expect(await page.isDisabled("#cut")).toBe(true);
  });

  test("writes a network of its own, wrong and right", async () => {
    await page.selectOption("#network", "custom");
    const write = async (layers: string, answer = ""): Promise<void> => {
      await page.fill("#custom-layers", layers);
      await page.keyboard.press("Tab");
      await page.waitForFunction((text) => document.querySelector("#verdict")!.textContent!.includes(text), answer);
    };
    await write("banana", "Not a network yet. “banana” is no width of a layer: whole numbers from 1 to 2,000.");
    await write("", "Not a network yet. Write the units");
    await page.selectOption("#custom-objective", "classwise");
    await write("25", "no multiple of 10");
    await page.selectOption("#board", "samd21");
    await write("20");
    await page.waitForSelector("#train:enabled");
    await page.click("#train");
    await waitForNumber(page, "#tile-samples", "above", 300);
    expect(await page.textContent("#goodness")).toContain("the true class’s units");
  });

  test.each(NETWORKS)("finds room for every offered network on some board: $id", async ({ id, spec }) => {
    const { total, checkpoint } = planMemory(spec).bytes;
    const roomy = allBoards().map((board) => simulatedBoard(board)).find(({ engineBytes, freeFlashBytes, flash }) => engineBytes >= total && freeFlashBytes >= slotLayout(checkpoint, flash).areaBytes)!;
    await page.selectOption("#board", roomy.name);
    await page.selectOption("#network", id);
    await page.waitForFunction((bytes) => document.querySelector("#verdict")!.textContent!.startsWith(`Fits. ${bytes} of`), total.toLocaleString("en"));
    await page.waitForSelector("#train:enabled");
  });

  test("asked for nothing but the page's own files, and not for much", () => {
    const bytes = ["index.html", "style.css", "playground.js", "mnist-10000.js"].reduce((sum, file) => sum + statSync(`dist/playground/${file}`).size, 0);
    expect(bytes).toBeLessThan(PAGE_BYTES_CEILING);
    const own = [site.url, ...["style.css", "playground.js", "mnist-10000.js"].map((file) => site.url + file)];
    expect(here.requests.filter((request) => !/^(data|blob):/.test(request)).sort()).toEqual(own.sort());
  });
});

describeWith(missing, INSTALL, "the playground's chip", () => {
  test("has the bits that the same training gives in Node", async () => {
    const { page } = await visit(browser, site.url);
    await page.click("#cut");
    await page.waitForFunction(() => /Power lost/.test(document.querySelector(".log")!.textContent!));
    const line = (await log(page)).find((text) => text.startsWith("Power lost"))!;
    await page.context().close();
    const data = take(mnist.train, 0, 10_000);
    const network = Network.create({ ...NETWORKS[1]!.spec, memoryLimitBytes: simulatedBoard(findBoard("rp2040")).engineBytes });
    const sensor = new DatasetSensor(data, network.spec.seed, new Random(1, 1));
    while (network.samples < digitsIn(line)) {
      const reply = sensor.poll();
      if ("sample" in reply) network.train(reply.sample.frame, reply.sample.label);
    }
    expect(platform.sha256([network.checkpoint()]).slice(0, 16)).toBe(hashIn(line));
    expect(network.samples).toBeGreaterThan(100);
  });

  test("runs from a disk, without a server", async () => {
    const { page, complaints } = await visit(browser, pathToFileURL(resolve("dist/playground/index.html")).href);
    await setSpeed(page, 0);
    await page.click("#train");
    await waitForNumber(page, "#tile-samples", "above", 2000);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("keeps the chip's own pace when asked", async () => {
    const { page } = await visit(browser, site.url);
    await setSpeed(page, 1);
    const start = performance.now();
    await page.click("#train");
    const chip = await page.waitForFunction(() => {
      const text = document.querySelector("#tile-time")!.textContent!;
      return /^[\d.]+ s$/.test(text) && parseFloat(text) >= 2 ? parseFloat(text) : null;
    });
    // Never faster, but for what is rounded; slower where this machine is busy. At full speed these two seconds take some tens of milliseconds.
    expect(await chip.jsonValue()).toBeLessThan(1.2 * ((performance.now() - start) / 1000));
    await page.context().close();
  });
});

describeWith(missing, INSTALL, "the playground without a mouse", () => {
  test("by keyboard alone: trains, draws a one, cuts the power", async () => {
    const { page, complaints } = await visit(browser, site.url);
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement!.id || (document.activeElement as HTMLInputElement).name || document.activeElement!.textContent!);
    const tabTo = async (wanted: string): Promise<void> => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press("Tab");
        if ((await focused()) === wanted) return;
      }
      throw new Error(`no way to ${wanted} by Tab`);
    };
    await page.keyboard.press("Tab");
    // The first stop leads straight to the button.
    await page.keyboard.press("Enter");
    await tabTo("reset");
    await page.keyboard.press("Shift+Tab");
    expect(await focused()).toBe("train");
    await page.keyboard.press("Space");
    await tabTo("pace");
    await page.keyboard.press("ArrowRight");
    await waitForNumber(page, "#tile-error", "below", 12);
    await tabTo("pad");
    await page.keyboard.press("Space");
    for (let step = 0; step < 11; step++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    await page.waitForFunction(() => document.querySelector("#answer .best th")?.textContent === "1");
    await page.keyboard.press("Delete");
    expect(await page.textContent("#answer .big")).toBe("Draw with finger, mouse or keys.");
    await tabTo("cut");
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("cut");
    await page.waitForFunction(() => /Back at/.test(document.querySelector(".log")!.textContent!));
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("by touch on a phone: draws, and the page does not scroll away", async () => {
    const { page, complaints } = await visit(browser, site.url, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    await page.tap("#train");
    await page.locator("#pad").scrollIntoViewIfNeeded();
    const box = (await page.locator("#pad").boundingBox())!;
    const before = await page.evaluate(() => scrollY);
    const client = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", x = 0, y = 0): Promise<unknown> =>
      client.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x: box.x + x * box.width, y: box.y + y * box.height }] });
    await touch("touchStart", 0.5, 0.2);
    for (let step = 1; step <= 6; step++) await touch("touchMove", 0.5, 0.2 + step * 0.1);
    await touch("touchEnd");
    await page.waitForFunction(() => document.querySelector("#pad")!.getAttribute("aria-label") === "Drawing pad, something is drawn");
    await page.waitForFunction(() => document.querySelector("#answer .best th") !== null);
    expect(await page.evaluate(() => scrollY)).toBe(before);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describeWith(missing, INSTALL, "the reference beside the chip", () => {
  test.each([["WebGL 2", true, SWIFTSHADER], ["WebGPU", false, SWIFTSHADER_WEBGPU]] as const)("on %s: zero integers differ; float beside it: %s", async (name, andFloat, flags) => {
    const withGpu = await startBrowser(flags);
    try {
      const { page, complaints } = await visit(withGpu, site.url);
      await page.selectOption("#network", "custom");
      await page.fill("#custom-layers", "16,8");
      await page.keyboard.press("Tab");
      await page.waitForSelector("#train:enabled");
      await page.click("#compare");
      await page.waitForFunction(() => /equal, bit for bit|NOT|failed|differ after 20 digits: \d/.test(document.querySelector("#parity")!.textContent!));
      const verdict = (await page.textContent("#parity"))!;
      expect(verdict).toMatch(/^0 of [\d,]+ integers differ after 20 digits: equal, bit for bit\.$/);
      // 20 samples and the start: every weight of both layers, each time.
      expect(Number(/of ([\d,]+)/.exec(verdict)![1]!.replaceAll(",", ""))).toBeGreaterThan(21 * (784 * 16 + 16 * 8));
      expect(await page.textContent("#reference .says")).toContain(`${name} on `);
      // One of them says that float works; it takes its time on a CPU.
      if (andFloat) await page.waitForFunction(() => /In floating point, in batches: after 256 digits/.test(document.querySelector("#float")!.textContent!));
      if (await page.textContent("#compare") === "Stop") {
        await page.click("#compare");
        expect(await page.textContent("#parity")).toBe("Stopped.");
      }
      expect(complaints).toEqual([]);
    } finally {
      await withGpu.close();
    }
  });

  test("without any GPU interface: says so, and the rest goes on", async () => {
    const without = await startBrowser(NO_GRAPHICS);
    try {
      const { page } = await visit(without, site.url);
      await page.click("#compare");
      await page.waitForFunction(() => /neither WebGPU nor WebGL/.test(document.querySelector("#parity")!.textContent!));
      await page.click("#train");
      await waitForNumber(page, "#tile-samples", "above", 50);
    } finally {
      await without.close();
    }
  });

  test("in a copy of the page built without tfjs: says how to get it; of a convolution: that it knows none", async () => {
    const { page } = await visit(browser, site.url);
    await page.route("**/reference.js", (route) => route.fulfill({ status: 200, contentType: "text/javascript", body: "" }));
    await page.click("#compare");
    await page.waitForFunction(() => /built without TensorFlow\.js/.test(document.querySelector("#parity")!.textContent!));
    await page.selectOption("#network", "maps");
    await page.waitForSelector("#train:enabled");
    await page.click("#compare");
    expect(await page.textContent("#parity")).toBe("The reference knows dense layers only: take another network.");
    await page.context().close();
  });
});

/** Draws a frame's ink on the pad, row by row, as strokes of the pen. */
async function drawWithMouse(page: Page, pixels: Uint8Array): Promise<void> {
  await page.locator("#pad").scrollIntoViewIfNeeded();
  const box = (await page.locator("#pad").boundingBox())!;
  const at = (x: number, y: number): readonly [number, number] => [box.x + ((x + 0.5) / 28) * box.width, box.y + ((y + 0.5) / 28) * box.height];
  for (let y = 0; y < 28; y++) {
    for (let x = 0; x < 28; x++) {
      if (pixels[y * 28 + x]! < 160) continue;
      const from = x;
      while (x < 27 && pixels[y * 28 + x + 1]! >= 160) x++;
      await page.mouse.move(...at(from, y));
      await page.mouse.down();
      if (x > from) await page.mouse.move(...at(x, y));
      await page.mouse.up();
    }
  }
}
