/* Calls itself without end. */
#include "../quern.h"

static volatile uint32_t zero;

static __attribute__((noinline)) uint32_t deeper(uint32_t depth) { return zero ? depth : deeper(depth + 1) + depth * 3; }

QUERN_ENTRY(run) { return (int)deeper(1); }
