/** What the readout and the class-wise objective learn to answer: the label, or the probabilities that the host has written. */
import { SPEC_TARGETS, TARGETS_GIVEN } from "../abi/spec";
import { FULL } from "../full";
import { RT_TARGETS, runtime } from "../memory";
import { spec } from "../spec";

/** Target of class `c`, q15. */
// @ts-ignore: decorator
@inline export function target(c: i32, label: i32): i32 {
  if (FULL) {
    if (spec(SPEC_TARGETS) == TARGETS_GIVEN) return max(min(load<i32>(runtime(RT_TARGETS) + (<usize>c << 2)), 32768), 0);
  }
  return c == label ? 32768 : 0;
}
