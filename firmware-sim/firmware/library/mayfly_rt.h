/* What the C of a packed network stands on: one static memory, loads and stores with a bounds check, and WebAssembly's arithmetic.
 * Included by mayfly.c alone.
 *
 * MAYFLY_UNCHECKED        no bounds checks: for a module that has run its tests with them
 * MAYFLY_CHECK_ALIGNMENT  traps on an access of up to 4 bytes that is not naturally aligned, which the engine never makes
 */
#ifndef MAYFLY_RT_H
#define MAYFLY_RT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Mayfly's memory is little endian, as WebAssembly's is"
#endif

typedef uint8_t u8;
typedef int8_t s8;
typedef uint16_t u16;
typedef int16_t s16;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
typedef int64_t s64;

#if defined(__GNUC__)
#define MAYFLY_ALIAS __attribute__((may_alias))
#define MAYFLY_RARELY(condition) __builtin_expect(!!(condition), 0)
#else
#error "mayfly.c needs GCC or Clang: its loads go through types that may alias"
#endif

#ifndef MAYFLY_SECTION
#define MAYFLY_SECTION
#endif

/* The whole of the engine's memory: MAYFLY_MEMORY_BYTES, planned by the engine itself. */
static u8 mayfly_memory[MAYFLY_MEMORY_BYTES] __attribute__((aligned(16))) MAYFLY_SECTION;

/* One 32-bit compare with a constant: `end` is constant, and where the address is one too nothing is left. */
#ifdef MAYFLY_UNCHECKED
#define MAYFLY_CHECK(address, end) ((void)0)
#else
#define MAYFLY_CHECK(address, end) \
  do { \
    if (MAYFLY_RARELY((end) > MAYFLY_MEMORY_BYTES || (address) > MAYFLY_MEMORY_BYTES - (end))) mayfly_trap(); \
  } while (0)
#endif

#ifdef MAYFLY_CHECK_ALIGNMENT
#define MAYFLY_ALIGNED(pointer, bytes) \
  do { \
    if ((uintptr_t)(pointer) % (bytes) != 0) mayfly_trap(); \
  } while (0)
#else
#define MAYFLY_ALIGNED(pointer, bytes) ((void)0)
#endif

/* A pointer to an address from which `end` bytes are in memory. The compiler shall not take it apart again: it would put base and
 * offset together, and need a register and an instruction for every offset. */
#define MAYFLY_POINT(pointer, address, end) \
  do { \
    MAYFLY_CHECK(address, end); \
    pointer = mayfly_memory + (address); \
    __asm__("" : "+r"(pointer)); \
  } while (0)

#define MAYFLY_LOAD(name, stored, widened, result) \
  typedef stored name##_cell MAYFLY_ALIAS; \
  static inline __attribute__((always_inline)) result name##_at(const u8 *pointer, u32 offset) { \
    MAYFLY_ALIGNED(pointer + offset, sizeof(stored)); \
    return (result)(widened)*(const name##_cell *)(const void *)(pointer + offset); \
  } \
  static inline __attribute__((always_inline)) result name(u32 address, u32 offset) { \
    MAYFLY_CHECK(address, offset + (u32)sizeof(stored)); \
    return name##_at(mayfly_memory + address, offset); \
  }

#define MAYFLY_STORE(name, stored, value_type) \
  typedef stored name##_cell MAYFLY_ALIAS; \
  static inline __attribute__((always_inline)) void name##_at(u8 *pointer, u32 offset, value_type value) { \
    MAYFLY_ALIGNED(pointer + offset, sizeof(stored)); \
    *(name##_cell *)(void *)(pointer + offset) = (stored)value; \
  } \
  static inline __attribute__((always_inline)) void name(u32 address, u32 offset, value_type value) { \
    MAYFLY_CHECK(address, offset + (u32)sizeof(stored)); \
    name##_at(mayfly_memory + address, offset, value); \
  }

/* The engine's accesses are naturally aligned, but for 8 bytes of a frame at once. */
typedef struct __attribute__((packed, may_alias)) {
  u64 value;
} mayfly_u64;

static inline __attribute__((always_inline)) u64 i64_load_at(const u8 *pointer, u32 offset) {
  return ((const mayfly_u64 *)(const void *)(pointer + offset))->value;
}

static inline __attribute__((always_inline)) u64 i64_load(u32 address, u32 offset) {
  MAYFLY_CHECK(address, offset + 8u);
  return i64_load_at(mayfly_memory + address, offset);
}

static inline __attribute__((always_inline)) void i64_store_at(u8 *pointer, u32 offset, u64 value) {
  ((mayfly_u64 *)(void *)(pointer + offset))->value = value;
}

static inline __attribute__((always_inline)) void i64_store(u32 address, u32 offset, u64 value) {
  MAYFLY_CHECK(address, offset + 8u);
  i64_store_at(mayfly_memory + address, offset, value);
}

MAYFLY_LOAD(i32_load, u32, u32, u32)
MAYFLY_LOAD(i32_load8_s, s8, s32, u32)
MAYFLY_LOAD(i32_load8_u, u8, u32, u32)
MAYFLY_LOAD(i32_load16_s, s16, s32, u32)
MAYFLY_LOAD(i32_load16_u, u16, u32, u32)
MAYFLY_LOAD(i64_load8_s, s8, s64, u64)
MAYFLY_LOAD(i64_load8_u, u8, u64, u64)
MAYFLY_LOAD(i64_load16_s, s16, s64, u64)
MAYFLY_LOAD(i64_load16_u, u16, u64, u64)
MAYFLY_LOAD(i64_load32_s, s32, s64, u64)
MAYFLY_LOAD(i64_load32_u, u32, u64, u64)
MAYFLY_STORE(i32_store, u32, u32)
MAYFLY_STORE(i32_store8, u8, u32)
MAYFLY_STORE(i32_store16, u16, u32)
MAYFLY_STORE(i64_store8, u8, u64)
MAYFLY_STORE(i64_store16, u16, u64)
MAYFLY_STORE(i64_store32, u32, u64)

/* Of signed numbers. */
#define MAYFLY_MIN(x, y) ((u32)((s32)(x) < (s32)(y) ? (s32)(x) : (s32)(y)))
#define MAYFLY_MAX(x, y) ((u32)((s32)(x) > (s32)(y) ? (s32)(x) : (s32)(y)))
#ifdef __ARM_FEATURE_SAT
#include <arm_acle.h>
#define MAYFLY_SATURATE_8(x) ((u32)__ssat((s32)(x), 8))
#define MAYFLY_SATURATE_16(x) ((u32)__ssat((s32)(x), 16))
#else
#define MAYFLY_SATURATE_8(x) MAYFLY_MAX(MAYFLY_MIN(x, 127), -128)
#define MAYFLY_SATURATE_16(x) MAYFLY_MAX(MAYFLY_MIN(x, 32767), -32768)
#endif

/* WebAssembly traps where C would be undefined. */
#define UNREACHABLE mayfly_trap()
#define MAYFLY_TRAPPED (mayfly_trap(), 0)
#define MAYFLY_DIVIDE_S(result, least, x, y) \
  (MAYFLY_RARELY((y) == 0 || ((x) == (least) && (y) == -1)) ? (result)MAYFLY_TRAPPED : (result)((x) / (y)))
#define MAYFLY_REMAINDER_S(result, least, x, y) \
  (MAYFLY_RARELY((y) == 0) ? (result)MAYFLY_TRAPPED : (x) == (least) && (y) == -1 ? 0 : (result)((x) % (y)))
#define I32_DIV_S(x, y) MAYFLY_DIVIDE_S(u32, INT32_MIN, (s32)(x), (s32)(y))
#define I64_DIV_S(x, y) MAYFLY_DIVIDE_S(u64, INT64_MIN, (s64)(x), (s64)(y))
#define I32_REM_S(x, y) MAYFLY_REMAINDER_S(u32, INT32_MIN, (s32)(x), (s32)(y))
#define I64_REM_S(x, y) MAYFLY_REMAINDER_S(u64, INT64_MIN, (s64)(x), (s64)(y))
#define DIV_U(x, y) (MAYFLY_RARELY((y) == 0) ? MAYFLY_TRAPPED : (x) / (y))
#define REM_U(x, y) (MAYFLY_RARELY((y) == 0) ? MAYFLY_TRAPPED : (x) % (y))
#define I32_ROTL(x, y) (((x) << ((y) & 31)) | ((x) >> ((32 - (y)) & 31)))
#define I32_ROTR(x, y) (((x) >> ((y) & 31)) | ((x) << ((32 - (y)) & 31)))
#define I64_ROTL(x, y) (((x) << ((y) & 63)) | ((x) >> ((64 - (y)) & 63)))
#define I64_ROTR(x, y) (((x) >> ((y) & 63)) | ((x) << ((64 - (y)) & 63)))
#define I32_CLZ(x) ((x) ? __builtin_clz(x) : 32)
#define I64_CLZ(x) ((x) ? __builtin_clzll(x) : 64)
#define I32_CTZ(x) ((x) ? __builtin_ctz(x) : 32)
#define I64_CTZ(x) ((x) ? __builtin_ctzll(x) : 64)
#define I32_POPCNT(x) __builtin_popcount(x)
#define I64_POPCNT(x) __builtin_popcountll(x)

#endif
