/* A network that learns on the device, made by `mayfly pack --target c`; do not edit.
 *
 *   mayfly_start();                          once
 *   memcpy(mayfly_frame(), sample, MAYFLY_FRAME_BYTES);
 *   mayfly_train(label);                     learns from the frame
 *   int class = mayfly_predict_goodness();   or a status below 0
 *
 * One network, one thread, static memory: nothing is allocated. Nothing here may be called from two contexts at once.
 */
#ifndef MAYFLY_H
#define MAYFLY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

@CONSTANTS@

/* Statuses: MAYFLY_OK, MAYFLY_BUSY, or what went wrong; mayfly_status_detail() says more. */
@STATUSES@

/* Starts with what is inside the library: the trained network, or a fresh one of its spec. */
int32_t mayfly_start(void);
/* A fresh network: weights drawn from the seed. Forgets everything learned. */
int32_t mayfly_init(void);

/* The frame: u8 values, row by row, channels side by side. Training and prediction read it and leave it as it is. */
uint8_t *mayfly_frame(void);

/* One sample, in one go. */
int32_t mayfly_train(int32_t label);
/* The class of the frame, or a status: by goodness (most accurate), or by the readout (one pass, fast). */
int32_t mayfly_predict_goodness(void);
int32_t mayfly_predict_readout(void);
/* Of every class, after a prediction. */
const int32_t *mayfly_scores(void);
const int32_t *mayfly_logits(void);

/* The same in bounded pieces, for watchdogs: begin, then step until it does not return MAYFLY_BUSY. One call does about `max_work`
 * multiply-adds. The class is then the largest of mayfly_scores() or mayfly_logits(), the first of equals. */
int32_t mayfly_begin_train(int32_t label);
int32_t mayfly_begin_goodness(void);
int32_t mayfly_begin_readout(void);
int32_t mayfly_step(int32_t max_work);
int32_t mayfly_cancel(void);

/* Samples learned from. */
uint32_t mayfly_samples(void);

/* Keeping a network: seal, then copy MAYFLY_CHECKPOINT_BYTES from mayfly_checkpoint(). Taking it up again: copy the bytes there after
 * mayfly_prepare(), then open, which refuses bytes that are damaged or of another network. */
int32_t mayfly_seal(void);
uint8_t *mayfly_checkpoint(void);
void mayfly_prepare(void);
int32_t mayfly_open(void);
/* CRC-32 of a part of the checkpoint. */
uint32_t mayfly_checksum(uint32_t offset, uint32_t bytes);

int32_t mayfly_status(void);
int32_t mayfly_status_detail(void);@STREAM@

/* Called instead of an access outside the engine's memory. It must not return. Define your own (a reset, a log); the library's stops. */
void mayfly_trap(void) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

#endif
