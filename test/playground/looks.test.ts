/** How the page looks and reads: widths, colour schemes, names for those who do not see it. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../firmware-sim/firmware/require_tools.js";
import { CHROMIUM, startBrowser } from "../browser.js";
import { numberIn, servePlayground, setSpeed, visit, type Visit, waitForNumber } from "./browser.js";

const LOOKS = [1280, 360].flatMap((width) => (["light", "dark"] as const).map((scheme) => ({ width, scheme })));

describeWith(CHROMIUM === null ? ["chromium"] : [], "apt-get install chromium", "the playground's looks", () => {
  let browser: Browser;
  let site: Awaited<ReturnType<typeof servePlayground>>;
  let here: Visit;

  beforeAll(async () => {
    [site, browser] = await Promise.all([servePlayground(), startBrowser()]);
    here = await visit(browser, site.url);
    // With all that can be there: curves, a digit, a power cut, a world of its own, what is folded in.
    const { page } = here;
    await setSpeed(page, 0);
    await page.click("#cut");
    await page.waitForFunction(() => /Back at/.test(document.querySelector(".log")!.textContent!));
    await page.check("#worlds input[value=noise]", { force: true });
    await page.click("#sample");
    await page.waitForFunction(() => /reads|goodness,/.test(document.querySelector("#answer .big")!.textContent!));
    await page.click("#train");
    await page.$$eval("details", (all) => all.forEach((details) => (details.open = true)));
  });
  afterAll(async () => {
    await browser?.close();
    site?.end();
  });

  test.each(LOOKS)("$width px wide, $scheme: nothing sticks out, everything can be read", async ({ width, scheme }) => {
    const { page } = here;
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 800 });
    await page.waitForFunction((wide) => document.querySelector("#learning svg")!.getBoundingClientRect().width <= wide, width);
    expect(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).toBe(0);
    expect(await page.evaluate(`[...document.querySelectorAll("main *")].filter((each) => !each.closest(".scroll, svg, .hidden") && each.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map((each) => each.outerHTML.slice(0, 80))`)).toEqual([]);
    expect(await page.evaluate(TOO_PALE)).toEqual([]);
    const red = await page.evaluate(() => Number(/\d+/.exec(getComputedStyle(document.body).backgroundColor)![0]));
    if (scheme === "dark") expect(red).toBeLessThan(64);
    else expect(red).toBeGreaterThan(192);
    expect(here.complaints).toEqual([]);
  });

  test("everything to operate has a name, and is large enough for a finger", async () => {
    const { page } = here;
    await page.setViewportSize({ width: 360, height: 800 });
    const found = await page.$$eval("button, select, input, summary, [tabindex='0']", (all) => all.filter((each) => !each.closest("[hidden]")).map((each) => {
      const box = (each.matches("input[type=radio]") ? each.nextElementSibling! : each).getBoundingClientRect();
      const name = each.getAttribute("aria-label") || (each as HTMLInputElement).labels?.[0]?.textContent || each.textContent || "";
      return { name: name.trim(), what: each.outerHTML.slice(0, 60), low: box.height < 24 || box.width < 24 };
    }));
    expect(found.length).toBeGreaterThan(20);
    for (const { name, what, low } of found) {
      expect(name.length, what).toBeGreaterThan(0);
      expect(low, what).toBe(false);
    }
  });

  test("every picture and chart says what it shows; headings and regions are in order", async () => {
    const { page } = here;
    const pictures = await page.$$eval("canvas, svg", (all) => all.filter((each) => !each.closest("[role=img] [role=img], [aria-hidden=true]") && !each.closest(".seen")).map((each) => ({ role: each.getAttribute("role"), label: each.getAttribute("aria-label") ?? "" })));
    expect(pictures.length).toBeGreaterThanOrEqual(7);
    for (const { role, label } of pictures) {
      expect(role).toMatch(/^(img|application)$/);
      expect(label.length).toBeGreaterThan(10);
    }
    expect(await page.getAttribute(".seen", "aria-label")).toMatch(/^The last \d+ digits as the sensor delivered them: \d(, \d)*$/);
    expect(await page.$$eval("h1", (all) => all.length)).toBe(1);
    expect(await page.$$eval("main section", (all) => all.filter((section) => !section.getAttribute("aria-label") && !document.getElementById(section.getAttribute("aria-labelledby") ?? "")).length)).toBe(0);
    const ids = await page.$$eval("[id]", (all) => all.map((each) => each.id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(await page.$$eval("[aria-live], [role=status]", (all) => all.length)).toBeGreaterThanOrEqual(5);
  });

  test("names on the curve do not lie on each other", async () => {
    const { page } = here;
    await page.setViewportSize({ width: 360, height: 800 });
    for (const world of ["invert", "rotate", "clean"]) await page.check(`#worlds input[value=${world}]`, { force: true });
    // The last of them is drawn: until then there would be nothing to lie on anything.
    await page.waitForFunction(() => [...document.querySelectorAll("#learning svg text")].some((text) => text.textContent === "as it was"));
    const faults = await page.$$eval("#learning svg text", (all) => {
      const texts = all.map((text) => ({ text: text.textContent!, box: text.getBoundingClientRect() })).filter(({ text }) => text.trim() !== "");
      return texts.flatMap(({ text, box }, index) => texts.slice(index + 1).filter((other) => Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left) > 1 && Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top) > 4).map((other) => `${text} over ${other.text}`));
    });
    expect(faults).toEqual([]);
  });

  test("with less motion asked for, nothing glides", async () => {
    const { page } = here;
    const gliding = (): Promise<number> => page.$$eval("*", (all) => all.filter((each) => getComputedStyle(each).transitionDuration.split(", ").some((time) => parseFloat(time) > 0) || getComputedStyle(each).animationName !== "none").length);
    await page.emulateMedia({ reducedMotion: "no-preference" });
    expect(await gliding()).toBeGreaterThan(0);
    await page.emulateMedia({ reducedMotion: "reduce" });
    expect(await gliding()).toBe(0);
  });

  test("the other digits are loaded when asked for, and learned from", async () => {
    const { page } = here;
    await page.selectOption("#digits", "60000");
    await page.waitForFunction(() => document.querySelector("#verdict")!.textContent!.startsWith("Fits."));
    await page.waitForSelector("#train:enabled");
    expect(await numberIn(page, "#tile-samples")).toBe(0);
    await page.click("#train");
    await waitForNumber(page, "#tile-samples", "above", 10_000);
    expect(here.requests.filter((request) => request.endsWith("mnist-60000.js"))).toHaveLength(1);
    expect(here.complaints).toEqual([]);
  });
});

/** Texts whose contrast is below WCAG's AA. */
const TOO_PALE = `(() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => { const [r, g, b] = parts(colour).map((value) => { const share = value / 255; return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (each) => { for (let at = each; at; at = at.parentElement) { const colour = getComputedStyle(at).backgroundColor; if ((parts(colour)[3] ?? 1) > 0.99) return colour; } return "rgb(255, 255, 255)"; };
  return [...document.querySelectorAll("h1, h2, h3, p, td, th, dt, dd, li, legend, label, button, figcaption, caption, summary, .segments span, strong, code, svg[role=img]")].filter((each) => !each.disabled && !each.closest(".hidden, .skip")).flatMap((each) => {
    const [a, b] = [light(getComputedStyle(each).color), light(ground(each))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05) < 4.5 ? [each.tagName + " " + each.textContent.slice(0, 30)] : [];
  });
})()`;
