import { Generator } from "../../host/random.js";

/** Streams of one seed, one for each device, so that a change in how often one draws leaves the others as they were. */
export const STREAM_CUTS = 1;
export const STREAM_TEARS = 2;
export const STREAM_SENSOR = 3;
export const STREAM_HARVEST = 4;

/** Random numbers of the simulated world: xorshift32 (docs/algorithm.md, Random numbers), started from a seed and a stream. */
export class Random {
  private readonly generator: Generator;

  constructor(seed: number, stream: number) {
    // The streams of the engine and of the shuffle lie elsewhere: mix(seed, 2^20 + stream).
    this.generator = Generator.of(seed, 0x100000 + stream);
  }

  /** 1..2^32 − 1. */
  word(): number {
    return this.generator.next();
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
