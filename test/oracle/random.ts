/** Random numbers: Marsaglia's xorshift32 and the seeds of its streams. */

export const STREAM_SAMPLER = 1;
export const STREAM_DROPOUT = 2;
export const STREAM_JITTER = 3;
export const STREAM_MASKS = 4;
export const STREAM_CORRUPTION = 5;
export const streamOfLanes = (layer: number) => 16 * (layer + 1);
export const streamOfInitialWeights = (layer: number) => 16 * (layer + 1) + 4;
export const streamOfReadoutLanes = (layer: number) => 16 * (layer + 1) + 5;
/** Of the device's seed, not the network's. */
export const streamOfDevice = (layer: number) => 16 * (layer + 1) + 9;

function mix(seed: number, stream: number): number {
  let h = (seed + Math.imul(stream, 0x9e3779b9)) >>> 0;
  h = (h ^ (h >>> 16)) >>> 0;
  h = Math.imul(h, 0x85ebca6b) >>> 0;
  h = (h ^ (h >>> 13)) >>> 0;
  h = Math.imul(h, 0xc2b2ae35) >>> 0;
  h = (h ^ (h >>> 16)) >>> 0;
  return h === 0 ? 0x6d617966 : h;
}

export class Generator {
  state: number;

  constructor(seed: number, stream: number) {
    this.state = mix(seed, stream);
  }

  /** The next u32. */
  next(): number {
    let s = this.state;
    s = (s ^ (s << 13)) >>> 0;
    s = (s ^ (s >>> 17)) >>> 0;
    s = (s ^ (s << 5)) >>> 0;
    this.state = s;
    return s;
  }
}

/** Four generators whose halves give every unit a random u16. */
export class Lanes {
  readonly #lanes: readonly Generator[];

  constructor(seed: number, firstStream: number) {
    this.#lanes = [0, 1, 2, 3].map((lane) => new Generator(seed, firstStream + lane));
  }

  get states(): number[] {
    return this.#lanes.map((lane) => lane.state);
  }

  advance(): void {
    for (const lane of this.#lanes) lane.next();
  }

  /** One draw of the first lane alone. */
  drawFirst(): number {
    return this.#lanes[0]!.next();
  }

  /** start_i of unit i. */
  start(unit: number): number {
    const lane16 = this.states.flatMap((state) => [state & 0xffff, state >>> 16]);
    return (lane16[unit & 7]! + Math.imul(unit >> 3, 0x9e37)) & 0xffff;
  }
}
