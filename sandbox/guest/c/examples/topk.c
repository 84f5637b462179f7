/*
 * The most frequent of a stream, in bounded space (Space-Saving: Metwally, Agrawal, El Abbadi 2005). The record under the key of argument
 * 0 holds up to k counters: [u32 count][u32 error][u8 length][31 bytes of name], 40 bytes each.
 *
 * add:  arguments key, k (u32, 1 to 1,000), name (1 to 31 bytes). Counts it; a name that has no counter takes over the least counter, and
 *       its count is its error. A true count is between count - error and count.
 * read: arguments key, n (u32). Replies the n most counted as lines "name count error\n", most first; among equals as they came in.
 *
 * Both return 1 for bad arguments, 2 for a record that is none of these, 3 when memory or the store is refused.
 */
#include "../quern.h"

enum { COUNTERS_MAX = 1000, NAME_MAX = 31 };

typedef struct {
  uint32_t count, error;
  uint8_t length;
  uint8_t name[NAME_MAX];
} counter;

_Static_assert(sizeof(counter) == 40, "as the record has it");

static uint8_t key[4096];
static int32_t key_length;

/* The counters of the record, copied to where they can be changed; how many, or below 0. */
static int32_t load(counter **counters) {
  *counters = quern_room(COUNTERS_MAX * sizeof(counter));
  quern_value record = quern_read(0, key, (uint32_t)key_length);
  if (*counters == 0) {
    return -3;
  }
  if (record.length == QUERN_NOT_FOUND) {
    return 0;
  }
  if (record.length % sizeof(counter) != 0 || (uint32_t)record.length > COUNTERS_MAX * sizeof(counter)) {
    return -2;
  }
  __builtin_memcpy(*counters, record.bytes, (uint32_t)record.length);
  return (int32_t)((uint32_t)record.length / sizeof(counter));
}

static int is_named(const counter *one, const uint8_t *name, uint32_t length) {
  if (one->length != length) {
    return 0;
  }
  for (uint32_t i = 0; i < length; i++) {
    if (one->name[i] != name[i]) {
      return 0;
    }
  }
  return 1;
}

static int read_key(void) {
  key_length = quern_arg(0, key, sizeof key);
  return key_length >= 1 && key_length <= (int32_t)sizeof key;
}

QUERN_ENTRY(add) {
  counter *counters;
  uint8_t name[NAME_MAX];
  uint32_t k;
  int32_t length = quern_arg(2, name, sizeof name);
  if (!read_key() || !quern_arg_u32(1, &k) || k < 1 || k > COUNTERS_MAX || length < 1 || length > NAME_MAX) {
    return 1;
  }
  int32_t count = load(&counters);
  if (count < 0) {
    return -count;
  }
  int32_t at = 0, least = 0;
  for (; at < count && !is_named(&counters[at], name, (uint32_t)length); at++) {
    least = counters[at].count < counters[least].count ? at : least;
  }
  if (at == count) {
    if ((uint32_t)count < k) {
      counters[count++] = (counter){0, 0, 0, {0}};
    } else {
      at = least;
      counters[at].error = counters[at].count;
    }
    counters[at].length = (uint8_t)length;
    __builtin_memset(counters[at].name, 0, NAME_MAX);
    __builtin_memcpy(counters[at].name, name, (uint32_t)length);
  }
  counters[at].count++;
  return quern_put(0, key, (uint32_t)key_length, counters, (uint32_t)count * sizeof(counter)) == QUERN_OK ? 0 : 3;
}

static void say(uint32_t number, const char *behind) {
  char text[20];
  quern_reply(text, quern_decimal(number, text));
  quern_reply(behind, 1);
}

QUERN_ENTRY(read) {
  counter *counters;
  uint32_t n;
  if (!read_key() || !quern_arg_u32(1, &n)) {
    return 1;
  }
  int32_t count = load(&counters);
  if (count < 0) {
    return -count;
  }
  for (; n > 0; n--) {
    int32_t most = -1;
    for (int32_t i = 0; i < count; i++) {
      if (counters[i].length != 0 && (most < 0 || counters[i].count > counters[most].count)) {
        most = i;
      }
    }
    if (most < 0) {
      break;
    }
    quern_reply(counters[most].name, counters[most].length);
    quern_reply(" ", 1);
    say(counters[most].count, " ");
    say(counters[most].error, "\n");
    counters[most].length = 0;
  }
  return 0;
}
