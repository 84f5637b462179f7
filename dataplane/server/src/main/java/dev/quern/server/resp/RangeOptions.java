package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;

/** What ZRANGE and its kin are asked for: by rank, score or bytes, which way, and how much of it. Thread: one. */
final class RangeOptions {
    /** What the bounds are. */
    enum By {
        RANK,
        SCORE,
        BYTES
    }

    static final long NO_LIMIT = -1;

    private final boolean isOpen;
    private By by;
    private boolean isBackwards;
    private boolean withScores;
    private long offset;
    private long limit = NO_LIMIT;
    private long start;
    private long end;
    private final ScoreRange scores = new ScoreRange();

    private RangeOptions(By by, boolean isBackwards, boolean isOpen) {
        this.by = by;
        this.isBackwards = isBackwards;
        this.isOpen = isOpen;
    }

    /** ZRANGE, whose options say what it is. */
    static RangeOptions any() {
        return new RangeOptions(By.RANK, false, true);
    }

    static RangeOptions of(By by, boolean isBackwards) {
        return new RangeOptions(by, isBackwards, false);
    }

    /** False when they make no sense; the error is written then. */
    boolean parse(Arguments arguments, ReplyWriter reply) {
        for (int index = 4; index < arguments.count(); index++) {
            if (arguments.is(index, "WITHSCORES")) {
                withScores = true;
            } else if (arguments.is(index, "LIMIT") && index + 2 < arguments.count()) {
                if (!arguments.isLong(index + 1) || !arguments.isLong(index + 2)) {
                    reply.error(Errors.NOT_AN_INTEGER);
                    return false;
                }
                offset = arguments.asLong(index + 1);
                limit = arguments.asLong(index + 2);
                index += 2;
            } else if (!isOpen || !choose(arguments, index)) {
                reply.error(Errors.SYNTAX);
                return false;
            }
        }
        if (limit != NO_LIMIT && by == By.RANK) {
            reply.error("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
            return false;
        }
        if (withScores && by == By.BYTES) {
            reply.error("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
            return false;
        }
        return parseBounds(arguments, reply);
    }

    private boolean choose(Arguments arguments, int index) {
        if (arguments.is(index, "REV") && !isBackwards) {
            isBackwards = true;
        } else if (arguments.is(index, "BYSCORE") && by == By.RANK) {
            by = By.SCORE;
        } else if (arguments.is(index, "BYLEX") && by == By.RANK) {
            by = By.BYTES;
        } else {
            return false;
        }
        return true;
    }

    private boolean parseBounds(Arguments arguments, ReplyWriter reply) {
        if (by == By.SCORE) {
            return scores.parse(arguments, minIndex(), maxIndex(), reply);
        }
        if (by == By.BYTES) {
            boolean areBounds = isBound(arguments, 2) && isBound(arguments, 3);
            if (!areBounds) {
                reply.error("ERR min or max not valid string range item");
            }
            return areBounds;
        }
        if (!arguments.isLong(2) || !arguments.isLong(3)) {
            reply.error(Errors.NOT_AN_INTEGER);
            return false;
        }
        start = arguments.asLong(2);
        end = arguments.asLong(3);
        return true;
    }

    private static boolean isBound(Arguments arguments, int index) {
        int length = arguments.length(index);
        if (length == 0) {
            return false;
        }
        byte sign = NativeMemory.getByte(arguments.address(index));
        return sign == '(' || sign == '[' || length == 1 && (sign == '-' || sign == '+');
    }

    /** Where the lower bound stands. */
    int minIndex() {
        return isBackwards ? 3 : 2;
    }

    int maxIndex() {
        return isBackwards ? 2 : 3;
    }

    By by() {
        return by;
    }

    ScoreRange scores() {
        return scores;
    }

    boolean isBackwards() {
        return isBackwards;
    }

    boolean withScores() {
        return withScores;
    }

    /** How many members of the range are passed over; all when negative. */
    long offset() {
        return offset;
    }

    /** How many are wanted at most; all when negative. */
    long limit() {
        return limit;
    }

    /** The first rank wanted of so many members. */
    long first(long count) {
        return Math.max(0, start < 0 ? start + count : start);
    }

    /** The last rank wanted of so many members. */
    long last(long count) {
        return Math.min(count - 1, end < 0 ? end + count : end);
    }
}
