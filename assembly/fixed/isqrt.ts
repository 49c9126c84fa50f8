/** Floor of the square root of v, bit by bit: no division, no float. */
export function isqrt(v: u64): u32 {
  return ASC_FEATURE_SIMD ? selected(v) : branched(v);
}

function branched(v: u64): u32 {
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

/** The same bits without branches on them, which a large processor cannot foresee. */
function selected(v: u64): u32 {
  let rest = v;
  let root: u64 = 0;
  for (let bit = (<u64>1) << ((63 - clz(v | 1)) & 62); bit != 0; bit >>= 2) {
    const next = root + bit;
    const fits = rest >= next;
    rest -= select<u64>(next, 0, fits);
    root = (root >> 1) + select<u64>(bit, 0, fits);
  }
  return <u32>root;
}
