/** The report of three tiny runs, looked at in a real browser. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWith } from "../../firmware-sim/firmware/require_tools.js";
import { mayflyJson } from "../cli/mayfly.js";
import { writeIdxFolder } from "../cli/samples.js";
import { temporaryFiles } from "../data/temporary-files.js";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { CHROMIUM, type Heard, listenTo, PATIENCE_MS, startBrowser } from "../../browser.js";

const files = temporaryFiles();
/** A width in CSS pixels and a colour scheme. */
interface Look { width: number; scheme: "light" | "dark" }
const LOOKS: readonly Look[] = [{ width: 1100, scheme: "light" }, { width: 1100, scheme: "dark" }, { width: 360, scheme: "light" }, { width: 360, scheme: "dark" }];
/** As `mayfly parity --json` prints it, with text that HTML would take for an element. */
const PARITY = { verdict: "equal </script><img src=x>", layers: [{ preActivations: { compared: 9000, differing: 0 }, goodness: { compared: 10, differing: 1 }, weights: { compared: 7, differing: 0 } }] };

describeWith(CHROMIUM === null ? ["chromium"] : [], "apt-get install chromium", "the report in a browser", () => {
  let browser: Browser;
  let context: BrowserContext | undefined;
  let page: Page;
  let heard: Heard;
  const url = pathToFileURL(join(files.folder, "report.html")).href;

  beforeAll(async () => {
    writeIdxFolder(files, "idx");
    await mayflyJson(files.folder, "train", "idx", "--layers", "16,12", "--epochs", "3", "--out", "pair");
    await mayflyJson(files.folder, "train", "idx", "--layers", "conv8x3p2,conv8x3", "--objective", "classwise", "--epochs", "2", "--out", "maps");
    writeFileSync(join(files.folder, "pair/parity.json"), JSON.stringify(PARITY));
    await mayflyJson(files.folder, "analyze", "pair", "--against", "backprop,backprop-ff", "--epochs", "2", "--label", "true");
    await mayflyJson(files.folder, "train", "idx", "--layers", "8,8", "--iterations", "4", "--epochs", "1", "--leave-out", "3", "--out", "recurrent");
    await mayflyJson(files.folder, "report", "pair", "maps", "recurrent", "-o", "report.html");
    browser = await startBrowser();
  });

  const open = async ({ width, scheme }: Look): Promise<void> => {
    await context?.close();
    context = await browser.newContext({ viewport: { width, height: 800 }, isMobile: width < 600, colorScheme: scheme });
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    heard = listenTo(page);
    await page.goto(url);
  };
  afterAll(() => browser?.close());

  describe.each(LOOKS)("$width px wide, $scheme", (look) => {
    beforeAll(() => open(look));

    test("draws without a complaint and without asking for anything but itself", () => {
      expect(heard.complaints).toEqual([]);
      expect(heard.requests.filter((request) => !request.startsWith("data:"))).toEqual([url]);
    });

    test("shows all that the runs have", async () => {
      const headings = await page.evaluate<string[]>(`[...document.querySelectorAll("h2, h3")].map((heading) => heading.textContent)`);
      const each = ["Test error", "Discrimination accuracy by layer", "Work that sparsity left: forward", "Work that sparsity left: update", "What sparsity saves on a chip", "Goodness of positive and negative data", "Confusion matrix", "What the first layer looks for"];
      const rest = ["Memory map", "On boards"];
      expect(headings).toEqual([
        "Side by side", "Test error", "The runs' figures", "Units active at a time",
        "144-16-12", ...each, "Emergent representations", "Beside backpropagation", ...rest, "Parity with the reference",
        "144-conv8x3-conv8x3", ...each, "Class activation maps", "Emergent representations", ...rest, "Not in this report",
        "144-8-8", ...each, "Emergent representations", "Units active, by iteration", "Hoyer sparsity, by iteration", ...rest, "Not in this report",
      ]);
      expect(await page.evaluate<string[]>(`[...document.querySelectorAll("code")].map((code) => code.textContent)`)).toEqual(["mayfly report maps --parity", "mayfly analyze recurrent --against backprop", "mayfly report recurrent --parity"]);
      expect(await page.evaluate(`document.body.textContent.includes(${JSON.stringify(`verdict: ${PARITY.verdict}`)})`)).toBe(true);
    });

    test("every chart is an image with a label; every picture says what it shows", async () => {
      // Charts are the drawings that are no sample of colour in a legend.
      const charts = await page.evaluate<{ role: string | null; label: string | null; marks: number }[]>(
        `[...document.querySelectorAll("svg")].filter((svg) => !svg.closest("[class*=swatch]")).map((svg) => ({ role: svg.getAttribute("role"), label: svg.getAttribute("aria-label"), marks: svg.querySelectorAll("path, rect, circle").length }))`,
      );
      // 2 of all; for each run 4 curves, 2 histograms, 1 confusion matrix, 2 overlaps, 1 memory map; the twins: 2 of bars and 3 overlaps; the iterations: 2.
      expect(charts).toHaveLength(2 + 3 * 10 + 5 + 2);
      for (const { role, label, marks } of charts) {
        expect(role).toBe("img");
        expect(label?.length).toBeGreaterThan(10);
        expect(marks).toBeGreaterThan(0);
      }
      expect(await page.evaluate(`[...document.querySelectorAll("[class*=swatch] svg")].every((svg) => svg.getAttribute("aria-hidden") === "true")`)).toBe(true);
      const images = await page.evaluate<{ alt: string; drawn: boolean }[]>(
        `Promise.all([...document.images].map(async (image) => { image.loading = "eager"; await image.decode(); return { alt: image.alt, drawn: image.naturalWidth > 0 }; }))`,
      );
      // 16 units; 8 filters; maps of 6 samples of the one layer that the readout sees, and of all; 8 units.
      expect(images).toHaveLength(16 + 8 + 6 * 2 + 8);
      for (const { alt, drawn } of images) {
        expect(alt.length).toBeGreaterThan(20);
        expect(drawn).toBe(true);
      }
    });

    test("is no wider than the screen; wide tables scroll by themselves and can be reached by keys", async () => {
      expect(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).toBe(0);
      const outside = await page.evaluate<string[]>(
        `[...document.querySelectorAll("main *")].filter((each) => !each.closest(".scroll, svg") && each.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map((each) => each.outerHTML.slice(0, 80))`,
      );
      expect(outside).toEqual([]);
      expect(await page.evaluate(`[...document.querySelectorAll(".scroll")].every((each) => each.tabIndex === 0 && each.getAttribute("aria-label"))`)).toBe(true);
    });

    test("text in charts neither overlaps nor leaves its chart", async () => {
      const faults = await page.evaluate<string[]>(`[...document.querySelectorAll("figure svg[role=img]")].flatMap((svg) => {
        const frame = svg.closest("figure").getBoundingClientRect();
        const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent.trim() && !text.closest("[aria-label=tip]")).map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
        const name = svg.getAttribute("aria-label");
        return texts.flatMap(({ text, box }, index) => [
          ...(box.left < frame.left || box.right > frame.right ? [name + ": " + text + " sticks out"] : []),
          ...texts.slice(index + 1).filter((other) => Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left) > 1 && Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top) > 4).map((other) => name + ": " + text + " over " + other.text),
        ]);
      })`);
      expect(faults).toEqual([]);
    });

    test("text stands out from its ground as WCAG's AA asks", async () => {
      const low = await page.evaluate<string[]>(`(() => {
        const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
        const light = (colour) => { const [r, g, b] = parts(colour).map((value) => { const share = value / 255; return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const ground = (each) => { for (let at = each; at; at = at.parentElement) { const colour = getComputedStyle(at).backgroundColor; if ((parts(colour)[3] ?? 1) > 0.99) return colour; } return "rgb(255, 255, 255)"; };
        return [...document.querySelectorAll("h1, h2, h3, h4, p, td, th, dt, dd, figcaption, small, caption, summary, .yes, .no, svg[role=img]")].flatMap((each) => {
          const [a, b] = [light(getComputedStyle(each).color), light(ground(each))].sort((x, y) => y - x);
          return (a + 0.05) / (b + 0.05) < 4.5 ? [each.tagName + " " + each.textContent.slice(0, 30)] : [];
        });
      })()`);
      expect(low).toEqual([]);
    });

    test("has the scheme's ground", async () => {
      const red = await page.evaluate<number>(`Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])`);
      if (look.scheme === "dark") expect(red).toBeLessThan(64);
      else expect(red).toBeGreaterThan(192);
    });
  });

  test("drawn anew for another width", async () => {
    await open({ width: 1100, scheme: "light" });
    const widths = `[...document.querySelectorAll("figure svg[role=img]")].map((svg) => svg.getBoundingClientRect().width)`;
    const wide = Math.max(...(await page.evaluate<number[]>(widths)));
    await page.evaluate(`(Object.defineProperty(document.documentElement, "clientWidth", { value: 500 }), Object.defineProperty(window, "innerWidth", { value: 500 }), window.dispatchEvent(new Event("resize")))`);
    expect(Math.max(...(await page.evaluate<number[]>(widths)))).toBeLessThan(wide - 100);
  });

  test("the file holds no address to fetch from", () => {
    const html = readFileSync(join(files.folder, "report.html"), "utf8");
    expect(html).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)="(?!data:)/);
    expect(html).not.toMatch(/@import|url\((?!["']?(data:|#))/);
  });
});
