package dev.quern.server.resp;

/** What a command does: reads its arguments, writes exactly one reply. Arity and tenant have been checked. Thread: the core's. */
@FunctionalInterface
interface CommandHandler {
    void run(RespConnection connection, Arguments arguments, ReplyWriter reply);
}
