package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.PutCondition;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreStatus;

/**
 * Commands that read and write, or write several records, as one step that no other core sees half of: each is a transaction, tried
 * again when another core was quicker. Thread: the core's.
 */
final class AtomicCommands {
    /** What a command does to the records, and its reply to that: OK, or what the store refused it for. */
    @FunctionalInterface
    interface Step {
        int run(RespConnection connection, Arguments arguments, ReplyWriter reply);
    }

    private AtomicCommands() {}

    /** Does a step in a transaction; what it replied is taken back when it has to begin again, or the store refuses it. */
    static void atomically(RespConnection connection, Arguments arguments, ReplyWriter reply, Step step) {
        Records records = connection.records();
        int start = reply.size();
        int errors = reply.errors();
        int status = StoreStatus.CONFLICT;
        for (int attempt = 0;
                attempt < RespLimits.TRANSACTION_ATTEMPTS_MAX && status == StoreStatus.CONFLICT;
                attempt++) {
            reply.cutTo(start, errors);
            records.begin();
            status = step.run(connection, arguments, reply);
            if (status == StoreStatus.OK) {
                status = records.commit();
            } else {
                records.abort();
            }
        }
        if (status != StoreStatus.OK) {
            reply.cutTo(start, errors);
            Errors.status(reply, status);
        }
    }

    /** SET with GET: the value before, whether or not the new one was set. */
    static void setAndGet(RespConnection connection, Arguments arguments, SetOptions options, ReplyWriter reply) {
        atomically(connection, arguments, reply, (client, words, answer) -> setAndGet(client, words, answer, options));
    }

    private static int setAndGet(
            RespConnection connection, Arguments arguments, ReplyWriter reply, SetOptions options) {
        long before = Keys.find(connection, arguments, 1);
        boolean absent = before == Record.NONE;
        StringCommands.value(reply, before);
        if (StringCommands.isOther(before) || options.has(absent ? PutCondition.IF_PRESENT : PutCondition.IF_ABSENT)) {
            return StoreStatus.OK;
        }
        boolean keep = options.has(PutCondition.KEEP_EXPIRY) && !absent;
        return put(connection, arguments, keep ? Record.expiryMs(before) : options.expiryMs());
    }

    /** Puts the second argument under the first. */
    private static int put(RespConnection connection, Arguments arguments, long expiryMs) {
        return put(connection, arguments, arguments.address(2), arguments.length(2), expiryMs);
    }

    private static int put(RespConnection connection, Arguments arguments, long value, int length, long expiryMs) {
        return connection
                .records()
                .put(arguments.address(1), arguments.length(1), value, length, expiryMs, PutCondition.NONE);
    }

    static void getset(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        atomically(connection, arguments, reply, AtomicCommands::exchange);
    }

    private static int exchange(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        long before = Keys.find(connection, arguments, 1);
        StringCommands.value(reply, before);
        return StringCommands.isOther(before) ? StoreStatus.OK : put(connection, arguments, Record.NO_EXPIRY);
    }

    static void getdel(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        atomically(connection, arguments, reply, AtomicCommands::take);
    }

    private static int take(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        long before = Keys.find(connection, arguments, 1);
        StringCommands.value(reply, before);
        return before == Record.NONE || Record.isStructured(before)
                ? StoreStatus.OK
                : connection.records().delete(arguments.address(1), arguments.length(1));
    }

    static void append(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        atomically(connection, arguments, reply, AtomicCommands::join);
    }

    private static int join(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        long before = Keys.find(connection, arguments, 1);
        boolean absent = before == Record.NONE;
        if (StringCommands.isOther(before)) {
            reply.error(Errors.WRONG_TYPE);
            return StoreStatus.OK;
        }
        int length = absent ? 0 : Record.valueLength(before);
        int added = arguments.length(2);
        if (length + added > RespLimits.BULK_BYTES_MAX) {
            reply.error(Errors.VALUE_TOO_LONG);
            return StoreStatus.OK;
        }
        long joined = connection.core().core().scratch().reserve(length + added);
        if (length > 0) {
            NativeMemory.copy(Record.valueAddress(before), joined, length);
        }
        NativeMemory.copy(arguments.address(2), joined + length, added);
        reply.integer(length + added);
        return put(connection, arguments, joined, length + added, absent ? Record.NO_EXPIRY : Record.expiryMs(before));
    }

    static void mset(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (isPairs(Command.MSET, arguments, reply)) {
            atomically(connection, arguments, reply, AtomicCommands::putAll);
        }
    }

    static void msetnx(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (isPairs(Command.MSETNX, arguments, reply)) {
            atomically(connection, arguments, reply, AtomicCommands::putAllUnlessThere);
        }
    }

    private static boolean isPairs(Command command, Arguments arguments, ReplyWriter reply) {
        boolean isPairs = arguments.count() % 2 == 1;
        if (!isPairs) {
            Errors.wrongArity(reply, command.label());
        }
        return isPairs;
    }

    private static int putAll(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        reply.ok();
        return putPairs(connection.records(), arguments);
    }

    private static int putAllUnlessThere(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        for (int key = 1; key < arguments.count(); key += 2) {
            if (Keys.find(connection, arguments, key) != Record.NONE) {
                reply.integer(0);
                return StoreStatus.OK;
            }
        }
        reply.integer(1);
        return putPairs(connection.records(), arguments);
    }

    private static int putPairs(Records records, Arguments arguments) {
        int status = StoreStatus.OK;
        for (int key = 1; key < arguments.count() && status == StoreStatus.OK; key += 2) {
            status = records.put(
                    arguments.address(key),
                    arguments.length(key),
                    arguments.address(key + 1),
                    arguments.length(key + 1),
                    Record.NO_EXPIRY,
                    PutCondition.NONE);
        }
        return status;
    }

    static void del(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (arguments.count() > 2) {
            atomically(connection, arguments, reply, AtomicCommands::deleteAll);
            return;
        }
        int status = Keys.possible(arguments, 1)
                ? connection.records().delete(arguments.address(1), arguments.length(1))
                : StoreStatus.NOT_FOUND;
        if (status == StoreStatus.OK || status == StoreStatus.NOT_FOUND) {
            reply.integer(status == StoreStatus.OK ? 1 : 0);
        } else {
            Errors.status(reply, status);
        }
    }

    private static int deleteAll(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        int deleted = 0;
        for (int key = 1; key < arguments.count(); key++) {
            int status = Keys.possible(arguments, key)
                    ? connection.records().delete(arguments.address(key), arguments.length(key))
                    : StoreStatus.NOT_FOUND;
            if (status == StoreStatus.OK) {
                deleted++;
            } else if (status != StoreStatus.NOT_FOUND) {
                return status;
            }
        }
        reply.integer(deleted);
        return StoreStatus.OK;
    }
}
