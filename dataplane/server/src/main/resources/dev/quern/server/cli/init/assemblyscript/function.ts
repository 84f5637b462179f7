/* Counts how often it was called for a key, and replies the count. */
import * as quern from "./quern";

export function run(): i32 {
  quern.begin();
  const key = quern.argument(0);
  if (key.length < 1 || key.length > 256) {
    return 1;
  }
  if (quern.incr(quern.TABLE, key, 1) != quern.OK) {
    return 2;
  }
  quern.reply(quern.Bytes.of(quern.sum().toString()));
  return 0;
}
