/** WAV files, of any bit depth that wavefile reads; taken as 16 bits. */
import { readFile } from "node:fs/promises";
import { MayflyError } from "../../errors.js";
import { reasonOf } from "../../train/atomic_file.js";
import type { Source } from "../source.js";

const BATCH = 512;

interface WavFormat {
  readonly sampleRate: number;
  readonly numChannels: number;
}

export async function openWav(path: string): Promise<Source> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new MayflyError(`cannot read ${path}: ${reasonOf(error)}`, 1, error);
  }
  // Here, not above: a command that reads no WAV need not wait for it.
  const { default: wavefile } = await import("wavefile");
  const { format, all } = decode(wavefile, bytes, path);
  const channels = format.numChannels;
  return {
    name: path,
    channels,
    rate: format.sampleRate,
    labels: null,
    async *items(signal) {
      for (let at = 0; at + channels <= all.length && !signal.aborted; at += BATCH * channels) {
        yield { type: "samples", samples: all.slice(at, Math.min(at + BATCH * channels, all.length - (all.length % channels))) };
      }
    },
  };
}

function decode(wavefile: typeof import("wavefile"), bytes: Uint8Array, path: string): { format: WavFormat; all: Int16Array } {
  try {
    const wav = new wavefile.WaveFile(bytes);
    // Copied: a change of the depth makes a new one.
    const { sampleRate, numChannels } = wav.fmt as WavFormat;
    const format = { sampleRate, numChannels };
    if (wav.bitDepth === "4") wav.fromIMAADPCM();
    else if (wav.bitDepth === "8a") wav.fromALaw();
    else if (wav.bitDepth === "8m") wav.fromMuLaw();
    if (wav.bitDepth !== "16") wav.toBitDepth("16");
    if (!(format.numChannels > 0 && format.sampleRate > 0)) throw new Error("it has no channels or no rate");
    return { format, all: wav.getSamples(true, Int16Array) as unknown as Int16Array };
  } catch (error) {
    throw new MayflyError(`${path} is not a WAV file that can be read: ${error instanceof Error ? error.message : String(error)}`, 1, error);
  }
}
