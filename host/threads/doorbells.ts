/** How threads wait for each other: a little awake, for what they wait for mostly comes in microseconds, then asleep until somebody rings. */

/** Looks at what is awaited before going to sleep: some tens of microseconds. */
const LOOKS = 4000;
/** Words from one thread's bell to the next. */
const APART = 16;

/** Thrown in a thread whose pipeline is given up. */
export class PipelineStopped extends Error {}

export class Doorbells {
  private readonly words: Int32Array;

  /** Word 0 says that all is given up; then one bell for each thread. */
  static allocate(threads: number): SharedArrayBuffer {
    return new SharedArrayBuffer(4 * APART * (threads + 1));
  }

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
  }

  /** Wakes a thread that sleeps. */
  ring(thread: number): void {
    const at = APART * (thread + 1);
    if (Atomics.load(this.words, at) === 0) return;
    Atomics.store(this.words, at, 0);
    Atomics.notify(this.words, at);
  }

  /** Returns when `ready` is true; whoever makes it true rings. */
  wait(thread: number, ready: () => boolean): void {
    const at = APART * (thread + 1);
    for (let look = 0; look < LOOKS; look++) if (ready() || this.stopped) break;
    while (!ready()) {
      if (this.stopped) throw new PipelineStopped("the pipeline was stopped");
      Atomics.store(this.words, at, 1);
      // Whoever rang before the word was 1 has been missed, but not what it rang for.
      if (ready() || this.stopped) Atomics.store(this.words, at, 0);
      else Atomics.wait(this.words, at, 1);
    }
  }

  /** Ends all waiting: a thread has failed. */
  stop(): void {
    Atomics.store(this.words, 0, 1);
    for (let at = APART; at < this.words.length; at += APART) {
      Atomics.store(this.words, at, 0);
      Atomics.notify(this.words, at);
    }
  }

  private get stopped(): boolean {
    return Atomics.load(this.words, 0) !== 0;
  }
}
