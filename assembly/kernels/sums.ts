/** Sums (count,) at the start of a pass, i32; `count` is a multiple of 8. */

export function clearSums(sums: usize, count: i32): void {
  const bytes = <usize>count << 2;
  if (!ASC_FEATURE_SIMD) return memory.fill(sums, 0, bytes);
  for (const end = sums + bytes; sums < end; sums += 32) v128.store(sums, i32x4.splat(0)), v128.store(sums, i32x4.splat(0), 16);
}

export function copySums(sums: usize, from: usize, count: i32): void {
  const bytes = <usize>count << 2;
  if (!ASC_FEATURE_SIMD) return memory.copy(sums, from, bytes);
  for (const end = sums + bytes; sums < end; sums += 32, from += 32) v128.store(sums, v128.load(from)), v128.store(sums, v128.load(from, 16), 16);
}
