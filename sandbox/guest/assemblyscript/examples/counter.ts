/* Adds argument 1 (decimal text) to the number under the key of argument 0; replies the sum as decimal text. As counter.c. */
import * as quern from "../quern";

export function run(): i32 {
  quern.begin();
  const key = quern.argument(0);
  if (key.length < 1 || key.length > 4096 || !quern.parse(quern.argument(1))) {
    return 1;
  }
  if (quern.incr(quern.TABLE, key, quern.number()) != quern.OK) {
    return 2;
  }
  quern.reply(quern.Bytes.of(quern.sum().toString()));
  return 0;
}
