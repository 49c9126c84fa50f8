/** log2(v) in q8 for v >= 1, 0 for 0: the leading bit, then f + 0.344 f (1 - f) of the next 8 bits, within 0.01. */
export function log2(v: u64): i32 {
  if (v == 0) return 0;
  const whole = 63 - <i32>clz(v);
  const f = <i32>((whole >= 8 ? v >> (whole - 8) : v << (8 - whole)) & 255);
  return (whole << 8) + f + ((f * (256 - f) * 88) >> 16);
}
