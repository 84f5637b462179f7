/* Counts its calls wherever a function can: in the store, and in memory that it keeps. */
#include "../quern.h"

static int64_t count = 40;

/* Replies with the store's count and with memory's, which is 40 ahead of it. */
QUERN_ENTRY(run) {
  int64_t counts[2];
  if (quern_incr(0, "tally", 5, 1, &counts[0]) != QUERN_OK) return 1;
  counts[1] = ++count;
  quern_reply(counts, sizeof counts);
  return 0;
}
