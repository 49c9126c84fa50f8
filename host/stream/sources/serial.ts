/** A serial port, by the optional package serialport: lines of text (CSV, JSON) or raw i16. */
import { setTimeout as sleep } from "node:timers/promises";
import { MayflyError } from "../../errors.js";
import type { Source, StreamItem } from "../source.js";
import { type LineOptions, openLines } from "./lines.js";
import { needChannels, pcmItems } from "./pcm.js";

export interface SerialOptions extends LineOptions {
  readonly baudRate: number;
  readonly format: "text" | "s16le";
  /** A port that vanishes is looked for again for so many seconds; default 0: it is the end. */
  readonly reconnectSeconds?: number;
  readonly signal?: AbortSignal;
}

/** What is used of a port, for which a test has a stand-in. */
export interface Port extends AsyncIterable<Uint8Array> {
  destroy(): void;
}
export type OpenPort = (path: string, baudRate: number) => Promise<Port>;

const RETRY_MS = 250;

export async function openSerial(path: string, options: SerialOptions, open: OpenPort = openSerialPort): Promise<Source> {
  if (path === "") throw new MayflyError("serial: needs a port, e.g. serial:/dev/ttyUSB0 or serial:COM3", 2);
  const first = await open(path, options.baudRate);
  options.signal?.addEventListener("abort", () => first.destroy());
  const connect = async (port: Port, channels: number | undefined): Promise<Reading> => {
    if (options.format === "s16le") {
      const width = needChannels(options.channels, path);
      return { channels: width, labels: null, items: () => pcmItems(port, width) };
    }
    return openLines(textOf(port), path, { ...options, ...(channels !== undefined && { channels }) });
  };
  const reading = await connect(first, options.channels);
  return {
    name: path,
    channels: reading.channels,
    rate: options.rate ?? null,
    labels: reading.labels,
    async *items(signal) {
      let port = first;
      let current = reading;
      const stop = (): void => port.destroy();
      signal.addEventListener("abort", stop);
      try {
        for (;;) {
          try {
            yield* current.items();
          } catch (error) {
            if (error instanceof MayflyError) throw error;
          }
          if (signal.aborted) return;
          yield { type: "gap", kind: "lost", samples: 0, reason: `${path} has vanished` };
          const next = await again(path, options, open, signal);
          if (signal.aborted) return;
          if (!next) throw new MayflyError(`${path} has vanished${options.reconnectSeconds ? ` and did not come back within ${options.reconnectSeconds} s` : ": --reconnect SECONDS waits for it"}`, 1);
          port = next;
          current = await connect(next, reading.channels);
        }
      } finally {
        signal.removeEventListener("abort", stop);
        port.destroy();
      }
    },
  };
}

interface Reading {
  readonly channels: number;
  readonly labels: readonly string[] | null;
  items(): AsyncGenerator<StreamItem, void>;
}

async function again(path: string, { baudRate, reconnectSeconds = 0 }: SerialOptions, open: OpenPort, signal: AbortSignal): Promise<Port | null> {
  const until = performance.now() + 1000 * reconnectSeconds;
  while (performance.now() < until && !signal.aborted) {
    await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
    try {
      return await open(path, baudRate);
    } catch {
      continue;
    }
  }
  return null;
}

/** A port that fails ends: that it has vanished is said behind the last whole sample. */
async function* textOf(port: Port): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  try {
    for await (const bytes of port) yield decoder.decode(bytes, { stream: true });
  } catch {
    return;
  }
}

/** Opens a port of this machine. */
async function openSerialPort(path: string, baudRate: number): Promise<Port> {
  let serialport: typeof import("serialport");
  try {
    serialport = await import("serialport");
  } catch (error) {
    throw new MayflyError("serial ports need the package serialport: npm install serialport", 1, error);
  }
  return new Promise((resolve, reject) => {
    const port = new serialport.SerialPort({ path, baudRate }, (error) => {
      if (error) reject(new MayflyError(`cannot open ${path}: ${error.message.replace(/^Error: /, "")}`, 1, error));
      else resolve(port as unknown as Port);
    });
    // A port that vanishes closes itself, which ends the reading; without a listener its error would end the process.
    port.on("error", () => {});
  });
}
