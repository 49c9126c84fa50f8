/** The order of samples: the same on every machine for the same seed. */
import { MayflyError } from "../errors.js";
import { Generator } from "../random.js";

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
  const random = Generator.of(seed, SHUFFLE_STREAM + epoch);
  for (let last = count - 1; last > 0; last--) {
    // Unbiased: as many high bits as `last` has, drawn again until they are at most `last` (under two draws on average).
    const shift = Math.clz32(last);
    let pick;
    do {
      pick = random.next() >>> shift;
    } while (pick > last);
    const moved = order[last]!;
    order[last] = order[pick]!;
    order[pick] = moved;
  }
  return order;
}
