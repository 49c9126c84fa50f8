import { SENSE_FRONT_END, SENSE_MINIMISE, SPEC_SENSE } from "../abi/spec";
import { FULL } from "../full";
import { RT_SCORES, runtime } from "../memory";
import { spec } from "../spec";

/** Goodness: the sum of squared activities (Hinton 2022, §2), as i32 in q8 (256 = 1.0), saturating. */
export function goodnessOf(squares: i64): i32 {
  return <i32>min<i64>(squares >> 6, i32.MAX_VALUE);
}

/** (goodness - threshold) / T as the argument of a logistic, q8. T in q8. Truncates; clamped to ±2^20. */
export function argument(difference: i64, temperature: i32): i32 {
  return <i32>max<i64>(min<i64>((difference << 8) / temperature, 1 << 20), -(1 << 20));
}

/** Whether positives are to have little goodness. */
// @ts-ignore: decorator
@inline export function minimises(): bool {
  return (spec(SPEC_SENSE) & ~SENSE_FRONT_END) == SENSE_MINIMISE;
}

/** Adds a goodness to the score of a class, saturating; takes it away where little goodness is better. */
export function score(label: i32, goodness: i32): void {
  const at = runtime(RT_SCORES) + (<usize>label << 2);
  if (FULL && minimises()) store<i32>(at, <i32>max<i64>(<i64>load<i32>(at) - goodness, -i32.MAX_VALUE));
  else store<i32>(at, <i32>min<i64>(<i64>load<i32>(at) + goodness, i32.MAX_VALUE));
}
