package dev.quern.server.resp;

import dev.quern.kvstore.PutCondition;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreStatus;

/** Commands on one record's value. Those that read and write at once are in {@link AtomicCommands}. Thread: the core's. */
final class StringCommands {
    private StringCommands() {}

    static void get(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        value(reply, Keys.find(connection, arguments, 1));
    }

    /** The record's value, or nil; an error when it is no string. */
    static void value(ReplyWriter reply, long record) {
        if (record == Record.NONE) {
            reply.nil();
        } else if (Record.isStructured(record)) {
            reply.error(Errors.WRONG_TYPE);
        } else {
            reply.bulk(Record.valueAddress(record), Record.valueLength(record));
        }
    }

    /** Whether it is there, and no string. */
    static boolean isOther(long record) {
        return record != Record.NONE && Record.isStructured(record);
    }

    static void set(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (arguments.count() > 3) {
            setWithOptions(connection, arguments, reply);
            return;
        }
        int status = put(connection, arguments, 2, Record.NO_EXPIRY, PutCondition.NONE);
        if (status == StoreStatus.OK) {
            reply.ok();
        } else {
            Errors.status(reply, status);
        }
    }

    private static int put(RespConnection connection, Arguments arguments, int value, long expiryMs, int conditions) {
        return connection
                .records()
                .put(
                        arguments.address(1),
                        arguments.length(1),
                        arguments.address(value),
                        arguments.length(value),
                        expiryMs,
                        conditions);
    }

    private static void setWithOptions(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        long nowMs = connection.core().core().nowMs();
        SetOptions options = SetOptions.parse(Command.SET, arguments, 3, reply);
        if (options == null || !options.readTime(Command.SET, arguments, nowMs, reply)) {
            return;
        }
        if (options.get()) {
            AtomicCommands.setAndGet(connection, arguments, options, reply);
            return;
        }
        int status = put(connection, arguments, 2, options.expiryMs(), options.conditions());
        if (status == StoreStatus.OK) {
            reply.ok();
        } else if (status == StoreStatus.EXISTS || status == StoreStatus.NOT_FOUND) {
            reply.nil();
        } else {
            Errors.status(reply, status);
        }
    }

    static void setnx(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        int status = put(connection, arguments, 2, Record.NO_EXPIRY, PutCondition.IF_ABSENT);
        if (status == StoreStatus.OK || status == StoreStatus.EXISTS) {
            reply.integer(status == StoreStatus.OK ? 1 : 0);
        } else {
            Errors.status(reply, status);
        }
    }

    static void setex(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        setFor(Command.SETEX, connection, arguments, true, reply);
    }

    static void psetex(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        setFor(Command.PSETEX, connection, arguments, false, reply);
    }

    private static void setFor(
            Command command, RespConnection connection, Arguments arguments, boolean seconds, ReplyWriter reply) {
        long nowMs = connection.core().core().nowMs();
        long expiryMs = SetOptions.read(command, arguments, 2, seconds, false, nowMs, reply);
        if (expiryMs == ExpiryArgument.INVALID) {
            return;
        }
        int status = put(connection, arguments, 3, expiryMs, PutCondition.NONE);
        if (status == StoreStatus.OK) {
            reply.ok();
        } else {
            Errors.status(reply, status);
        }
    }

    static void getex(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        long nowMs = connection.core().core().nowMs();
        SetOptions options = SetOptions.parse(Command.GETEX, arguments, 2, reply);
        if (options == null) {
            return;
        }
        long record = Keys.find(connection, arguments, 1);
        if (isOther(record)) {
            reply.error(Errors.WRONG_TYPE);
            return;
        }
        if (record != Record.NONE && !options.readTime(Command.GETEX, arguments, nowMs, reply)) {
            return;
        }
        if (record != Record.NONE && (options.timed() || options.persist())) {
            Records records = connection.records();
            boolean past = options.timed() && options.expiryMs() <= nowMs;
            int status = past
                    ? records.delete(arguments.address(1), arguments.length(1))
                    : records.expire(arguments.address(1), arguments.length(1), options.expiryMs());
            if (status != StoreStatus.OK && status != StoreStatus.NOT_FOUND) {
                Errors.status(reply, status);
                return;
            }
        }
        value(reply, record);
    }

    static void mget(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        reply.array(arguments.count() - 1L);
        for (int index = 1; index < arguments.count() && !reply.overflowed(); index++) {
            long record = Keys.find(connection, arguments, index);
            value(reply, isOther(record) ? Record.NONE : record);
        }
    }

    static void strlen(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        long record = Keys.find(connection, arguments, 1);
        if (isOther(record)) {
            reply.error(Errors.WRONG_TYPE);
        } else {
            reply.integer(record == Record.NONE ? 0 : Record.valueLength(record));
        }
    }

    static void incr(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        increment(connection, arguments, 1, reply);
    }

    static void decr(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        increment(connection, arguments, -1, reply);
    }

    static void incrby(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (arguments.isLong(2)) {
            increment(connection, arguments, arguments.asLong(2), reply);
        } else {
            reply.error(Errors.NOT_AN_INTEGER);
        }
    }

    static void decrby(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (!arguments.isLong(2)) {
            reply.error(Errors.NOT_AN_INTEGER);
        } else if (arguments.asLong(2) == Long.MIN_VALUE) {
            reply.error("ERR decrement would overflow");
        } else {
            increment(connection, arguments, -arguments.asLong(2), reply);
        }
    }

    private static void increment(RespConnection connection, Arguments arguments, long delta, ReplyWriter reply) {
        Records records = connection.records();
        int status = records.increment(arguments.address(1), arguments.length(1), delta);
        if (status == StoreStatus.OK) {
            reply.integer(records.resultLong());
        } else if (status == StoreStatus.NOT_A_NUMBER && isOther(Keys.find(connection, arguments, 1))) {
            reply.error(Errors.WRONG_TYPE);
        } else {
            Errors.status(reply, status);
        }
    }
}
