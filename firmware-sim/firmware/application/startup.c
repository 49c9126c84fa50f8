/* From reset to main, for any Cortex-M, without a C library. */
#include <stddef.h>
#include <stdint.h>
#include "semihosting.h"

extern uint32_t stack_start[], stack_end[], data_start[], data_end[], data_from[], bss_start[], bss_end[];
int main(void);

/* Marks stack that was never used; read by main. */
const uint32_t stack_mark = 0x5afe57acu;

__attribute__((noreturn)) void reset(void) {
  /* Below the frames of this function and of its interrupts nothing is in use yet. */
  uint32_t *here = (uint32_t *)__builtin_frame_address(0) - 8;
  for (uint32_t *word = stack_start; word < here; word++) *word = stack_mark;
  for (uint32_t *to = data_start, *from = data_from; to < data_end;) *to++ = *from++;
  for (uint32_t *word = bss_start; word < bss_end;) *word++ = 0;
  host_exit(main());
}

__attribute__((noreturn)) static void fault(void) {
  host_print("mayfly firmware: a fault, for example a stack overflow\n");
  host_exit(3);
}

/* Called by the library instead of an access outside its memory. */
__attribute__((noreturn)) void mayfly_trap(void) {
  host_print("mayfly firmware: the engine trapped\n");
  host_exit(4);
}

__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
  stack_end, (void *)reset, (void *)fault, (void *)fault, (void *)fault, (void *)fault, (void *)fault, 0, 0, 0, 0, (void *)fault, (void *)fault, 0, (void *)fault, (void *)fault,
};

/* GCC calls these for loops and copies of its own. */
void *memset(void *to, int value, size_t bytes) {
  for (uint8_t *at = to; bytes-- > 0;) {
    *at++ = (uint8_t)value;
    __asm__ volatile("");
  }
  return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes) {
  const uint8_t *source = from;
  for (uint8_t *at = to; bytes-- > 0;) {
    *at++ = *source++;
    __asm__ volatile("");
  }
  return to;
}

void *memmove(void *to, const void *from, size_t bytes) {
  uint8_t *target = to;
  const uint8_t *source = from;
  if (target <= source) return memcpy(to, from, bytes);
  while (bytes-- > 0) {
    target[bytes] = source[bytes];
    __asm__ volatile("");
  }
  return to;
}
