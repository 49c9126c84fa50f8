/** Streams of one seed, one for each device, so that a change in how often one draws leaves the others as they were. */
export const STREAM_CUTS = 1;
export const STREAM_TEARS = 2;
export const STREAM_SENSOR = 3;
export const STREAM_HARVEST = 4;

/** Random numbers of the simulated world: xorshift32 (docs/algorithm.md, Random numbers), started from a seed and a stream. */
export class Random {
  private state: number;

  constructor(seed: number, stream: number) {
    // The streams of the engine and of the shuffle lie elsewhere: mix(seed, 2^20 + stream).
    let hash = ((seed >>> 0) + Math.imul(0x100000 + stream, 0x9e3779b9)) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash = (hash ^ (hash >>> 16)) >>> 0;
    this.state = hash === 0 ? 0x6d617966 : hash;
  }

  /** 0..2^32 − 1. */
  word(): number {
    let state = this.state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (this.state = state >>> 0);
  }

  /** 0..count − 1. */
  below(count: number): number {
    return Math.floor((this.word() / 2 ** 32) * count);
  }

  /** 0 up to, not including, 1. */
  unit(): number {
    return this.word() / 2 ** 32;
  }

  /** True in a `share` of the draws. */
  chance(share: number): boolean {
    return this.unit() < share;
  }

  /** 0..255, each bit set in about a `share` of the draws. */
  byteWithBits(share: number): number {
    let byte = 0;
    for (let bit = 1; bit < 256; bit <<= 1) if (this.chance(share)) byte |= bit;
    return byte;
  }
}
