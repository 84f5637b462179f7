/* Calls itself without end. */
#include "../quern.h"

static volatile uint32_t zero;

static __attribute__((noinline)) uint32_t deeper(uint32_t depth) {
  if (zero != 0) {
    return depth;
  }
  /* Neither a tail call nor an accumulator: no compiler makes a loop of it. */
  return deeper(depth + 1) % (depth | 1) + zero;
}

QUERN_ENTRY(run) { return (int)deeper(1); }
