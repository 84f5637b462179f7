/* A program as any C compiler for WASI makes it, with a main of its own; for tests. Argument 1 says what it does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../c/quern.h"

static int calls;

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  int64_t sum;
  calls++;
  if (strcmp(what, "exit") == 0) {
    quern_incr(0, "exits", 5, 1, &sum);
    printf("leaving");
    fprintf(stderr, "on purpose\n");
    exit(atoi(argv[2]));
  }
  if (strcmp(what, "return") == 0) {
    return atoi(argv[2]);
  }
  if (strcmp(what, "abort") == 0) {
    abort();
  }
  if (strcmp(what, "count") == 0) {
    quern_incr(0, "calls", 5, 1, &sum);
    printf("%d %lld", calls, (long long)sum);
    return 0;
  }
  for (int i = 0; i < argc; i++) {
    printf("%s;", argv[i]);
  }
  fprintf(stderr, "%d arguments\n", argc);
  return 0;
}
