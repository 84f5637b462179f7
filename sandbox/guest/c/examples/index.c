/*
 * Keeps a secondary index beside its records: the records are in the call's own table, and the ordered table of argument 0 has, for each,
 * the key "<value>\0<key>" with an empty value. As all of a call is one transaction, the two never disagree. Values with a zero byte, and
 * those too long for a key, are refused.
 *
 * put:    arguments index, key, value. Writes the record, and moves its entry.
 * remove: arguments index, key. Both go; returns 2 when there is no such record.
 * find:   arguments index, value. Replies the keys of the records that have this value, in order, each with a newline behind it.
 *
 * All return 1 for bad arguments, 3 when the store refuses a write.
 */
#include "../quern.h"

enum { NAME_MAX = 64, KEY_MAX = 512, VALUE_MAX = 512 };

static uint8_t key[KEY_MAX], value[VALUE_MAX], entry[VALUE_MAX + 1 + KEY_MAX];
static uint32_t key_length, value_length;

static int32_t index_table(void) {
  char name[NAME_MAX];
  int32_t length = quern_arg(0, name, sizeof name);
  return length < 1 || length > NAME_MAX ? QUERN_NOT_FOUND : quern_table(name, (uint32_t)length);
}

static int read_argument(int32_t index, uint8_t *target, uint32_t capacity, uint32_t *length) {
  int32_t there = quern_arg(index, target, capacity);
  *length = (uint32_t)there;
  return there >= 0 && (uint32_t)there <= capacity;
}

static int has_zero(const uint8_t *bytes, uint32_t length) {
  for (uint32_t i = 0; i < length; i++) {
    if (bytes[i] == 0) {
      return 1;
    }
  }
  return 0;
}

/* The index key of a value and the call's key; its length. */
static uint32_t make_entry(const uint8_t *of, uint32_t length) {
  __builtin_memcpy(entry, of, length);
  entry[length] = 0;
  __builtin_memcpy(entry + length + 1, key, key_length);
  return length + 1 + key_length;
}

/* Takes the entry of what the record says now away; 0 when there is no record, below 0 when it was never indexed. */
static int forget(int32_t table) {
  quern_value old = quern_read(0, key, key_length);
  if (old.length < 0) {
    return 0;
  }
  if (old.length > VALUE_MAX) {
    return -1;
  }
  return quern_delete(table, entry, make_entry(old.bytes, (uint32_t)old.length)) == QUERN_OK ? 1 : -1;
}

QUERN_ENTRY(put) {
  int32_t table = index_table();
  if (table < 0 || !read_argument(1, key, KEY_MAX, &key_length) || key_length == 0 ||
      !read_argument(2, value, VALUE_MAX, &value_length) || has_zero(value, value_length)) {
    return 1;
  }
  if (forget(table) < 0 || quern_put(0, key, key_length, value, value_length) != QUERN_OK) {
    return 3;
  }
  return quern_put(table, entry, make_entry(value, value_length), "", 0) == QUERN_OK ? 0 : 3;
}

QUERN_ENTRY(remove) {
  int32_t table = index_table();
  if (table < 0 || !read_argument(1, key, KEY_MAX, &key_length) || key_length == 0) {
    return 1;
  }
  int there = forget(table);
  if (there <= 0) {
    return there == 0 ? 2 : 3;
  }
  return quern_delete(0, key, key_length) == QUERN_OK ? 0 : 3;
}

QUERN_ENTRY(find) {
  int32_t table = index_table();
  if (table < 0 || !read_argument(1, value, VALUE_MAX, &value_length) || has_zero(value, value_length)) {
    return 1;
  }
  key_length = 0;
  uint32_t prefix_length = make_entry(value, value_length);
  if (quern_range(0, table, entry, prefix_length, 0, 0, QUERN_RANGE_PREFIX) != QUERN_OK) {
    return 1;
  }
  while (quern_range_value(0).length >= 0) {
    quern_value found = quern_range_key_of(0);
    quern_reply(found.bytes + prefix_length, (uint32_t)found.length - prefix_length);
    quern_reply("\n", 1);
  }
  return 0;
}
