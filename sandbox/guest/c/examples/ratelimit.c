/*
 * A token bucket: argument 0 is the key whose rate is limited, argument 1 (u32) how many tokens the bucket holds, argument 2 (u32) how
 * many flow in per second, argument 3 (u32) how many this request takes. Replies "1" when they were there and were taken, "0" when not,
 * and behind it, after a space, the milliseconds until they would be, 0 when they were. The record, 16 bytes: thousandths of tokens and
 * the time, both u64; it goes by itself once the bucket would be full. Returns 1 for bad arguments, 2 for a record that is no bucket, 3
 * when the store refuses the write.
 */
#include "../quern.h"

static void answer(int taken, uint64_t wait_ms) {
  char text[20];
  quern_reply(taken ? "1 " : "0 ", 2);
  quern_reply(text, quern_decimal((int64_t)wait_ms, text));
}

QUERN_ENTRY(run) {
  uint8_t key[4096];
  uint64_t bucket[2];
  uint32_t capacity, rate, wanted;
  int32_t key_length = quern_arg(0, key, sizeof key);
  if (key_length < 1 || key_length > (int32_t)sizeof key || !quern_arg_u32(1, &capacity) || !quern_arg_u32(2, &rate) ||
      !quern_arg_u32(3, &wanted) || rate == 0 || wanted > capacity) {
    return 1;
  }
  uint64_t now = (uint64_t)quern_now(), full = capacity * 1000ULL;
  quern_value record = quern_read(0, key, (uint32_t)key_length);
  if (record.length == QUERN_NOT_FOUND) {
    bucket[0] = full;
  } else if (record.length == sizeof bucket) {
    __builtin_memcpy(bucket, record.bytes, sizeof bucket);
    /* A token per second is a thousandth per millisecond. Clocks may go backwards; tokens don't. */
    uint64_t elapsed = now > bucket[1] ? now - bucket[1] : 0;
    uint64_t missing = full > bucket[0] ? full - bucket[0] : 0;
    bucket[0] = elapsed > missing / rate ? full : bucket[0] + elapsed * rate;
  } else {
    return 2;
  }
  bucket[1] = now;
  uint64_t price = wanted * 1000ULL;
  if (bucket[0] < price) {
    answer(0, (price - bucket[0] + rate - 1) / rate);
    return 0; /* Nothing was taken, and so nothing is written. */
  }
  bucket[0] -= price;
  answer(1, 0);
  int64_t until_full = (int64_t)((full - bucket[0] + rate - 1) / rate) + 1;
  return quern_put_ttl(0, key, (uint32_t)key_length, bucket, sizeof bucket, until_full) == QUERN_OK ? 0 : 3;
}
