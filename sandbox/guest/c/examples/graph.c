/*
 * Walks a graph of classes inside the store. A class is a record: key 'c' and its id (u32); value: [u32 n][n × u32 ids of the classes
 * it refers to][u16 name length][name]. Numbers are little-endian; ids are below 65,536. A class without a record refers to none.
 *
 * reach: arguments start id, k (u32 each). Replies u32 count of the classes reached within k hops, start not counted; u32 sum of
 *        their ids, mod 2^32; u32 records read.
 * most:  arguments first id, last id, k, top. Of the classes reached within k hops from each id of the range, replies the top most
 *        often reached: (u32 id, u32 count), most first, lower id first among equals.
 *
 * Both return 1 for bad arguments, 2 for an id out of bounds or a record that is no class, 3 when their 460 KiB of memory are denied.
 */
#include "../quern.h"

enum { IDS_MAX = 1 << 16, TOP_MAX = 1024 };

static struct {
  uint64_t visited[IDS_MAX / 64];
  uint32_t counts[IDS_MAX];
  uint32_t best[TOP_MAX][2];
  uint16_t queue[IDS_MAX];
  uint32_t records_read;
} *room;

static int visit(uint32_t id) {
  uint64_t bit = 1ULL << (id % 64);
  int is_new = (room->visited[id / 64] & bit) == 0;
  room->visited[id / 64] |= bit;
  return is_new;
}

/* Breadth first; the queue holds the start, then what was reached. How many stand there, or 0 when something was wrong. */
static uint32_t walk(uint32_t start, uint32_t hops) {
  uint8_t key[5] = {'c'};
  uint32_t length = 0, next = 0;
  if (start >= IDS_MAX) {
    return 0;
  }
  visit(start);
  room->queue[length++] = (uint16_t)start;
  for (uint32_t hop = 0; hop < hops && next < length; hop++) {
    for (uint32_t level_end = length; next < level_end; next++) {
      uint32_t id = room->queue[next];
      __builtin_memcpy(key + 1, &id, sizeof id);
      quern_value record = quern_read(0, key, sizeof key);
      if (record.length == QUERN_NOT_FOUND) {
        continue;
      }
      room->records_read++;
      if (record.length < 4) {
        return 0;
      }
      uint32_t n = quern_u32(record.bytes);
      if (n > ((uint32_t)record.length - 4) / 4) {
        return 0;
      }
      const uint8_t *ids = record.bytes + 4;
      for (uint32_t i = 0; i < n; i++) {
        uint32_t to = quern_u32(ids + 4 * i);
        if (to >= IDS_MAX) {
          return 0;
        }
        if (visit(to)) {
          room->queue[length++] = (uint16_t)to;
        }
      }
    }
  }
  return length;
}

/* Leaves the bitmap empty for the next walk, at the cost of what was reached and not of the bitmap. */
static void forget(uint32_t length) {
  for (uint32_t i = 0; i < length; i++) {
    room->visited[room->queue[i] / 64] = 0;
  }
}

static void clear(void *memory, uint32_t bytes) {
  uint64_t *words = memory;
  for (uint32_t i = 0; i < bytes / 8; i++) {
    words[i] = 0;
  }
}

QUERN_ENTRY(reach) {
  uint32_t start, hops, answer[3];
  if (!quern_arg_u32(0, &start) || !quern_arg_u32(1, &hops)) {
    return 1;
  }
  room = quern_room(sizeof *room);
  if (room == 0) {
    return 3;
  }
  clear(room->visited, sizeof room->visited); /* Memory is kept from call to call, also from one that ended half-way. */
  room->records_read = 0;
  uint32_t length = walk(start, hops);
  if (length == 0) {
    return 2;
  }
  answer[0] = length - 1;
  answer[1] = 0;
  for (uint32_t i = 1; i < length; i++) {
    answer[1] += room->queue[i];
  }
  answer[2] = room->records_read;
  quern_reply(answer, sizeof answer);
  return 0;
}

QUERN_ENTRY(most) {
  uint32_t first, last, hops, top, size = 0;
  if (!quern_arg_u32(0, &first) || !quern_arg_u32(1, &last) || !quern_arg_u32(2, &hops) || !quern_arg_u32(3, &top) ||
      first > last || top > TOP_MAX) {
    return 1;
  }
  if (last >= IDS_MAX) {
    return 2;
  }
  room = quern_room(sizeof *room);
  if (room == 0) {
    return 3;
  }
  clear(room->visited, sizeof room->visited);
  clear(room->counts, sizeof room->counts);
  for (uint32_t start = first; start <= last; start++) {
    uint32_t length = walk(start, hops);
    if (length == 0) {
      return 2;
    }
    for (uint32_t i = 1; i < length; i++) {
      room->counts[room->queue[i]]++;
    }
    forget(length);
  }
  for (uint32_t id = 0; id < IDS_MAX; id++) {
    uint32_t count = room->counts[id];
    if (count == 0 || top == 0 || (size == top && room->best[size - 1][1] >= count)) {
      continue;
    }
    uint32_t place = size < top ? size++ : size - 1;
    for (; place > 0 && room->best[place - 1][1] < count; place--) {
      room->best[place][0] = room->best[place - 1][0];
      room->best[place][1] = room->best[place - 1][1];
    }
    room->best[place][0] = id;
    room->best[place][1] = count;
  }
  quern_reply(room->best, size * sizeof room->best[0]);
  return 0;
}
