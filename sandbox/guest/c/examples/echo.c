/* Replies its arguments, one after the other; 1 MiB each at most. */
#include "../quern.h"

enum { CAPACITY = 1 << 20 };

QUERN_ENTRY(run) {
  void *buffer = quern_room(CAPACITY);
  if (buffer == 0) {
    return 1;
  }
  int32_t count = quern_arg_count();
  for (int32_t i = 0; i < count; i++) {
    int32_t length = quern_arg(i, buffer, CAPACITY);
    if (length > CAPACITY) {
      return 2;
    }
    quern_reply(buffer, (uint32_t)length);
  }
  return 0;
}
