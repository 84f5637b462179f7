/* Moves much memory by single instructions: a fill and an overlapping copy of all that it has, without a loop around them. */
#include "../quern.h"

enum { BYTES = 240 << 20 };

__attribute__((target("bulk-memory"))) QUERN_ENTRY(run) {
  uint8_t *room = quern_room(BYTES);
  if (room == 0) {
    return 1;
  }
  __builtin_memset(room, 1, BYTES);
  return 0;
}

__attribute__((target("bulk-memory"))) QUERN_ENTRY(copy) {
  uint8_t *room = quern_room(BYTES);
  if (room == 0) {
    return 1;
  }
  __builtin_memmove(room + 8, room, BYTES - 8);
  return 0;
}
