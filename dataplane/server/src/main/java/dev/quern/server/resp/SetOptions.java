package dev.quern.server.resp;

import dev.quern.kvstore.PutCondition;
import dev.quern.kvstore.Record;
import org.jspecify.annotations.Nullable;

/** The options of SET and GETEX; parsed anew for each command that has any. Thread: one. */
final class SetOptions {
    private int conditions = PutCondition.NONE;
    private boolean get;
    private boolean persist;
    private int timeIndex;
    private boolean seconds;
    private boolean absolute;
    private long expiryMs = Record.NO_EXPIRY;

    private SetOptions() {}

    /** Null when the options make no sense; the error is written then. A time is read by {@link #readTime}. */
    static @Nullable SetOptions parse(Command command, Arguments arguments, int first, ReplyWriter reply) {
        SetOptions options = new SetOptions();
        boolean getex = command == Command.GETEX;
        for (int index = first; index < arguments.count(); index++) {
            boolean known = getex ? options.persist(arguments, index) : options.flag(arguments, index);
            if (!known) {
                if (!options.time(arguments, index)) {
                    reply.error(Errors.SYNTAX);
                    return null;
                }
                index++;
            }
        }
        return options;
    }

    private boolean persist(Arguments arguments, int index) {
        if (arguments.is(index, "PERSIST") && timeIndex == 0) {
            persist = true;
            return true;
        }
        return false;
    }

    private boolean flag(Arguments arguments, int index) {
        if (arguments.is(index, "NX") && !has(PutCondition.IF_PRESENT)) {
            conditions |= PutCondition.IF_ABSENT;
        } else if (arguments.is(index, "XX") && !has(PutCondition.IF_ABSENT)) {
            conditions |= PutCondition.IF_PRESENT;
        } else if (arguments.is(index, "GET")) {
            get = true;
        } else if (arguments.is(index, "KEEPTTL") && timeIndex == 0) {
            conditions |= PutCondition.KEEP_EXPIRY;
        } else {
            return false;
        }
        return true;
    }

    private boolean time(Arguments arguments, int index) {
        boolean relativeSeconds = arguments.is(index, "EX");
        boolean relativeMs = arguments.is(index, "PX");
        boolean absoluteSeconds = arguments.is(index, "EXAT");
        boolean absoluteMs = arguments.is(index, "PXAT");
        if (!(relativeSeconds || relativeMs || absoluteSeconds || absoluteMs)
                || timeIndex > 0
                        && (seconds != (relativeSeconds || absoluteSeconds)
                                || absolute == (relativeSeconds || relativeMs))
                || persist
                || has(PutCondition.KEEP_EXPIRY)
                || index + 1 == arguments.count()) {
            return false;
        }
        timeIndex = index + 1;
        seconds = relativeSeconds || absoluteSeconds;
        absolute = absoluteSeconds || absoluteMs;
        return true;
    }

    /** Reads the time, if one was given; false, with the error written, when it is none. */
    boolean readTime(Command command, Arguments arguments, long nowMs, ReplyWriter reply) {
        if (timeIndex == 0) {
            return true;
        }
        expiryMs = read(command, arguments, timeIndex, seconds, absolute, nowMs, reply);
        return expiryMs != ExpiryArgument.INVALID;
    }

    /** A time that must lie after 1970, or after now when relative; {@link ExpiryArgument#INVALID} with the error written. */
    static long read(
            Command command,
            Arguments arguments,
            int index,
            boolean seconds,
            boolean absolute,
            long nowMs,
            ReplyWriter reply) {
        if (!arguments.isLong(index)) {
            reply.error(Errors.NOT_AN_INTEGER);
            return ExpiryArgument.INVALID;
        }
        long value = arguments.asLong(index);
        long ms = value <= 0 ? ExpiryArgument.INVALID : ExpiryArgument.toMs(value, seconds, absolute, nowMs);
        if (ms == ExpiryArgument.INVALID) {
            Errors.expireTime(reply, command);
        }
        return ms;
    }

    boolean has(int condition) {
        return (conditions & condition) != 0;
    }

    int conditions() {
        return conditions;
    }

    boolean get() {
        return get;
    }

    boolean persist() {
        return persist;
    }

    /** Whether a time was given. */
    boolean timed() {
        return timeIndex > 0;
    }

    long expiryMs() {
        return expiryMs;
    }
}
