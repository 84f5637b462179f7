/* Never comes to an end: after a write, in a loop, and through intrinsics. */
#include "../quern.h"

static volatile uint32_t turns;

QUERN_ENTRY(run) {
  for (;;) {
    turns++;
  }
}

QUERN_ENTRY(after_write) {
  quern_put(0, "spin", 4, "written", 7);
  return run();
}

QUERN_ENTRY(calling) {
  for (;;) {
    turns += (uint32_t)quern_arg_count();
  }
}
