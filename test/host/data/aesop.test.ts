import { expect, test } from "vitest";
import { decodeText, encodeText, loadAesop, loadFables, oneHotWindow, SYMBOLS, WINDOW } from "../../../host/data/aesop.js";
import { openDataset } from "../../../host/data/open.js";

test("a text becomes 30 symbols: other marks are mapped or dropped, spaces run together", () => {
  expect(SYMBOLS).toHaveLength(30);
  expect(new Set(SYMBOLS).size).toBe(30);
  const through = (text: string): string => decodeText(encodeText(text));
  expect(through(SYMBOLS)).toBe(SYMBOLS);
  expect(through('The Fox said: "Why not?" - Well-fed!')).toBe("the fox said; why not. well fed.");
  expect(through("a\t\n  b")).toBe("a b");
  expect(through("àé1942")).toBe("");
});

test("a window is one-hot, the oldest character first, and the newest counts most", () => {
  const symbols = encodeText("xabcdefghij");
  const frame = new Uint8Array(WINDOW * 30).fill(9);
  oneHotWindow(symbols, symbols.length, frame);
  const levels: number[] = [];
  for (let place = 0; place < WINDOW; place++) {
    const row = frame.subarray(place * 30, (place + 1) * 30);
    expect(row.findIndex((value) => value > 0)).toBe(place); // a, b, c …: the x before the window is not seen
    expect(row.filter((value) => value > 0)).toHaveLength(1);
    levels.push(row[place]!);
  }
  expect(levels.at(-1)).toBe(255);
  expect(levels).toEqual([...levels].sort((a, b) => a - b));
  expect(levels[0]).toBeGreaterThan(0);
});

test("every fifth fable is held out, whole, and no fable is in both", async () => {
  const { train, test: held } = await loadFables();
  expect([train.length, held.length]).toEqual([116, 30]);
  const texts = new Set(train.map((fable) => decodeText(fable)));
  for (const fable of held) expect(texts.has(decodeText(fable))).toBe(false);
  for (const fable of [...train, ...held]) expect(fable.length).toBeGreaterThan(WINDOW);
});

test("samples go through each fable, the label being the character after the window, none across fables", async () => {
  const { train: fables } = await loadFables();
  const { train, test: held } = await loadAesop();
  expect(train).toMatchObject({ classes: 30, shape: { width: 30, height: WINDOW, channels: 1 }, count: fables.reduce((sum, fable) => sum + fable.length - WINDOW, 0) });
  expect(train.classNames![SYMBOLS.indexOf(" ")]).toBe("␣");
  const text = (sample: number): string => Array.from({ length: WINDOW }, (_, place) => SYMBOLS[train.frames.subarray(sample * 300 + place * 30, sample * 300 + (place + 1) * 30).findIndex((value) => value > 0)]).join("");
  const first = decodeText(fables[0]!);
  const count = fables[0]!.length - WINDOW;
  for (const sample of [0, 1, count - 1]) expect([text(sample), SYMBOLS[train.labels[sample]!]]).toEqual([first.slice(sample, sample + WINDOW), first[sample + WINDOW]]);
  expect(text(count)).toBe(decodeText(fables[1]!).slice(0, WINDOW));
  expect(held.count).toBeGreaterThan(10_000);
});

test("opens by its name, and takes limits but no options of other formats", async () => {
  const { train, test: held } = await openDataset("aesop", { limit: 7, limitTest: 3 });
  expect([train.count, held.count]).toEqual([7, 3]);
  await expect(openDataset("aesop", { scale: "minmax" })).rejects.toThrow(/the option scale does not apply to aesop/);
});
