/** The label of the negative sample: a wrong one. One draw of the sampler each. */
import { draw } from "../fixed/random";
import { softmax } from "../fixed/softmax";
import { NET_SAMPLER } from "../abi/state";
import { netState } from "../state";
import { NEGATIVES_HARD, SPEC_CLASSES, SPEC_NEGATIVES } from "../abi/spec";
import { copyWords } from "../kernels/words";
import { spec } from "../spec";

/**
 * hard: in proportion to the readout's probability of each wrong class (Hinton 2022, §3.3); random: uniform.
 * logits: i32 [classes], q8. terms: i32 [classes] of scratch.
 */
export function drawNegative(label: i32, logits: usize, terms: usize): i32 {
  const random = draw(netState(NET_SAMPLER));
  const classes = spec(SPEC_CLASSES);
  if (spec(SPEC_NEGATIVES) == NEGATIVES_HARD) {
    copyWords(terms, logits, <usize>classes << 2);
    softmax(terms, classes);
    const hard = drawProportional(label, terms, classes, random);
    if (hard >= 0) return hard;
  }
  const other = <i32>((<u64>random * (classes - 1)) >>> 32);
  return other >= label ? other + 1 : other;
}

/** A wrong class in proportion to p (i32 [classes], q15); -1 when all of them are 0. */
function drawProportional(label: i32, p: usize, classes: i32, random: u32): i32 {
  let wrong: u32 = 0;
  for (let c = 0; c < classes; c++) if (c != label) wrong += load<u32>(p + (<usize>c << 2));
  const at = <u32>((<u64>random * wrong) >>> 32);
  let sum: u32 = 0;
  for (let c = 0; c < classes; c++) {
    if (c == label) continue;
    sum += load<u32>(p + (<usize>c << 2));
    if (sum > at) return c;
  }
  return -1;
}
