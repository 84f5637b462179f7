/*
 * Moves an amount between two accounts, all or nothing: argument 0 from, 1 to (keys of decimal texts), 2 the amount (decimal text).
 * Returns 1 for bad arguments, 2 for an account that is missing or no number, 3 when there is not enough.
 */
#include "../quern.h"

QUERN_ENTRY(run) {
  uint8_t from[4096], to[4096], text[20];
  int64_t amount, balance;
  int32_t from_length = quern_arg(0, from, sizeof from);
  int32_t to_length = quern_arg(1, to, sizeof to);
  int32_t length = quern_arg(2, text, sizeof text);
  if (from_length < 1 || from_length > (int32_t)sizeof from || to_length < 1 || to_length > (int32_t)sizeof to ||
      length < 1 || length > (int32_t)sizeof text || !quern_parse(text, (uint32_t)length, &amount) || amount < 0) {
    return 1;
  }
  if (quern_read(0, to, (uint32_t)to_length).length < 0 || quern_read(0, from, (uint32_t)from_length).length < 0 ||
      quern_incr(0, from, (uint32_t)from_length, -amount, &balance) != QUERN_OK) {
    return 2;
  }
  if (balance < 0) {
    return 3; /* What was taken comes back: nothing is written unless the entry returns 0. */
  }
  return quern_incr(0, to, (uint32_t)to_length, amount, &balance) == QUERN_OK ? 0 : 2;
}
