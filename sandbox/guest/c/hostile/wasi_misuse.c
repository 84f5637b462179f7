/* Imports WASI by hand, and misuses it. */
#include "../quern.h"

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))

WASI(random_get) int32_t random_get(void *target, uint32_t length);
WASI(fd_write) int32_t fd_write(int32_t file, const void *vectors, uint32_t count, uint32_t *written);
WASI(proc_exit) _Noreturn void proc_exit(int32_t code);
WASI(path_open)
int32_t path_open(int32_t directory, int32_t flags, const char *path, uint32_t length, int32_t open_flags, int64_t rights,
                  int64_t inherited, int32_t file_flags, int32_t *opened);
WASI(poll_oneoff) int32_t poll_oneoff(const void *in, void *out, uint32_t count, uint32_t *events);
WASI(fd_close) int32_t fd_close(int32_t file);

static uint8_t bytes[4096];
static uint32_t number;

QUERN_ENTRY(random) {
  for (;;) random_get(bytes, sizeof bytes);
}

QUERN_ENTRY(lines) {
  struct {
    const void *from;
    uint32_t length;
  } vector = {bytes, sizeof bytes};
  for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = '\n';
  for (;;) fd_write(1, &vector, 1, &number);
}

QUERN_ENTRY(forged_vector) { return fd_write(1, (const void *)0xfffffff0u, 1, &number); }

QUERN_ENTRY(forged_target) { return random_get((void *)0x40000000u, 16); }

QUERN_ENTRY(exit) { proc_exit(0); }

/* 0 when nothing of the host was reached. */
QUERN_ENTRY(host) {
  int32_t opened = -1;
  for (int32_t directory = 0; directory < 16; directory++) {
    if (path_open(directory, 0, "/etc/passwd", 11, 0, -1, -1, 0, &opened) == 0 || opened != -1) return 1;
  }
  for (int32_t file = 3; file < 64; file++) {
    if (fd_close(file) == 0) return 2;
  }
  return poll_oneoff(bytes, bytes + 64, 1, &number) == 0 ? 3 : 0;
}
