package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Record;
import java.util.Locale;

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
        String type = RecordList.ANY_TYPE;
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
                type = arguments.text(index + 1).toLowerCase(Locale.ROOT);
            } else {
                reply.error(Errors.SYNTAX);
                return;
            }
        }
        RecordList found = connection.core().found();
        found.match(glob);
        found.only(type);
        cursor = connection.records().scan(cursor, count, found);
        reply.array(2);
        reply.bulk(Long.toUnsignedString(cursor));
        keys(reply, found, found.size());
    }

    /** Whether C's strtoul takes it whole, as Redis asks: a sign, digits up to 64 bits, or nothing at all; a NUL ends it. */
    private static boolean isCursor(Arguments arguments) {
        long value = 0;
        int length = cursorLength(arguments);
        int start = signLength(arguments, length);
        for (int position = start; position < length; position++) {
            int digit = NativeMemory.getByte(arguments.address(1) + position) - '0';
            if (digit < 0 || digit > 9 || Long.compareUnsigned(value, Long.divideUnsigned(-1L - digit, 10)) > 0) {
                return false;
            }
            value = value * 10 + digit;
        }
        return length == 0 || length > start;
    }

    private static int cursorLength(Arguments arguments) {
        int length = 0;
        while (length < arguments.length(1) && NativeMemory.getByte(arguments.address(1) + length) != 0) {
            length++;
        }
        return length;
    }

    private static int signLength(Arguments arguments, int length) {
        if (length == 0) {
            return 0;
        }
        byte first = NativeMemory.getByte(arguments.address(1));
        return first == '-' || first == '+' ? 1 : 0;
    }

    /** What {@link #isCursor} took; past every bucket where a client made up one that is none of ours. */
    private static long cursor(Arguments arguments) {
        long cursor = 0;
        int length = cursorLength(arguments);
        for (int position = signLength(arguments, length); position < length; position++) {
            cursor = cursor * 10 + NativeMemory.getByte(arguments.address(1) + position) - '0';
        }
        return cursor < 0 ? Long.MAX_VALUE : cursor;
    }

    static void keys(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        RecordList found = connection.core().found();
        found.match(new Glob(arguments.toArray(1)));
        long cursor = 0;
        do {
            cursor = connection.records().scan(cursor, RespLimits.SCAN_RECORDS_MAX, found);
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
