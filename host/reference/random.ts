/** The engine's random numbers (docs/algorithm.md, Random numbers), once for the whole reference: tensors take their random bits from here. */

export const STREAM_SAMPLER = 1;
export const STREAM_DROPOUT = 2;
export const STREAM_JITTER = 3;
export const STREAM_MASKS = 4;
export const streamOfLanes = (layer: number): number => 16 * (layer + 1);
export const streamOfInitialWeights = (layer: number): number => 16 * (layer + 1) + 4;
export const streamOfReadoutLanes = (layer: number): number => 16 * (layer + 1) + 5;
export const streamOfDevice = (layer: number): number => 16 * (layer + 1) + 9;

/** The first state of a stream: u32, not 0. */
export function mix(seed: number, stream: number): number {
  let h = (seed + Math.imul(stream, 0x9e3779b9)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = (h ^ (h >>> 16)) >>> 0;
  return h === 0 ? 0x6d617966 : h;
}

/** xorshift32; the new state is the output. */
export class Generator {
  constructor(public state: number) {}

  static of(seed: number, stream: number): Generator {
    return new Generator(mix(seed, stream));
  }

  /** The next u32. */
  next(): number {
    let s = this.state;
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    return (this.state = s >>> 0);
  }
}

/** Four generators whose halves give every unit of a layer its first remainder. */
export class Lanes {
  readonly generators: readonly Generator[];

  constructor(seed: number, firstStream: number) {
    this.generators = [0, 1, 2, 3].map((lane) => Generator.of(seed, firstStream + lane));
  }

  advance(): void {
    for (const generator of this.generators) generator.next();
  }

  /** start_i of every unit: u16. */
  starts(units: number): Float32Array {
    const halves = this.generators.flatMap(({ state }) => [state & 0xffff, state >>> 16]);
    return Float32Array.from({ length: units }, (_, unit) => (halves[unit & 7]! + Math.imul(unit >> 3, 0x9e37)) & 0xffff);
  }
}
