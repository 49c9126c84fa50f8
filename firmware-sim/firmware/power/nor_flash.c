#include "nor_flash.h"
#include "semihosting.h"

/* Of a unit or a sector. */
enum { CLEAN, DIRTY, TORN };
#define FEW_WEAK_BITS 3u
/* Exit code where firmware broke a rule of the flash. */
#define RULE_BROKEN 5

static struct {
  const struct mayfly_flash *shape;
  uint8_t *cells, *weak, *units, *sectors;
  uint32_t area_bytes, chance, operations, cut_at;
  enum tear tear;
} nor;

static void rule(int kept, const char *text) {
  if (kept) return;
  host_print("mayfly firmware: a rule of the flash was broken: ");
  host_print(text);
  host_exit(RULE_BROKEN);
}

/* xorshift32 */
static uint32_t chance(void) {
  nor.chance ^= nor.chance << 13;
  nor.chance ^= nor.chance >> 17;
  nor.chance ^= nor.chance << 5;
  return nor.chance;
}

/* Bits of a byte that the operation moves: those that it programs to 0, or all that are 0 and go back to 1. */
static uint8_t moving(uint32_t address, const uint8_t *data, uint32_t from) {
  return data ? nor.cells[address] & (uint8_t)~data[address - from] : (uint8_t)~nor.cells[address];
}

static void move(uint32_t address, uint8_t bits, int erases) {
  if (erases) nor.cells[address] |= bits;
  else nor.cells[address] &= (uint8_t)~bits;
}

/* Leaves the operation on these bytes as the dying power does. `data` is null for an erase. */
static void tear(uint32_t address, const uint8_t *data, uint32_t bytes) {
  const uint32_t moved = nor.tear == TEAR_EARLY ? 0 : nor.tear == TEAR_LATE ? bytes : bytes / 8 * 4;
  uint32_t weak_at[FEW_WEAK_BITS];
  uint8_t weak_bits[FEW_WEAK_BITS];
  for (uint32_t one = 0; one < FEW_WEAK_BITS; one++) {
    weak_at[one] = address + chance() % bytes;
    /* The first byte from there on that moves at all, so that a tear is seldom without a trace. */
    for (uint32_t tries = 0; tries < 64 && moving(weak_at[one], data, address) == 0 && weak_at[one] + 1 < address + bytes; tries++) weak_at[one]++;
    const uint8_t bits = moving(weak_at[one], data, address);
    weak_bits[one] = bits & (uint8_t)-bits;
  }
  /* One weak bit more often than several: what breaks firmware is a tear that reads whole now and not the next time. */
  const uint32_t count = chance() & 1 ? 1 : 1 + chance() % FEW_WEAK_BITS;
  for (uint32_t at = address; at < address + moved; at++) move(at, moving(at, data, address), data == 0);
  /* The word at the front has some of its bits moved. */
  if (nor.tear == TEAR_HALF)
    for (uint32_t at = address + moved; at < address + bytes && at < address + moved + 4; at++) {
      const uint8_t bits = moving(at, data, address);
      nor.weak[at] |= bits & chance() & chance();
      move(at, bits & (uint8_t)chance(), data == 0);
    }
  for (uint32_t one = 0; one < count; one++) nor.weak[weak_at[one]] |= weak_bits[one];
}

static int dies_now(void) { return nor.operations++ == nor.cut_at; }

static void die(void) {
  host_print(POWER_CUT);
  for (;;) __asm__ volatile("");
}

static int32_t erase(void *context, uint32_t address) {
  (void)context;
  const uint32_t bytes = nor.shape->sector_bytes;
  rule(address % bytes == 0 && address < nor.area_bytes, "an erase does not begin at a sector\n");
  uint8_t *const state = &nor.sectors[address / bytes];
  if (dies_now()) {
    tear(address, 0, bytes);
    *state = TORN;
    die();
  }
  for (uint32_t at = address; at < address + bytes; at++) nor.cells[at] = 0xff, nor.weak[at] = 0;
  for (uint32_t unit = address / nor.shape->unit_bytes; unit < (address + bytes) / nor.shape->unit_bytes; unit++) nor.units[unit] = CLEAN;
  *state = CLEAN;
  return 0;
}

static int32_t program(void *context, uint32_t address, const uint8_t *data, uint32_t bytes) {
  (void)context;
  const struct mayfly_flash *const shape = nor.shape;
  rule(bytes > 0 && address < nor.area_bytes && bytes <= nor.area_bytes - address, "a write leaves the flash\n");
  rule(address % shape->unit_bytes == 0 && bytes % shape->unit_bytes == 0, "a write is not of whole units\n");
  rule(address / shape->page_bytes == (address + bytes - 1) / shape->page_bytes, "a write leaves its page\n");
  rule(nor.sectors[address / shape->sector_bytes] == CLEAN, "a write to a sector whose erase was cut\n");
  uint8_t *const first = nor.units + address / shape->unit_bytes;
  const uint32_t units = bytes / shape->unit_bytes;
  for (uint32_t unit = 0; unit < units; unit++) rule(first[unit] != DIRTY, "a unit is written twice without an erase\n");
  if (dies_now()) {
    tear(address, data, bytes);
    for (uint32_t unit = 0; unit < units; unit++) first[unit] = TORN;
    die();
  }
  for (uint32_t unit = 0; unit < units; unit++) first[unit] = DIRTY;
  /* Bits only go from 1 to 0. One driven for the full time is 0 for good; one left alone stays what an earlier cut made of it. */
  for (uint32_t at = 0; at < bytes; at++) nor.cells[address + at] &= data[at], nor.weak[address + at] &= data[at];
  return 0;
}

static int32_t read(void *context, uint32_t address, uint8_t *to, uint32_t bytes) {
  (void)context;
  rule(address < nor.area_bytes && bytes <= nor.area_bytes - address, "a read leaves the flash\n");
  for (uint32_t at = 0; at < bytes; at++) {
    const uint8_t weak = nor.weak[address + at];
    to[at] = nor.cells[address + at] ^ (weak ? weak & (uint8_t)chance() : 0);
  }
  return 0;
}

void nor_flash_start(struct mayfly_flash *flash, uint32_t area_bytes, uint32_t seed) {
  uint8_t *const at = (uint8_t *)POWER_FLASH;
  nor.shape = flash;
  nor.area_bytes = area_bytes;
  nor.cells = at;
  nor.weak = at + area_bytes;
  nor.units = at + 2 * area_bytes;
  nor.sectors = nor.units + area_bytes / flash->unit_bytes;
  nor.chance = seed ? seed : 1;
  nor.operations = 0;
  nor.cut_at = 0xffffffffu;
  flash->erase = erase;
  flash->program = program;
  flash->read = read;
  flash->context = 0;
}

void nor_flash_cut_at(uint32_t operation, enum tear tear) {
  nor.cut_at = operation;
  nor.tear = tear;
}

uint32_t nor_flash_operations(void) { return nor.operations; }
