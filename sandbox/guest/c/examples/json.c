/*
 * Fields of JSON documents, read in place: one pass over the record (RFC 8259), which ends when the field is found. A field is named by a
 * JSON pointer (RFC 6901): "" is the whole document, "/user/tags/0" the first tag of the user, ~0 stands for ~ and ~1 for /. Of members
 * with the same name the first counts.
 *
 * get:   arguments key, pointer. Replies the field as it stands in the document.
 * text:  arguments key, pointer. Replies a string's text in UTF-8, without quotes and escapes. 5: the field is no string.
 * check: argument key. Returns 0 when all of the record is one JSON document.
 *
 * Return 1 for bad arguments, 2 when there is no such record, 3 when there is no such field, 4 for what is not JSON or is nested more than
 * 512 deep; what comes after a field that was found is not looked at.
 */
#include "../quern.h"

enum { KEY_MAX = 4096, POINTER_MAX = 4096, DEPTH_MAX = 512, END = -1 };

static uint8_t key[KEY_MAX], pointer[POINTER_MAX];

/* The document, from where the parser is to its end. */
static const uint8_t *at, *end;

static int peek(void) { return at < end ? *at : END; }

static void skip_space(void) {
  while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
    at++;
  }
}

static int take(int expected) {
  if (peek() != expected) {
    return 0;
  }
  at++;
  return 1;
}

static int is_digit(int character) { return character >= '0' && character <= '9'; }

static int hex4(uint32_t *unit) {
  *unit = 0;
  for (int i = 0; i < 4; i++) {
    int digit = peek();
    int value = is_digit(digit) ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
    if (value < 0) {
      return 0;
    }
    *unit = *unit << 4 | (uint32_t)value;
    at++;
  }
  return 1;
}

static uint32_t encode(uint32_t code, uint8_t *target) {
  if (code < 0x80) {
    target[0] = (uint8_t)code;
    return 1;
  }
  if (code < 0x800) {
    target[0] = (uint8_t)(0xc0 | code >> 6);
    target[1] = (uint8_t)(0x80 | (code & 0x3f));
    return 2;
  }
  if (code < 0x10000) {
    target[0] = (uint8_t)(0xe0 | code >> 12);
    target[1] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
    target[2] = (uint8_t)(0x80 | (code & 0x3f));
    return 3;
  }
  target[0] = (uint8_t)(0xf0 | code >> 18);
  target[1] = (uint8_t)(0x80 | (code >> 12 & 0x3f));
  target[2] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
  target[3] = (uint8_t)(0x80 | (code & 0x3f));
  return 4;
}

/* The length of the UTF-8 sequence at a place; 0 when it is none (RFC 3629). */
static uint32_t sequence(const uint8_t *from) {
  uint32_t first = from[0], length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length > (uint32_t)(end - from)) {
    return 0;
  }
  for (uint32_t i = 1; i < length; i++) {
    if ((from[i] & 0xc0) != 0x80) {
      return 0;
    }
  }
  if ((first == 0xe0 && from[1] < 0xa0) || (first == 0xed && from[1] > 0x9f) || (first == 0xf0 && from[1] < 0x90) ||
      (first == 0xf4 && from[1] > 0x8f)) {
    return 0;
  }
  return length;
}

/* What comes next in a string: its bytes in UTF-8, 4 at most. 0 at the closing quote, below 0 for what is not allowed. */
static int next_in_string(uint8_t *bytes) {
  int character = peek();
  if (character == '"') {
    at++;
    return 0;
  }
  if (character < ' ') {
    return -1;
  }
  if (character != '\\') {
    uint32_t length = sequence(at);
    for (uint32_t i = 0; i < length; i++) {
      bytes[i] = *at++;
    }
    return length == 0 ? -1 : (int)length;
  }
  at++;
  static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  for (uint32_t i = 0; i < sizeof escapes - 1; i++) {
    if (peek() == escapes[i]) {
      at++;
      bytes[0] = (uint8_t)meant[i];
      return 1;
    }
  }
  uint32_t unit, low;
  if (!take('u') || !hex4(&unit)) {
    return -1;
  }
  if (unit >= 0xd800 && unit < 0xdc00) {
    if (end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
      const uint8_t *before = at;
      at += 2;
      if (!hex4(&low)) {
        return -1;
      }
      if (low >= 0xdc00 && low < 0xe000) {
        return (int)encode(0x10000 + (unit - 0xd800) * 0x400 + (low - 0xdc00), bytes);
      }
      at = before;
    }
    unit = 0xfffd;
  } else if (unit >= 0xdc00 && unit < 0xe000) {
    unit = 0xfffd; /* Half a pair, which the grammar allows and UTF-8 does not. */
  }
  return (int)encode(unit, bytes);
}

/* Behind a string's opening quote. With a name: whether the string is that, a part of the pointer; -1 when it is no string. */
static int string(const uint8_t *name, uint32_t length) {
  uint8_t bytes[4];
  uint32_t seen = 0;
  int is_name = 1;
  for (;;) {
    int count = next_in_string(bytes);
    if (count < 0) {
      return -1;
    }
    if (count == 0) {
      return is_name && seen == length;
    }
    for (int i = 0; i < count && is_name; i++) {
      if (seen == length) {
        is_name = 0;
        break;
      }
      uint8_t wanted = name[seen++];
      if (wanted == '~') {
        wanted = name[seen++] == '0' ? '~' : '/';
      }
      is_name = wanted == bytes[i];
    }
  }
}

static int number(void) {
  take('-');
  if (!take('0')) {
    if (!is_digit(peek())) {
      return 0;
    }
    while (is_digit(peek())) {
      at++;
    }
  }
  if (take('.')) {
    if (!is_digit(peek())) {
      return 0;
    }
    while (is_digit(peek())) {
      at++;
    }
  }
  if (peek() == 'e' || peek() == 'E') {
    at++;
    if (peek() == '+' || peek() == '-') {
      at++;
    }
    if (!is_digit(peek())) {
      return 0;
    }
    while (is_digit(peek())) {
      at++;
    }
  }
  return 1;
}

static int word(const char *text) {
  for (; *text != 0; text++) {
    if (!take(*text)) {
      return 0;
    }
  }
  return 1;
}

/* A value that is neither an object nor an array. */
static int scalar(void) {
  switch (peek()) {
    case '"':
      at++;
      return string(0, 0) >= 0;
    case 't':
      return word("true");
    case 'f':
      return word("false");
    case 'n':
      return word("null");
    default:
      return number();
  }
}

static int name_and_colon(void) {
  skip_space();
  if (!take('"') || string(0, 0) < 0) {
    return 0;
  }
  skip_space();
  return take(':');
}

/* Skips one value of any depth, with a bit for each level instead of recursion. 0 when it is none. */
static int skip_value(uint32_t depth_before) {
  static uint8_t is_object[DEPTH_MAX / 8];
  uint32_t depth = 0;
  for (;;) {
    skip_space();
    int opening = peek();
    if (opening == '{' || opening == '[') {
      if (depth_before + depth == DEPTH_MAX) {
        return 0;
      }
      at++;
      uint8_t mask = (uint8_t)(1 << depth % 8);
      is_object[depth / 8] = (uint8_t)(opening == '{' ? is_object[depth / 8] | mask : is_object[depth / 8] & ~mask);
      depth++;
      skip_space();
      if (peek() != (opening == '{' ? '}' : ']')) {
        if (opening == '{' && !name_and_colon()) {
          return 0;
        }
        continue;
      }
    } else if (!scalar()) {
      return 0;
    }
    /* A value has ended, or an empty one is about to: close what closes here. */
    for (;;) {
      if (depth == 0) {
        return 1;
      }
      skip_space();
      int in_object = is_object[(depth - 1) / 8] >> (depth - 1) % 8 & 1;
      if (take(in_object ? '}' : ']')) {
        depth--;
      } else if (take(',')) {
        if (in_object && !name_and_colon()) {
          return 0;
        }
        break;
      } else {
        return 0;
      }
    }
  }
}

/* Moves to the member of that name, behind its colon: 0, 3 or 4. */
static int enter_object(const uint8_t *name, uint32_t length, uint32_t depth) {
  skip_space();
  if (take('}')) {
    return 3;
  }
  for (;;) {
    skip_space();
    if (!take('"')) {
      return 4;
    }
    int is_wanted = string(name, length);
    skip_space();
    if (is_wanted < 0 || !take(':')) {
      return 4;
    }
    if (is_wanted) {
      return 0;
    }
    if (!skip_value(depth)) {
      return 4;
    }
    skip_space();
    if (take('}')) {
      return 3;
    }
    if (!take(',')) {
      return 4;
    }
  }
}

/* The index that a part of a pointer says: digits without a leading zero; -1 when it says none. */
static int64_t array_index(const uint8_t *name, uint32_t length) {
  int64_t index = 0;
  if (length == 0 || length > 9 || (name[0] == '0' && length > 1)) {
    return -1;
  }
  for (uint32_t i = 0; i < length; i++) {
    if (!is_digit(name[i])) {
      return -1;
    }
    index = index * 10 + (name[i] - '0');
  }
  return index;
}

static int enter_array(int64_t index, uint32_t depth) {
  skip_space();
  if (peek() == ']' || index < 0) {
    return 3;
  }
  for (; index > 0; index--) {
    if (!skip_value(depth)) {
      return 4;
    }
    skip_space();
    if (take(']')) {
      return 3;
    }
    if (!take(',')) {
      return 4;
    }
  }
  return 0;
}

/* Moves to what the pointer names: 0, 3 or 4. */
static int find(uint32_t pointer_length) {
  uint32_t part = 0;
  for (uint32_t depth = 1;; depth++) {
    skip_space();
    if (part == pointer_length) {
      return 0;
    }
    const uint8_t *name = pointer + ++part;
    while (part < pointer_length && pointer[part] != '/') {
      part++;
    }
    uint32_t length = (uint32_t)(pointer + part - name);
    if (depth > DEPTH_MAX) {
      return 3;
    }
    int status = take('{') ? enter_object(name, length, depth) : take('[') ? enter_array(array_index(name, length), depth) : scalar() ? 3 : 4;
    if (status != 0) {
      return status;
    }
  }
}

static int open_record(void) {
  int32_t length = quern_arg(0, key, sizeof key);
  if (length < 1 || length > KEY_MAX) {
    return 1;
  }
  quern_value record = quern_read(0, key, (uint32_t)length);
  if (record.length < 0) {
    return 2;
  }
  at = record.bytes;
  end = record.bytes + record.length;
  return 0;
}

/* Opens the record of argument 0 and moves to the field of argument 1. */
static int open_field(void) {
  int32_t length = quern_arg(1, pointer, sizeof pointer);
  if (length < 0 || length > POINTER_MAX || (length > 0 && pointer[0] != '/')) {
    return 1;
  }
  for (int32_t i = 0; i < length; i++) {
    if (pointer[i] == '~' && (i + 1 == length || (pointer[i + 1] != '0' && pointer[i + 1] != '1'))) {
      return 1;
    }
  }
  int status = open_record();
  return status == 0 ? find((uint32_t)length) : status;
}

QUERN_ENTRY(get) {
  int status = open_field();
  if (status != 0) {
    return status;
  }
  const uint8_t *field = at;
  if (!skip_value(0)) {
    return 4;
  }
  return quern_reply(field, (uint32_t)(at - field));
}

QUERN_ENTRY(text) {
  int status = open_field();
  if (status != 0) {
    return status;
  }
  if (!take('"')) {
    return scalar() || peek() == '{' || peek() == '[' ? 5 : 4;
  }
  static uint8_t text[4096];
  uint32_t length = 0;
  quern_reply(text, 0);
  for (;;) {
    if (length > sizeof text - 4) {
      quern_reply(text, length);
      length = 0;
    }
    int count = next_in_string(text + length);
    if (count <= 0) {
      quern_reply(text, length);
      return count == 0 ? 0 : 4;
    }
    length += (uint32_t)count;
  }
}

QUERN_ENTRY(check) {
  int status = open_record();
  if (status != 0) {
    return status;
  }
  if (!skip_value(0)) {
    return 4;
  }
  skip_space();
  return at == end ? 0 : 4;
}
