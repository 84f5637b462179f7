/* Calls each intrinsic; what came of it is the result or the reply. Arguments are passed on as keys and values. */
#include "../quern.h"

static uint8_t buffers[4][4096];

static uint32_t take(int32_t index) {
  int32_t length = quern_arg(index, buffers[index], sizeof buffers[index]);
  return length < 0 ? 0 : (uint32_t)length;
}

QUERN_ENTRY(get) {
  quern_value value = quern_read(0, buffers[0], take(0));
  return value.length < 0 ? -value.length : quern_reply(value.bytes, (uint32_t)value.length);
}

QUERN_ENTRY(put) {
  uint32_t key = take(0), value = take(1);
  return -quern_put(0, buffers[0], key, buffers[1], value);
}

/* Argument 2: milliseconds, u32. */
QUERN_ENTRY(put_ttl) {
  uint32_t key = take(0), value = take(1), ttl_ms;
  return quern_arg_u32(2, &ttl_ms) ? -quern_put_ttl(0, buffers[0], key, buffers[1], value, ttl_ms) : 99;
}

QUERN_ENTRY(delete) { return -quern_delete(0, buffers[0], take(0)); }

QUERN_ENTRY(incr) {
  uint32_t key = take(0), delta;
  int64_t sum = 0;
  int32_t status = quern_arg_u32(1, &delta) ? quern_incr(0, buffers[0], key, (int32_t)delta, &sum) : -99;
  quern_reply(&sum, sizeof sum);
  return -status;
}

/* Key, expected, value. */
QUERN_ENTRY(cas) {
  uint32_t key = take(0), expected = take(1), value = take(2);
  return -quern_cas(0, buffers[0], key, buffers[1], expected, buffers[2], value);
}

QUERN_ENTRY(cas_absent) {
  uint32_t key = take(0), value = take(1);
  return -quern_cas(0, buffers[0], key, 0, QUERN_ABSENT, buffers[1], value);
}

/* Table name, key: replies the value there. */
QUERN_ENTRY(table) {
  int32_t table = quern_table((const char *)buffers[0], take(0));
  if (table < 0) {
    return -table;
  }
  quern_value value = quern_read(table, buffers[1], take(1));
  return value.length < 0 ? -value.length : quern_reply(value.bytes, (uint32_t)value.length);
}

QUERN_ENTRY(table_bad_handle) { return (int)quern_get(777, "key", 3); }

/* Replies i32 count, then each length and that of one past the last. */
QUERN_ENTRY(args) {
  int32_t count = quern_arg_count();
  quern_reply(&count, sizeof count);
  for (int32_t i = 0; i <= count; i++) {
    int32_t length = quern_arg_length(i);
    quern_reply(&length, sizeof length);
  }
  return 0;
}

/* Takes 4 bytes of argument 0 and replies them and the full length. */
QUERN_ENTRY(arg_cut) {
  int32_t length = quern_arg(0, buffers[0], 4);
  quern_reply(buffers[0], 4);
  return length;
}

QUERN_ENTRY(reply_empty) { return quern_reply(buffers, 0); }

QUERN_ENTRY(log) {
  quern_log("a line", 6);
  return 0;
}

QUERN_ENTRY(now) {
  int64_t now = quern_now();
  return quern_reply(&now, sizeof now);
}

/* Reads back its own write and its own delete. */
QUERN_ENTRY(own_writes) {
  if (quern_put(0, "own", 3, "one", 3) != 0 || quern_read(0, "own", 3).length != 3) {
    return 1;
  }
  if (quern_put(0, "own", 3, "two!", 4) != 0 || quern_read(0, "own", 3).bytes[3] != '!') {
    return 2;
  }
  return quern_delete(0, "own", 3) == 0 && quern_read(0, "own", 3).length == QUERN_NOT_FOUND ? 0 : 3;
}

/* Copies a record to another key straight out of the window, then replies from there. */
QUERN_ENTRY(copy_record) {
  quern_value value = quern_read(0, buffers[0], take(0));
  if (value.length < 0) {
    return -value.length;
  }
  uint32_t key = take(1);
  int32_t status = quern_put(0, buffers[1], key, value.bytes, (uint32_t)value.length);
  quern_reply(value.bytes, (uint32_t)value.length);
  return -status;
}

/* Reads argument 0, spins argument 1 (u32) turns so that others may write, adds 1 to its first byte and writes it back. */
QUERN_ENTRY(slow_add) {
  uint32_t turns;
  uint32_t key = take(0);
  quern_value value = quern_read(0, buffers[0], key);
  if (value.length < 1 || !quern_arg_u32(1, &turns)) {
    return 1;
  }
  for (volatile uint32_t i = 0; i < turns; i++) {
  }
  uint8_t next = (uint8_t)(value.bytes[0] + 1);
  return -quern_put(0, buffers[0], key, &next, 1);
}

/* Writes as many records as argument 0 (u32) says. */
QUERN_ENTRY(put_many) {
  uint32_t count;
  int32_t status = quern_arg_u32(0, &count) ? QUERN_OK : -99;
  for (uint32_t i = 0; i < count && status == QUERN_OK; i++) {
    status = quern_put(0, &i, sizeof i, "", 0);
  }
  return -status;
}

/* Logs as many lines as argument 0 (u32) says. */
QUERN_ENTRY(log_many) {
  uint32_t count;
  if (!quern_arg_u32(0, &count)) {
    return 99;
  }
  for (uint32_t i = 0; i < count; i++) {
    quern_log("a line of many", 14);
  }
  return 0;
}

/* Replies 80 MB, if it may. */
QUERN_ENTRY(reply_large) {
  for (uint32_t i = 0; i < 5000; i++) {
    quern_reply(buffers, sizeof buffers);
  }
  return 0;
}
