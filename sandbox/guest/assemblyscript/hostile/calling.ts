/* As pass and random of hostile/calling.c, by the means of the SDK; for tests. */
import * as quern from "../quern";

export function pass(): i32 {
  quern.begin();
  const list: quern.Bytes[] = [];
  for (let i = 1; i < quern.argumentCount(); i++) {
    list.push(quern.argument(i));
  }
  const status = quern.call(quern.argument(0).text(), list);
  const reply = quern.callReply();
  const head = quern.Bytes.room(12);
  head.setU32(0, status);
  head.setU32(4, quern.callResult());
  head.setU32(8, reply.length);
  quern.reply(head);
  quern.reply(reply);
  return 0;
}

export function random(): i32 {
  quern.begin();
  quern.reply(quern.random(16));
  return 0;
}
