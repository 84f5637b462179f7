/*
 * Follows a chain: argument 0 is a key, argument 1 (u32) how many records to read. The first 16 bytes of each value, or as many as
 * there are, are the next key. Replies the last value. Entry run; every key but the first is read out of its record in place.
 */
#include "../quern.h"

enum { KEY_LENGTH = 16 };

QUERN_ENTRY(run) {
  uint8_t first_key[4096];
  uint32_t hops;
  int32_t length = quern_arg(0, first_key, sizeof first_key);
  if (length < 1 || length > (int32_t)sizeof first_key || !quern_arg_u32(1, &hops) || hops == 0) {
    return 1;
  }
  const uint8_t *key = first_key;
  quern_value value;
  do {
    value = quern_read(0, key, (uint32_t)length);
    if (value.length < 0) {
      return 2;
    }
    key = value.bytes;
    length = value.length < KEY_LENGTH ? value.length : KEY_LENGTH;
  } while (--hops > 0);
  quern_reply(value.bytes, (uint32_t)value.length);
  return 0;
}
