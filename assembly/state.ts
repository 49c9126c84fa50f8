/** Access to the network's state: see abi/state.ts for its words. */
import { RT_STATE, runtime } from "./memory";

// @ts-ignore: decorator
@inline export function netState(offset: i32): usize {
  return runtime(RT_STATE) + <usize>offset;
}

/** Adds to a u32 counter; wraps. */
export function count(address: usize, amount: u32): void {
  store<u32>(address, load<u32>(address) + amount);
}
