/*
 * Bloom filters, blocked (Putze, Sanders, Singler, WEA '07): all bits of an item lie in one block of 512 bytes, which is a record of its
 * own, so that an addition writes one short record and a question reads one, in place, however large the filter is. Blocks that nobody has
 * written to have no record.
 *
 * make:  arguments key, u32 items, u32 bits per item (1 to 64; 10 give one false "yes" in about 100, 16 one in 1,500). 2: there is one.
 * add:   arguments key, items…. Replies a byte for each: 1 when it was new for sure, else 0. Adding what was there writes nothing.
 * test:  arguments key, items…. Replies a byte for each: 1 when it may be there, 0 when it is not.
 *
 * A filter's records are its key (u32 blocks, u32 bits set for an item) and the key with a zero byte and u32 big-endian block behind it, in
 * the call's own table. All return 1 for bad arguments, 2 when there is no such filter, 3 when the store refuses a write.
 */
#include "../quern.h"

enum { KEY_MAX = 512, ITEM_MAX = 4096, BLOCK_BYTES = 512, BLOCK_BITS = 8 * BLOCK_BYTES, BITS_PER_ITEM_MAX = 64, BLOCKS_MAX = 1 << 24 };

static uint8_t key[KEY_MAX + 5], item[ITEM_MAX], block[BLOCK_BYTES];
static uint32_t key_length, blocks, hashes;

/* The finalizer of splitmix64. */
static uint64_t mix(uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
  return x ^ x >> 31;
}

/* Eight bytes at a time; the last are filled up with zeroes, and the length tells such items apart. */
static uint64_t hash(uint32_t length) {
  uint64_t state = mix(length + 0x9e3779b97f4a7c15ULL);
  for (uint32_t i = 0; i < length; i += 8) {
    uint64_t word = 0;
    for (uint32_t j = 0; j < 8 && i + j < length; j++) {
      word |= (uint64_t)item[i + j] << 8 * j;
    }
    state = mix(state ^ word) + 0x9e3779b97f4a7c15ULL;
  }
  return mix(state);
}

static int read_key(void) {
  int32_t length = quern_arg(0, key, KEY_MAX);
  key_length = (uint32_t)length;
  return length >= 1 && length <= KEY_MAX;
}

static int read_filter(void) {
  quern_value filter = quern_read(0, key, key_length);
  if (filter.length != 8) {
    return 0;
  }
  blocks = quern_u32(filter.bytes);
  hashes = quern_u32(filter.bytes + 4);
  return blocks >= 1 && blocks <= BLOCKS_MAX;
}

QUERN_ENTRY(make) {
  uint32_t items, bits;
  if (!read_key() || !quern_arg_u32(1, &items) || !quern_arg_u32(2, &bits) || items == 0 || bits == 0 || bits > BITS_PER_ITEM_MAX) {
    return 1;
  }
  uint64_t wanted = ((uint64_t)items * bits + BLOCK_BITS - 1) / BLOCK_BITS;
  if (wanted > BLOCKS_MAX) {
    return 1;
  }
  if (quern_read(0, key, key_length).length >= 0) {
    return 2;
  }
  /* The best number of bits is bits per item times ln 2. */
  uint32_t filter[2] = {(uint32_t)wanted, (bits * 693 + 500) / 1000};
  filter[1] = filter[1] == 0 ? 1 : filter[1];
  return quern_put(0, key, key_length, filter, sizeof filter) == QUERN_OK ? 0 : 3;
}

/* The bits of an item are at start, start + step, …: step is odd, and so they are apart. */
static uint32_t start, step;

/* Reads an item, and the block that it belongs to; 0 for an item that is too long. */
static int find_block(int32_t index, quern_value *found) {
  int32_t length = quern_arg(index, item, sizeof item);
  if (length < 0 || length > ITEM_MAX) {
    return 0;
  }
  uint64_t hashed = hash((uint32_t)length);
  uint32_t number = __builtin_bswap32((uint32_t)((hashed >> 32) * blocks >> 32));
  key[key_length] = 0;
  __builtin_memcpy(key + key_length + 1, &number, sizeof number);
  start = (uint32_t)hashed;
  step = (uint32_t)mix(hashed) | 1;
  *found = quern_read(0, key, key_length + 5);
  return 1;
}

static uint32_t bit(uint32_t i) { return (start + i * step) % BLOCK_BITS; }

static int has_all(quern_value found) {
  if (found.length != BLOCK_BYTES) {
    return 0;
  }
  for (uint32_t i = 0; i < hashes; i++) {
    if ((found.bytes[bit(i) / 8] >> bit(i) % 8 & 1) == 0) {
      return 0;
    }
  }
  return 1;
}

static int for_all(int adds) {
  if (!read_key()) {
    return 1;
  }
  if (!read_filter()) {
    return 2;
  }
  for (int32_t i = 1; i < quern_arg_count(); i++) {
    quern_value found;
    if (!find_block(i, &found)) {
      return 1;
    }
    uint8_t answer = (uint8_t)(has_all(found) != adds);
    quern_reply(&answer, 1);
    if (adds && answer) {
      for (uint32_t j = 0; j < BLOCK_BYTES; j++) {
        block[j] = found.length == BLOCK_BYTES ? found.bytes[j] : 0;
      }
      for (uint32_t j = 0; j < hashes; j++) {
        block[bit(j) / 8] |= (uint8_t)(1 << bit(j) % 8);
      }
      if (quern_put(0, key, key_length + 5, block, BLOCK_BYTES) != QUERN_OK) {
        return 3;
      }
    }
  }
  return 0;
}

QUERN_ENTRY(add) { return for_all(1); }

QUERN_ENTRY(test) { return for_all(0); }
