/**
 * Chance and curves of the synthetic signals, the same bits on every machine: random numbers are the engine's (docs/algorithm.md, Random
 * numbers), and what a platform may compute differently in the last place (sine, exponential) is rounded before it is used. What is left
 * is +, −, ×, ÷, which IEEE 754 fixes.
 */
import { Generator } from "../../random.js";

/** Streams of synthetic signals begin here: far from the engine's and from those that shuffle. */
const FIRST_STREAM = 0x20000;

export class Noise {
  private readonly generator: Generator;

  constructor(seed: number, stream: number) {
    this.generator = Generator.of(seed >>> 0, FIRST_STREAM + stream);
  }

  /** [0, 1), a multiple of 2^−32. */
  uniform(): number {
    return this.generator.next() / 2 ** 32;
  }

  /** low … high. */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Mean 0, deviation 1: twelve 16-bit uniforms added up (Irwin–Hall), so at most 6 in size. */
  normal(): number {
    let sum = 0;
    for (let i = 0; i < 6; i++) {
      const bits = this.generator.next();
      sum += (bits >>> 16) + (bits & 0xffff);
    }
    return (sum + 6) / 65536 - 6;
  }

  /** 0 … count − 1. */
  choice(count: number): number {
    return Math.min(count - 1, Math.floor(this.uniform() * count));
  }
}

/** Rounds away what differs between platforms. */
export function settled(value: number): number {
  return Math.round(value * 2 ** 30) / 2 ** 30;
}

const TABLE_BITS = 12;
const SINE = Float64Array.from({ length: (1 << TABLE_BITS) + 1 }, (_, i) => settled(Math.sin((2 * Math.PI * i) / (1 << TABLE_BITS))));

/** sin(2π · turns), by a table of 4,096 steps and a straight line between: within 3e-7. */
export function sine(turns: number): number {
  const place = (turns - Math.floor(turns)) * (1 << TABLE_BITS);
  const step = Math.floor(place);
  const low = SINE[step]!;
  return low + (SINE[step + 1]! - low) * (place - step);
}

/** cos(2π · turns). */
export function cosine(turns: number): number {
  return sine(turns + 0.25);
}

/** e^−x, settled. */
export function decayOf(x: number): number {
  return settled(Math.exp(-x));
}

/** To a whole i16, halves up, saturating. */
export function toI16(value: number): number {
  return Math.max(-32768, Math.min(32767, Math.floor(value + 0.5)));
}
