/** What flows between the threads of a pipeline, in memory they share: hand-overs from each layer to the next, and the labels drawn for negatives. */
import type { Pass } from "./staged_network.js";

/** Samples that may lie between two layers. More would even out nothing that lasts. */
const DEPTH = 8;
/** Large hand-overs get fewer. */
const LARGE_BYTES = 1 << 16;
const LARGE_DEPTH = 3;
/** Words between two counters, so that no two threads write to one cache line. */
const APART = 16;

/** One stream: a ring of slots with one writer and one reader, who count the samples they are through with. */
export interface StreamMemory {
  readonly counters: SharedArrayBuffer;
  readonly slots: SharedArrayBuffer;
  readonly slotBytes: number;
  readonly depth: number;
}

/** A place in a stream, as bytes and as words. */
export interface Slot {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

export function allocateStream(slotBytes: number): StreamMemory {
  const depth = slotBytes > LARGE_BYTES ? LARGE_DEPTH : DEPTH;
  return { counters: new SharedArrayBuffer(8 * APART), slots: new SharedArrayBuffer(depth * slotBytes), slotBytes, depth };
}

export class Stream {
  private readonly counters: Int32Array;
  private readonly slots: readonly Slot[];

  constructor(private readonly memory: StreamMemory) {
    this.counters = new Int32Array(memory.counters);
    this.slots = Array.from({ length: memory.depth }, (_, index) => ({
      bytes: new Uint8Array(memory.slots, index * memory.slotBytes, memory.slotBytes),
      words: new Int32Array(memory.slots, index * memory.slotBytes, memory.slotBytes >> 2),
    }));
  }

  /** Before a block of samples, while nobody reads or writes. */
  reset(): void {
    this.counters.fill(0);
  }

  slot(sample: number): Slot {
    return this.slots[sample % this.memory.depth]!;
  }

  has(sample: number): boolean {
    return Atomics.load(this.counters, 0) > sample;
  }

  hasRoom(sample: number): boolean {
    return sample - Atomics.load(this.counters, APART) < this.memory.depth;
  }

  /** Sample `sample` stands in its slot. */
  written(sample: number): void {
    Atomics.store(this.counters, 0, sample + 1);
  }

  /** Sample `sample` has been read. */
  read(sample: number): void {
    Atomics.store(this.counters, APART, sample + 1);
  }
}

/** The streams of a pipeline: behind every layer but the last one for each pass, and one for the labels of negatives, which are i32. */
export interface StreamsMemory {
  readonly between: readonly Partial<Record<Pass, StreamMemory>>[];
  readonly negatives: StreamMemory;
}

export class Streams {
  readonly between: readonly Partial<Record<Pass, Stream>>[];
  readonly negatives: Stream;

  constructor(memory: StreamsMemory) {
    this.between = memory.between.map(({ single, pair }) => ({ ...(single && { single: new Stream(single) }), ...(pair && { pair: new Stream(pair) }) }));
    this.negatives = new Stream(memory.negatives);
  }

  reset(): void {
    for (const { single, pair } of this.between) {
      single?.reset();
      pair?.reset();
    }
    this.negatives.reset();
  }
}
