/* Keeps a network through power cuts: two slots in NOR flash, after docs/checkpoint.md of Mayfly, byte for byte. No malloc; RAM: struct
 * mayfly_slots, and about 200 bytes of stack.
 *
 *   mayfly_slots_open(&slots, &flash, MAYFLY_CHECKPOINT_BYTES);    once after each start
 *   mayfly_prepare();
 *   if (mayfly_slots_recover(&slots, mayfly_checkpoint()) == MAYFLY_SLOTS_RESTORED) mayfly_open();
 *   else mayfly_start();
 *   ...
 *   mayfly_seal();                                                 a checkpoint, now and then
 *   mayfly_slots_begin(&slots, mayfly_checkpoint());
 *   while ((status = mayfly_slots_step(&slots)) == MAYFLY_SLOTS_BUSY) feed_the_watchdog();
 *
 * Between `begin` and the last `step` nothing may train: a checkpoint is one moment of the network.
 */
#ifndef MAYFLY_SLOTS_H
#define MAYFLY_SLOTS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Largest unit of flash that can be programmed; a buffer of so many bytes lies on the stack. */
#ifndef MAYFLY_SLOTS_UNIT_BYTES
#define MAYFLY_SLOTS_UNIT_BYTES 64u
#endif

/* The flash, by three functions of yours that return 0, or anything else when the operation failed. Addresses count from the start of the
 * checkpoint area, of mayfly_slots_area_bytes. */
struct mayfly_flash {
  /* Least that can be programmed at once; most, within an aligned page; what one erase clears. Each a multiple of the one before. */
  uint32_t unit_bytes, page_bytes, sector_bytes;
  /* The sector at this address reads 0xFF. */
  int32_t (*erase)(void *context, uint32_t address);
  /* Whole units within one page, not programmed since their erase. */
  int32_t (*program)(void *context, uint32_t address, const uint8_t *data, uint32_t bytes);
  int32_t (*read)(void *context, uint32_t address, uint8_t *to, uint32_t bytes);
  void *context;
};

enum {
  MAYFLY_SLOTS_DONE = 0,
  MAYFLY_SLOTS_BUSY = 1,
  /* What was programmed reads back differently: the flash is worn out. The newest checkpoint stands. */
  MAYFLY_SLOTS_FAILED = -1,

  MAYFLY_SLOTS_RESTORED = 2,
  /* Nothing was ever committed: start from the seed. */
  MAYFLY_SLOTS_EMPTY = 3,
  /* There were checkpoints, and none is whole and of this size: start from the seed, or stop and report. */
  MAYFLY_SLOTS_DAMAGED = 4
};

/* Kept by the caller; its fields are the library's own. */
struct mayfly_slots {
  const struct mayfly_flash *flash;
  const uint8_t *content;
  uint32_t content_bytes, record_stride, content_at, slot_bytes;
  /* The slot that was taken up or written last, or -1, with the CRC of its header. */
  int32_t newest;
  uint32_t newest_crc;
  /* Whether its commit was programmed for its full time since this start. */
  uint32_t confirmed;
  /* The checkpoint under way. */
  uint32_t phase, done, crc, header_crc, slot, sequence, confirm_at, confirm_rank;
};

/* 0: the layout is not possible (units above MAYFLY_SLOTS_UNIT_BYTES, or sizes that are not multiples of each other). */
uint32_t mayfly_slots_area_bytes(const struct mayfly_flash *flash, uint32_t content_bytes);
/* `flash` must stay. Returns MAYFLY_SLOTS_DONE, or MAYFLY_SLOTS_FAILED where there is no layout. */
int32_t mayfly_slots_open(struct mayfly_slots *slots, const struct mayfly_flash *flash, uint32_t content_bytes);
/* Copies the newest checkpoint that is whole: MAYFLY_SLOTS_RESTORED, _EMPTY or _DAMAGED. Otherwise `content` holds nothing of use. */
int32_t mayfly_slots_recover(struct mayfly_slots *slots, uint8_t *content);
/* `content` must stay as it is until `step` does not return MAYFLY_SLOTS_BUSY. */
void mayfly_slots_begin(struct mayfly_slots *slots, const uint8_t *content);
/* One bounded piece: an erase, a page, the header, or a record. */
int32_t mayfly_slots_step(struct mayfly_slots *slots);

#ifdef __cplusplus
}
#endif

#endif
