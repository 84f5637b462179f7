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
    private AtomicCommands() {}

    /** SET with GET: the value before, whether or not the new one was set. */
    static void setAndGet(RespConnection connection, Arguments arguments, SetOptions options, ReplyWriter reply) {
        Records records = connection.records();
        int status = Keys.possible(arguments, 1) ? StoreStatus.CONFLICT : StoreStatus.BAD_KEY;
        for (int attempt = 0;
                attempt < RespLimits.TRANSACTION_ATTEMPTS_MAX && status == StoreStatus.CONFLICT;
                attempt++) {
            records.begin();
            long before = records.find(arguments.address(1), arguments.length(1));
            boolean absent = before == Record.NONE;
            if (options.has(absent ? PutCondition.IF_PRESENT : PutCondition.IF_ABSENT)) {
                records.abort();
                StringCommands.value(reply, before);
                return;
            }
            boolean keep = options.has(PutCondition.KEEP_EXPIRY) && !absent;
            long expiryMs = keep ? Record.expiryMs(before) : options.expiryMs();
            status = put(records, arguments, 2, expiryMs);
            if (status == StoreStatus.OK) {
                StringCommands.value(reply, before);
                return;
            }
        }
        Errors.status(reply, status);
    }

    /** Puts the only record of a transaction and commits. */
    private static int put(Records records, Arguments arguments, int value, long expiryMs) {
        return put(records, arguments, arguments.address(value), arguments.length(value), expiryMs);
    }

    private static int put(Records records, Arguments arguments, long value, int length, long expiryMs) {
        int status = records.put(arguments.address(1), arguments.length(1), value, length, expiryMs, PutCondition.NONE);
        if (status != StoreStatus.OK) {
            records.abort();
            return status;
        }
        return records.commit();
    }

    static void getset(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        Records records = connection.records();
        int status = Keys.possible(arguments, 1) ? StoreStatus.CONFLICT : StoreStatus.BAD_KEY;
        for (int attempt = 0;
                attempt < RespLimits.TRANSACTION_ATTEMPTS_MAX && status == StoreStatus.CONFLICT;
                attempt++) {
            records.begin();
            long before = records.find(arguments.address(1), arguments.length(1));
            status = put(records, arguments, 2, Record.NO_EXPIRY);
            if (status == StoreStatus.OK) {
                StringCommands.value(reply, before);
                return;
            }
        }
        Errors.status(reply, status);
    }

    static void getdel(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (!Keys.possible(arguments, 1)) {
            reply.nil();
            return;
        }
        Records records = connection.records();
        int status = StoreStatus.CONFLICT;
        for (int attempt = 0;
                attempt < RespLimits.TRANSACTION_ATTEMPTS_MAX && status == StoreStatus.CONFLICT;
                attempt++) {
            records.begin();
            long before = records.find(arguments.address(1), arguments.length(1));
            if (before == Record.NONE) {
                records.abort();
                reply.nil();
                return;
            }
            status = records.delete(arguments.address(1), arguments.length(1));
            if (status != StoreStatus.OK) {
                records.abort();
                break;
            }
            status = records.commit();
            if (status == StoreStatus.OK) {
                StringCommands.value(reply, before);
                return;
            }
        }
        Errors.status(reply, status);
    }

    static void append(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        Records records = connection.records();
        int status = Keys.possible(arguments, 1) ? StoreStatus.CONFLICT : StoreStatus.BAD_KEY;
        for (int attempt = 0;
                attempt < RespLimits.TRANSACTION_ATTEMPTS_MAX && status == StoreStatus.CONFLICT;
                attempt++) {
            records.begin();
            long before = records.find(arguments.address(1), arguments.length(1));
            int length = before == Record.NONE ? 0 : Record.valueLength(before);
            int added = arguments.length(2);
            if (length + added > RespLimits.BULK_BYTES_MAX) {
                records.abort();
                reply.error(Errors.VALUE_TOO_LONG);
                return;
            }
            long joined = connection.core().core().scratch().reserve(length + added);
            if (length > 0) {
                NativeMemory.copy(Record.valueAddress(before), joined, length);
            }
            NativeMemory.copy(arguments.address(2), joined + length, added);
            long expiryMs = before == Record.NONE ? Record.NO_EXPIRY : Record.expiryMs(before);
            status = put(records, arguments, joined, length + added, expiryMs);
            if (status == StoreStatus.OK) {
                reply.integer(length + added);
                return;
            }
        }
        Errors.status(reply, status);
    }

    static void mset(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        int status = putAll(Command.MSET, connection, arguments, reply);
        if (status == StoreStatus.OK) {
            reply.ok();
        }
    }

    static void msetnx(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        int status = putAll(Command.MSETNX, connection, arguments, reply);
        if (status == StoreStatus.OK || status == StoreStatus.EXISTS) {
            reply.integer(status == StoreStatus.OK ? 1 : 0);
        }
    }

    /** Writes the error itself, but leaves OK and EXISTS to the caller. */
    private static int putAll(Command command, RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (arguments.count() % 2 == 0) {
            Errors.wrongArity(reply, command.label());
            return StoreStatus.BAD_KEY;
        }
        Records records = connection.records();
        int status = StoreStatus.CONFLICT;
        for (int attempt = 0;
                attempt < RespLimits.TRANSACTION_ATTEMPTS_MAX && status == StoreStatus.CONFLICT;
                attempt++) {
            records.begin();
            status = command == Command.MSETNX ? anyThere(records, arguments) : StoreStatus.OK;
            for (int key = 1; key < arguments.count() && status == StoreStatus.OK; key += 2) {
                status = records.put(
                        arguments.address(key),
                        arguments.length(key),
                        arguments.address(key + 1),
                        arguments.length(key + 1),
                        Record.NO_EXPIRY,
                        PutCondition.NONE);
            }
            if (status == StoreStatus.OK) {
                status = records.commit();
            } else {
                records.abort();
            }
        }
        if (status != StoreStatus.OK && status != StoreStatus.EXISTS) {
            Errors.status(reply, status);
        }
        return status;
    }

    private static int anyThere(Records records, Arguments arguments) {
        for (int key = 1; key < arguments.count(); key += 2) {
            if (Keys.possible(arguments, key)
                    && records.find(arguments.address(key), arguments.length(key)) != Record.NONE) {
                return StoreStatus.EXISTS;
            }
        }
        return StoreStatus.OK;
    }

    static void del(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        Records records = connection.records();
        if (arguments.count() == 2) {
            int status = Keys.possible(arguments, 1)
                    ? records.delete(arguments.address(1), arguments.length(1))
                    : StoreStatus.NOT_FOUND;
            if (status == StoreStatus.OK || status == StoreStatus.NOT_FOUND) {
                reply.integer(status == StoreStatus.OK ? 1 : 0);
            } else {
                Errors.status(reply, status);
            }
            return;
        }
        int status = StoreStatus.CONFLICT;
        for (int attempt = 0;
                attempt < RespLimits.TRANSACTION_ATTEMPTS_MAX && status == StoreStatus.CONFLICT;
                attempt++) {
            records.begin();
            int deleted = 0;
            status = StoreStatus.OK;
            for (int key = 1; key < arguments.count() && status == StoreStatus.OK; key++) {
                if (Keys.possible(arguments, key)
                        && records.find(arguments.address(key), arguments.length(key)) != Record.NONE) {
                    status = records.delete(arguments.address(key), arguments.length(key));
                    deleted++;
                }
            }
            if (status != StoreStatus.OK) {
                records.abort();
                break;
            }
            status = records.commit();
            if (status == StoreStatus.OK) {
                reply.integer(deleted);
                return;
            }
        }
        Errors.status(reply, status);
    }
}
