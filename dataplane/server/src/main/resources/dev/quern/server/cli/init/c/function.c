/* Counts how often it was called for a key, and replies the count. */
#include "quern.h"

QUERN_ENTRY(run) {
  char key[256], reply[20];
  int64_t sum;
  int32_t length = quern_arg(0, key, sizeof key);
  if (length < 1 || length > (int32_t)sizeof key) {
    return 1;
  }
  if (quern_incr(0, key, (uint32_t)length, 1, &sum) != QUERN_OK) {
    return 2;
  }
  quern_reply(reply, quern_decimal(sum, reply));
  return 0;
}
