/** The smallest module with `i32x4.relaxed_dot_i8x16_i7x16_add_s` (of three zero vectors): valid where the relaxed build can run. */
export const RELAXED_PROBE = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 10,
  22, 1, 20, 0, 65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 147, 2, 253,
  27, 0, 11,
);
