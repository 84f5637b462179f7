/*
 * Gets argument 1 (u32) records, one after the other, and adds up all that is in them. Argument 0 (i64) is the key of the first; each
 * record begins with the key of the next. Replies the sum of the whole words of eight bytes.
 */
#include "../quern.h"

QUERN_ENTRY(run) {
  int64_t key, sum = 0;
  uint32_t count;
  if (quern_arg(0, &key, sizeof key) != (int32_t)sizeof key || !quern_arg_u32(1, &count)) return 1;
  for (; count > 0; count--) {
    quern_value value = quern_read(0, &key, sizeof key);
    if (value.length < 8) return 2;
    const int64_t *words = (const int64_t *)value.bytes;
    for (int32_t i = 0; i < value.length / 8; i++) sum += words[i];
    key = words[0];
  }
  quern_reply(&sum, sizeof sum);
  return 0;
}
