/* A NOR flash in memory that QEMU keeps in a file, with the rules of the real one (../../devices/flash.ts) and power that dies inside an
 * operation: the machine then prints POWER_CUT and waits to be killed. */
#ifndef NOR_FLASH_H
#define NOR_FLASH_H

#include <stdint.h>
#include "mayfly_slots.h"

/* What the host looks for to kill the machine. */
#define POWER_CUT "mayfly firmware: the power dies now\n"

/* How an operation that power leaves looks: as if it had not begun, half done, or as if it had ended. A few of its bits are weak then and
 * read by chance, anew each time. */
enum tear { TEAR_EARLY, TEAR_HALF, TEAR_LATE };

/* `area_bytes` of cells, then as many of weak bits, then a byte of state for each unit, then one for each sector: at POWER_FLASH. */
void nor_flash_start(struct mayfly_flash *flash, uint32_t area_bytes, uint32_t seed);
/* The power dies in this operation, counted from 0 at the start; 0xffffffff: never. */
void nor_flash_cut_at(uint32_t operation, enum tear tear);
/* Operations begun since the start. */
uint32_t nor_flash_operations(void);

#endif
