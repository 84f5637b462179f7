/*
 * Reads keys "a" and "b" with a long loop between, in which others may write them, and puts both values into "out". Fails when the
 * record of "a" does not stay what it was. Values are of eight bytes.
 */
#include "../quern.h"

static volatile uint64_t sink;

static int64_t read8(const char *key, const uint8_t **in_place) {
  int64_t found = quern_get(0, key, 1);
  if (found < 0 || found >> 32 != 8) return -1;
  *in_place = (const uint8_t *)(uint32_t)found;
  return *(const int64_t *)(uint32_t)found;
}

QUERN_ENTRY(run) {
  const uint8_t *a_in_place, *b_in_place;
  int64_t out[2];
  out[0] = read8("a", &a_in_place);
  for (uint64_t i = 0; i < 100000; i++) sink += i;
  if (*(const volatile int64_t *)a_in_place != out[0]) return 7;
  out[1] = read8("b", &b_in_place);
  quern_put(0, "out", 3, out, sizeof out);
  return 0;
}
