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

/* The larger of each half. */
static inline __attribute__((always_inline)) u32 kernel_larger(u32 rows, u32 others) {
#if MAYFLY_DSP
  (void)__usub16(rows, others);
  return __sel(rows, others);
#else
  const u32 low = (rows & 0xffff) > (others & 0xffff) ? rows & 0xffff : others & 0xffff;
  return low | ((rows >> 16) > (others >> 16) ? rows >> 16 : others >> 16) << 16;
#endif
}

/* The list, and every weight of its rows in the columns below `to`. */
__attribute__((unused)) static void kernel_check_rows(u32 list, u32 count, u32 weights, u32 row_bytes, u32 column_bytes) {
#ifndef MAYFLY_UNCHECKED
  kernel_check(list, count * 8);
  u32 last = 0;
  const mayfly_u32 *entry = (const mayfly_u32 *)(const void *)(mayfly_memory + list);
  for (; count >= 4; count -= 4, entry += 8) {
    last = kernel_larger(last, entry[0]), last = kernel_larger(last, entry[2]);
    last = kernel_larger(last, entry[4]), last = kernel_larger(last, entry[6]);
  }
  for (; count > 0; count--, entry += 2) last = kernel_larger(last, *entry);
  last = (last & 0xffff) > last >> 16 ? last & 0xffff : last >> 16;
  kernel_check(weights, last * row_bytes + column_bytes);
#else
  (void)list, (void)count, (void)weights, (void)row_bytes, (void)column_bytes;
#endif
}

/* --- sums += x @ W ------------------------------------------------------------------------------------------------- */

/* Units `from` to `to`, `units` at a time, over all entries of the list: `pass` adds to the sums from `out` on. */
#define KERNEL_FORWARD(name, cell, units, pass) \
  __attribute__((unused)) static void name(u32 list, u32 count, u32 weights, u32 stride, u32 sums, u32 from, u32 to) { \
    const u32 row_bytes = stride * (u32)sizeof(cell); \
    kernel_check_rows(list, count, weights, row_bytes, to * (u32)sizeof(cell)); \
    kernel_check(sums, to * 4); \
    const mayfly_u32 *const first = (const mayfly_u32 *)(const void *)(mayfly_memory + list); \
    const mayfly_u32 *const end = first + 2 * count; \
    if (count == 0) return; \
    for (; (s32)from < (s32)to; from += units) \
      pass((mayfly_s32 *)(void *)(mayfly_memory + sums) + from, mayfly_memory + weights + from * (u32)sizeof(cell), row_bytes, first, end); \
  }

#if MAYFLY_DSP

/* Four units, two rows an entry. A place is row * row_bytes + column in one instruction; the halves of a register are multiplied where they are.
 * Written out, for GCC spills what fits into 12 registers. Rows and row_bytes are below 2^15 (the engine's limits). */
#define KERNEL_FORWARD_DSP(name, load_b, load_t) \
  __attribute__((unused)) static inline void name(mayfly_s32 *out, const u8 *column, u32 row_bytes, const mayfly_u32 *entry, const mayfly_u32 *end) { \
    s32 s0 = out[0], s1 = out[1], s2 = out[2], s3 = out[3]; \
    u32 rows, x, p, q; \
    __asm__ volatile( \
      "1:\n" \
      "ldrd %[rows], %[x], [%[entry]], #8\n" \
      "smlabb %[p], %[rows], %[row_bytes], %[column]\n" load_b \
      "smlatb %[p], %[rows], %[row_bytes], %[column]\n" load_t \
      "cmp %[entry], %[end]\n" \
      "bne 1b\n" \
      : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [entry] "+r"(entry), [rows] "=&r"(rows), [x] "=&r"(x), [p] "=&r"(p), [q] "=&r"(q) \
      : [row_bytes] "r"(row_bytes), [column] "r"(column), [end] "r"(end) \
      : "cc", "memory"); \
    out[0] = s0, out[1] = s1, out[2] = s2, out[3] = s3; \
  }

/* Weights 0 and 1 in p, 2 and 3 in q; times the bottom (b) or top (t) input. */
#define KERNEL_FOUR_I16(half) \
  "ldrd %[p], %[q], [%[p]]\n" \
  "smlab" half " %[s0], %[p], %[x], %[s0]\n" "smlat" half " %[s1], %[p], %[x], %[s1]\n" \
  "smlab" half " %[s2], %[q], %[x], %[s2]\n" "smlat" half " %[s3], %[q], %[x], %[s3]\n"
/* Weights 0 and 2 in q, 1 and 3 in p. */
#define KERNEL_FOUR_I8(half) \
  "ldr %[p], [%[p]]\n" \
  "sxtb16 %[q], %[p]\n" "sxtb16 %[p], %[p], ror #8\n" \
  "smlab" half " %[s0], %[q], %[x], %[s0]\n" "smlab" half " %[s1], %[p], %[x], %[s1]\n" \
  "smlat" half " %[s2], %[q], %[x], %[s2]\n" "smlat" half " %[s3], %[p], %[x], %[s3]\n"

KERNEL_FORWARD_DSP(kernel_four_i8, KERNEL_FOUR_I8("b"), KERNEL_FOUR_I8("t"))
KERNEL_FORWARD_DSP(kernel_four_i16, KERNEL_FOUR_I16("b"), KERNEL_FOUR_I16("t"))
KERNEL_FORWARD(kernel_forward_single_i8, mayfly_s8, 4, kernel_four_i8)
KERNEL_FORWARD(kernel_forward_single_i16, mayfly_s16, 4, kernel_four_i16)

#else

#define KERNEL_EIGHT(name, cell) \
  __attribute__((unused)) static inline void name(mayfly_s32 *out, const u8 *column, u32 row_bytes, const mayfly_u32 *entry, const mayfly_u32 *end) { \
    s32 s0 = out[0], s1 = out[1], s2 = out[2], s3 = out[3], s4 = out[4], s5 = out[5], s6 = out[6], s7 = out[7]; \
    for (; entry != end; entry += 2) { \
      const u32 x = entry[1]; \
      KERNEL_ROW(cell, entry[0] & 0xffff, (s32)(s16)x) \
      KERNEL_IN_ORDER; \
      KERNEL_ROW(cell, entry[0] >> 16, (s32)x >> 16) \
    } \
    out[0] = s0, out[1] = s1, out[2] = s2, out[3] = s3, out[4] = s4, out[5] = s5, out[6] = s6, out[7] = s7; \
  }

#define KERNEL_ROW(cell, row, input) \
  { \
    const s32 factor = input; \
    const cell *const w = (const cell *)(const void *)(column + (row) * row_bytes); \
    s0 += w[0] * factor, s1 += w[1] * factor, s2 += w[2] * factor, s3 += w[3] * factor; \
    s4 += w[4] * factor, s5 += w[5] * factor, s6 += w[6] * factor, s7 += w[7] * factor; \
  }

KERNEL_EIGHT(kernel_eight_i8, mayfly_s8)
KERNEL_EIGHT(kernel_eight_i16, mayfly_s16)
KERNEL_FORWARD(kernel_forward_single_i8, mayfly_s8, 8, kernel_eight_i8)
KERNEL_FORWARD(kernel_forward_single_i16, mayfly_s16, 8, kernel_eight_i16)

#endif

/* --- W += a * x * 2^shift / 2^16, with carried rounding ------------------------------------------------------------- */

/* A unit that learns: its coefficient (a+ + a-, which fit a half-word: the one is never below 0, the other never above), its carried remainder, and
 * its column of weights. */
struct kernel_unit {
  s32 factor;
  u32 rest;
  u8 *column;
};

/* Units that learn, three at a time, wherever they are: each row's place and input are then worked out once for three weights, and the registers
 * last. What is left over is done by twos and ones: 4 = 2 + 2. */
#define KERNEL_UPDATE(name, cell, three, two, one) \
  __attribute__((unused)) static void name(u32 list, u32 count, u32 weights, u32 stride, u32 coefficients, u32 lanes, u32 shift, u32 from, u32 to) { \
    const u32 row_bytes = stride * (u32)sizeof(cell); \
    kernel_check_rows(list, count, weights, row_bytes, to * (u32)sizeof(cell)); \
    kernel_check(coefficients, to * 4); \
    kernel_check(lanes, 16); \
    const mayfly_u32 *const a = (const mayfly_u32 *)(const void *)(mayfly_memory + coefficients); \
    const mayfly_u16 *const start = (const mayfly_u16 *)(const void *)(mayfly_memory + lanes); \
    const mayfly_u32 *const first = (const mayfly_u32 *)(const void *)(mayfly_memory + list); \
    if (count == 0) return; \
    struct kernel_unit units[5]; \
    u32 found = 0; \
    for (u32 unit = from; (s32)unit < (s32)to; unit++) { \
      const u32 both = a[unit]; \
      if (both == 0) continue; \
      units[found].factor = (s32)(s16)both + ((s32)both >> 16); \
      units[found].rest = (start[unit & 7] + (unit >> 3) * 0x9e37u) & 0xffff; \
      units[found++].column = mayfly_memory + weights + unit * (u32)sizeof(cell); \
      if (found < 5) continue; \
      three(units, first, count, row_bytes, shift); \
      units[0] = units[3], units[1] = units[4]; \
      found = 2; \
    } \
    if (found == 3) three(units, first, count, row_bytes, shift); \
    if (found == 4) two(units + 2, first, count, row_bytes, shift); \
    if (found == 4 || found == 2) two(units, first, count, row_bytes, shift); \
    if (found == 1) one(units, first, count, row_bytes, shift); \
  }

#if MAYFLY_DSP

/* All 14 registers. In halves of one: the first two factors; the third and how many entries are still to come; the shift and row_bytes. Inputs are
 * 0..127 and shift is at most 8, so shifted inputs stay halves. */
#define KERNEL_UPDATE_DSP(name, used, first_row, second_row) \
  __attribute__((unused)) static inline void name(const struct kernel_unit *units, const mayfly_u32 *entry, u32 count, u32 row_bytes, u32 shift) { \
    const struct kernel_unit *const second = units + (used > 1 ? 1 : 0), *const third = units + (used > 2 ? 2 : 0); \
    u8 *const c0 = units->column, *const c1 = second->column, *const c2 = third->column; \
    u32 e0 = units->rest, e1 = second->rest, e2 = third->rest; \
    const u32 a01 = ((u32)units->factor & 0xffff) | (u32)second->factor << 16; \
    u32 a2 = ((u32)third->factor & 0xffff) | (count - 1) << 16; \
    const u32 bytes_shift = row_bytes << 16 | shift; \
    u32 rows, x, row, w; \
    __asm__ volatile( \
      "1:\n" \
      "ldrd %[rows], %[x], [%[entry]], #8\n" \
      "lsl %[x], %[x], %[bytes_shift]\n" \
      "smulbt %[row], %[rows], %[bytes_shift]\n" first_row \
      "smultt %[row], %[rows], %[bytes_shift]\n" second_row \
      "subs %[a2], %[a2], #65536\n" \
      "bpl 1b\n" \
      : [e0] "+r"(e0), [e1] "+r"(e1), [e2] "+r"(e2), [a2] "+r"(a2), [entry] "+r"(entry), [rows] "=&r"(rows), [x] "=&r"(x), [row] "=&r"(row), [w] "=&r"(w) \
      : [c0] "r"(c0), [c1] "r"(c1), [c2] "r"(c2), [a01] "r"(a01), [bytes_shift] "r"(bytes_shift) \
      : "cc", "memory"); \
  }

/* LSL takes the lowest byte of its register: the shift. */
#define KERNEL_LEARN(load, store, bits, unit, a, a_half, x_half) \
  load " %[w], [%[c" unit "], %[row]]\n" \
  "smla" a_half x_half " %[e" unit "], %[" a "], %[x], %[e" unit "]\n" \
  "add %[w], %[w], %[e" unit "], asr #16\n" \
  "ssat %[w], #" bits ", %[w]\n" \
  store " %[w], [%[c" unit "], %[row]]\n" \
  "uxth %[e" unit "], %[e" unit "]\n"
#define KERNEL_LEARN_1(load, store, bits, x_half) KERNEL_LEARN(load, store, bits, "0", "a01", "b", x_half)
#define KERNEL_LEARN_2(load, store, bits, x_half) KERNEL_LEARN_1(load, store, bits, x_half) KERNEL_LEARN(load, store, bits, "1", "a01", "t", x_half)
#define KERNEL_LEARN_3(load, store, bits, x_half) KERNEL_LEARN_2(load, store, bits, x_half) KERNEL_LEARN(load, store, bits, "2", "a2", "b", x_half)

KERNEL_UPDATE_DSP(kernel_learn_3_i8, 3, KERNEL_LEARN_3("ldrsb", "strb", "8", "b"), KERNEL_LEARN_3("ldrsb", "strb", "8", "t"))
KERNEL_UPDATE_DSP(kernel_learn_2_i8, 2, KERNEL_LEARN_2("ldrsb", "strb", "8", "b"), KERNEL_LEARN_2("ldrsb", "strb", "8", "t"))
KERNEL_UPDATE_DSP(kernel_learn_1_i8, 1, KERNEL_LEARN_1("ldrsb", "strb", "8", "b"), KERNEL_LEARN_1("ldrsb", "strb", "8", "t"))
KERNEL_UPDATE_DSP(kernel_learn_3_i16, 3, KERNEL_LEARN_3("ldrsh", "strh", "16", "b"), KERNEL_LEARN_3("ldrsh", "strh", "16", "t"))
KERNEL_UPDATE_DSP(kernel_learn_2_i16, 2, KERNEL_LEARN_2("ldrsh", "strh", "16", "b"), KERNEL_LEARN_2("ldrsh", "strh", "16", "t"))
KERNEL_UPDATE_DSP(kernel_learn_1_i16, 1, KERNEL_LEARN_1("ldrsh", "strh", "16", "b"), KERNEL_LEARN_1("ldrsh", "strh", "16", "t"))

#else

static inline __attribute__((always_inline)) s32 kernel_saturate(s32 value, s32 limit) {
#ifdef __ARM_FEATURE_SAT
  return limit == 127 ? __ssat(value, 8) : __ssat(value, 16);
#else
  return value > limit ? limit : value < -limit - 1 ? -limit - 1 : value;
#endif
}

#define KERNEL_LEARN(cell, limit, unit, x_now) \
  { \
    cell *const weight = (cell *)(void *)(c##unit + row); \
    const u32 sum = (u32)(f##unit * (x_now)) + e##unit; \
    e##unit = sum & 0xffff; \
    *weight = (cell)kernel_saturate(*weight + ((s32)sum >> 16), limit); \
    KERNEL_IN_ORDER; \
  }

#define KERNEL_UPDATE_C(name, cell, limit, used) \
  __attribute__((unused)) static void name(const struct kernel_unit *units, const mayfly_u32 *entry, u32 count, u32 row_bytes, u32 shift) { \
    u8 *const c0 = units[0].column, *const c1 = units[used > 1].column, *const c2 = units[used > 2 ? 2 : 0].column; \
    const s32 f0 = units[0].factor, f1 = used > 1 ? units[1].factor : 0, f2 = used > 2 ? units[2].factor : 0; \
    u32 e0 = units[0].rest, e1 = used > 1 ? units[1].rest : 0, e2 = used > 2 ? units[2].rest : 0; \
    for (; count > 0; count--, entry += 2) { \
      const u32 x = entry[1] << shift; /* inputs are 0..127 and shift is at most 8, so halves stay halves */ \
      u32 row = (entry[0] & 0xffff) * row_bytes; \
      KERNEL_LEARN(cell, limit, 0, (s32)(s16)x) \
      if (used > 1) KERNEL_LEARN(cell, limit, 1, (s32)(s16)x) \
      if (used > 2) KERNEL_LEARN(cell, limit, 2, (s32)(s16)x) \
      row = (entry[0] >> 16) * row_bytes; \
      KERNEL_LEARN(cell, limit, 0, (s32)x >> 16) \
      if (used > 1) KERNEL_LEARN(cell, limit, 1, (s32)x >> 16) \
      if (used > 2) KERNEL_LEARN(cell, limit, 2, (s32)x >> 16) \
    } \
    (void)c1, (void)c2, (void)f1, (void)f2, (void)e1, (void)e2; \
  }

KERNEL_UPDATE_C(kernel_learn_3_i8, mayfly_s8, 127, 3)
KERNEL_UPDATE_C(kernel_learn_2_i8, mayfly_s8, 127, 2)
KERNEL_UPDATE_C(kernel_learn_1_i8, mayfly_s8, 127, 1)
KERNEL_UPDATE_C(kernel_learn_3_i16, mayfly_s16, 32767, 3)
KERNEL_UPDATE_C(kernel_learn_2_i16, mayfly_s16, 32767, 2)
KERNEL_UPDATE_C(kernel_learn_1_i16, mayfly_s16, 32767, 1)

#endif

KERNEL_UPDATE(kernel_update_single_i8, mayfly_s8, kernel_learn_3_i8, kernel_learn_2_i8, kernel_learn_1_i8)
KERNEL_UPDATE(kernel_update_single_i16, mayfly_s16, kernel_learn_3_i16, kernel_learn_2_i16, kernel_learn_1_i16)

#endif
