/* Calls other functions, in every way that goes and that does not; deployed by tests under several names. */
#include "../quern.h"

static uint8_t name[64], room[8192], buffers[3][4096];
static int32_t result;

static uint32_t take(int32_t index) {
  int32_t length = quern_arg(index, buffers[index], sizeof buffers[index]);
  return length < 0 ? 0 : (uint32_t)length;
}

/* Calls the function of argument 0 with the others. */
static int32_t forward(void) {
  uint8_t argument[4096];
  quern_list list = {room, sizeof room, 0};
  int32_t length = quern_arg(0, name, sizeof name);
  for (int32_t i = 1; i < quern_arg_count(); i++) {
    quern_list_add(&list, argument, (uint32_t)quern_arg(i, argument, sizeof argument));
  }
  result = 0;
  return quern_call((const char *)name, (uint32_t)length, room, list.length, &result);
}

static void reply_what_came(int32_t status) {
  uint8_t reply[4096];
  int32_t head[3] = {status, result, quern_call_reply(reply, sizeof reply)};
  quern_reply(head, sizeof head);
  if (head[2] > 0) {
    quern_reply(reply, (uint32_t)head[2]);
  }
}

/* Replies i32 status, i32 result, i32 length of the reply or -1, the reply. */
QUERN_ENTRY(pass) {
  reply_what_came(forward());
  return 0;
}

/* Returns what the function called did, and replies what it replied. */
QUERN_ENTRY(tail) {
  uint8_t reply[4096];
  int32_t status = forward(), length = quern_call_reply(reply, sizeof reply);
  if (length >= 0) {
    quern_reply(reply, (uint32_t)length);
  }
  return status == QUERN_FAILED ? result : status;
}

/* Puts key (argument 0) and value (argument 1), replies the value, and returns argument 2 (u32). */
QUERN_ENTRY(write) {
  uint32_t key = take(0), value = take(1), code = 99;
  quern_put(0, buffers[0], key, buffers[1], value);
  quern_reply(buffers[1], value);
  quern_arg_u32(2, &code);
  return (int)code;
}

/* Writes "mine" to k1 and k2, calls, and replies what k1, k2 and k3 are then, each with a ";"; then adds "!" to k1. */
QUERN_ENTRY(around) {
  quern_put(0, "k1", 2, "mine", 4);
  quern_put(0, "k2", 2, "mine", 4);
  forward();
  for (char i = '1'; i <= '3'; i++) {
    char key[2] = {'k', i};
    quern_value value = quern_read(0, key, 2);
    quern_reply(value.bytes, value.length < 0 ? 0 : (uint32_t)value.length);
    quern_reply(";", 1);
  }
  return -quern_put(0, "k1", 2, "mine!", 5);
}

/* Changes k1 twice, deletes k2, makes k3, and returns argument 0 (u32). */
QUERN_ENTRY(meddle) {
  uint32_t code = 99;
  quern_put(0, "k1", 2, "other", 5);
  quern_put(0, "k1", 2, "another", 7);
  quern_delete(0, "k2", 2);
  quern_put(0, "k3", 2, "new", 3);
  quern_arg_u32(0, &code);
  return (int)code;
}

/* Walks over table "ordered" by cursor 0 and calls at every record; replies the keys. */
QUERN_ENTRY(walk) {
  if (quern_range(0, quern_table("ordered", 7), 0, 0, 0, 0, 0) != QUERN_OK) {
    return 1;
  }
  while (quern_range_value(0).length >= 0) {
    quern_value key = quern_range_key_of(0);
    quern_reply(key.bytes, (uint32_t)key.length);
    if (quern_arg_count() > 0 && forward() != QUERN_OK) {
      return 2;
    }
  }
  return 0;
}

/* Goes on with a cursor that it did not open. */
QUERN_ENTRY(steal) { return quern_range_value(0).length >= 0; }

/* Reads what another call replied. */
QUERN_ENTRY(eavesdrop) { return quern_call_reply(room, sizeof room) != QUERN_NOT_FOUND; }

QUERN_ENTRY(spin) {
  for (volatile uint32_t i = 0;; i++) {
  }
}

QUERN_ENTRY(trap) {
  quern_put(0, "trapped", 7, "", 0);
  __builtin_trap();
}

/* Calls with a list that is none, and with names and results that are nowhere. */
QUERN_ENTRY(bad_list) { return quern_call("x.tail", 6, "\1\0\0\0\5\0\0\0abc", 11, &result); }

QUERN_ENTRY(bad_name) { return quern_call((const char *)0x3ffffff0, 64, 0, 0, &result); }

QUERN_ENTRY(bad_result) {
  quern_value record = quern_read(0, "record", 6);
  return quern_call("x.tail", 6, 0, 0, (int32_t *)(uint32_t)record.bytes);
}

/* Replies 16 random bytes, and asks for none. */
QUERN_ENTRY(random) {
  return quern_random(room, 16) || quern_random(room, 0) || quern_random(room + 100, 0) ? 1 : quern_reply(room, 16);
}

/* Argument 0 (u32): how many. */
QUERN_ENTRY(random_many) {
  uint32_t count;
  return quern_arg_u32(0, &count) ? quern_random(quern_room(100000), count) : 99;
}
