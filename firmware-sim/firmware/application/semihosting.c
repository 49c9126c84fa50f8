#include "semihosting.h"

/* Numbers of "Semihosting for AArch32 and AArch64", Arm IHI 0100. */
enum { SYS_OPEN = 0x01, SYS_CLOSE = 0x02, SYS_WRITE0 = 0x04, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_SEEK = 0x0a, SYS_EXIT_EXTENDED = 0x20 };
#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

static int32_t call(uint32_t operation, const void *argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return (int32_t)r0;
}

int32_t host_open(const char *path, enum host_mode mode) {
  uint32_t length = 0;
  while (path[length] != 0) length++;
  const uint32_t arguments[] = {(uint32_t)path, (uint32_t)mode, length};
  return call(SYS_OPEN, arguments);
}

bool host_read(int32_t file, void *to, uint32_t bytes) {
  const uint32_t arguments[] = {(uint32_t)file, (uint32_t)to, bytes};
  return call(SYS_READ, arguments) == 0;
}

bool host_write(int32_t file, const void *from, uint32_t bytes) {
  const uint32_t arguments[] = {(uint32_t)file, (uint32_t)from, bytes};
  return call(SYS_WRITE, arguments) == 0;
}

bool host_seek(int32_t file, uint32_t position) {
  const uint32_t arguments[] = {(uint32_t)file, position};
  return call(SYS_SEEK, arguments) == 0;
}

void host_close(int32_t file) {
  call(SYS_CLOSE, &file);
}

void host_print(const char *text) {
  call(SYS_WRITE0, text);
}

void host_exit(int32_t code) {
  const uint32_t arguments[] = {ADP_STOPPED_APPLICATION_EXIT, (uint32_t)code};
  for (;;) call(SYS_EXIT_EXTENDED, arguments);
}
