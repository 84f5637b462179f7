/*
 * Dependent reads with work between them: argument 0 is a key, argument 1 (u32) how many records to read, argument 2 (u32) how many rounds
 * of xorshift to do in all. The first 16 bytes of each value are the next key. Replies the last 8 bytes of work.
 */
#include "../quern.h"

enum { KEY_LENGTH = 16 };

QUERN_ENTRY(run) {
  uint8_t first_key[KEY_LENGTH];
  uint32_t hops, rounds;
  int32_t length = quern_arg(0, first_key, sizeof first_key);
  if (length != KEY_LENGTH || !quern_arg_u32(1, &hops) || hops == 0 || !quern_arg_u32(2, &rounds)) {
    return 1;
  }
  const uint8_t *key = first_key;
  uint64_t work = 88172645463325252u;
  for (uint32_t left = hops; left > 0; left--) {
    quern_value value = quern_read(0, key, KEY_LENGTH);
    if (value.length < KEY_LENGTH) {
      return 2;
    }
    key = value.bytes;
    for (uint32_t i = rounds / hops; i > 0; i--) {
      work ^= work << 13;
      work ^= work >> 7;
      work ^= work << 17;
    }
  }
  quern_reply(&work, sizeof work);
  return 0;
}
