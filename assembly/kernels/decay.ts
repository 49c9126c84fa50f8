import { addToWeight } from "./weights";

/**
 * Units `from`..`to`-1 of a row of weights (units,) shrink: w -= (w * decay + r) >> 16, r a random u16 for each unit (as in update.ts), so that small
 * weights shrink on average too. One row a step, round-robin: the whole matrix every `inputs` steps.
 */
export function decayRow<W>(row: usize, from: i32, to: i32, decay: i32, lanes: usize): void {
  for (let i = from; i < to; i++) {
    const at = row + <usize>i * sizeof<W>();
    const random = (<i32>load<u16>(lanes + (<usize>(i & 7) << 1)) + (i >> 3) * 0x9e37) & 0xffff;
    addToWeight<W>(at, -((<i32>load<W>(at) * decay + random) >> 16));
  }
}
