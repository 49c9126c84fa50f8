/* Time by SysTick. Under QEMU's -icount it is exact: one instruction takes 64 ns of the guest's clock. */
#ifndef TICKS_H
#define TICKS_H

#include <stdint.h>

#define SYST_CSR (*(volatile uint32_t *)0xe000e010)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014)
#define SYST_CVR (*(volatile uint32_t *)0xe000e018)
#define TICKS_MASK 0x00ffffffu

static inline void ticks_start(void) {
  SYST_RVR = TICKS_MASK;
  SYST_CVR = 0;
  SYST_CSR = 5; /* on, from the core's clock, no interrupt */
}

static inline uint32_t ticks_now(void) {
  return SYST_CVR;
}

/* Counts down, and wraps after 24 bits: what is measured must take less. */
static inline uint32_t ticks_since(uint32_t then) {
  return (then - SYST_CVR) & TICKS_MASK;
}

#endif
