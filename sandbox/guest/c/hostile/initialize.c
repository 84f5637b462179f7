/* Its entry is harmless; what an instance calls first has no end. */
#include "../quern.h"

static volatile uint32_t turns;

__attribute__((export_name("_initialize"))) void initialize(void) {
  for (;;) turns++;
}

QUERN_ENTRY(run) { return 0; }
