/** Raw i16 samples, little endian, channels in turn, as they come in chunks of any length. */
import { MayflyError } from "../../errors.js";
import type { StreamItem } from "../source.js";

/** A chunk may end inside a sample: the rest waits for the next one. At the end, half a sample is a bad one. */
export async function* pcmItems(chunks: AsyncIterable<Uint8Array>, channels: number): AsyncGenerator<StreamItem, void> {
  const bytes = 2 * channels;
  let rest = new Uint8Array(0);
  for await (const chunk of chunks) {
    const all = new Uint8Array(rest.length + chunk.length);
    all.set(rest);
    all.set(chunk, rest.length);
    const whole = all.length - (all.length % bytes);
    rest = all.slice(whole);
    if (whole === 0) continue;
    const view = new DataView(all.buffer);
    yield { type: "samples", samples: Int16Array.from({ length: whole / 2 }, (_, at) => view.getInt16(2 * at, true)) };
  }
  if (rest.length > 0) yield { type: "gap", kind: "bad", samples: 1, reason: `the stream ends with ${rest.length} of a sample's ${bytes} bytes` };
}

export function needChannels(channels: number | undefined, name: string): number {
  if (channels === undefined) throw new MayflyError(`${name}: raw samples do not say how many channels they have: use --channels`, 2);
  return channels;
}
