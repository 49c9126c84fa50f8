/** The order of samples: the same on every machine for the same seed. */
import { MayflyError } from "../errors.js";

/** Shuffles draw from streams 65536 + epoch of a seed, far from those of the engine (docs/algorithm.md, Random numbers). */
const SHUFFLE_STREAM = 0x10000;

/**
 * A permutation of 0..count − 1 for one epoch: Fisher–Yates from the last place down, on xorshift32.
 * Integers only. `seed` and `epoch` count modulo 2^32.
 */
export function permutation(count: number, seed: number, epoch: number): Uint32Array {
  for (const [name, value] of Object.entries({ count, seed, epoch })) {
    if (!Number.isSafeInteger(value)) throw new MayflyError(`shuffle: ${name} is ${value}, expected a whole number`, 2);
  }
  if (count < 0 || count > 0xffffffff) throw new MayflyError(`shuffle: count is ${count}, expected 0..4294967295`, 2);
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  let state = mix(seed, SHUFFLE_STREAM + epoch);
  for (let last = count - 1; last > 0; last--) {
    // Unbiased: as many high bits as `last` has, drawn again until they are at most `last` (under two draws on average).
    const shift = Math.clz32(last);
    let pick;
    do {
      state = xorshift32(state);
      pick = state >>> shift;
    } while (pick > last);
    const moved = order[last]!;
    order[last] = order[pick]!;
    order[pick] = moved;
  }
  return order;
}

/** Marsaglia's xorshift32 (2003; 13, 17, 5): u32, never 0. The new state is also the output. */
function xorshift32(state: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}

/** A nonzero state for one stream of a seed (the finaliser of MurmurHash3), as in the engine. */
function mix(seed: number, stream: number): number {
  let hash = ((seed >>> 0) + Math.imul(stream, 0x9e3779b9)) >>> 0;
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash === 0 ? 0x6d617966 : hash >>> 0;
}
