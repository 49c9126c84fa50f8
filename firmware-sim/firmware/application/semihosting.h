/* Files of the host, through ARM semihosting: QEMU and debug probes have it. */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stdbool.h>
#include <stdint.h>

enum host_mode { HOST_READ = 1, HOST_WRITE = 5 };

/* A handle, or -1. */
int32_t host_open(const char *path, enum host_mode mode);
/* Whether all bytes came or went. */
bool host_read(int32_t file, void *to, uint32_t bytes);
bool host_write(int32_t file, const void *from, uint32_t bytes);
/* From the start of the file. */
bool host_seek(int32_t file, uint32_t position);
void host_close(int32_t file);
void host_print(const char *text);
__attribute__((noreturn)) void host_exit(int32_t code);

#endif
