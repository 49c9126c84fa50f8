/** Floor of the square root of v, bit by bit: no division, no float. */
export function isqrt(v: u64): u32 {
  let rest = v;
  let root: u64 = 0;
  let bit: u64 = 1 << 62;
  while (bit > rest) bit >>= 2;
  while (bit != 0) {
    if (rest >= root + bit) {
      rest -= root + bit;
      root = (root >> 1) + bit;
    } else root >>= 1;
    bit >>= 2;
  }
  return <u32>root;
}
