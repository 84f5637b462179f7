/* Does to the window what may not be done; each entry wants a record under "key". */
#include "../quern.h"

static quern_value key(void) { return quern_read(0, "key", 3); }

QUERN_ENTRY(store8) { return *(volatile uint8_t *)key().bytes = 1; }

QUERN_ENTRY(store32) { return (int)(*(volatile uint32_t *)((uint32_t)key().bytes & ~3U) = 1); }

QUERN_ENTRY(store64) { return (int)(*(volatile uint64_t *)((uint32_t)key().bytes & ~7U) = 1); }

QUERN_ENTRY(store_float) {
  *(volatile double *)((uint32_t)key().bytes & ~7U) = 1.5;
  return 0;
}

/* The window as target of what the host writes. */
QUERN_ENTRY(arg) { return quern_arg(0, (void *)key().bytes, 8); }

QUERN_ENTRY(incr) { return quern_incr(0, "number", 6, 1, (int64_t *)key().bytes); }

/* Wherever argument 0 (u32) points: the byte there is the result. */
QUERN_ENTRY(load8) {
  uint32_t address;
  return quern_arg_u32(0, &address) ? *(volatile uint8_t *)address : -1;
}

QUERN_ENTRY(load64) {
  uint32_t address;
  return quern_arg_u32(0, &address) ? (int)*(volatile uint64_t *)address : -1;
}

QUERN_ENTRY(store) {
  uint32_t address;
  return quern_arg_u32(0, &address) ? *(volatile uint8_t *)address = 1 : -1;
}

/* Addresses and lengths that intrinsics must refuse. */
QUERN_ENTRY(reply_beyond) { return quern_reply((void *)0xffffff00U, 0x200); }

QUERN_ENTRY(reply_all) { return quern_reply(0, 0xffffffffU); }

QUERN_ENTRY(key_beyond) { return (int)quern_get(0, (void *)0xfffffff8U, 16); }

QUERN_ENTRY(value_beyond) { return quern_put(0, "key", 3, (void *)0xfffffff8U, 16); }

/* Instructions that move more than a number. */
__attribute__((target("bulk-memory"))) QUERN_ENTRY(fill) {
  quern_value value = key();
  __builtin_memset((void *)value.bytes, 1, (uint32_t)value.length);
  return 0;
}

__attribute__((target("bulk-memory"))) QUERN_ENTRY(copy) {
  quern_value value = key();
  __builtin_memmove((void *)value.bytes, (const void *)64, (uint32_t)value.length);
  return 0;
}
