/*
 * Walks over a range of an ordered table: argument 0 is the table's name, argument 1 what the keys begin with, argument 2 (u32) how many
 * records at most, argument 3 (u32) 1 for backwards. Entry run replies each key and value, read in place, as "key=value;". Entry next_id
 * writes the record behind the greatest: it reads the last key, decimal text, and puts "here" at one more.
 */
#include "../quern.h"

static uint8_t name[64], prefix[4096];

static int32_t open_table(uint32_t *prefix_length) {
  int32_t length = quern_arg(0, name, sizeof name);
  int32_t begin = quern_arg(1, prefix, sizeof prefix);
  *prefix_length = begin < 0 ? 0 : (uint32_t)begin;
  return length < 1 || begin > (int32_t)sizeof prefix ? QUERN_NOT_FOUND : quern_table((const char *)name, (uint32_t)length);
}

QUERN_ENTRY(run) {
  uint32_t prefix_length, most, backwards;
  int32_t table = open_table(&prefix_length);
  if (table < 0 || !quern_arg_u32(2, &most) || !quern_arg_u32(3, &backwards)) {
    return 1;
  }
  uint32_t flags = QUERN_RANGE_PREFIX | (backwards ? QUERN_RANGE_BACKWARDS : 0);
  if (quern_range(0, table, prefix, prefix_length, 0, 0, flags) != QUERN_OK) {
    return 2;
  }
  for (; most > 0; most--) {
    quern_value value = quern_range_value(0);
    if (value.length < 0) {
      break;
    }
    quern_value key = quern_range_key_of(0);
    quern_reply(key.bytes, (uint32_t)key.length);
    quern_reply("=", 1);
    quern_reply(value.bytes, (uint32_t)value.length);
    quern_reply(";", 1);
  }
  return 0;
}

QUERN_ENTRY(next_id) {
  uint32_t prefix_length;
  int32_t table = open_table(&prefix_length);
  int64_t last = 0;
  char text[20];
  if (table < 0 || quern_range(0, table, 0, 0, 0, 0, QUERN_RANGE_BACKWARDS) != QUERN_OK) {
    return 1;
  }
  if (quern_range_value(0).length >= 0) {
    quern_value key = quern_range_key_of(0);
    if (!quern_parse(key.bytes, (uint32_t)key.length, &last)) {
      return 2;
    }
  }
  uint32_t length = quern_decimal(last + 1, text);
  quern_reply(text, length);
  return quern_put(table, text, length, "here", 4) == QUERN_OK ? 0 : 3;
}
