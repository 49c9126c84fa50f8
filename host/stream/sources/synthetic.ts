/** A made signal as a source: "synthetic:bearings,fault=inner,onset=60". */
import { setTimeout as sleep } from "node:timers/promises";
import { MayflyError } from "../../errors.js";
import { synthetic } from "../synthetic/registry.js";
import { record } from "../synthetic/signal.js";
import type { Source } from "../source.js";

export interface SyntheticSourceOptions {
  /** Seconds of signal; default: for ever. */
  readonly seconds?: number;
  /** So many times as fast as time itself; default: as fast as it is taken. */
  readonly pace?: number;
}

const PIECES_A_SECOND = 20;

/** `text` is a name and options, "bearings,seed=3". */
export function openSynthetic(text: string, options: SyntheticSourceOptions = {}): Source {
  const [name = "", ...pairs] = text.split(",");
  for (const pair of pairs) if (!/^[^=]+=/.test(pair)) throw new MayflyError(`synthetic ${name}: "${pair}" is not an option: write option=value, with commas between`, 2);
  const signal = synthetic(name, Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)])));
  const { channels, rate } = signal;
  const piece = Math.max(1, Math.floor(rate / PIECES_A_SECOND));
  return {
    name: `synthetic ${text}`,
    channels,
    rate,
    labels: signal.labels,
    async *items(stop) {
      const total = options.seconds === undefined ? Infinity : Math.round(options.seconds * rate);
      const started = performance.now();
      for (let done = 0; done < total && !stop.aborted; ) {
        const count = Math.min(piece, total - done);
        const { samples, labels } = record(signal, count);
        done += count;
        if (options.pace) await sleep(Math.max(0, started + (1000 * done) / rate / options.pace - performance.now()), undefined, { signal: stop }).catch(() => {});
        yield { type: "samples", samples, labels: Int16Array.from(labels) };
      }
    },
  };
}
