/* Writes, then traps. */
#include "../quern.h"

QUERN_ENTRY(run) {
  quern_put(0, "unreachable", 11, "written", 7);
  quern_reply("half", 4);
  __builtin_trap();
}

QUERN_ENTRY(fails) {
  quern_put(0, "unreachable", 11, "written", 7);
  quern_reply("half", 4);
  return 42;
}

QUERN_ENTRY(divides) {
  volatile int32_t zero = 0;
  return 1234 / zero;
}
