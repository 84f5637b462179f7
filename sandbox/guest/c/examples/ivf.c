/*
 * Approximate nearest neighbours: an inverted file (Jégou, Douze, Schmid, PAMI '11) of vectors in lists, one for each of some centroids. A
 * search looks at the lists of the centroids nearest to what is asked for, and only there, by dot products over the records where they lie.
 * Vectors of length one make the dot product the cosine.
 *
 * Argument 0 is the index's key in the call's own table, argument 1 the name of an ordered table, which has the lists. Vectors are float32s,
 * little-endian, 1 to 1,024 of them; ids are 1 to 255 bytes.
 *
 * train:  argument 2 u32 dimensions, u32 lists (1 to 1,024), u32 rounds (0 to 100); argument 3 vectors to learn from, one after the other, at
 *         least as many as lists: spherical k-means, beginning with some of them. Only for an index without vectors: 2 when it has some.
 * put:    argument 2 the id, argument 3 its vector. Adds or replaces. Replies u32 list.
 * remove: argument 2 the id. 3: it is not there.
 * search: argument 2 the vector, argument 3 u32 how many at most (up to 100), u32 lists to look at (at least 1; as many as there are: exact).
 *         Replies, greatest dot product first, u32 length of the id, the id, the product as a float32. Among equals, who is met first.
 *
 * All return 1 for bad arguments, 2 when the index was not trained, 4 when the store refuses a write.
 */
#include "dot.h"

enum { DIMENSIONS_MAX = 1024, LISTS_MAX = 1024, ROUNDS_MAX = 100, FOUND_MAX = 100, KEY_MAX = 512, ID_MAX = 255, HEADER = 12 };

/* The index's record: u32 dimensions, u32 lists, u32 vectors, then the centroids. */
static quern_value centroids;
static uint32_t dimensions, lists;
static int32_t table;

/* The key, with room for a zero byte and an id behind it, under which is an id's list. */
static uint8_t key[KEY_MAX + 1 + ID_MAX];
static uint32_t key_length;

/* In the ordered table: the index's key with its length before it, u32 big-endian list, the id. */
static uint8_t list_key[2 + KEY_MAX + 4 + ID_MAX];

static float vector[DIMENSIONS_MAX];

static int read_names(void) {
  char name[64];
  int32_t length = quern_arg(0, key, KEY_MAX), name_length = quern_arg(1, name, sizeof name);
  key_length = (uint32_t)length;
  table = name_length < 1 || name_length > (int32_t)sizeof name ? QUERN_NOT_FOUND : quern_table(name, (uint32_t)name_length);
  return length >= 1 && length <= KEY_MAX && table >= 0;
}

static int read_index(void) {
  centroids = quern_read(0, key, key_length);
  if (centroids.length < HEADER) {
    return 0;
  }
  dimensions = quern_u32(centroids.bytes);
  lists = quern_u32(centroids.bytes + 4);
  return (uint32_t)centroids.length == HEADER + 4 * dimensions * lists;
}

static const uint8_t *centroid(uint32_t list) { return centroids.bytes + HEADER + 4 * dimensions * list; }

static int read_vector(int32_t index) { return quern_arg(index, vector, sizeof vector) == (int32_t)(4 * dimensions); }

static uint32_t make_list_key(uint32_t list, const uint8_t *id, uint32_t id_length) {
  uint32_t number = __builtin_bswap32(list);
  list_key[0] = (uint8_t)(key_length >> 8);
  list_key[1] = (uint8_t)key_length;
  __builtin_memcpy(list_key + 2, key, key_length);
  __builtin_memcpy(list_key + 2 + key_length, &number, sizeof number);
  __builtin_memcpy(list_key + 2 + key_length + 4, id, id_length);
  return 2 + key_length + 4 + id_length;
}

static uint32_t nearest(const void *to, const uint8_t *of, uint32_t count) {
  uint32_t best = 0;
  float most = 0;
  for (uint32_t i = 0; i < count; i++) {
    float product = dot(to, of + 4 * dimensions * i, dimensions);
    if (i == 0 || product > most) {
      best = i;
      most = product;
    }
  }
  return best;
}

/* Makes a vector's length one; one of length nothing, or of numbers that are none, is left as it is. */
static void normalize(float *of) {
  float length = __builtin_sqrtf(dot(of, of, dimensions));
  for (uint32_t i = 0; length > 0 && i < dimensions; i++) {
    of[i] /= length;
  }
}

QUERN_ENTRY(train) {
  uint32_t wanted[3];
  if (!read_names() || quern_arg(2, wanted, sizeof wanted) != sizeof wanted) {
    return 1;
  }
  if (read_index() && quern_u32(centroids.bytes + 8) != 0) {
    return 2;
  }
  dimensions = wanted[0];
  lists = wanted[1];
  int32_t bytes = quern_arg_length(3);
  if (dimensions == 0 || dimensions > DIMENSIONS_MAX || lists == 0 || lists > LISTS_MAX || wanted[2] > ROUNDS_MAX || bytes < 0 ||
      (uint32_t)bytes % (4 * dimensions) != 0 || (uint32_t)bytes / (4 * dimensions) < lists) {
    return 1;
  }
  uint32_t samples = (uint32_t)bytes / (4 * dimensions), length = 4 * dimensions * lists;
  uint8_t *room = quern_room(HEADER + length + length + (uint32_t)bytes);
  if (room == 0) {
    return 1;
  }
  float *means = (float *)(room + HEADER), *sums = means + dimensions * lists, *sample = sums + dimensions * lists;
  quern_arg(3, sample, (uint32_t)bytes);
  for (uint32_t i = 0; i < lists; i++) {
    __builtin_memcpy(means + dimensions * i, sample + dimensions * (uint32_t)((uint64_t)i * samples / lists), 4 * dimensions);
    normalize(means + dimensions * i);
  }
  for (uint32_t round = 0; round < wanted[2]; round++) {
    for (uint32_t i = 0; i < dimensions * lists; i++) {
      sums[i] = 0;
    }
    for (uint32_t i = 0; i < samples; i++) {
      float *sum = sums + dimensions * nearest(sample + dimensions * i, (const uint8_t *)means, lists);
      for (uint32_t j = 0; j < dimensions; j++) {
        sum[j] += sample[dimensions * i + j];
      }
    }
    for (uint32_t i = 0; i < lists; i++) {
      float *sum = sums + dimensions * i;
      normalize(sum);
      /* A list that nobody is nearest to keeps its centroid. */
      if (dot(sum, sum, dimensions) > 0) {
        __builtin_memcpy(means + dimensions * i, sum, 4 * dimensions);
      }
    }
  }
  uint32_t header[3] = {dimensions, lists, 0};
  __builtin_memcpy(room, header, sizeof header);
  return quern_put(0, key, key_length, room, HEADER + length) == QUERN_OK ? 0 : 4;
}

/* Marks an index that has vectors: once, as it has all centroids in it. */
static int mark_used(void) {
  if (quern_u32(centroids.bytes + 8) != 0) {
    return 1;
  }
  uint8_t *room = quern_room((uint32_t)centroids.length);
  uint32_t used = 1;
  if (room == 0) {
    return 0;
  }
  __builtin_memcpy(room, centroids.bytes, (uint32_t)centroids.length);
  __builtin_memcpy(room + 8, &used, sizeof used);
  return quern_put(0, key, key_length, room, (uint32_t)centroids.length) == QUERN_OK;
}

/* Reads an id behind the key; its length, or 0. */
static uint32_t read_id(void) {
  int32_t length = quern_arg(2, key + key_length + 1, ID_MAX);
  key[key_length] = 0;
  return length >= 1 && length <= ID_MAX ? (uint32_t)length : 0;
}

/* Takes an id's vector out of its list: 1, 0 when it is not there, below 0 when the store refuses. */
static int forget(uint32_t id_length) {
  const uint8_t *id = key + key_length + 1;
  quern_value there = quern_read(0, key, key_length + 1 + id_length);
  if (there.length != 4) {
    return 0;
  }
  return quern_delete(table, list_key, make_list_key(quern_u32(there.bytes), id, id_length)) == QUERN_OK ? 1 : -1;
}

QUERN_ENTRY(put) {
  if (!read_names()) {
    return 1;
  }
  if (!read_index()) {
    return 2;
  }
  uint32_t id_length = read_id();
  if (id_length == 0 || !read_vector(3)) {
    return 1;
  }
  uint32_t list = nearest(vector, centroid(0), lists);
  const uint8_t *id = key + key_length + 1;
  if (!mark_used() || forget(id_length) < 0 || quern_put(0, key, key_length + 1 + id_length, &list, sizeof list) != QUERN_OK ||
      quern_put(table, list_key, make_list_key(list, id, id_length), vector, 4 * dimensions) != QUERN_OK) {
    return 4;
  }
  return quern_reply(&list, sizeof list);
}

QUERN_ENTRY(remove) {
  if (!read_names()) {
    return 1;
  }
  if (!read_index()) {
    return 2;
  }
  uint32_t id_length = read_id();
  if (id_length == 0) {
    return 1;
  }
  int there = forget(id_length);
  if (there <= 0) {
    return there == 0 ? 3 : 4;
  }
  return quern_delete(0, key, key_length + 1 + id_length) == QUERN_OK ? 0 : 4;
}

/* Records stay where they are until the entry returns, and so do their keys. */
static struct {
  const uint8_t *id;
  uint32_t id_length;
  float product;
} best[FOUND_MAX];

static uint32_t best_count;

static void scan(uint32_t list, uint32_t most) {
  uint32_t prefix_length = make_list_key(list, key, 0);
  if (quern_range(0, table, list_key, prefix_length, 0, 0, QUERN_RANGE_PREFIX) != QUERN_OK) {
    return;
  }
  for (;;) {
    quern_value found = quern_range_value(0);
    if (found.length < 0) {
      return;
    }
    if (found.length != (int32_t)(4 * dimensions)) {
      continue;
    }
    float product = dot(found.bytes, vector, dimensions);
    if (best_count == most && !(product > best[most - 1].product)) {
      continue;
    }
    best_count += best_count < most;
    uint32_t at = best_count - 1;
    for (; at > 0 && product > best[at - 1].product; at--) {
      best[at] = best[at - 1];
    }
    quern_value found_key = quern_range_key_of(0);
    best[at].id = found_key.bytes + prefix_length;
    best[at].id_length = (uint32_t)found_key.length - prefix_length;
    best[at].product = product;
  }
}

QUERN_ENTRY(search) {
  static float products[LISTS_MAX];
  uint32_t wanted[2];
  if (!read_names()) {
    return 1;
  }
  if (!read_index()) {
    return 2;
  }
  if (!read_vector(2) || quern_arg(3, wanted, sizeof wanted) != sizeof wanted || wanted[0] == 0 || wanted[0] > FOUND_MAX ||
      wanted[1] == 0) {
    return 1;
  }
  for (uint32_t i = 0; i < lists; i++) {
    products[i] = dot(vector, centroid(i), dimensions);
  }
  static uint8_t is_done[LISTS_MAX];
  for (uint32_t i = 0; i < lists; i++) {
    is_done[i] = 0;
  }
  best_count = 0;
  for (uint32_t looked = 0; looked < wanted[1] && looked < lists; looked++) {
    uint32_t next = LISTS_MAX;
    for (uint32_t i = 0; i < lists; i++) {
      if (!is_done[i] && (next == LISTS_MAX || products[i] > products[next])) {
        next = i;
      }
    }
    is_done[next] = 1;
    scan(next, wanted[0]);
  }
  for (uint32_t i = 0; i < best_count; i++) {
    quern_reply(&best[i].id_length, sizeof best[i].id_length);
    quern_reply(best[i].id, best[i].id_length);
    quern_reply(&best[i].product, sizeof best[i].product);
  }
  return 0;
}
