/* Keeps from call to call what it can keep in memory. Each entry returns 0 when it finds everything as it was at first. */
#include "../quern.h"

#define PAGE 4096

static uint32_t count = 7;
static volatile uint8_t zeroes[3 * PAGE];
static volatile uint8_t *grown;

/* Variables with a value and without. */
QUERN_ENTRY(count_up) {
  int32_t found = zeroes[0] | zeroes[2 * PAGE + 1] | (count != 7);
  zeroes[0] = zeroes[2 * PAGE + 1] = 1;
  count++;
  return found;
}

/* A store across the edge of two pages, and memory moved at once. */
QUERN_ENTRY(across) {
  uint8_t *room = quern_room(4 * PAGE);
  volatile uint64_t *edge = (volatile uint64_t *)(((uint32_t)room + PAGE - 1) / PAGE * PAGE + PAGE - 4);
  int32_t found = *edge != 0;
  *edge = ~0ull;
  uint8_t *copy = room + 3 * PAGE;
  for (int i = 0; i < 64; i++) found |= copy[i];
  for (int i = 0; i < 64; i++) copy[i] = (uint8_t)(i + 1);
  return found;
}

/* As many pages as the argument says, of memory that it grows by. */
QUERN_ENTRY(grow) {
  uint32_t pages;
  if (!quern_arg_u32(0, &pages)) return -1;
  uint32_t first = (uint32_t)__builtin_wasm_memory_grow(0, pages);
  int32_t found = 0;
  for (uint32_t i = 0; i < pages * 16; i++) {
    volatile uint8_t *at = (volatile uint8_t *)(first * 65536 + i * PAGE);
    found |= *at;
    *at = 1;
    grown = at;
  }
  quern_reply(&first, sizeof first);
  return found;
}

/* The last page that it grew by. */
QUERN_ENTRY(look_at_grown) { return grown == 0 || *grown != 1; }

/* What an intrinsic writes: the first argument's bytes. */
QUERN_ENTRY(take) {
  uint8_t *room = quern_room(2 * PAGE);
  int32_t found = room[0] | room[2 * PAGE - 1];
  quern_arg(0, room, 2 * PAGE);
  return found;
}
