/*
 * Walks over a range of an ordered table, as range.c: argument 0 is the table's name, argument 1 what the keys begin with, argument 2
 * (u32) how many records at most, argument 3 (u32) 1 for backwards. Entry run replies each key and value, read in place, as
 * "key=value;". Entry next_id writes the record behind the greatest: it reads the last key, decimal text, and puts "here" at one more.
 */
import * as quern from "../quern";
import { Bytes } from "../quern";

export function run(): i32 {
  quern.begin();
  const table = quern.table(quern.argument(0));
  const prefix = quern.argument(1);
  const most = quern.argument(2);
  const backwards = quern.argument(3);
  if (table < 0 || !quern.isU32(most) || !quern.isU32(backwards)) {
    return 1;
  }
  const flags = quern.PREFIX | (backwards.u32At(0) ? quern.BACKWARDS : 0);
  if (quern.range(0, table, prefix.isFound ? prefix : null, null, flags) != quern.OK) {
    return 2;
  }
  const equals = Bytes.of("=");
  const semicolon = Bytes.of(";");
  for (let left = most.u32At(0); left > 0; left--) {
    const value = quern.rangeNext(0);
    if (!value.isFound) {
      break;
    }
    quern.reply(quern.rangeKey(0));
    quern.reply(equals);
    quern.reply(value);
    quern.reply(semicolon);
  }
  return 0;
}

export function next_id(): i32 {
  quern.begin();
  const table = quern.table(quern.argument(0));
  if (table < 0 || quern.range(0, table, null, null, quern.BACKWARDS) != quern.OK) {
    return 1;
  }
  let last: i64 = 0;
  if (quern.rangeNext(0).isFound) {
    if (!quern.parse(quern.rangeKey(0))) {
      return 2;
    }
    last = quern.number();
  }
  const next = Bytes.of((last + 1).toString());
  quern.reply(next);
  return quern.put(table, next, Bytes.of("here")) == quern.OK ? 0 : 3;
}
