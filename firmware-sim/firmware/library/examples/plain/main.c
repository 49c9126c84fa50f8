/* Trains on a file of samples, each a byte for the label and a frame, and writes the checkpoint:  ./a.out samples.bin network.mayfly */
#include <stdio.h>
#include "mayfly.h"

int main(int count, char **arguments) {
  if (count != 3) return fprintf(stderr, "usage: %s samples.bin network.mayfly\n", arguments[0]), 2;
  FILE *samples = fopen(arguments[1], "rb");
  if (samples == NULL) return perror(arguments[1]), 1;
  int32_t status = mayfly_start();
  int label;
  while (status == MAYFLY_OK && (label = fgetc(samples)) != EOF) {
    if (fread(mayfly_frame(), 1, MAYFLY_FRAME_BYTES, samples) != MAYFLY_FRAME_BYTES) return fprintf(stderr, "%s ends within a sample\n", arguments[1]), 1;
    status = mayfly_train(label);
  }
  fclose(samples);
  if (status == MAYFLY_OK) status = mayfly_seal();
  if (status != MAYFLY_OK) return fprintf(stderr, "status %ld, detail %ld\n", (long)status, (long)mayfly_status_detail()), 1;
  FILE *out = fopen(arguments[2], "wb");
  if (out == NULL || fwrite(mayfly_checkpoint(), 1, MAYFLY_CHECKPOINT_BYTES, out) != MAYFLY_CHECKPOINT_BYTES || fclose(out) != 0) return perror(arguments[2]), 1;
  printf("%lu samples\n", (unsigned long)mayfly_samples());
  return 0;
}
