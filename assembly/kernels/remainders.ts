/** What the update kernels with SIMD share: where remainders start, and how 8 units lie in vectors. */

/** Between neighbouring blocks of 8 units the starting remainders move by the golden ratio of 2^16. */
export const BLOCK_STEP: i32 = 0x9e37;

/** Whether any of the 8 units whose coefficients are at `at` changes its weights. */
// @ts-ignore: decorator
@inline export function learns(at: usize): bool {
  return v128.any_true(v128.or(v128.load(at), v128.load(at, 16)));
}

/** What 8 units' remainders start with. */
// @ts-ignore: decorator
@inline export function remainders(random: v128, unit: i32): v128 {
  return i16x8.add(random, i16x8.splat(<i16>((unit >> 3) * BLOCK_STEP)));
}

// Of 8 units those of even number are in one vector of i32 and those of odd number in another: the high halves of both then lie beside each other.

// @ts-ignore: decorator
@inline export function evens(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline export function odds(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}

/** The high halves of 8 i32 sums. */
// @ts-ignore: decorator
@inline export function highHalves(even: v128, odd: v128): v128 {
  return v128.shuffle<i16>(i32x4.shr_u(even, 16), odd, 0, 9, 2, 11, 4, 13, 6, 15);
}
