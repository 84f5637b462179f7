/*
 * Quern functions in C: what a guest may call, and small helpers. Nothing else is needed; there is no libc.
 *
 *   clang --target=wasm32 -O2 -nostdlib -Wl,--no-entry -Wl,--import-memory -o hello.wasm hello.c
 *
 * An entry is an exported function without parameters that returns 0 for success. Anything else, a trap or a deadline drops all
 * that the invocation wrote. Records are read where they lie: what quern_get points to can be read until the entry returns and
 * never be written. Table handle 0 is the table that the invocation names. docs/functions.md tells the rest.
 */
#ifndef QUERN_H
#define QUERN_H

typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef int int32_t;
typedef unsigned long long uint64_t;
typedef long long int64_t;
typedef __SIZE_TYPE__ size_t;

_Static_assert(sizeof(uint64_t) == 8 && sizeof(uint32_t) == 4, "wasm32 is expected");

#define QUERN_IMPORT(name) __attribute__((import_module("quern"), import_name(#name)))

/* An entry: QUERN_ENTRY(run) { return 0; } */
#define QUERN_ENTRY(name) __attribute__((export_name(#name))) int name(void)

/* Statuses, all below 0. What a function cannot decide about, as quotas, ends it instead. */
enum {
  QUERN_OK = 0,
  QUERN_NOT_FOUND = -1,
  QUERN_EXISTS = -2,
  QUERN_CONFLICT = -3,
  QUERN_OVER_QUOTA = -4,
  QUERN_TOO_LARGE = -5,
  QUERN_NOT_A_NUMBER = -6,
  QUERN_OVERFLOW = -7,
  QUERN_READ_ONLY = -8,
  QUERN_BAD_KEY = -9,
  QUERN_TRANSACTION_TOO_LARGE = -10
};

/* The value of a key: length in the upper 32 bits, address in the lower; or a status. See quern_read. */
QUERN_IMPORT(get) int64_t quern_get(int32_t table, const void *key, uint32_t key_length);

QUERN_IMPORT(put)
int32_t quern_put(int32_t table, const void *key, uint32_t key_length, const void *value, uint32_t value_length);

/* As quern_put, for a record that is gone ttl_ms from now; ttl_ms is above 0. */
QUERN_IMPORT(put_ttl)
int32_t quern_put_ttl(int32_t table, const void *key, uint32_t key_length, const void *value, uint32_t value_length,
                      int64_t ttl_ms);

QUERN_IMPORT(delete) int32_t quern_delete(int32_t table, const void *key, uint32_t key_length);

/* Adds to a number kept as decimal text (absent: 0); the sum goes to *result. */
QUERN_IMPORT(incr)
int32_t quern_incr(int32_t table, const void *key, uint32_t key_length, int64_t delta, int64_t *result);

/* Writes if the value is as expected, byte for byte; expected_length QUERN_ABSENT expects no record. QUERN_CONFLICT if not. */
#define QUERN_ABSENT ((uint32_t)-1)
QUERN_IMPORT(cas)
int32_t quern_cas(int32_t table, const void *key, uint32_t key_length, const void *expected, uint32_t expected_length,
                  const void *value, uint32_t value_length);

/*
 * Walks over a range of an ordered table: each of 8 cursors (0 to 7) may be opened, and opened anew, in a call. A key of length 0 bounds
 * nothing. Without flags the keys from low to high, both left out. QUERN_TOO_LARGE for a key that is none. A record that another call
 * inserts into what was walked makes this call a conflict, which is run again.
 */
enum {
  QUERN_RANGE_BACKWARDS = 1,
  QUERN_RANGE_LOW_INCLUDED = 2,
  QUERN_RANGE_HIGH_INCLUDED = 4,
  QUERN_RANGE_PREFIX = 8 /* low is what the keys begin with; high must be empty */
};
QUERN_IMPORT(range)
int32_t quern_range(int32_t cursor, int32_t table, const void *low, uint32_t low_length, const void *high,
                    uint32_t high_length, uint32_t flags);
/* The value of the next record, as quern_get; QUERN_NOT_FOUND behind the last. Shows what this call wrote, too. */
QUERN_IMPORT(range_next) int64_t quern_range_next(int32_t cursor);
/* The key of the record that quern_range_next gave; QUERN_NOT_FOUND when it gave none. */
QUERN_IMPORT(range_key) int64_t quern_range_key(int32_t cursor);

/* The handle of one of the tenant's tables, or QUERN_NOT_FOUND. */
QUERN_IMPORT(table) int32_t quern_table(const char *name, uint32_t name_length);

QUERN_IMPORT(arg_count) int32_t quern_arg_count(void);
/* QUERN_NOT_FOUND when there is no such argument. */
QUERN_IMPORT(arg_len) int32_t quern_arg_length(int32_t index);
/* Copies up to capacity bytes of an argument; returns its whole length, or QUERN_NOT_FOUND. */
QUERN_IMPORT(arg) int32_t quern_arg(int32_t index, void *target, uint32_t capacity);

/* Appends to the reply; the bytes may lie in a record. */
QUERN_IMPORT(reply) int32_t quern_reply(const void *bytes, uint32_t length);

QUERN_IMPORT(log) void quern_log(const char *line, uint32_t length);

/* Unix milliseconds; the same throughout an invocation. */
QUERN_IMPORT(now) int64_t quern_now(void);

/* Fills so many bytes, 65536 at most, with random ones, good enough for secrets. */
QUERN_IMPORT(random) int32_t quern_random(void *target, uint32_t length);

/*
 * Calls another of the tenant's functions, by name, with a quern_list of arguments: within this call's transaction, time and table 0. QUERN_OK, or
 * QUERN_FAILED when it returned another number than 0, which goes to *result, and all that it wrote is dropped; QUERN_NOT_FOUND,
 * QUERN_PAUSED. When it traps, so does this call. A function that is running, or one of its module, cannot be called.
 */
enum { QUERN_FAILED = -20, QUERN_PAUSED = -29 };
QUERN_IMPORT(call)
int32_t quern_call(const char *name, uint32_t name_length, const void *list, uint32_t list_length, int32_t *result);
/* Copies up to capacity bytes of what the last function called replied; returns its whole length, QUERN_NOT_FOUND for none. */
QUERN_IMPORT(call_reply) int32_t quern_call_reply(void *target, uint32_t capacity);

/* A value where it lies. */
typedef struct {
  const uint8_t *bytes;
  int32_t length; /* or a status */
} quern_value;

static inline quern_value quern_found(int64_t found) {
  quern_value value;
  value.bytes = found < 0 ? 0 : (const uint8_t *)(uint32_t)found;
  value.length = found < 0 ? (int32_t)found : (int32_t)(found >> 32);
  return value;
}

static inline quern_value quern_read(int32_t table, const void *key, uint32_t key_length) {
  return quern_found(quern_get(table, key, key_length));
}

static inline quern_value quern_range_value(int32_t cursor) { return quern_found(quern_range_next(cursor)); }

static inline quern_value quern_range_key_of(int32_t cursor) { return quern_found(quern_range_key(cursor)); }

/*
 * Room for large things: zero at first, at the same place in every call, kept from call to call by a warm instance and gone with it.
 * 0 when the function's memory limit does not allow it. (Large static variables work too, but fill the module with zeros.)
 */
extern uint8_t __heap_base;

static inline void *quern_room(uint32_t bytes) {
  uint32_t start = ((uint32_t)&__heap_base + 15) & ~15U;
  uint32_t pages = (start + bytes + 65535) / 65536;
  uint32_t there = __builtin_wasm_memory_size(0);
  if (pages > there && __builtin_wasm_memory_grow(0, pages - there) == (size_t)-1) {
    return 0;
  }
  return (void *)start;
}

#ifndef __wasi__
/* What clang calls for copies and fills whose length it does not know, and would find in a C library. */
__attribute__((weak, no_builtin("memcpy"))) void *memcpy(void *target, const void *source, size_t length) {
  uint8_t *to = target;
  const uint8_t *from = source;
  for (; length >= 8; length -= 8, to += 8, from += 8) {
    __builtin_memcpy(to, from, 8);
  }
  while (length-- > 0) {
    *to++ = *from++;
  }
  return target;
}

__attribute__((weak, no_builtin("memset"))) void *memset(void *target, int value, size_t length) {
  uint8_t *to = target;
  while (length-- > 0) {
    *to++ = (uint8_t)value;
  }
  return target;
}
#endif

/* A little-endian number at any address. */
static inline uint32_t quern_u32(const void *from) {
  uint32_t number;
  __builtin_memcpy(&number, from, sizeof number);
  return number;
}

/* Arguments for quern_call, in room of the caller's: begun with { room, sizeof room, 0 }. */
typedef struct {
  uint8_t *bytes;
  uint32_t capacity;
  uint32_t length;
} quern_list;

/* Adds an argument; 0 when there is no room. A list of length 0 has none. */
static inline int quern_list_add(quern_list *list, const void *bytes, uint32_t length) {
  uint32_t start = list->length == 0 ? 4 : list->length, count = 0;
  if (list->capacity < start + 4 || list->capacity - start - 4 < length) {
    return 0;
  }
  if (list->length != 0) {
    __builtin_memcpy(&count, list->bytes, sizeof count);
  }
  count++;
  __builtin_memcpy(list->bytes, &count, sizeof count);
  __builtin_memcpy(list->bytes + start, &length, sizeof length);
  __builtin_memcpy(list->bytes + start + 4, bytes, length);
  list->length = start + 4 + length;
  return 1;
}

/* Argument index as a u32; 0 when it is not exactly four bytes long. */
static inline int quern_arg_u32(int32_t index, uint32_t *number) {
  return quern_arg(index, number, sizeof *number) == (int32_t)sizeof *number;
}

/* Decimal text of a number; returns its length, 20 at most. */
static inline uint32_t quern_decimal(int64_t number, char *target) {
  char digits[20];
  uint32_t count = 0, length = 0;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  do {
    digits[count++] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (number < 0) {
    target[length++] = '-';
  }
  while (count > 0) {
    target[length++] = digits[--count];
  }
  return length;
}

/* The number that decimal text says; 0 when it says none of 64 bits. */
static inline int quern_parse(const uint8_t *text, uint32_t length, int64_t *number) {
  uint32_t at = length > 0 && text[0] == '-';
  uint64_t limit = at ? 1ULL << 63 : (1ULL << 63) - 1;
  uint64_t sum = 0;
  if (at == length || length - at > 19) {
    return 0;
  }
  for (uint32_t i = at; i < length; i++) {
    uint32_t digit = (uint32_t)text[i] - '0';
    if (digit > 9 || sum > (limit - digit) / 10) {
      return 0;
    }
    sum = sum * 10 + digit;
  }
  *number = at ? (int64_t)(0 - sum) : (int64_t)sum;
  return 1;
}

#endif
