package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.Table;

/** Commands that walk a table. Thread: the core's. */
final class ScanCommands {
    private static final int COUNT_DEFAULT = 10;

    private ScanCommands() {}

    static void scan(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (!isCursor(arguments)) {
            reply.error("ERR invalid cursor");
            return;
        }
        long cursor = cursor(arguments);
        int count = COUNT_DEFAULT;
        Glob glob = Glob.ALL;
        boolean strings = true;
        for (int index = 2; index < arguments.count(); index += 2) {
            if (index + 1 == arguments.count()) {
                reply.error(Errors.SYNTAX);
                return;
            }
            if (arguments.is(index, "COUNT")) {
                if (!arguments.isLong(index + 1)) {
                    reply.error(Errors.NOT_AN_INTEGER);
                    return;
                }
                if (arguments.asLong(index + 1) < 1) {
                    reply.error(Errors.SYNTAX);
                    return;
                }
                count = (int) Math.min(arguments.asLong(index + 1), RespLimits.SCAN_RECORDS_MAX);
            } else if (arguments.is(index, "MATCH")) {
                glob = new Glob(arguments.toArray(index + 1));
            } else if (arguments.is(index, "TYPE")) {
                strings = arguments.is(index + 1, "STRING");
            } else {
                reply.error(Errors.SYNTAX);
                return;
            }
        }
        RecordList found = connection.core().found();
        found.match(glob);
        cursor = connection.table().scan(connection.core().enter(), cursor, count, found);
        reply.array(2);
        reply.bulk(Long.toUnsignedString(cursor));
        keys(reply, found, strings ? found.size() : 0);
    }

    private static boolean isCursor(Arguments arguments) {
        int length = arguments.length(1);
        for (int position = 0; position < length; position++) {
            byte digit = NativeMemory.getByte(arguments.address(1) + position);
            if (digit < '0' || digit > '9') {
                return false;
            }
        }
        return length > 0 && length <= Ascii.LONG_DIGITS_MAX;
    }

    private static long cursor(Arguments arguments) {
        long cursor = 0;
        for (int position = 0; position < arguments.length(1); position++) {
            cursor = cursor * 10 + NativeMemory.getByte(arguments.address(1) + position) - '0';
        }
        return cursor;
    }

    static void keys(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        RecordList found = connection.core().found();
        found.match(new Glob(arguments.toArray(1)));
        StoreCore store = connection.core().enter();
        Table table = connection.table();
        long cursor = 0;
        do {
            cursor = table.scan(store, cursor, RespLimits.SCAN_RECORDS_MAX, found);
            if (found.size() > RespLimits.KEYS_MAX) {
                reply.error("ERR more than " + RespLimits.KEYS_MAX + " keys match: use SCAN");
                return;
            }
        } while (cursor != 0);
        keys(reply, found, found.size());
    }

    private static void keys(ReplyWriter reply, RecordList found, int count) {
        reply.array(count);
        for (int index = 0; index < count && !reply.overflowed(); index++) {
            reply.bulk(Record.keyAddress(found.get(index)), Record.keyLength(found.get(index)));
        }
    }
}
