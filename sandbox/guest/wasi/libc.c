/* What a module made with wasi-libc can see of the host; for tests. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "../c/quern.h"

extern char **environ;

/* Logs two lines by standard output and half a one by standard error. */
QUERN_ENTRY(say) {
  printf("hello from %s\n", "libc");
  printf("and %d more\n", 42);
  fprintf(stderr, "unfinished");
  return 0;
}

/* Replies, as text, what is denied and by which errno. */
QUERN_ENTRY(look) {
  char reply[256];
  unsigned char entropy[16] = {0};
  int file = open("/etc/passwd", O_RDONLY);
  int open_errno = errno;
  int outside = (int)write(7, "x", 1);
  int write_errno = errno;
  int read_length = (int)read(0, reply, sizeof reply);
  int drawn = getentropy(entropy, sizeof entropy);
  int differs = 0;
  for (int i = 1; i < 16; i++) {
    differs |= entropy[i] != entropy[0];
  }
  int length = snprintf(reply, sizeof reply, "open %d %d, write %d %d, read %d, environ %d, entropy %d %d, time %d", file,
                        open_errno == ENOENT || open_errno == ENOTCAPABLE, outside, write_errno == EBADF, read_length,
                        environ != 0 && environ[0] != 0, drawn, differs, time(0) == (time_t)(quern_now() / 1000));
  quern_reply(reply, (uint32_t)length);
  return 0;
}

/* Writes, and then ends the process. */
QUERN_ENTRY(leave) {
  quern_put(0, "left", 4, "yes", 3);
  exit(3);
}

/* Writes more than one call takes, so that the library has to call again. */
QUERN_ENTRY(much) {
  static char line[1000];
  for (int i = 0; i < 999; i++) {
    line[i] = (char)('a' + i % 26);
  }
  for (int i = 0; i < 50; i++) {
    fwrite(line, 1, 999, stdout);
    putchar('\n');
  }
  return fflush(stdout);
}
