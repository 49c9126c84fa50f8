/** A bounded queue between a source and the network: back-pressure, or the oldest samples dropped, and counted. */
import type { StreamItem } from "./source.js";

/** What becomes of samples that come faster than they are taken: the source waits, or the oldest are dropped. */
export type Overflow = "block" | "drop";

/**
 * Hands on the items of `source`, read ahead by at most `most` samples. When the reader is too slow, "block" makes the source wait (a file, a pipe); "drop"
 * drops the oldest samples and leaves a gap in their place (a sensor, which does not wait).
 */
export async function* bounded(source: AsyncIterable<StreamItem>, channels: number, most: number, overflow: Overflow, signal: AbortSignal): AsyncGenerator<StreamItem, void> {
  const waiting: StreamItem[] = [];
  let held = 0, dropped = 0, ended = false, stopped = false;
  let failure: unknown;
  let wakeReader = (): void => {}, wakeSource = (): void => {};
  const size = (item: StreamItem): number => (item.type === "samples" ? item.samples.length / channels : 0);

  const fill = async (): Promise<void> => {
    try {
      for await (const item of source) {
        waiting.push(item);
        held += size(item);
        while (overflow === "drop" && held > most && waiting.length > 1) {
          const oldest = waiting.shift()!;
          held -= size(oldest);
          dropped += oldest.type === "samples" ? size(oldest) : oldest.samples;
        }
        wakeReader();
        while (overflow === "block" && held >= most && !stopped) await new Promise<void>((resolve) => (wakeSource = resolve));
        if (stopped) break;
      }
    } catch (error) {
      failure = error;
    } finally {
      ended = true;
      wakeReader();
    }
  };
  const filling = fill();
  const onAbort = (): void => {
    wakeReader();
    wakeSource();
  };
  signal.addEventListener("abort", onAbort);
  try {
    for (;;) {
      if (signal.aborted) return;
      if (dropped > 0) {
        const samples = dropped;
        dropped = 0;
        yield { type: "gap", kind: "lost", samples, reason: `${samples} samples came faster than they were taken` };
        continue;
      }
      const item = waiting.shift();
      if (item) {
        held -= size(item);
        wakeSource();
        yield item;
        // A source that needs no waiting must not keep the queue from seeing what else happens.
        await new Promise<void>((resolve) => setImmediate(resolve));
      } else if (ended) break;
      else await new Promise<void>((resolve) => (wakeReader = resolve));
    }
    if (failure !== undefined) throw failure;
  } finally {
    stopped = true;
    signal.removeEventListener("abort", onAbort);
    wakeSource();
    // A source that waits for its device ends by the signal alone.
    if (ended) await filling;
  }
}
