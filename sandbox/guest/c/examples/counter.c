/* Adds argument 1 (decimal text) to the number under the key of argument 0; replies the sum as decimal text. */
#include "../quern.h"

QUERN_ENTRY(run) {
  uint8_t key[4096], text[20];
  char reply[20];
  int64_t delta, sum;
  int32_t key_length = quern_arg(0, key, sizeof key);
  int32_t length = quern_arg(1, text, sizeof text);
  if (key_length < 1 || key_length > (int32_t)sizeof key || length < 1 || length > (int32_t)sizeof text ||
      !quern_parse(text, (uint32_t)length, &delta)) {
    return 1;
  }
  if (quern_incr(0, key, (uint32_t)key_length, delta, &sum) != QUERN_OK) {
    return 2;
  }
  quern_reply(reply, quern_decimal(sum, reply));
  return 0;
}
