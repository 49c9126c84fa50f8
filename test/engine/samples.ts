/** Frames and labels from a seed. */
import type { Given } from "../oracle/network.js";
import { frameSize, type Spec } from "../oracle/spec.js";

export interface Sample {
  /** [height][width][channels]. */
  frame: Uint8Array;
  label: number;
  /** What the spec wants besides. */
  given: Given;
}

/** Sparse frames like pictures', with empty, full, nearly black and single-value ones in between. */
export class SparseSamples {
  #state: number;

  constructor(readonly spec: Spec, seed: number) {
    this.#state = seed;
  }

  /** A u32: splitmix32, unrelated to the engine's generator. */
  random(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }

  next(): Sample {
    const frame = this.#frame();
    const label = this.random() % this.spec.classes;
    const given: Given = {};
    if (this.spec.negatives === "given") given.negative = this.#frame();
    if (this.spec.targets === "given") given.targets = this.#targets();
    return { frame, label, given };
  }

  #frame(): Uint8Array {
    const frame = new Uint8Array(frameSize(this.spec));
    const kind = this.random() % 16;
    if (kind === 0) return frame;
    if (kind === 1) return frame.fill(255);
    if (kind === 2) {
      frame[this.random() % frame.length] = 1 + (this.random() % 255);
      return frame;
    }
    if (kind === 3) return frame.map(() => (this.random() % 8 === 0 ? 1 : 0));
    return frame.map(() => (this.random() % 4 === 0 ? this.random() & 255 : 0));
  }

  /** Each q15, now and then 0 or 1 in full, or beyond; their sum is anything. */
  #targets(): number[] {
    return Array.from({ length: this.spec.classes }, () => [0, 32768, this.random() % 32769, this.random() % 3000, this.random() | 0][this.random() % 5]!);
  }
}
