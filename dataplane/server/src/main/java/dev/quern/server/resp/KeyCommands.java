package dev.quern.server.resp;

import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;

/** Commands on keys, whatever their values. Thread: the core's. */
final class KeyCommands {
    /** Above this a time left is rounded to the nearest second, as in Redis. */
    private static final int HALF_SECOND_MS = 500;

    private KeyCommands() {}

    static void exists(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        int there = 0;
        for (int index = 1; index < arguments.count(); index++) {
            if (Keys.find(connection, arguments, index) != Record.NONE) {
                there++;
            }
        }
        reply.integer(there);
    }

    static void type(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        reply.simple(StructureLayout.typeName(Keys.find(connection, arguments, 1)));
    }

    static void ttl(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        long left = left(connection, arguments);
        reply.integer(left < 0 ? left : (left + HALF_SECOND_MS) / 1000);
    }

    static void pttl(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        reply.integer(left(connection, arguments));
    }

    /** Milliseconds left; -1 for a record that stays, -2 for none. */
    private static long left(RespConnection connection, Arguments arguments) {
        long record = Keys.find(connection, arguments, 1);
        if (record == Record.NONE) {
            return -2;
        }
        long expiryMs = Record.expiryMs(record);
        return expiryMs == Record.NO_EXPIRY
                ? -1
                : Math.max(0, expiryMs - connection.core().core().nowMs());
    }

    static void persist(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        long record = Keys.find(connection, arguments, 1);
        if (record == Record.NONE || Record.expiryMs(record) == Record.NO_EXPIRY) {
            reply.integer(0);
            return;
        }
        store(connection, arguments, Record.NO_EXPIRY, reply);
    }

    static void expire(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        expire(Command.EXPIRE, connection, arguments, true, false, reply);
    }

    static void pexpire(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        expire(Command.PEXPIRE, connection, arguments, false, false, reply);
    }

    static void expireat(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        expire(Command.EXPIREAT, connection, arguments, true, true, reply);
    }

    static void pexpireat(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        expire(Command.PEXPIREAT, connection, arguments, false, true, reply);
    }

    private static void expire(
            Command command,
            RespConnection connection,
            Arguments arguments,
            boolean seconds,
            boolean absolute,
            ReplyWriter reply) {
        boolean nx = false;
        boolean xx = false;
        boolean gt = false;
        boolean lt = false;
        for (int index = 3; index < arguments.count(); index++) {
            if (arguments.is(index, "NX")) {
                nx = true;
            } else if (arguments.is(index, "XX")) {
                xx = true;
            } else if (arguments.is(index, "GT")) {
                gt = true;
            } else if (arguments.is(index, "LT")) {
                lt = true;
            } else {
                reply.errorEcho("ERR Unsupported option " + arguments.excerpt(index, RespLimits.OPTION_TEXT_MAX));
                return;
            }
        }
        if (nx && (xx || gt || lt)) {
            reply.error("ERR NX and XX, GT or LT options at the same time are not compatible");
            return;
        }
        if (gt && lt) {
            reply.error("ERR GT and LT options at the same time are not compatible");
            return;
        }
        if (!arguments.isLong(2)) {
            reply.error(Errors.NOT_AN_INTEGER);
            return;
        }
        long nowMs = connection.core().core().nowMs();
        long expiryMs = ExpiryArgument.toMs(arguments.asLong(2), seconds, absolute, nowMs);
        if (expiryMs == ExpiryArgument.INVALID) {
            Errors.expireTime(reply, command);
            return;
        }
        long record = Keys.find(connection, arguments, 1);
        if (record == Record.NONE) {
            reply.integer(0);
            return;
        }
        long current = Record.expiryMs(record);
        boolean stays = current == Record.NO_EXPIRY;
        if (nx && !stays
                || xx && stays
                || gt && (stays || expiryMs <= current)
                || lt && !stays && expiryMs >= current) {
            reply.integer(0);
        } else if (expiryMs <= nowMs) {
            delete(connection, arguments, reply);
        } else {
            store(connection, arguments, expiryMs, reply);
        }
    }

    private static void delete(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        done(connection.records().delete(arguments.address(1), arguments.length(1)), reply);
    }

    private static void store(RespConnection connection, Arguments arguments, long expiryMs, ReplyWriter reply) {
        done(connection.records().expire(arguments.address(1), arguments.length(1), expiryMs), reply);
    }

    private static void done(int status, ReplyWriter reply) {
        if (status == StoreStatus.OK || status == StoreStatus.NOT_FOUND) {
            reply.integer(status == StoreStatus.OK ? 1 : 0);
        } else {
            Errors.status(reply, status);
        }
    }

    static void dbsize(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        reply.integer(connection.records().size());
    }

    static void flushdb(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (flushes(arguments, reply)) {
            connection.table().clear(connection.core().enter());
            endBurst(connection);
            reply.ok();
        }
    }

    static void flushall(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (flushes(arguments, reply)) {
            StoreCore store = connection.core().enter();
            // The elements first: a structure made after it is cleared with its table, and none is left without its
            // elements.
            Table elements = connection.tenant().structures().elements();
            if (elements != null) {
                elements.clear(store);
            }
            for (Table table : connection.tenant().tables()) {
                table.clear(store);
            }
            endBurst(connection);
            reply.ok();
        }
    }

    /** What comes next may need the memory that was cleared, which is free once this core does not see it any more. */
    private static void endBurst(RespConnection connection) {
        connection.core().leave();
    }

    private static boolean flushes(Arguments arguments, ReplyWriter reply) {
        if (arguments.count() == 1 || arguments.count() == 2 && (arguments.is(1, "SYNC") || arguments.is(1, "ASYNC"))) {
            return true;
        }
        reply.error(Errors.SYNTAX);
        return false;
    }
}
