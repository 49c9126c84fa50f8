/** The engine's random numbers (docs/algorithm.md, Random numbers), once for all that draws outside the engine. Each draws from streams of its own. */

/** The first state of a stream: u32, not 0 (the finaliser of MurmurHash3). `seed` and `stream` count modulo 2^32. */
export function mix(seed: number, stream: number): number {
  let h = ((seed >>> 0) + Math.imul(stream, 0x9e3779b9)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = (h ^ (h >>> 16)) >>> 0;
  return h === 0 ? 0x6d617966 : h;
}

/** Marsaglia's xorshift32 (2003; 13, 17, 5); the new state is the output. */
export class Generator {
  constructor(public state: number) {}

  static of(seed: number, stream: number): Generator {
    return new Generator(mix(seed, stream));
  }

  /** The next u32, never 0. */
  next(): number {
    let s = this.state;
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    return (this.state = s >>> 0);
  }
}
