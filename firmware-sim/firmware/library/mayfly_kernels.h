/* The inner loops of the first layer in C for Cortex-M, in place of those that come from WebAssembly: the same bits, fewer instructions.
 * With the DSP extension (M4, M7, M33, M55) two weights are loaded at once and multiplied by half-words. See docs/algorithm.md and
 * assembly/kernels/ for what they compute.
 *
 * A list has an entry for every two rows: u16 row0, u16 row1, i16 x0, i16 x1. Every row of a list is checked before the first is used.
 */
#ifndef MAYFLY_KERNELS_H
#define MAYFLY_KERNELS_H

#ifdef __ARM_FEATURE_SAT
#include <arm_acle.h>
#endif
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#define MAYFLY_DSP 1
#else
#define MAYFLY_DSP 0
#endif

/* The compiler shall not mix what is before with what is behind: it would run out of registers. */
#define KERNEL_IN_ORDER __asm__ volatile("" ::: "memory")

typedef s8 mayfly_s8 MAYFLY_ALIAS;
typedef s16 mayfly_s16 MAYFLY_ALIAS;
typedef u16 mayfly_u16 MAYFLY_ALIAS;
typedef s32 mayfly_s32 MAYFLY_ALIAS;
typedef u32 mayfly_u32 MAYFLY_ALIAS;

/* Stops here when the bytes from `address` are not all in memory. */
static void kernel_check(u32 address, u32 bytes) {
  if (bytes > MAYFLY_MEMORY_BYTES || address > MAYFLY_MEMORY_BYTES - bytes) mayfly_trap();
}

/* The list, and every weight of its rows in the columns below `to`. */
__attribute__((unused)) static void kernel_check_rows(u32 list, u32 count, u32 weights, u32 row_bytes, u32 column_bytes) {
#ifndef MAYFLY_UNCHECKED
  kernel_check(list, count * 8);
  u32 last = 0;
  const mayfly_u32 *entry = (const mayfly_u32 *)(const void *)(mayfly_memory + list);
  for (; count > 0; count--, entry += 2) {
    const u32 rows = *entry;
    if ((rows & 0xffff) > last) last = rows & 0xffff;
    if (rows >> 16 > last) last = rows >> 16;
  }
  kernel_check(weights, last * row_bytes + column_bytes);
#else
  (void)list, (void)count, (void)weights, (void)row_bytes, (void)column_bytes;
#endif
}

/* --- sums += x @ W ------------------------------------------------------------------------------------------------- */

#define KERNEL_FORWARD(name, cell, accumulate) \
  __attribute__((unused)) static void name(u32 list, u32 count, u32 weights, u32 stride, u32 sums, u32 from, u32 to) { \
    const u32 row_bytes = stride * (u32)sizeof(cell); \
    kernel_check_rows(list, count, weights, row_bytes, to * (u32)sizeof(cell)); \
    kernel_check(sums, to * 4); \
    const mayfly_u32 *const first = (const mayfly_u32 *)(const void *)(mayfly_memory + list); \
    const mayfly_u32 *const end = first + 2 * count; \
    for (; (s32)from < (s32)to; from += 8) { \
      mayfly_s32 *const out = (mayfly_s32 *)(void *)(mayfly_memory + sums) + from; \
      const u8 *const column = mayfly_memory + weights + from * (u32)sizeof(cell); \
      s32 s0 = out[0], s1 = out[1], s2 = out[2], s3 = out[3], s4 = out[4], s5 = out[5], s6 = out[6], s7 = out[7]; \
      for (const mayfly_u32 *entry = first; entry != end; entry += 2) { \
        const u32 x = entry[1]; \
        const u8 *row = column + (entry[0] & 0xffff) * row_bytes; \
        accumulate(b) \
        KERNEL_IN_ORDER; \
        row = column + (entry[0] >> 16) * row_bytes; \
        accumulate(t) \
      } \
      out[0] = s0, out[1] = s1, out[2] = s2, out[3] = s3, out[4] = s4, out[5] = s5, out[6] = s6, out[7] = s7; \
    } \
  }

#define KERNEL_X_b ((s32)(s16)x)
#define KERNEL_X_t ((s32)x >> 16)

#define KERNEL_PLAIN(cell, half) \
  { \
    const s32 factor = KERNEL_X_##half; \
    const cell *const w = (const cell *)(const void *)row; \
    s0 += w[0] * factor, s1 += w[1] * factor, s2 += w[2] * factor, s3 += w[3] * factor; \
    s4 += w[4] * factor, s5 += w[5] * factor, s6 += w[6] * factor, s7 += w[7] * factor; \
  }
#define KERNEL_I8(half) KERNEL_PLAIN(mayfly_s8, half)

#if MAYFLY_DSP
/* SMLABB, SMLATB, SMLABT, SMLATT: bottom or top weight of a word, times the bottom or top input. */
#define KERNEL_I16(half) \
  { \
    const mayfly_u32 *const w = (const mayfly_u32 *)(const void *)row; \
    u32 pair = w[0], next = w[1]; \
    s0 = __smlab##half((s32)pair, (s32)x, s0), s1 = __smlat##half((s32)pair, (s32)x, s1); \
    s2 = __smlab##half((s32)next, (s32)x, s2), s3 = __smlat##half((s32)next, (s32)x, s3); \
    pair = w[2], next = w[3]; \
    s4 = __smlab##half((s32)pair, (s32)x, s4), s5 = __smlat##half((s32)pair, (s32)x, s5); \
    s6 = __smlab##half((s32)next, (s32)x, s6), s7 = __smlat##half((s32)next, (s32)x, s7); \
  }
#else
#define KERNEL_I16(half) KERNEL_PLAIN(mayfly_s16, half)
#endif

KERNEL_FORWARD(kernel_forward_single_i8, mayfly_s8, KERNEL_I8)
KERNEL_FORWARD(kernel_forward_single_i16, mayfly_s16, KERNEL_I16)

/* --- W += a * x * 2^shift / 2^16, with carried rounding ------------------------------------------------------------- */

static inline __attribute__((always_inline)) s32 kernel_saturate(s32 value, s32 limit) {
#ifdef __ARM_FEATURE_SAT
  return limit == 127 ? __ssat(value, 8) : __ssat(value, 16);
#else
  return value > limit ? limit : value < -limit - 1 ? -limit - 1 : value;
#endif
}

/* Units that learn, three at a time, wherever they are: each row's place and input are then worked out once for three weights, and
 * the registers last (four: 9.9 instructions a weight on M4). When fewer
 * are left, the first of them stands in with coefficient 0 and remainder 0, which changes nothing. */
#define KERNEL_UPDATE(name, cell, limit) \
  __attribute__((unused)) static void name(u32 list, u32 count, u32 weights, u32 stride, u32 coefficients, u32 lanes, u32 shift, u32 from, u32 to) { \
    const u32 row_bytes = stride * (u32)sizeof(cell); \
    kernel_check_rows(list, count, weights, row_bytes, to * (u32)sizeof(cell)); \
    kernel_check(coefficients, to * 4); \
    kernel_check(lanes, 16); \
    const mayfly_s16 *const a = (const mayfly_s16 *)(const void *)(mayfly_memory + coefficients); \
    const mayfly_u16 *const start = (const mayfly_u16 *)(const void *)(mayfly_memory + lanes); \
    const mayfly_u32 *const first = (const mayfly_u32 *)(const void *)(mayfly_memory + list); \
    const mayfly_u32 *const end = first + 2 * count; \
    for (u32 unit = from;;) { \
      s32 factor[3] = {0, 0, 0}; \
      u32 rest[3] = {0, 0, 0}; \
      u8 *column[3]; \
      u32 found = 0; \
      for (; (s32)unit < (s32)to && found < 3; unit++) { \
        if ((a[2 * unit] | a[2 * unit + 1]) == 0) continue; \
        factor[found] = a[2 * unit] + a[2 * unit + 1]; \
        rest[found] = (start[unit & 7] + (unit >> 3) * 0x9e37u) & 0xffff; \
        column[found++] = mayfly_memory + weights + unit * (u32)sizeof(cell); \
      } \
      if (found == 0) return; \
      for (u32 one = found; one < 3; one++) column[one] = column[0]; \
      u8 *const c0 = column[0], *const c1 = column[1], *const c2 = column[2]; \
      const u32 a01 = KERNEL_PAIR(factor[0], factor[1]), a2 = (u32)factor[2]; \
      u32 e0 = rest[0], e1 = rest[1], e2 = rest[2]; \
      for (const mayfly_u32 *entry = first; entry != end; entry += 2) { \
        const u32 x = entry[1] << shift; /* inputs are 0..127 and shift is at most 8, so halves stay halves */ \
        u32 row = (entry[0] & 0xffff) * row_bytes; \
        KERNEL_LEARN(cell, limit, c0, b, a01, b, e0) KERNEL_LEARN(cell, limit, c1, t, a01, b, e1) \
        KERNEL_LEARN(cell, limit, c2, b, a2, b, e2) \
        row = (entry[0] >> 16) * row_bytes; \
        KERNEL_LEARN(cell, limit, c0, b, a01, t, e0) KERNEL_LEARN(cell, limit, c1, t, a01, t, e1) \
        KERNEL_LEARN(cell, limit, c2, b, a2, t, e2) \
      } \
      if (found < 3) return; \
    } \
  }

/* Coefficients a+ + a- fit a half-word: the one is never below 0, the other never above. */
#define KERNEL_PAIR(low, high) (((u32)(low) & 0xffff) | (u32)(high) << 16)
#define KERNEL_HALF_b(word) ((s32)(s16)(word))
#define KERNEL_HALF_t(word) ((s32)(word) >> 16)

#if MAYFLY_DSP
#define KERNEL_MULTIPLY(a_half, a, x_half, x, sum) ((u32)__smla##a_half##x_half((s32)(a), (s32)(x), (s32)(sum)))
#else
#define KERNEL_MULTIPLY(a_half, a, x_half, x, sum) ((u32)(KERNEL_HALF_##a_half(a) * KERNEL_HALF_##x_half(x)) + (sum))
#endif

#define KERNEL_LEARN(cell, limit, column, a_half, a, x_half, e) \
  { \
    cell *const weight = (cell *)(void *)(column + row); \
    const u32 sum = KERNEL_MULTIPLY(a_half, a, x_half, x, e); \
    e = sum & 0xffff; \
    *weight = (cell)kernel_saturate(*weight + ((s32)sum >> 16), limit); \
    KERNEL_IN_ORDER; \
  }

KERNEL_UPDATE(kernel_update_single_i8, mayfly_s8, 127)
KERNEL_UPDATE(kernel_update_single_i16, mayfly_s16, 32767)

#endif
