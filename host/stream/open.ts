/** One front door to every source: a name, a path or "-" in, a stream of samples out. */
import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import { MayflyError } from "../errors.js";
import { reasonOf } from "../train/atomic_file.js";
import type { Source } from "./source.js";
import { type LineOptions, openLines } from "./sources/lines.js";
import { needChannels, pcmItems } from "./sources/pcm.js";
import { openSerial } from "./sources/serial.js";
import { openSynthetic } from "./sources/synthetic.js";
import { openWav } from "./sources/wav.js";

export interface OpenStreamOptions extends LineOptions {
  /** Of stdin, files without a known ending, and serial ports; default: text. */
  readonly format?: "text" | "s16le";
  /** Of a synthetic signal. */
  readonly seconds?: number;
  readonly pace?: number;
  /** Of a serial port; default 115200. */
  readonly baudRate?: number;
  readonly reconnectSeconds?: number;
  /** Aborted, it ends the source, also while it waits for its first sample. */
  readonly signal?: AbortSignal;
}

export const SOURCE_HELP = "synthetic:NAME[,option=value…], a .csv, .jsonl or .wav file, a file of raw samples (--format s16le), serial:PORT, or - for stdin";

/**
 * Opens a source by its name, as `mayfly stream` does: a synthetic signal, a file, "serial:PORT", "-" for stdin. Throws a MayflyError when it is not there, or
 * does not say what it must: channels of raw samples.
 */
export async function openStream(source: string, options: OpenStreamOptions = {}): Promise<Source> {
  const { format = "text" } = options;
  if (source.startsWith("synthetic:")) return openSynthetic(source.slice("synthetic:".length), options);
  if (source.startsWith("serial:")) return openSerial(source.slice("serial:".length), { ...options, format, baudRate: options.baudRate ?? 115200 });
  if (/\.wav$/i.test(source)) return openWav(source);
  const bytes = endable(source === "-" ? process.stdin : await fileBytes(source), options.signal);
  const name = source === "-" ? "stdin" : source;
  const rate = options.rate ?? null;
  if (format === "s16le") {
    const channels = needChannels(options.channels, name);
    return { name, channels, rate, labels: null, items: () => pcmItems(bytes, channels) };
  }
  const lines = await openLines(textOf(bytes), name, options);
  return { name, channels: lines.channels, rate, labels: lines.labels, items: () => lines.items() };
}

/** The bytes of a stream; when `signal` is aborted they end, and nothing waits for it any more. */
async function* endable(stream: Readable, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const end = (): void => void stream.destroy();
  signal?.addEventListener("abort", end);
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    signal?.removeEventListener("abort", end);
  }
}

async function fileBytes(path: string): Promise<Readable> {
  let file: FileHandle;
  try {
    file = await open(path);
    if ((await file.stat()).isDirectory()) throw Object.assign(new Error("it is a folder"), { code: "EISDIR" });
    await file.close();
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ENOENT" ? new MayflyError(`there is no stream at ${path}: give ${SOURCE_HELP}`, 1, error) : new MayflyError(`cannot read ${path}: ${reasonOf(error)}`, 1, error);
  }
  return createReadStream(path);
}

async function* textOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
}
