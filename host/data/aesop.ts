/** Next characters of Aesop's fables (Hinton 2022, §3.5): 146 fables of "The Aesop for Children" (1919, public domain). */
import { readFile } from "node:fs/promises";
import { builtFile } from "../built_file.js";
import type { Dataset } from "./dataset.js";

/** The 30 symbols: small letters, space, and three marks. What else a text holds becomes one of these, or goes. */
export const SYMBOLS = "abcdefghijklmnopqrstuvwxyz ,.;";
/** Characters that the network sees of what came before. */
export const WINDOW = 10;
/** Every fifth fable is held out: whole fables, so that no test sentence has been seen. */
const HOLD_OUT = 5;

const REPLACED: Readonly<Record<string, string>> = { "!": ".", "?": ".", ":": ";", "-": " ", "—": " ", "\t": " ", "\n": " " };

/** Symbols (indices into SYMBOLS) of a text; runs of spaces become one. */
export function encodeText(text: string): Uint8Array {
  const symbols: number[] = [];
  for (const character of text.toLowerCase()) {
    const symbol = SYMBOLS.indexOf(REPLACED[character] ?? character);
    const isSecondSpace = symbol === SYMBOLS.indexOf(" ") && symbols.at(-1) === symbol;
    if (symbol >= 0 && !isSecondSpace) symbols.push(symbol);
  }
  return Uint8Array.from(symbols);
}

export function decodeText(symbols: Iterable<number>): string {
  return Array.from(symbols, (symbol) => SYMBOLS[symbol] ?? "?").join("");
}

/** Older characters say less about the next: each place back counts so much of the one after it. */
const RECENCY = 0.8;
const LEVELS = Uint8Array.from({ length: WINDOW }, (_, place) => Math.round(255 * RECENCY ** (WINDOW - 1 - place)));

/** The WINDOW symbols before `end` as a frame, one-hot, the oldest first: [WINDOW][30] values, 255 for the newest, less the older it is. */
export function oneHotWindow(symbols: ArrayLike<number>, end: number, frame: Uint8Array): void {
  frame.fill(0);
  for (let place = 0; place < WINDOW; place++) frame[place * SYMBOLS.length + (symbols[end - WINDOW + place] ?? 0)] = LEVELS[place] ?? 0;
}

/** The fables as symbols: those to learn from, and those held out. */
export async function loadFables(): Promise<{ train: Uint8Array[]; test: Uint8Array[] }> {
  const text = await readFile(builtFile("data/aesop/fables.txt"), "utf8");
  const fables = text.split("\n").map((line) => line.trim()).filter((line) => line !== "").map(encodeText);
  return { train: fables.filter((_, index) => index % HOLD_OUT !== 0), test: fables.filter((_, index) => index % HOLD_OUT === 0) };
}

/** As samples: a frame is the last 10 characters, the label the next one. */
export async function loadAesop(): Promise<{ train: Dataset; test: Dataset }> {
  const { train, test } = await loadFables();
  return { train: samplesOf("aesop train", train), test: samplesOf("aesop test", test) };
}

function samplesOf(name: string, fables: readonly Uint8Array[]): Dataset {
  const count = fables.reduce((sum, fable) => sum + Math.max(0, fable.length - WINDOW), 0);
  const size = WINDOW * SYMBOLS.length;
  const frames = new Uint8Array(count * size);
  const labels = new Uint8Array(count);
  let sample = 0;
  for (const fable of fables) {
    for (let next = WINDOW; next < fable.length; next++, sample++) {
      oneHotWindow(fable, next, frames.subarray(sample * size, (sample + 1) * size));
      labels[sample] = fable[next] ?? 0;
    }
  }
  return { name, shape: { width: SYMBOLS.length, height: WINDOW, channels: 1 }, classes: SYMBOLS.length, count, frames, labels, classNames: [...SYMBOLS].map((symbol) => (symbol === " " ? "␣" : symbol)) };
}
