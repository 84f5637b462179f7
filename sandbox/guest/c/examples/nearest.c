/*
 * The nearest of a tenant's vectors, by dot products over the records where they lie. Argument 0 is the name of an ordered table,
 * argument 1 what the keys begin with, argument 2 the vector asked for (float32s, little-endian, 1 to 1,024 of them), argument 3 (u32)
 * how many at most, up to 100. Values are vectors of the same length. Replies, greatest dot product first, u32 key length, the key and
 * the product as a float32 for each; among equals the lower key first. Vectors of length one make this the cosine. Returns 1 for bad
 * arguments, 2 for a value of another length.
 */
#include "dot.h"

enum { DIMENSIONS_MAX = 1024, FOUND_MAX = 100 };

static float wanted[DIMENSIONS_MAX];

/* Records stay where they are until the entry returns, and so do their keys. */
static struct {
  const uint8_t *key;
  uint32_t key_length;
  float product;
} best[FOUND_MAX];

QUERN_ENTRY(run) {
  uint8_t name[64], prefix[4096];
  uint32_t most, count = 0;
  int32_t name_length = quern_arg(0, name, sizeof name);
  int32_t prefix_length = quern_arg(1, prefix, sizeof prefix);
  int32_t bytes = quern_arg(2, wanted, sizeof wanted);
  if (name_length < 1 || name_length > (int32_t)sizeof name || prefix_length < 0 || prefix_length > (int32_t)sizeof prefix ||
      bytes < 4 || bytes > (int32_t)sizeof wanted || bytes % 4 != 0 || !quern_arg_u32(3, &most) || most > FOUND_MAX) {
    return 1;
  }
  int32_t table = quern_table((const char *)name, (uint32_t)name_length);
  if (table < 0 || quern_range(0, table, prefix, (uint32_t)prefix_length, 0, 0, QUERN_RANGE_PREFIX) != QUERN_OK) {
    return 1;
  }
  for (;;) {
    quern_value vector = quern_range_value(0);
    if (vector.length < 0) {
      break;
    }
    if (vector.length != bytes) {
      return 2;
    }
    float product = dot(vector.bytes, wanted, (uint32_t)bytes / 4);
    uint32_t at = count;
    while (at > 0 && product > best[at - 1].product) {
      at--;
    }
    if (at == most) {
      continue;
    }
    count += count < most;
    for (uint32_t i = count - 1; i > at; i--) {
      best[i] = best[i - 1];
    }
    quern_value key = quern_range_key_of(0);
    best[at].key = key.bytes;
    best[at].key_length = (uint32_t)key.length;
    best[at].product = product;
  }
  for (uint32_t i = 0; i < count; i++) {
    quern_reply(&best[i].key_length, sizeof best[i].key_length);
    quern_reply(best[i].key, best[i].key_length);
    quern_reply(&best[i].product, sizeof best[i].product);
  }
  return 0;
}
