/*
 * A social graph of objects and associations, after TAO (USENIX ATC '13): typed objects with data, and typed, directed associations
 * between them with a time and data, listed newest first. Objects, counts and the way from a pair of ids to its association are in the
 * call's own table; the lists are in an ordered table, which argument 0 names wherever an association is meant. All of a call is one
 * transaction: a list, its count and both directions of an association never disagree.
 *
 * Requests are one argument of little-endian numbers without gaps, times are unix milliseconds, data is up to 64 KiB.
 *
 * obj_add       request u64 id (0: the next that is free), u32 type; argument 1 its data. Replies u64 id. 2: there is one already.
 * obj_get       request u64 id. Replies u32 type, u32 version (from 1), i64 time of the last change, data. 2: there is none.
 * obj_update    request u64 id; argument 1 its new data. 2: there is none.
 * obj_delete    request u64 id. Its associations stay. 2: there is none.
 *
 * Argument 0 the ordered table, argument 1 the request:
 * assoc_add     u64 id1, u64 id2, i64 time, u32 type, u32 inverse (0: none); argument 2 its data. Adds or replaces, and with an inverse type
 *               that from id2 to id1, too. Replies u32 1 when it is new, else 0.
 * assoc_delete  u64 id1, u64 id2, u32 type, u32 inverse. 2: there is none.
 * assoc_get     u64 id1, u32 type; argument 2: u64 id2s. Replies those there are.
 * assoc_count   u64 id1, u32 type. Replies u64.
 * assoc_range   u64 id1, u32 type, u32 offset, u32 limit. Replies associations, newest first.
 * assoc_times   u64 id1, i64 oldest, i64 newest, u32 type, u32 offset, u32 limit. Likewise, of these times, both included.
 * feed          u64 id1, u32 type, u32 then, u32 through, u32 limit: of the newest `through` that id1 has of a type, the newest `limit` that
 *               these have, together, of another: what the people one follows posted last. Likewise, each with u64 id1 before it.
 * check         u64 id1, u32 type. Replies u64 count, u64 listed, u64 wrong: the first two agree and the last is 0, whoever writes.
 *
 * An association is replied as u64 id2, i64 time, u32 length, data. All return 1 for bad arguments, 3 when the store refuses a write.
 */
#include "../quern.h"

enum { NAME_MAX = 64, DATA_MAX = 65536, LIMIT_MAX = 10000, FEED_MAX = 100, ID2S_MAX = 1000 };

/* Kinds of records in the call's own table, as their keys' first byte. */
enum { OBJECT = 'o', LINK = 'l', COUNT = 'c', NEXT_ID = 'n' };

enum { OBJECT_KEY = 9, COUNT_KEY = 13, LINK_KEY = 21, LIST_KEY = 28, LIST_PREFIX = 12, OBJECT_HEADER = 16 };

static uint8_t request[64];

static void put_u64(uint8_t *target, uint64_t number) {
  number = __builtin_bswap64(number);
  __builtin_memcpy(target, &number, sizeof number);
}

static void put_u32(uint8_t *target, uint32_t number) {
  number = __builtin_bswap32(number);
  __builtin_memcpy(target, &number, sizeof number);
}

static uint64_t get_u64(const uint8_t *from) {
  uint64_t number;
  __builtin_memcpy(&number, from, sizeof number);
  return number;
}

static uint64_t get_swapped(const uint8_t *from) { return __builtin_bswap64(get_u64(from)); }

/* Times in keys: newest first, and in the order of signed numbers. */
static uint64_t from_time(int64_t time) { return ~((uint64_t)time ^ 1ULL << 63); }

static int64_t to_time(uint64_t stored) { return (int64_t)(~stored ^ 1ULL << 63); }

static int read_request(int32_t index, uint32_t length) {
  return quern_arg(index, request, sizeof request) == (int32_t)length;
}

/* An argument of data; 0 when there is none or too much of it. */
static uint8_t *read_data(int32_t index, uint32_t before, uint32_t *length) {
  int32_t there = quern_arg_length(index);
  uint8_t *room = quern_room(OBJECT_HEADER + DATA_MAX);
  if (there < 0 || there > DATA_MAX || room == 0) {
    return 0;
  }
  *length = (uint32_t)there;
  quern_arg(index, room + before, (uint32_t)there);
  return room;
}

static int32_t list_table(void) {
  char name[NAME_MAX];
  int32_t length = quern_arg(0, name, sizeof name);
  return length < 1 || length > NAME_MAX ? QUERN_NOT_FOUND : quern_table(name, (uint32_t)length);
}

/* Keys. */

static void object_key(uint8_t *key, uint64_t id) {
  key[0] = OBJECT;
  put_u64(key + 1, id);
}

static void count_key(uint8_t *key, uint64_t id1, uint32_t type) {
  key[0] = COUNT;
  put_u64(key + 1, id1);
  put_u32(key + 9, type);
}

static void link_key(uint8_t *key, uint64_t id1, uint32_t type, uint64_t id2) {
  key[0] = LINK;
  put_u64(key + 1, id1);
  put_u32(key + 9, type);
  put_u64(key + 13, id2);
}

static void list_key(uint8_t *key, uint64_t id1, uint32_t type, int64_t time, uint64_t id2) {
  put_u64(key, id1);
  put_u32(key + 8, type);
  put_u64(key + LIST_PREFIX, from_time(time));
  put_u64(key + LIST_PREFIX + 8, id2);
}

/* Objects: u32 type, u32 version, i64 time, data. */

static int write_object(uint64_t id, uint32_t type, uint32_t version, uint8_t *room, uint32_t length) {
  uint8_t key[OBJECT_KEY];
  int64_t now = quern_now();
  __builtin_memcpy(room, &type, 4);
  __builtin_memcpy(room + 4, &version, 4);
  __builtin_memcpy(room + 8, &now, 8);
  object_key(key, id);
  return quern_put(0, key, sizeof key, room, OBJECT_HEADER + length) == QUERN_OK ? 0 : 3;
}

static quern_value read_object(uint64_t id) {
  uint8_t key[OBJECT_KEY];
  object_key(key, id);
  return quern_read(0, key, sizeof key);
}

QUERN_ENTRY(obj_add) {
  uint32_t length;
  uint8_t *room = read_data(1, OBJECT_HEADER, &length);
  if (room == 0 || !read_request(0, 12)) {
    return 1;
  }
  uint64_t id = get_u64(request);
  while (id == 0 || read_object(id).length >= 0) {
    int64_t next;
    uint8_t key = NEXT_ID;
    if (id != 0 && get_u64(request) != 0) {
      return 2;
    }
    if (quern_incr(0, &key, 1, 1, &next) != QUERN_OK) {
      return 3;
    }
    id = (uint64_t)next;
  }
  quern_reply(&id, sizeof id);
  return write_object(id, quern_u32(request + 8), 1, room, length);
}

QUERN_ENTRY(obj_get) {
  if (!read_request(0, 8)) {
    return 1;
  }
  quern_value object = read_object(get_u64(request));
  return object.length < 0 ? 2 : quern_reply(object.bytes, (uint32_t)object.length);
}

QUERN_ENTRY(obj_update) {
  uint32_t length;
  uint8_t *room = read_data(1, OBJECT_HEADER, &length);
  if (room == 0 || !read_request(0, 8)) {
    return 1;
  }
  quern_value object = read_object(get_u64(request));
  return object.length < 0
             ? 2
             : write_object(get_u64(request), quern_u32(object.bytes), quern_u32(object.bytes + 4) + 1, room, length);
}

QUERN_ENTRY(obj_delete) {
  uint8_t key[OBJECT_KEY];
  if (!read_request(0, 8)) {
    return 1;
  }
  object_key(key, get_u64(request));
  int32_t status = quern_delete(0, key, sizeof key);
  return status == QUERN_OK ? 0 : status == QUERN_NOT_FOUND ? 2 : 3;
}

/* Associations: the link says the time, the list's record under that time has the data. */

static uint64_t read_count(uint64_t id1, uint32_t type) {
  uint8_t key[COUNT_KEY];
  count_key(key, id1, type);
  quern_value count = quern_read(0, key, sizeof key);
  return count.length == 8 ? get_u64(count.bytes) : 0;
}

/* A count of 0 has no record. */
static int add_to_count(uint64_t id1, uint32_t type, int64_t change) {
  uint8_t key[COUNT_KEY];
  uint64_t count = read_count(id1, type) + (uint64_t)change;
  count_key(key, id1, type);
  return (count == 0 ? quern_delete(0, key, sizeof key) : quern_put(0, key, sizeof key, &count, sizeof count)) == QUERN_OK;
}

/* The time of a link; 0 when there is none. */
static int find_link(uint64_t id1, uint32_t type, uint64_t id2, int64_t *time) {
  uint8_t key[LINK_KEY];
  link_key(key, id1, type, id2);
  quern_value link = quern_read(0, key, sizeof key);
  if (link.length != 8) {
    return 0;
  }
  *time = (int64_t)get_u64(link.bytes);
  return 1;
}

/* Below 0 when the store refuses a write; else whether it is new. */
static int add_link(int32_t table, uint64_t id1, uint32_t type, uint64_t id2, int64_t time, const uint8_t *data, uint32_t length) {
  uint8_t key[LIST_KEY], link[LINK_KEY];
  int64_t old;
  int is_new = !find_link(id1, type, id2, &old);
  if (is_new ? !add_to_count(id1, type, 1) : 0) {
    return -1;
  }
  if (!is_new && old != time) {
    list_key(key, id1, type, old, id2);
    if (quern_delete(table, key, sizeof key) != QUERN_OK) {
      return -1;
    }
  }
  if (is_new || old != time) {
    link_key(link, id1, type, id2);
    if (quern_put(0, link, sizeof link, &time, sizeof time) != QUERN_OK) {
      return -1;
    }
  }
  list_key(key, id1, type, time, id2);
  return quern_put(table, key, sizeof key, data, length) == QUERN_OK ? is_new : -1;
}

/* Below 0 when the store refuses a write; else whether it was there. */
static int delete_link(int32_t table, uint64_t id1, uint32_t type, uint64_t id2) {
  uint8_t key[LIST_KEY], link[LINK_KEY];
  int64_t time;
  if (!find_link(id1, type, id2, &time)) {
    return 0;
  }
  link_key(link, id1, type, id2);
  list_key(key, id1, type, time, id2);
  return quern_delete(0, link, sizeof link) == QUERN_OK && quern_delete(table, key, sizeof key) == QUERN_OK &&
                 add_to_count(id1, type, -1)
             ? 1
             : -1;
}

QUERN_ENTRY(assoc_add) {
  uint32_t length;
  int32_t table = list_table();
  uint8_t *data = read_data(2, 0, &length);
  if (table < 0 || data == 0 || !read_request(1, 32)) {
    return 1;
  }
  uint64_t id1 = get_u64(request), id2 = get_u64(request + 8);
  int64_t time = (int64_t)get_u64(request + 16);
  uint32_t type = quern_u32(request + 24), inverse = quern_u32(request + 28);
  int added = add_link(table, id1, type, id2, time, data, length);
  if (added < 0 || (inverse != 0 && add_link(table, id2, inverse, id1, time, data, length) < 0)) {
    return 3;
  }
  uint32_t is_new = (uint32_t)added;
  return quern_reply(&is_new, sizeof is_new);
}

QUERN_ENTRY(assoc_delete) {
  int32_t table = list_table();
  if (table < 0 || !read_request(1, 24)) {
    return 1;
  }
  uint64_t id1 = get_u64(request), id2 = get_u64(request + 8);
  uint32_t type = quern_u32(request + 16), inverse = quern_u32(request + 20);
  int deleted = delete_link(table, id1, type, id2);
  if (deleted < 0 || (deleted > 0 && inverse != 0 && delete_link(table, id2, inverse, id1) < 0)) {
    return 3;
  }
  return deleted == 0 ? 2 : 0;
}

static void reply_link(uint64_t id2, int64_t time, quern_value data) {
  uint8_t head[20];
  __builtin_memcpy(head, &id2, 8);
  __builtin_memcpy(head + 8, &time, 8);
  __builtin_memcpy(head + 16, &data.length, 4);
  quern_reply(head, sizeof head);
  quern_reply(data.bytes, (uint32_t)data.length);
}

QUERN_ENTRY(assoc_get) {
  static uint64_t id2s[ID2S_MAX];
  int32_t table = list_table();
  int32_t bytes = quern_arg(2, id2s, sizeof id2s);
  if (table < 0 || !read_request(1, 12) || bytes < 0 || bytes > (int32_t)sizeof id2s || bytes % 8 != 0) {
    return 1;
  }
  uint64_t id1 = get_u64(request);
  uint32_t type = quern_u32(request + 8);
  for (int32_t i = 0; i < bytes / 8; i++) {
    uint8_t key[LIST_KEY];
    int64_t time;
    if (find_link(id1, type, id2s[i], &time)) {
      list_key(key, id1, type, time, id2s[i]);
      quern_value data = quern_read(table, key, sizeof key);
      if (data.length >= 0) {
        reply_link(id2s[i], time, data);
      }
    }
  }
  return 0;
}

QUERN_ENTRY(assoc_count) {
  if (!read_request(1, 12)) {
    return 1;
  }
  uint64_t count = read_count(get_u64(request), quern_u32(request + 8));
  return quern_reply(&count, sizeof count);
}

/* Opens a cursor over a list, between two times. */
static int open_list(int32_t cursor, int32_t table, uint64_t id1, uint32_t type, int64_t oldest, int64_t newest) {
  uint8_t low[LIST_KEY], high[LIST_KEY];
  list_key(low, id1, type, newest, 0);
  list_key(high, id1, type, oldest, ~0ULL);
  return quern_range(cursor, table, low, sizeof low, high, sizeof high, QUERN_RANGE_LOW_INCLUDED | QUERN_RANGE_HIGH_INCLUDED) ==
         QUERN_OK;
}

static int reply_list(int32_t table, uint64_t id1, uint32_t type, int64_t oldest, int64_t newest, uint32_t offset, uint32_t limit) {
  if (limit > LIMIT_MAX || !open_list(0, table, id1, type, oldest, newest)) {
    return 1;
  }
  for (uint32_t i = 0; limit > 0; i++) {
    quern_value data = quern_range_value(0);
    if (data.length < 0) {
      break;
    }
    if (i >= offset) {
      const uint8_t *key = quern_range_key_of(0).bytes;
      reply_link(get_swapped(key + LIST_PREFIX + 8), to_time(get_swapped(key + LIST_PREFIX)), data);
      limit--;
    }
  }
  return 0;
}

static const int64_t EVER = (int64_t)(~0ULL >> 1);

QUERN_ENTRY(assoc_range) {
  int32_t table = list_table();
  if (table < 0 || !read_request(1, 20)) {
    return 1;
  }
  return reply_list(table, get_u64(request), quern_u32(request + 8), -EVER - 1, EVER, quern_u32(request + 12),
                    quern_u32(request + 16));
}

QUERN_ENTRY(assoc_times) {
  int32_t table = list_table();
  if (table < 0 || !read_request(1, 36)) {
    return 1;
  }
  return reply_list(table, get_u64(request), quern_u32(request + 24), (int64_t)get_u64(request + 8),
                    (int64_t)get_u64(request + 16), quern_u32(request + 28), quern_u32(request + 32));
}

QUERN_ENTRY(feed) {
  /* Newest first; records stay where they are until the entry returns. */
  static struct {
    uint64_t id1, id2;
    int64_t time;
    quern_value data;
  } newest[FEED_MAX];
  int32_t table = list_table();
  if (table < 0 || !read_request(1, 24)) {
    return 1;
  }
  uint32_t then = quern_u32(request + 12), through = quern_u32(request + 16), limit = quern_u32(request + 20), count = 0;
  if (limit > FEED_MAX || through > LIMIT_MAX || !open_list(0, table, get_u64(request), quern_u32(request + 8), -EVER - 1, EVER)) {
    return 1;
  }
  for (; through > 0 && limit > 0 && quern_range_value(0).length >= 0; through--) {
    uint64_t id1 = get_swapped(quern_range_key_of(0).bytes + LIST_PREFIX + 8);
    if (!open_list(1, table, id1, then, count == limit ? newest[count - 1].time : -EVER - 1, EVER)) {
      return 1;
    }
    for (;;) {
      quern_value data = quern_range_value(1);
      if (data.length < 0) {
        break;
      }
      const uint8_t *key = quern_range_key_of(1).bytes;
      int64_t time = to_time(get_swapped(key + LIST_PREFIX));
      uint32_t at = count;
      while (at > 0 && time > newest[at - 1].time) {
        at--;
      }
      if (at == limit) {
        break; /* Nor is anything that comes after it any newer. */
      }
      count += count < limit;
      for (uint32_t i = count - 1; i > at; i--) {
        newest[i] = newest[i - 1];
      }
      newest[at].id1 = id1;
      newest[at].id2 = get_swapped(key + LIST_PREFIX + 8);
      newest[at].time = time;
      newest[at].data = data;
    }
  }
  for (uint32_t i = 0; i < count; i++) {
    quern_reply(&newest[i].id1, 8);
    reply_link(newest[i].id2, newest[i].time, newest[i].data);
  }
  return 0;
}

QUERN_ENTRY(check) {
  int32_t table = list_table();
  if (table < 0 || !read_request(1, 12)) {
    return 1;
  }
  uint64_t id1 = get_u64(request), counts[3];
  uint32_t type = quern_u32(request + 8);
  counts[0] = read_count(id1, type);
  counts[1] = counts[2] = 0;
  if (!open_list(0, table, id1, type, -EVER - 1, EVER)) {
    return 1;
  }
  for (; quern_range_value(0).length >= 0; counts[1]++) {
    const uint8_t *key = quern_range_key_of(0).bytes;
    int64_t time;
    counts[2] += !find_link(id1, type, get_swapped(key + LIST_PREFIX + 8), &time) || time != to_time(get_swapped(key + LIST_PREFIX));
  }
  return quern_reply(counts, sizeof counts);
}
