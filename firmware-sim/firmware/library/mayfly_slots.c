/* Two checkpoint slots in flash: see mayfly_slots.h, and docs/checkpoint.md for the bytes and for why nothing is lost. */
#include "mayfly_slots.h"

enum { HEADER_BYTES = 32, RECORD_BYTES = 12, RECORDS = 24, RANKS = 64, SLOTS = 2, LAYOUT_VERSION = 1 };
#define HEADER_MAGIC 0x4b43464du
#define PIECE_BYTES 32u

/* The order is the protocol; only tests give another, to see that it is caught. */
enum phase { CONFIRM, ERASE, CONTENT, HEADER, COMMIT };
#ifndef MAYFLY_SLOTS_ORDER
#define MAYFLY_SLOTS_ORDER CONFIRM, ERASE, CONTENT, HEADER, COMMIT
#endif
static const uint8_t order[] = {MAYFLY_SLOTS_ORDER};

/* CRC-32 as in gzip, four bits at a time. */
static uint32_t crc32(const uint8_t *bytes, uint32_t count, uint32_t last) {
  static const uint32_t table[16] = {
    0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu, 0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu,
    0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu, 0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu};
  uint32_t crc = ~last;
  for (uint32_t at = 0; at < count; at++) {
    crc ^= bytes[at];
    crc = crc >> 4 ^ table[crc & 15];
    crc = crc >> 4 ^ table[crc & 15];
  }
  return ~crc;
}

static uint32_t word_at(const uint8_t *bytes, uint32_t index) {
  const uint8_t *at = bytes + 4 * index;
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put_word(uint8_t *bytes, uint32_t index, uint32_t value) {
  for (uint32_t byte = 0; byte < 4; byte++) bytes[4 * index + byte] = (uint8_t)(value >> 8 * byte);
}

static int is_blank(const uint8_t *bytes, uint32_t count) {
  for (uint32_t at = 0; at < count; at++)
    if (bytes[at] != 0xff) return 0;
  return 1;
}

static uint32_t round_up(uint32_t value, uint32_t unit) { return (value + unit - 1) / unit * unit; }

/* --- where things are ------------------------------------------------------------------------------------------------ */

static uint32_t records_at(const struct mayfly_flash *flash) { return round_up(HEADER_BYTES, flash->unit_bytes); }

static uint32_t record_at(const struct mayfly_slots *slots, uint32_t slot, uint32_t index) {
  return slot * slots->slot_bytes + records_at(slots->flash) + index * slots->record_stride;
}

uint32_t mayfly_slots_area_bytes(const struct mayfly_flash *flash, uint32_t content_bytes) {
  struct mayfly_slots slots;
  return mayfly_slots_open(&slots, flash, content_bytes) == MAYFLY_SLOTS_DONE ? SLOTS * slots.slot_bytes : 0;
}

int32_t mayfly_slots_open(struct mayfly_slots *slots, const struct mayfly_flash *flash, uint32_t content_bytes) {
  const uint32_t unit = flash->unit_bytes;
  if (unit == 0 || unit > MAYFLY_SLOTS_UNIT_BYTES || flash->page_bytes == 0 || flash->page_bytes % unit != 0) return MAYFLY_SLOTS_FAILED;
  if (flash->sector_bytes == 0 || flash->sector_bytes % flash->page_bytes != 0 || content_bytes == 0) return MAYFLY_SLOTS_FAILED;
  slots->flash = flash;
  slots->content_bytes = content_bytes;
  slots->record_stride = round_up(RECORD_BYTES, unit);
  slots->content_at = round_up(records_at(flash) + RECORDS * slots->record_stride, flash->page_bytes);
  slots->slot_bytes = round_up(slots->content_at + content_bytes, flash->sector_bytes);
  slots->newest = -1;
  slots->confirmed = 0;
  slots->phase = sizeof order;
  return MAYFLY_SLOTS_DONE;
}

/* --- reading --------------------------------------------------------------------------------------------------------- */

/* What the control area of a slot says. */
struct view {
  /* Good: magic, version and CRC are right. */
  uint32_t good, blank, sequence, content_bytes, content_crc, crc;
  /* Highest rank of its good records, if there is one. */
  uint32_t ranked, rank;
  /* Records that do not read blank, and the first behind the last of them. */
  uint32_t used, next_record;
};

static int read_flash(const struct mayfly_slots *slots, uint32_t address, uint8_t *to, uint32_t bytes) {
  return slots->flash->read(slots->flash->context, address, to, bytes) == 0;
}

/* What cannot be read is taken as used and not good. */
static void look(const struct mayfly_slots *slots, uint32_t slot, struct view *view) {
  uint8_t bytes[HEADER_BYTES];
  const int whole = read_flash(slots, slot * slots->slot_bytes, bytes, HEADER_BYTES);
  view->blank = whole && is_blank(bytes, HEADER_BYTES);
  view->crc = word_at(bytes, 7);
  view->good = whole && word_at(bytes, 0) == HEADER_MAGIC && word_at(bytes, 1) == LAYOUT_VERSION && view->crc == crc32(bytes, HEADER_BYTES - 4, 0);
  view->sequence = word_at(bytes, 2);
  view->content_bytes = word_at(bytes, 3);
  view->content_crc = word_at(bytes, 4);
  view->ranked = view->rank = view->used = view->next_record = 0;
  for (uint32_t index = 0; index < RECORDS; index++) {
    const int read = read_flash(slots, record_at(slots, slot, index), bytes, RECORD_BYTES);
    if (read && is_blank(bytes, RECORD_BYTES)) continue;
    view->used++;
    view->next_record = index + 1;
    if (!read || !view->good || word_at(bytes, 1) != view->crc || word_at(bytes, 2) != crc32(bytes, RECORD_BYTES - 4, 0)) continue;
    if (!view->ranked || word_at(bytes, 0) > view->rank) view->rank = word_at(bytes, 0);
    view->ranked = 1;
  }
}

int32_t mayfly_slots_recover(struct mayfly_slots *slots, uint8_t *content) {
  struct view views[SLOTS];
  int damaged = 0;
  slots->newest = -1;
  slots->confirmed = 0;
  slots->phase = sizeof order;
  for (uint32_t slot = 0; slot < SLOTS; slot++) {
    look(slots, slot, &views[slot]);
    if (!views[slot].good && views[slot].used > 0) damaged = 1;
  }
  const uint32_t first = views[1].ranked && (!views[0].ranked || views[1].rank >= views[0].rank);
  for (uint32_t turn = 0; turn < SLOTS; turn++) {
    const uint32_t slot = turn == 0 ? first : 1 - first;
    const struct view *view = &views[slot];
    if (!view->ranked) continue;
    /* What is checked is the copy: flash may read differently the next time. */
    if (view->content_bytes == slots->content_bytes && read_flash(slots, slot * slots->slot_bytes + slots->content_at, content, slots->content_bytes) &&
        crc32(content, slots->content_bytes, 0) == view->content_crc) {
      slots->newest = (int32_t)slot;
      slots->newest_crc = view->crc;
      return MAYFLY_SLOTS_RESTORED;
    }
    damaged = 1;
  }
  return damaged ? MAYFLY_SLOTS_DAMAGED : MAYFLY_SLOTS_EMPTY;
}

/* --- writing --------------------------------------------------------------------------------------------------------- */

static int reads_back(const struct mayfly_slots *slots, uint32_t address, const uint8_t *data, uint32_t bytes) {
  uint8_t found[PIECE_BYTES];
  for (uint32_t at = 0; at < bytes; at += PIECE_BYTES) {
    const uint32_t part = bytes - at < PIECE_BYTES ? bytes - at : PIECE_BYTES;
    if (!read_flash(slots, address + at, found, part)) return 0;
    for (uint32_t byte = 0; byte < part; byte++)
      if (found[byte] != data[at + byte]) return 0;
  }
  return 1;
}

/* Whole units, page by page. */
static int programmed_units(const struct mayfly_slots *slots, uint32_t address, const uint8_t *data, uint32_t bytes) {
  const struct mayfly_flash *flash = slots->flash;
  for (uint32_t at = 0; at < bytes;) {
    const uint32_t in_page = flash->page_bytes - (address + at) % flash->page_bytes;
    const uint32_t part = bytes - at < in_page ? bytes - at : in_page;
    if (flash->program(flash->context, address + at, data + at, part) != 0) return 0;
    at += part;
  }
  return reads_back(slots, address, data, bytes);
}

/* The last unit is filled up with 0xFF, which programs nothing. Whether all reads back as it was given. */
static int programmed(const struct mayfly_slots *slots, uint32_t address, const uint8_t *data, uint32_t bytes) {
  uint8_t last[MAYFLY_SLOTS_UNIT_BYTES];
  const uint32_t unit = slots->flash->unit_bytes;
  const uint32_t rest = bytes % unit;
  const uint32_t whole = bytes - rest;
  if (whole > 0 && !programmed_units(slots, address, data, whole)) return 0;
  if (rest == 0) return 1;
  for (uint32_t at = 0; at < unit; at++) last[at] = at < rest ? data[whole + at] : 0xff;
  return programmed_units(slots, address + whole, last, unit);
}

static int program_record(const struct mayfly_slots *slots, uint32_t slot, uint32_t index, uint32_t rank, uint32_t header_crc) {
  uint8_t record[RECORD_BYTES];
  put_word(record, 0, rank);
  put_word(record, 1, header_crc);
  put_word(record, 2, crc32(record, RECORD_BYTES - 4, 0));
  return programmed(slots, record_at(slots, slot, index), record, RECORD_BYTES);
}

void mayfly_slots_begin(struct mayfly_slots *slots, const uint8_t *content) {
  uint32_t highest = 0, used = 0;
  int32_t blank = -1;
  slots->confirm_at = RECORDS;
  /* Each slot is looked at once: what is torn may read differently a moment later. */
  for (uint32_t slot = 0; slot < SLOTS; slot++) {
    struct view view;
    look(slots, slot, &view);
    if (view.good && view.sequence > highest) highest = view.sequence;
    if (view.ranked && view.rank / RANKS > highest) highest = view.rank / RANKS;
    used += view.used;
    if (blank < 0 && view.blank && view.used == 0) blank = (int32_t)slot;
    if ((int32_t)slot == slots->newest) slots->confirm_at = view.next_record;
  }
  slots->content = content;
  slots->slot = slots->newest >= 0 ? (uint32_t)(1 - slots->newest) : blank >= 0 ? (uint32_t)blank : 0;
  slots->sequence = highest + 1;
  slots->confirm_rank = highest * RANKS + used;
  slots->phase = order[0] == CONFIRM && (slots->newest < 0 || slots->confirmed) ? 1 : 0;
  slots->done = 0;
  slots->crc = 0;
}

/* After a start nobody knows whether a cut fell into the commit of the newest slot: before the other is erased, it gets one more record, of
 * a rank above all that was ever written. */
static void confirm(struct mayfly_slots *slots) {
  for (uint32_t index = slots->confirm_at; index < RECORDS; index++)
    if (program_record(slots, (uint32_t)slots->newest, index, slots->confirm_rank + index - slots->confirm_at, slots->newest_crc)) break;
  slots->confirmed = 1;
}

static int write_content(struct mayfly_slots *slots) {
  const uint32_t left = slots->content_bytes - slots->done;
  const uint32_t part = left < slots->flash->page_bytes ? left : slots->flash->page_bytes;
  const uint8_t *const data = slots->content + slots->done;
  if (!programmed(slots, slots->slot * slots->slot_bytes + slots->content_at + slots->done, data, part)) return 0;
  slots->crc = crc32(data, part, slots->crc);
  slots->done += part;
  return 1;
}

/* In the protocol's order it has been carried along by now; a test's order asks before. */
static uint32_t content_crc(const struct mayfly_slots *slots) {
  for (uint32_t phase = 0; phase < slots->phase; phase++)
    if (order[phase] == CONTENT) return slots->crc;
  return crc32(slots->content, slots->content_bytes, 0);
}

static int write_header(struct mayfly_slots *slots) {
  uint8_t header[HEADER_BYTES];
  put_word(header, 0, HEADER_MAGIC);
  put_word(header, 1, LAYOUT_VERSION);
  put_word(header, 2, slots->sequence);
  put_word(header, 3, slots->content_bytes);
  put_word(header, 4, content_crc(slots));
  put_word(header, 5, 0);
  put_word(header, 6, 0);
  slots->header_crc = crc32(header, HEADER_BYTES - 4, 0);
  put_word(header, 7, slots->header_crc);
  return programmed(slots, slots->slot * slots->slot_bytes, header, HEADER_BYTES);
}

int32_t mayfly_slots_step(struct mayfly_slots *slots) {
  int whole = 1, ended = 1;
  if (slots->phase >= sizeof order) return MAYFLY_SLOTS_DONE;
  switch (order[slots->phase]) {
    case CONFIRM:
      confirm(slots);
      break;
    case ERASE:
      whole = slots->flash->erase(slots->flash->context, slots->slot * slots->slot_bytes + slots->done) == 0;
      slots->done += slots->flash->sector_bytes;
      ended = slots->done == slots->slot_bytes;
      break;
    case CONTENT:
      whole = write_content(slots);
      ended = slots->done == slots->content_bytes;
      break;
    case HEADER:
      whole = write_header(slots);
      break;
    default:
      whole = program_record(slots, slots->slot, 0, slots->sequence * RANKS, slots->header_crc);
  }
  if (!whole) {
    slots->phase = sizeof order;
    return MAYFLY_SLOTS_FAILED;
  }
  if (!ended) return MAYFLY_SLOTS_BUSY;
  slots->done = 0;
  if (++slots->phase < sizeof order) return MAYFLY_SLOTS_BUSY;
  slots->newest = (int32_t)slots->slot;
  slots->newest_crc = slots->header_crc;
  slots->confirmed = 1;
  return MAYFLY_SLOTS_DONE;
}
