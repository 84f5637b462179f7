/*
 * Quern functions in AssemblyScript: what a guest may call, and small helpers. One file, to be imported as "./quern".
 *
 *   asc hello.ts -o hello.wasm -O --runtime stub --importMemory --use abort=quern/abort
 *
 * An entry is an exported function without parameters that returns 0 for success, and begins with begin(). Anything else, a trap or a
 * deadline drops all that the invocation wrote. Records are read where they lie: a Bytes that get gave can be read until the entry
 * returns and never be written. docs/functions.md tells the rest.
 */

/* Statuses, all below 0. What a function cannot decide about, as quotas, ends it instead. */
export const OK: i32 = 0;
export const NOT_FOUND: i32 = -1;
export const CONFLICT: i32 = -3;
export const TOO_LARGE: i32 = -5;
export const NOT_A_NUMBER: i32 = -6;
export const OVERFLOW: i32 = -7;
export const BAD_KEY: i32 = -9;
export const FAILED: i32 = -20;
export const PAUSED: i32 = -29;

/* The table that the invocation names. */
export const TABLE: i32 = 0;

/* For range. */
export const BACKWARDS: u32 = 1;
export const LOW_INCLUDED: u32 = 2;
export const HIGH_INCLUDED: u32 = 4;
export const PREFIX: u32 = 8;

// @ts-ignore: decorator
@external("quern", "get") declare function rawGet(table: i32, key: usize, keyLength: i32): i64;
// @ts-ignore: decorator
@external("quern", "put")
declare function rawPut(table: i32, key: usize, keyLength: i32, value: usize, valueLength: i32): i32;
// @ts-ignore: decorator
@external("quern", "put_ttl")
declare function rawPutTtl(table: i32, key: usize, keyLength: i32, value: usize, valueLength: i32, ttlMs: i64): i32;
// @ts-ignore: decorator
@external("quern", "delete") declare function rawDelete(table: i32, key: usize, keyLength: i32): i32;
// @ts-ignore: decorator
@external("quern", "incr")
declare function rawIncr(table: i32, key: usize, keyLength: i32, delta: i64, result: usize): i32;
// @ts-ignore: decorator
@external("quern", "cas")
declare function rawCas(
  table: i32, key: usize, keyLength: i32, expected: usize, expectedLength: i32, value: usize, valueLength: i32): i32;
// @ts-ignore: decorator
@external("quern", "range")
declare function rawRange(
  cursor: i32, table: i32, low: usize, lowLength: i32, high: usize, highLength: i32, flags: u32): i32;
// @ts-ignore: decorator
@external("quern", "range_next") declare function rawRangeNext(cursor: i32): i64;
// @ts-ignore: decorator
@external("quern", "range_key") declare function rawRangeKey(cursor: i32): i64;
// @ts-ignore: decorator
@external("quern", "table") declare function rawTable(name: usize, nameLength: i32): i32;
// @ts-ignore: decorator
@external("quern", "arg_len") declare function rawArgumentLength(index: i32): i32;
// @ts-ignore: decorator
@external("quern", "arg") declare function rawArgument(index: i32, target: usize, capacity: i32): i32;
// @ts-ignore: decorator
@external("quern", "reply") declare function rawReply(bytes: usize, length: i32): i32;
// @ts-ignore: decorator
@external("quern", "log") declare function rawLog(line: usize, length: i32): void;
// @ts-ignore: decorator
@external("quern", "random") declare function rawRandom(target: usize, length: i32): i32;
// @ts-ignore: decorator
@external("quern", "call")
declare function rawCall(name: usize, nameLength: i32, list: usize, listLength: i32, result: usize): i32;
// @ts-ignore: decorator
@external("quern", "call_reply") declare function rawCallReply(target: usize, capacity: i32): i32;

// @ts-ignore: decorator
@external("quern", "arg_count") export declare function argumentCount(): i32;
/* Unix milliseconds; the same throughout an invocation. */
// @ts-ignore: decorator
@external("quern", "now") export declare function now(): i64;

/* Begins an entry: all that earlier calls allocated is free again, so keep nothing of it in globals. */
export function begin(): void {
  heap.reset();
}

/* What AssemblyScript calls when an assertion fails, an index is out of bounds or something is thrown: the message is logged. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  log((message ? message! : "abort") + " at " + (file ? file! : "?") + ":" + line.toString() + ":" + column.toString());
  unreachable();
}

/* Bytes at an address, which may lie in a record; or the status that stands for none. */
export class Bytes {
  constructor(readonly address: usize, readonly length: i32) {}

  /* The bytes of a text, in UTF-8. */
  static of(text: string): Bytes {
    const encoded = String.UTF8.encode(text);
    return new Bytes(changetype<usize>(encoded), encoded.byteLength);
  }

  /* So many bytes to fill by setU8, setU32 and setF32. */
  static room(length: i32): Bytes {
    return new Bytes(changetype<usize>(new ArrayBuffer(length)), length);
  }

  get isFound(): bool {
    return this.length >= 0;
  }

  text(): string {
    return String.UTF8.decodeUnsafe(this.address, max(this.length, 0));
  }

  u8At(offset: i32): u8 {
    this.check(offset, 1);
    return load<u8>(this.address + offset);
  }

  /* A little-endian number at any offset. */
  u32At(offset: i32): u32 {
    this.check(offset, 4);
    return load<u32>(this.address + offset);
  }

  f32At(offset: i32): f32 {
    this.check(offset, 4);
    return load<f32>(this.address + offset);
  }

  setU8(offset: i32, value: u8): void {
    this.check(offset, 1);
    store<u8>(this.address + offset, value);
  }

  setU32(offset: i32, value: u32): void {
    this.check(offset, 4);
    store<u32>(this.address + offset, value);
  }

  setF32(offset: i32, value: f32): void {
    this.check(offset, 4);
    store<f32>(this.address + offset, value);
  }

  private check(offset: i32, length: i32): void {
    assert(offset >= 0 && this.length >= length && offset <= this.length - length, "offset out of bounds");
  }
}

function found(result: i64): Bytes {
  return result < 0 ? new Bytes(0, <i32>result) : new Bytes(<usize>(<u32>result), <i32>(result >> 32));
}

/* The value of a key, where it lies; its length is NOT_FOUND when there is none. */
export function get(table: i32, key: Bytes): Bytes {
  return found(rawGet(table, key.address, key.length));
}

export function put(table: i32, key: Bytes, value: Bytes): i32 {
  return rawPut(table, key.address, key.length, value.address, value.length);
}

/* As put, for a record that is gone ttlMs from now; ttlMs is above 0. */
export function putTtl(table: i32, key: Bytes, value: Bytes, ttlMs: i64): i32 {
  return rawPutTtl(table, key.address, key.length, value.address, value.length, ttlMs);
}

export function remove(table: i32, key: Bytes): i32 {
  return rawDelete(table, key.address, key.length);
}

/* What the last incr that returned OK came to. */
export function sum(): i64 {
  return load<i64>(SUM);
}

const SUM = memory.data(8, 8);

/* Adds to a number kept as decimal text (absent: 0); sum() is the sum. */
export function incr(table: i32, key: Bytes, delta: i64): i32 {
  return rawIncr(table, key.address, key.length, delta, SUM);
}

/* Writes if the value is as expected, byte for byte; null expects no record. CONFLICT if not. */
export function cas(table: i32, key: Bytes, expected: Bytes | null, value: Bytes): i32 {
  const address = expected ? expected!.address : 0;
  const length = expected ? expected!.length : -1;
  return rawCas(table, key.address, key.length, address, length, value.address, value.length);
}

/*
 * Walks over a range of an ordered table: each of 8 cursors (0 to 7) may be opened, and opened anew, in a call. null bounds nothing.
 * Without flags the keys from low to high, both left out; with PREFIX those that begin with low.
 */
export function range(cursor: i32, table: i32, low: Bytes | null, high: Bytes | null, flags: u32): i32 {
  return rawRange(
    cursor, table, low ? low!.address : 0, low ? low!.length : 0, high ? high!.address : 0, high ? high!.length : 0, flags);
}

/* The value of the next record; its length is NOT_FOUND behind the last. Shows what this call wrote, too. */
export function rangeNext(cursor: i32): Bytes {
  return found(rawRangeNext(cursor));
}

/* The key of the record that rangeNext gave. */
export function rangeKey(cursor: i32): Bytes {
  return found(rawRangeKey(cursor));
}

/* The handle of one of the tenant's tables, or NOT_FOUND. */
export function table(name: Bytes): i32 {
  return rawTable(name.address, name.length);
}

/* A copy of an argument; its length is NOT_FOUND when there is none. */
export function argument(index: i32): Bytes {
  const length = rawArgumentLength(index);
  if (length < 0) {
    return new Bytes(0, length);
  }
  const copy = Bytes.room(length);
  rawArgument(index, copy.address, length);
  return copy;
}

/* Whether an argument has exactly four bytes, and can be read by u32At(0). */
export function isU32(argument: Bytes): bool {
  return argument.length == 4;
}

/* Appends to the reply; the bytes may lie in a record. */
export function reply(bytes: Bytes): void {
  rawReply(bytes.address, max(bytes.length, 0));
}

export function log(line: string): void {
  const bytes = Bytes.of(line);
  rawLog(bytes.address, bytes.length);
}

/* So many random bytes, 65536 at most, good enough for secrets. */
export function random(length: i32): Bytes {
  const bytes = Bytes.room(length);
  rawRandom(bytes.address, length);
  return bytes;
}

const RESULT = memory.data(8, 8);

/*
 * Calls another of the tenant's functions, within this call's transaction, time and table: OK, or FAILED when it returned another number
 * than 0, which callResult() gives, and all that it wrote is dropped; NOT_FOUND, PAUSED. When it traps, so does this call. A function that is
 * running, or one of its module, cannot be called.
 */
export function call(name: string, list: Bytes[]): i32 {
  let length = 4;
  for (let i = 0; i < list.length; i++) {
    length += 4 + unchecked(list[i]).length;
  }
  const bytes = Bytes.room(length);
  bytes.setU32(0, list.length);
  let at = 4;
  for (let i = 0; i < list.length; i++) {
    bytes.setU32(at, unchecked(list[i]).length);
    memory.copy(bytes.address + at + 4, unchecked(list[i]).address, unchecked(list[i]).length);
    at += 4 + unchecked(list[i]).length;
  }
  const encoded = Bytes.of(name);
  return rawCall(encoded.address, encoded.length, bytes.address, length, RESULT);
}

export function callResult(): i32 {
  return load<i32>(RESULT);
}

/* A copy of what the last function called replied; its length is NOT_FOUND when it replied nothing. */
export function callReply(): Bytes {
  const length = rawCallReply(0, 0);
  if (length < 0) {
    return new Bytes(0, length);
  }
  const copy = Bytes.room(length);
  rawCallReply(copy.address, length);
  return copy;
}

const NUMBER = memory.data(8, 8);

/* Whether decimal text says a number of 64 bits, which is number() then. */
export function parse(text: Bytes): bool {
  const negative = text.length > 0 && text.u8At(0) == 0x2d;
  const from = i32(negative);
  if (text.length <= from || text.length - from > 19) {
    return false;
  }
  const limit: u64 = negative ? 1 << 63 : (1 << 63) - 1;
  let sum: u64 = 0;
  for (let i = from; i < text.length; i++) {
    const digit: u64 = <u32>text.u8At(i) - 0x30;
    if (digit > 9 || sum > (limit - digit) / 10) {
      return false;
    }
    sum = sum * 10 + digit;
  }
  store<i64>(NUMBER, negative ? <i64>(0 - sum) : <i64>sum);
  return true;
}

export function number(): i64 {
  return load<i64>(NUMBER);
}
