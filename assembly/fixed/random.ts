/** One step of Marsaglia's xorshift32 (2003; 13, 17, 5). The new state is also the output; never 0. */
// @ts-ignore: decorator
@inline export function xorshift32(state: u32): u32 {
  state ^= state << 13;
  state ^= state >>> 17;
  return state ^ (state << 5);
}

/** A nonzero state for an independent stream of a seed (the finaliser of MurmurHash3). */
export function mix(seed: u32, stream: u32): u32 {
  let h = seed + stream * 0x9e3779b9;
  h ^= h >>> 16;
  h *= 0x85ebca6b;
  h ^= h >>> 13;
  h *= 0xc2b2ae35;
  h ^= h >>> 16;
  return h == 0 ? 0x6d617966 : h;
}

/** Advances the generator whose u32 state is at `address`. */
export function draw(address: usize): u32 {
  const next = xorshift32(load<u32>(address));
  store<u32>(address, next);
  return next;
}

/** Four independent u32 states side by side: the 8 random u16 from which a block of 8 units starts its rounding. */
export const LANES_BYTES: usize = 16;

export function seedLanes(lanes: usize, seed: u32, stream: u32): void {
  for (let k: u32 = 0; k < 4; k++) store<u32>(lanes + (<usize>k << 2), mix(seed, stream + k));
}

export function advanceLanes(lanes: usize): void {
  for (let k: usize = 0; k < 4; k++) draw(lanes + (k << 2));
}
