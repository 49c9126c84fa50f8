/* One life of a device that keeps its training in flash: takes up the newest checkpoint, trains on from there, and checkpoints now and then, until the
 * job is done or the power dies.
 *
 *   job.bin         the words of struct job; for each sample a label (u8) and a frame
 *   log.bin         two words for each thing that happened: an event, and a number
 *   checkpoint.bin  the network, when the job is done
 */
#include "mayfly.h"
#include "mayfly_slots.h"
#include "nor_flash.h"
#include "semihosting.h"

struct job {
  /* To train in all, and between two checkpoints. */
  uint32_t samples, every;
  uint32_t unit_bytes, page_bytes, sector_bytes;
  /* Flash operation of this life in which the power dies, and how. */
  uint32_t cut_at, tear;
  /* Of what weak bits read. */
  uint32_t seed;
};

enum event {
  /* Number: a status of mayfly_slots_recover. */
  RECOVERED = 1,
  /* Number: samples trained. */
  STARTED = 2,
  COMMITTED = 3,
  /* Number: flash operations of this life. */
  ENDED = 4
};

/* Exit codes. */
enum { NO_FILES = 2, ENGINE_FAILED = 6, FLASH_FAILED = 7, NO_LAYOUT = 8 };

static struct job job;
static struct mayfly_flash flash;
static struct mayfly_slots slots;
static int32_t log_file;

static void happened(enum event event, uint32_t number) {
  const uint32_t words[] = {event, number};
  host_write(log_file, words, sizeof words);
}

static int32_t take_up(void) {
  mayfly_prepare();
  const int32_t found = mayfly_slots_recover(&slots, mayfly_checkpoint());
  happened(RECOVERED, (uint32_t)found);
  return found == MAYFLY_SLOTS_RESTORED ? mayfly_open() : mayfly_start();
}

static int32_t write_checkpoint(void) {
  if (mayfly_seal() != MAYFLY_OK) return ENGINE_FAILED;
  mayfly_slots_begin(&slots, mayfly_checkpoint());
  int32_t status;
  do status = mayfly_slots_step(&slots);
  while (status == MAYFLY_SLOTS_BUSY);
  if (status != MAYFLY_SLOTS_DONE) return FLASH_FAILED;
  happened(COMMITTED, mayfly_samples());
  return 0;
}

int main(void) {
  const int32_t file = host_open("job.bin", HOST_READ);
  log_file = host_open("log.bin", HOST_WRITE);
  if (file < 0 || log_file < 0 || !host_read(file, &job, sizeof job)) return NO_FILES;
  flash.unit_bytes = job.unit_bytes, flash.page_bytes = job.page_bytes, flash.sector_bytes = job.sector_bytes;
  const uint32_t area_bytes = mayfly_slots_area_bytes(&flash, MAYFLY_CHECKPOINT_BYTES);
  if (area_bytes == 0 || mayfly_slots_open(&slots, &flash, MAYFLY_CHECKPOINT_BYTES) != MAYFLY_SLOTS_DONE) return NO_LAYOUT;
  nor_flash_start(&flash, area_bytes, job.seed);
  nor_flash_cut_at(job.cut_at, (enum tear)job.tear);
  if (take_up() != MAYFLY_OK) return ENGINE_FAILED;
  happened(STARTED, mayfly_samples());
  for (uint32_t sample = mayfly_samples(); sample < job.samples; sample++) {
    uint8_t label;
    if (!host_seek(file, (uint32_t)sizeof job + sample * (1 + MAYFLY_FRAME_BYTES))) return NO_FILES;
    if (!host_read(file, &label, 1) || !host_read(file, mayfly_frame(), MAYFLY_FRAME_BYTES)) return NO_FILES;
    if (mayfly_train(label) != MAYFLY_OK) return ENGINE_FAILED;
    if ((sample + 1) % job.every != 0 && sample + 1 != job.samples) continue;
    const int32_t failed = write_checkpoint();
    if (failed) return failed;
  }
  happened(ENDED, nor_flash_operations());
  if (mayfly_seal() != MAYFLY_OK) return ENGINE_FAILED;
  const int32_t out = host_open("checkpoint.bin", HOST_WRITE);
  return out >= 0 && host_write(out, mayfly_checkpoint(), MAYFLY_CHECKPOINT_BYTES) ? 0 : NO_FILES;
}
