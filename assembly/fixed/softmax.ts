import { expneg } from "./exponential";

/** In place: z[count] (i32, q8) becomes p[count] (i32, q15). Each p is truncated, so they sum to at most 32768. */
export function softmax(values: usize, count: i32): void {
  let top = i32.MIN_VALUE;
  for (let c = 0; c < count; c++) top = max(top, load<i32>(values + (<usize>c << 2)));
  let sum: u32 = 0;
  for (let c = 0; c < count; c++) {
    const at = values + (<usize>c << 2);
    // The clamp keeps the difference inside an i32 for any logits.
    const e = expneg(<i32>min<i64>(<i64>top - load<i32>(at), 4095));
    store<i32>(at, e);
    sum += e;
  }
  for (let c = 0; c < count; c++) {
    const at = values + (<usize>c << 2);
    store<i32>(at, <i32>((load<u32>(at) << 15) / sum));
  }
}
