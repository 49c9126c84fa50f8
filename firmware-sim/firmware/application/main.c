/* Trains the network of the library on the samples of a file, and writes down what became of it.
 *
 *   job.bin         u32 samples, u32 pieces; for each sample a label (u8) and a frame
 *   report.bin      the words of struct report
 *   checkpoint.bin  the network
 *   pieces.bin      with pieces: the ticks of each (u32); a 0 ends a sample
 */
#include <stdbool.h>
#include "mayfly.h"
#include "semihosting.h"
#include "ticks.h"

extern uint32_t stack_start[], stack_end[];
extern const uint32_t stack_mark;

/* Multiply-adds between two looks at the clock: far less than the 10 million instructions after which it wraps. */
#define WORK_AT_ONCE 100000
/* Each loop is two instructions on every core: a subtraction and a jump. */
#define CALIBRATION_LOOPS 100000u

struct job {
  uint32_t samples;
  /* 1: stop after every piece of work and write down how long it took. */
  uint32_t pieces;
};

struct report {
  uint32_t status;
  uint32_t detail;
  uint32_t samples;
  uint32_t ticks_low, ticks_high;
  uint32_t calibration_loops, calibration_ticks;
  uint32_t stack_used;
};

static struct job job;
static struct report report;
static int32_t pieces_file;

static uint32_t calibrate(void) {
  const uint32_t start = ticks_now();
  uint32_t loops = CALIBRATION_LOOPS;
  __asm__ volatile(".syntax unified\n1: subs %0, %0, #1\n bne 1b" : "+l"(loops) : : "cc");
  return ticks_since(start);
}

static void count(uint32_t ticks) {
  const uint32_t before = report.ticks_low;
  report.ticks_low += ticks;
  report.ticks_high += report.ticks_low < before;
}

static int32_t train(int32_t label) {
  int32_t status = mayfly_begin_train(label);
  if (status != MAYFLY_OK) return status;
  do {
    const uint32_t start = ticks_now();
    status = mayfly_step(job.pieces ? 1 : WORK_AT_ONCE);
    const uint32_t ticks = ticks_since(start);
    count(ticks);
    if (job.pieces) host_write(pieces_file, &ticks, sizeof ticks);
  } while (status == MAYFLY_BUSY);
  if (job.pieces) host_write(pieces_file, &(uint32_t){0}, sizeof(uint32_t));
  return status;
}

static int32_t work(void) {
  const int32_t file = host_open("job.bin", HOST_READ);
  if (file < 0 || !host_read(file, &job, sizeof job)) return -1000;
  if (job.pieces) pieces_file = host_open("pieces.bin", HOST_WRITE);
  int32_t status = mayfly_start();
  for (uint32_t sample = 0; status == MAYFLY_OK && sample < job.samples; sample++) {
    uint8_t label;
    if (!host_read(file, &label, 1) || !host_read(file, mayfly_frame(), MAYFLY_FRAME_BYTES)) return -1001;
    status = train(label);
  }
  host_close(file);
  if (job.pieces) host_close(pieces_file);
  return status != MAYFLY_OK ? status : mayfly_seal();
}

static uint32_t stack_used(void) {
  const uint32_t *word = stack_start;
  while (word < stack_end && *word == stack_mark) word++;
  return (uint32_t)((const uint8_t *)stack_end - (const uint8_t *)word);
}

int main(void) {
  ticks_start();
  report.calibration_loops = CALIBRATION_LOOPS;
  report.calibration_ticks = calibrate();
  report.status = (uint32_t)work();
  report.detail = (uint32_t)mayfly_status_detail();
  report.samples = mayfly_samples();
  report.stack_used = stack_used();
  const int32_t out = host_open("checkpoint.bin", HOST_WRITE);
  if (out < 0 || !host_write(out, mayfly_checkpoint(), MAYFLY_CHECKPOINT_BYTES)) return 2;
  host_close(out);
  const int32_t words = host_open("report.bin", HOST_WRITE);
  if (words < 0 || !host_write(words, &report, sizeof report)) return 2;
  host_close(words);
  return report.status == MAYFLY_OK ? 0 : 1;
}
