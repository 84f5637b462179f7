/*
 * Sums up the records of an ordered table whose keys begin with a prefix, read in place: argument 0 is the table's name, argument 1 the
 * prefix. Values are decimal texts. Replies "count sum min max mean" as decimal texts with spaces between, the mean cut to a whole
 * number; "0" when there are none. Returns 1 for bad arguments, 2 for a value that is no number, 3 when the sum leaves 64 bits.
 */
#include "../quern.h"

static void say(int64_t number, const char *before) {
  char text[20];
  quern_reply(before, before[0] != 0);
  quern_reply(text, quern_decimal(number, text));
}

QUERN_ENTRY(run) {
  uint8_t name[64], prefix[4096];
  int32_t name_length = quern_arg(0, name, sizeof name);
  int32_t prefix_length = quern_arg(1, prefix, sizeof prefix);
  if (name_length < 1 || name_length > (int32_t)sizeof name || prefix_length < 0 || prefix_length > (int32_t)sizeof prefix) {
    return 1;
  }
  int32_t table = quern_table((const char *)name, (uint32_t)name_length);
  if (table < 0 || quern_range(0, table, prefix, (uint32_t)prefix_length, 0, 0, QUERN_RANGE_PREFIX) != QUERN_OK) {
    return 1;
  }
  int64_t count = 0, sum = 0, min = 0, max = 0;
  for (;;) {
    quern_value value = quern_range_value(0);
    int64_t number;
    if (value.length < 0) {
      break;
    }
    if (!quern_parse(value.bytes, (uint32_t)value.length, &number)) {
      return 2;
    }
    if (__builtin_add_overflow(sum, number, &sum)) {
      return 3;
    }
    min = count == 0 || number < min ? number : min;
    max = count == 0 || number > max ? number : max;
    count++;
  }
  say(count, "");
  if (count > 0) {
    say(sum, " ");
    say(min, " ");
    say(max, " ");
    say(sum / count, " ");
  }
  return 0;
}
