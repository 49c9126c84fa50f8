/** What the stages of a network take, measured while they run: by them the layers are shared between the threads. */
import type { Pass } from "./staged_network.js";

/** Of one layer, milliseconds: its single pass, its pair up to the hand-over, and the pair's update behind it. */
export interface LayerTimes {
  single: number;
  pair: number;
  update: number;
}
export type StageTimes = (LayerTimes | null)[];

/** One sample of so many is timed: a clock costs as much as a small stage's tenth. */
const EVERY = 8;

export class StageClock {
  private readonly seen: Record<keyof LayerTimes, number[]>[];
  private on = false;
  private started = 0;
  private handed = 0;

  constructor(layers: number) {
    this.seen = Array.from({ length: layers }, () => ({ single: [], pair: [], update: [] }));
  }

  start(sample: number): void {
    this.on = sample % EVERY === 0;
    if (this.on) this.started = performance.now();
  }

  handOver(): void {
    if (this.on) this.handed = performance.now();
  }

  end(layer: number, pass: Pass): void {
    if (!this.on) return;
    const seen = this.seen[layer]!;
    const end = performance.now();
    if (pass === "single") seen.single.push(end - this.started);
    else {
      seen.pair.push(this.handed - this.started);
      seen.update.push(end - this.handed);
    }
  }

  /** Null for layers that this clock has not seen. */
  times(): StageTimes {
    return this.seen.map(({ single, pair, update }) => (single.length + pair.length === 0 ? null : { single: typical(single), pair: typical(pair), update: typical(update) }));
  }
}

/** The same of a thread that has some units of every layer: by laps, each of which is one kind of work. */
export class UnitClock {
  private readonly seen: Laps[];
  private readonly now: { divided: LayerTimes; repeated: LayerTimes }[];
  private on = false;
  private last = 0;
  /** Milliseconds without work in all samples, from those that are timed. */
  idle = 0;

  constructor(layers: number) {
    this.seen = Array.from({ length: layers }, () => ({ divided: { single: [], pair: [], update: [] }, repeated: { single: [], pair: [], update: [] } }));
    this.now = Array.from({ length: layers }, () => ({ divided: { single: 0, pair: 0, update: 0 }, repeated: { single: 0, pair: 0, update: 0 } }));
  }

  start(sample: number): void {
    this.on = sample % EVERY === 0;
    if (this.on) this.last = performance.now();
  }

  /** Work on own units, or that other threads do not do. */
  divided(layer: number, kind: keyof LayerTimes): void {
    if (this.on) this.now[layer]!.divided[kind] += this.lap();
  }

  /** Work that all threads do alike. */
  repeated(layer: number, kind: keyof LayerTimes): void {
    if (this.on) this.now[layer]!.repeated[kind] += this.lap();
  }

  waited(): void {
    if (this.on) this.idle += EVERY * this.lap();
  }

  end(): void {
    if (!this.on) return;
    this.now.forEach((now, layer) => {
      for (const share of ["divided", "repeated"] as const) {
        for (const kind of ["single", "pair", "update"] as const) {
          this.seen[layer]![share][kind].push(now[share][kind]);
          now[share][kind] = 0;
        }
      }
    });
  }

  times(share: keyof Laps): LayerTimes[] {
    return this.seen.map(({ [share]: { single, pair, update } }) => ({ single: typical(single), pair: typical(pair), update: typical(update) }));
  }

  private lap(): number {
    const now = performance.now();
    const took = now - this.last;
    this.last = now;
    return took;
  }
}

type Laps = Record<"divided" | "repeated", Record<keyof LayerTimes, number[]>>;

/** The mean without the slowest tenth, which other programs have slowed: updates are rare for most layers, so that a median would often be 0. */
function typical(times: number[]): number {
  if (times.length === 0) return 0;
  const kept = times.sort((a, b) => a - b).slice(0, Math.ceil(times.length * 0.9));
  return kept.reduce((sum, time) => sum + time, 0) / kept.length;
}
