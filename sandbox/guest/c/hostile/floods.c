/* Asks for too much of everything, over and over, and hands on addresses and lengths that are not its own. */
#include "../quern.h"

static uint8_t bytes[4096];
static volatile uint32_t turns;

#define WILD ((const void *)0x3ffffff0u)
#define LAST ((const void *)0xfffffff8u)

QUERN_ENTRY(logs) {
  for (;;) quern_log("flood", 5);
}

QUERN_ENTRY(replies) {
  for (;;) quern_reply(bytes, sizeof bytes);
}

QUERN_ENTRY(writes) {
  for (uint32_t i = 0;; i++) quern_put(0, &i, sizeof i, bytes, 8);
}

QUERN_ENTRY(long_writes) {
  for (uint32_t i = 0;; i++) quern_put(0, &i, sizeof i, bytes, sizeof bytes);
}

QUERN_ENTRY(same_write) {
  for (;;) quern_put(0, "same", 4, bytes, 1024);
}

QUERN_ENTRY(reads) {
  for (uint32_t i = 0;; i++) turns += (uint32_t)quern_get(0, &i, sizeof i);
}

QUERN_ENTRY(tables) {
  for (;;) turns += (uint32_t)quern_table("no such table", 13);
}

/* 240 MiB, touched page by page, and then no end. */
QUERN_ENTRY(memory) {
  uint8_t *room = quern_room(240 << 20);
  if (room == 0) return 1;
  for (;;) {
    for (uint32_t i = 0; i < 240 << 20; i += 4096) room[i] = 1;
  }
}

/* As much, and then a trap: what it took has to be given back. */
QUERN_ENTRY(memory_trap) {
  uint8_t *room = quern_room(48 << 20);
  if (room == 0) return 1;
  for (uint32_t i = 0; i < 48 << 20; i += 4096) room[i] = 1;
  __builtin_trap();
}

QUERN_ENTRY(forged_key) { return (int)quern_get(0, WILD, 64); }

QUERN_ENTRY(forged_key_length) { return (int)quern_get(0, bytes, 0x7fffffff); }

QUERN_ENTRY(forged_negative_length) { return (int)quern_get(0, bytes, 0xffffffffu); }

QUERN_ENTRY(forged_value) { return quern_put(0, "key", 3, LAST, 16); }

QUERN_ENTRY(forged_value_length) { return quern_put(0, "key", 3, bytes, 0x80000000u); }

QUERN_ENTRY(forged_reply) { return quern_reply(LAST, 64); }

QUERN_ENTRY(forged_result) { return quern_incr(0, "n", 1, 1, (int64_t *)0x40000000u); }

QUERN_ENTRY(forged_target) { return quern_arg(0, (void *)0x40000000u, 64); }

QUERN_ENTRY(forged_name) { return quern_table((const char *)LAST, 60); }

QUERN_ENTRY(forged_handle) { return (int)quern_get(-2147483647, "key", 3); }

QUERN_ENTRY(forged_cursor) { return (int)quern_range_next(-1); }

QUERN_ENTRY(stale_cursor) { return (int)quern_range_next(7); }
