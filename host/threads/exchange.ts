/**
 * Where threads that divide the units of a network meet: each puts down its part of what all need, and takes up the others'. Nobody puts down twice before he has taken
 * up, so nobody is more than one meeting ahead of the others: two places for each thread are enough.
 */
import type { Doorbells } from "./doorbells.js";

/** Words between two counters, so that no two threads write to one cache line; and bytes to which places are rounded, for the same reason. */
const APART = 16;
const APART_BYTES = 128;

export interface ExchangeMemory {
  /** Of every thread, how many parts it has put down. */
  readonly counters: SharedArrayBuffer;
  readonly places: SharedArrayBuffer;
  readonly placeBytes: number;
}

export function allocateExchange(threads: number, partBytes: number): ExchangeMemory {
  const placeBytes = Math.ceil(partBytes / APART_BYTES) * APART_BYTES;
  return { counters: new SharedArrayBuffer(4 * APART * threads), places: new SharedArrayBuffer(2 * threads * placeBytes), placeBytes };
}

/** Before a block of samples, while nobody meets. */
export function resetExchange({ counters }: ExchangeMemory): void {
  new Int32Array(counters).fill(0);
}

export class Exchange {
  private readonly counters: Int32Array;
  private readonly others: readonly number[];
  private put = 0;
  private taken = 0;

  constructor(private readonly memory: ExchangeMemory, readonly thread: number, private readonly bells: Doorbells) {
    this.counters = new Int32Array(memory.counters);
    this.others = Array.from({ length: this.counters.length / APART }, (_, each) => each).filter((each) => each !== thread);
  }

  reset(): void {
    this.put = this.taken = 0;
  }

  place(thread: number, place: number): Uint8Array {
    const { places, placeBytes } = this.memory;
    return new Uint8Array(places, (2 * thread + place) * placeBytes, placeBytes);
  }

  /** Puts down this thread's part of a meeting. */
  give({ given }: Meeting): void {
    for (const { memory, place } of given[this.put & 1]!) place.set(memory);
    this.put++;
    Atomics.store(this.counters, APART * this.thread, this.put);
    for (const other of this.others) this.bells.ring(other);
  }

  /** Waits for the others' parts, and takes them up. */
  take({ taken }: Meeting): void {
    if (!this.allThere()) this.bells.wait(this.thread, this.allThere);
    for (const { memory, place } of taken[this.taken & 1]!) memory.set(place);
    this.taken++;
  }

  private readonly allThere = (): boolean => {
    for (const other of this.others) if (Atomics.load(this.counters, APART * other) <= this.taken) return false;
    return true;
  };
}

/** Of a thread, pieces of memory that it puts down one behind the other. */
export type Part = readonly Uint8Array[];

interface Copy {
  readonly memory: Uint8Array;
  readonly place: Uint8Array;
}

/** One kind of meeting: of every thread, what this thread has of its part or wants of it. For either place, copies from this thread's memory and to it. */
export class Meeting {
  readonly given: readonly (readonly Copy[])[];
  readonly taken: readonly (readonly Copy[])[];

  constructor(exchange: Exchange, parts: readonly Part[]) {
    const copies = (thread: number, place: number): Copy[] => {
      let at = 0;
      return parts[thread]!.map((memory) => ({ memory, place: exchange.place(thread, place).subarray(at, at += memory.length) }));
    };
    this.given = [0, 1].map((place) => copies(exchange.thread, place));
    this.taken = [0, 1].map((place) => parts.flatMap((_, thread) => (thread === exchange.thread ? [] : copies(thread, place))));
  }
}
