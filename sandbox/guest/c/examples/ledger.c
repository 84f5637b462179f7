/*
 * A ledger: accounts, and transfers between them that happen once and wholly. Accounts are in the call's own table; argument 0 names an
 * ordered table that keeps, for every account, a journal of all that was booked on it, in order. Amounts are whole numbers of the smallest
 * unit. Money comes in from an account that may go below zero. What always holds: an account's balance is the sum of its journal and never
 * below its floor, every booking has its counterpart with the opposite amount, and so all balances together are zero.
 *
 * open      arguments journal, account, i64 floor (0, or below 0 for how far it may go). 2: there is one already.
 * transfer  arguments journal, from, to, i64 amount (above 0), u64 bookings that from must have had before (all ones: however many), and an
 *           id for this transfer (up to 64 bytes, or empty). A transfer whose id was booked before is not booked again, and replies as
 *           then. Replies u64 number of the booking on from, i64 its balance after that. 2: no such account, 3: not enough, 4: another number
 *           of bookings, 5: the id is that of another transfer.
 * balance   arguments journal, account. Replies i64 balance, u64 bookings. 2: no such account.
 * history   arguments journal, account, u64 first number, u32 how many. Replies for each u64 number, i64 amount, i64 balance after it, i64 time
 *           in unix milliseconds, u64 number on the other account, u32 length and name of the other account.
 * check     arguments journal, account. Replies u64 bookings, u64 those in the journal, u64 what is wrong with them (0: nothing).
 * total     arguments journal, accounts…. Replies i64 sum of their balances, at one moment.
 *
 * Numbers are little-endian, names of accounts have 1 to 255 bytes. All return 1 for bad arguments, 9 when the store refuses a write.
 */
#include "../quern.h"

enum { NAME_MAX = 255, ID_MAX = 64, TABLE_MAX = 64, ENTRY_HEADER = 36 };

/* Kinds of records in the call's own table, as their keys' first byte. */
enum { ACCOUNT = 'a', TRANSFER = 't' };

typedef struct {
  uint8_t key[1 + NAME_MAX];
  uint32_t length; /* of the name */
  int64_t balance, floor;
  uint64_t bookings;
} account;

static account accounts[2];

static int64_t get_i64(const uint8_t *from) {
  int64_t number;
  __builtin_memcpy(&number, from, sizeof number);
  return number;
}

static int read_i64(int32_t index, int64_t *number) { return quern_arg(index, number, sizeof *number) == (int32_t)sizeof *number; }

static int32_t journal_table(void) {
  char name[TABLE_MAX];
  int32_t length = quern_arg(0, name, sizeof name);
  return length < 1 || length > TABLE_MAX ? QUERN_NOT_FOUND : quern_table(name, (uint32_t)length);
}

static int read_name(int32_t index, account *read) {
  int32_t length = quern_arg(index, read->key + 1, NAME_MAX);
  read->key[0] = ACCOUNT;
  read->length = (uint32_t)length;
  return length >= 1 && length <= NAME_MAX;
}

static int load(account *read) {
  quern_value record = quern_read(0, read->key, 1 + read->length);
  if (record.length != 24) {
    return 0;
  }
  read->balance = get_i64(record.bytes);
  read->floor = get_i64(record.bytes + 8);
  read->bookings = (uint64_t)get_i64(record.bytes + 16);
  return 1;
}

static int store(const account *written) {
  int64_t record[3] = {written->balance, written->floor, (int64_t)written->bookings};
  return quern_put(0, written->key, 1 + written->length, record, sizeof record) == QUERN_OK;
}

static int same(const account *a, const account *b) {
  if (a->length != b->length) {
    return 0;
  }
  for (uint32_t i = 1; i <= a->length; i++) {
    if (a->key[i] != b->key[i]) {
      return 0;
    }
  }
  return 1;
}

/* The journal's key of a booking: the name's length and the name, so that no account's journal runs into another's; then the number. */
static uint8_t entry_key[1 + NAME_MAX + 8];

static uint32_t make_entry_key(const account *of, uint64_t number) {
  entry_key[0] = (uint8_t)of->length;
  __builtin_memcpy(entry_key + 1, of->key + 1, of->length);
  number = __builtin_bswap64(number);
  __builtin_memcpy(entry_key + 1 + of->length, &number, sizeof number);
  return 1 + of->length + 8;
}

/* Books on one side; 0 when the store refuses. */
static int book(int32_t journal, account *on, int64_t amount, const account *other, uint64_t other_number) {
  static uint8_t entry[ENTRY_HEADER + NAME_MAX];
  int64_t now = quern_now();
  on->balance += amount;
  on->bookings++;
  __builtin_memcpy(entry, &amount, 8);
  __builtin_memcpy(entry + 8, &on->balance, 8);
  __builtin_memcpy(entry + 16, &now, 8);
  __builtin_memcpy(entry + 24, &other_number, 8);
  __builtin_memcpy(entry + 32, &other->length, 4);
  __builtin_memcpy(entry + ENTRY_HEADER, other->key + 1, other->length);
  uint32_t key_length = make_entry_key(on, on->bookings);
  return store(on) && quern_put(journal, entry_key, key_length, entry, ENTRY_HEADER + other->length) == QUERN_OK;
}

QUERN_ENTRY(open) {
  account *opened = &accounts[0];
  if (journal_table() < 0 || !read_name(1, opened) || !read_i64(2, &opened->floor) || opened->floor > 0) {
    return 1;
  }
  if (load(opened)) {
    return 2;
  }
  opened->balance = 0;
  opened->bookings = 0;
  return store(opened) ? 0 : 9;
}

/* What a transfer's id stands for: the number on from, the balance after it, the amount, both names. */
static uint8_t receipt[24 + 2 * (1 + NAME_MAX)];

static uint32_t make_receipt(uint64_t number, int64_t balance, int64_t amount) {
  uint32_t at = 24;
  __builtin_memcpy(receipt, &number, 8);
  __builtin_memcpy(receipt + 8, &balance, 8);
  __builtin_memcpy(receipt + 16, &amount, 8);
  for (int i = 0; i < 2; i++) {
    receipt[at++] = (uint8_t)accounts[i].length;
    __builtin_memcpy(receipt + at, accounts[i].key + 1, accounts[i].length);
    at += accounts[i].length;
  }
  return at;
}

QUERN_ENTRY(transfer) {
  account *from = &accounts[0], *to = &accounts[1];
  uint8_t id[1 + ID_MAX] = {TRANSFER};
  int64_t amount, expected, left;
  int32_t journal = journal_table();
  int32_t id_length = quern_arg(5, id + 1, ID_MAX);
  if (journal < 0 || !read_name(1, from) || !read_name(2, to) || !read_i64(3, &amount) || amount <= 0 || !read_i64(4, &expected) ||
      id_length < 0 || id_length > ID_MAX || same(from, to)) {
    return 1;
  }
  quern_value booked = quern_read(0, id, 1 + (uint32_t)id_length);
  if (id_length > 0 && booked.length >= 24) {
    uint32_t length = make_receipt((uint64_t)get_i64(booked.bytes), get_i64(booked.bytes + 8), amount);
    if ((uint32_t)booked.length != length) {
      return 5;
    }
    for (uint32_t i = 0; i < length; i++) {
      if (receipt[i] != booked.bytes[i]) {
        return 5;
      }
    }
    return quern_reply(booked.bytes, 16);
  }
  if (!load(from) || !load(to)) {
    return 2;
  }
  if (expected != -1 && (uint64_t)expected != from->bookings) {
    return 4;
  }
  if (__builtin_sub_overflow(from->balance, amount, &left) || left < from->floor ||
      __builtin_add_overflow(to->balance, amount, &left)) {
    return 3;
  }
  if (!book(journal, from, -amount, to, to->bookings + 1) || !book(journal, to, amount, from, from->bookings)) {
    return 9;
  }
  uint32_t length = make_receipt(from->bookings, from->balance, amount);
  quern_reply(receipt, 16);
  return id_length == 0 || quern_put(0, id, 1 + (uint32_t)id_length, receipt, length) == QUERN_OK ? 0 : 9;
}

QUERN_ENTRY(balance) {
  account *of = &accounts[0];
  if (journal_table() < 0 || !read_name(1, of)) {
    return 1;
  }
  if (!load(of)) {
    return 2;
  }
  quern_reply(&of->balance, 8);
  return quern_reply(&of->bookings, 8);
}

static int open_journal(int32_t cursor, int32_t journal, const account *of, uint64_t first) {
  static uint8_t last_key[sizeof entry_key];
  uint32_t length = make_entry_key(of, ~0ULL);
  __builtin_memcpy(last_key, entry_key, length);
  make_entry_key(of, first);
  return quern_range(cursor, journal, entry_key, length, last_key, length, QUERN_RANGE_LOW_INCLUDED | QUERN_RANGE_HIGH_INCLUDED) ==
         QUERN_OK;
}

static uint64_t number_of(quern_value key) { return __builtin_bswap64((uint64_t)get_i64(key.bytes + key.length - 8)); }

QUERN_ENTRY(history) {
  account *of = &accounts[0];
  int32_t journal = journal_table();
  int64_t first;
  uint32_t most;
  if (journal < 0 || !read_name(1, of) || !read_i64(2, &first) || !quern_arg_u32(3, &most) ||
      !open_journal(0, journal, of, (uint64_t)first)) {
    return 1;
  }
  for (; most > 0; most--) {
    quern_value entry = quern_range_value(0);
    if (entry.length < 0) {
      break;
    }
    uint64_t number = number_of(quern_range_key_of(0));
    quern_reply(&number, sizeof number);
    quern_reply(entry.bytes, (uint32_t)entry.length);
  }
  return 0;
}

/* Whether the other side of a booking has the opposite amount and leads back to it. */
static int has_counterpart(int32_t journal, const account *of, uint64_t number, const uint8_t *entry) {
  account *other = &accounts[1];
  other->length = quern_u32(entry + 32);
  if (other->length > NAME_MAX) {
    return 0;
  }
  __builtin_memcpy(other->key + 1, entry + ENTRY_HEADER, other->length);
  quern_value there = quern_read(journal, entry_key, make_entry_key(other, (uint64_t)get_i64(entry + 24)));
  if (there.length != ENTRY_HEADER + (int32_t)of->length || get_i64(there.bytes) != -get_i64(entry) ||
      (uint64_t)get_i64(there.bytes + 24) != number) {
    return 0;
  }
  for (uint32_t i = 0; i < of->length; i++) {
    if (there.bytes[ENTRY_HEADER + i] != of->key[1 + i]) {
      return 0;
    }
  }
  return 1;
}

QUERN_ENTRY(check) {
  account *of = &accounts[0];
  int32_t journal = journal_table();
  if (journal < 0 || !read_name(1, of)) {
    return 1;
  }
  if (!load(of)) {
    return 2;
  }
  uint64_t counts[3] = {of->bookings, 0, 0};
  int64_t sum = 0;
  if (!open_journal(0, journal, of, 0)) {
    return 1;
  }
  for (;;) {
    quern_value entry = quern_range_value(0);
    if (entry.length < ENTRY_HEADER) {
      break;
    }
    uint64_t number = number_of(quern_range_key_of(0));
    sum += get_i64(entry.bytes);
    counts[1]++;
    counts[2] += number != counts[1] || sum != get_i64(entry.bytes + 8) || sum < of->floor ||
                 !has_counterpart(journal, of, number, entry.bytes);
  }
  counts[2] += sum != of->balance;
  return quern_reply(counts, sizeof counts);
}

QUERN_ENTRY(total) {
  int64_t sum = 0;
  for (int32_t i = 1; i < quern_arg_count(); i++) {
    if (!read_name(i, &accounts[0])) {
      return 1;
    }
    if (!load(&accounts[0])) {
      return 2;
    }
    sum += accounts[0].balance;
  }
  return quern_reply(&sum, sizeof sum);
}
