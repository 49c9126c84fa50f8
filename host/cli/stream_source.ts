/** What the options of `mayfly stream` say of its source: those that a source would ignore are refused. */
import type { Command } from "commander";
import { MayflyError } from "../errors.js";
import type { Source } from "../stream/source.js";
import { refusal } from "./stream_network.js";

/** Options that only some sources hear, by their names in commander, with the sources. */
const HEARD: readonly (readonly [names: readonly string[], by: readonly Kind[], of: string])[] = [
  [["pace"], ["synthetic"], "synthetic signals"],
  [["baud", "reconnect"], ["serial"], "serial ports"],
  [["format", "channels"], ["serial", "bytes"], "stdin, ports and files of text or raw samples"],
  [["gain", "labelColumn", "timeColumn"], ["serial", "bytes"], "text: CSV or JSON lines"],
];

type Kind = "synthetic" | "serial" | "wav" | "bytes";

function kindOf(source: string): Kind {
  return source.startsWith("synthetic:") ? "synthetic" : source.startsWith("serial:") ? "serial" : /\.wav$/i.test(source) ? "wav" : "bytes";
}

/** Before the source is opened. */
export function checkSourceFlags(command: Command, source: string, { format }: { format: "text" | "s16le" }): void {
  const refuse = refusal(command);
  for (const [names, by, of] of HEARD) {
    if (!by.includes(kindOf(source))) for (const name of names) refuse(name, `belongs to ${of}, and ${source} is none of them`);
  }
  if (format === "s16le") for (const name of ["gain", "labelColumn", "timeColumn"]) refuse(name, "belongs to text: raw samples (--format s16le) are taken as they are");
}

/** Once the source has said its rate, `rate` being what is taken for it. */
export function checkRateFlags(source: Pick<Source, "name" | "rate">, rate: number | null, { sampleRate, seconds }: { sampleRate?: number; seconds?: number }): void {
  if (sampleRate !== undefined && source.rate !== null && source.rate !== sampleRate) throw new MayflyError(`--sample-rate ${sampleRate}: ${source.name} has ${source.rate} Hz: leave it out`, 2);
  if (seconds !== undefined && rate === null) throw new MayflyError(`--seconds: ${source.name} does not say its rate: use --sample-rate, or count with --frames`, 2);
}
