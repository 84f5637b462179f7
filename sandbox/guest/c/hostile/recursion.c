/* Calls itself: without end, for long, through others, and as deep as it is told. */
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

/* Never deep, and never at an end. */
static __attribute__((noinline)) uint32_t grow(uint32_t depth) {
  if (depth == 0) {
    return zero + 1;
  }
  return grow(depth - 1) % (1 + grow(depth - 1));
}

QUERN_ENTRY(tree) { return (int)grow(60); }

static uint32_t ping(uint32_t depth);

static __attribute__((noinline)) uint32_t pong(uint32_t depth) { return ping(depth + 1) % (depth | 1) + zero; }

static __attribute__((noinline)) uint32_t ping(uint32_t depth) { return zero != 0 ? depth : pong(depth + 1) % (depth | 1) + zero; }

QUERN_ENTRY(in_turns) { return (int)ping(1); }

static uint32_t through_table(uint32_t depth);
static uint32_t (*volatile next)(uint32_t) = through_table;

static __attribute__((noinline)) uint32_t through_table(uint32_t depth) { return next(depth + 1) % (depth | 1) + zero; }

QUERN_ENTRY(by_pointer) { return (int)through_table(1); }

static __attribute__((noinline)) uint32_t down(uint32_t left) {
  if (left == 0) {
    return zero;
  }
  return down(left - 1) % (left | 1) + zero;
}

/* As deep as the first argument says, twenty times. */
QUERN_ENTRY(down_to) {
  uint32_t depth = 0;
  if (quern_arg(0, &depth, sizeof depth) != sizeof depth) return 1;
  for (uint32_t i = 0; i < 20; i++) {
    if (down(depth) != 0) return 2;
  }
  return 0;
}
