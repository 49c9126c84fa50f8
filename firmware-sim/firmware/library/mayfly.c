/* Made by `mayfly pack --target c`; do not edit. The engine of Mayfly for one network, from WebAssembly by wasm2c. */
#if defined(__GNUC__) && !defined(__clang__)
/* Sums in the order they are written: GCC would add the products of two rows first, and run out of registers. */
#pragma GCC optimize("no-tree-reassoc")
#endif
#include "mayfly.h"
#include "mayfly_rt.h"

/* What memory starts with: tables of the engine, then the spec or the trained state. */
struct piece {
  u32 address;
  u32 bytes;
  const u8 *from;
};
@TABLES@
@CONTENT@

static void put(const struct piece *piece) {
  for (; piece->from != 0; piece++)
    for (u32 at = 0; at < piece->bytes; at++) mayfly_memory[piece->address + at] = piece->from[at];
}

/* --- the engine ---------------------------------------------------------------------------------------------------- */

#pragma GCC diagnostic ignored "-Wunused-label"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"

@ENGINE@
/* --- mayfly.h ------------------------------------------------------------------------------------------------------ */

__attribute__((weak)) void mayfly_trap(void) {
  for (;;) __asm__ volatile("");
}

void mayfly_prepare(void) {
  for (u32 at = 0; at < MAYFLY_MEMORY_BYTES; at++) mayfly_memory[at] = 0;
  put(tables);
}

int32_t mayfly_start(void) {
  mayfly_prepare();
  put(content);
  return (int32_t)(MAYFLY_HAS_STATE ? engine_open() : engine_init());
}

int32_t mayfly_init(void) {
  mayfly_prepare();
  put(content);
  return (int32_t)engine_init();
}

uint8_t *mayfly_frame(void) { return mayfly_memory + @FRAME@; }
int32_t mayfly_train(int32_t label) { return (int32_t)engine_train((u32)label); }
int32_t mayfly_predict_goodness(void) { return (int32_t)engine_predict_goodness(); }
int32_t mayfly_predict_readout(void) { return (int32_t)engine_predict_readout(); }
const int32_t *mayfly_scores(void) { return (const int32_t *)(const void *)(mayfly_memory + @SCORES@); }
const int32_t *mayfly_logits(void) { return (const int32_t *)(const void *)(mayfly_memory + @LOGITS@); }
int32_t mayfly_begin_train(int32_t label) { return (int32_t)engine_begin_train((u32)label); }
int32_t mayfly_begin_goodness(void) { return (int32_t)engine_begin_goodness(); }
int32_t mayfly_begin_readout(void) { return (int32_t)engine_begin_readout(); }
int32_t mayfly_step(int32_t max_work) { return (int32_t)engine_step((u32)max_work); }
int32_t mayfly_cancel(void) { return (int32_t)engine_cancel(); }
uint32_t mayfly_samples(void) { return engine_samples(); }
int32_t mayfly_seal(void) { return (int32_t)engine_seal(); }
uint8_t *mayfly_checkpoint(void) { return mayfly_memory + @BASE@; }
int32_t mayfly_open(void) { return (int32_t)engine_open(); }
uint32_t mayfly_checksum(uint32_t offset, uint32_t bytes) { return engine_checksum(@BASE@ + offset, bytes); }
int32_t mayfly_status(void) { return (int32_t)engine_status(); }
int32_t mayfly_status_detail(void) { return (int32_t)engine_status_detail(); }@STREAM@
