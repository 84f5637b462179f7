package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;

/** From one score to another, either of them excluded after a {@code (}. Thread: one. */
final class ScoreRange {
    private double min;
    private double max;
    private boolean isMinExcluded;
    private boolean isMaxExcluded;

    /** False, with the error written, when an argument is no bound. */
    boolean parse(Arguments arguments, int minIndex, int maxIndex, ReplyWriter reply) {
        isMinExcluded = isExcluded(arguments, minIndex);
        isMaxExcluded = isExcluded(arguments, maxIndex);
        min = bound(arguments, minIndex, isMinExcluded);
        max = bound(arguments, maxIndex, isMaxExcluded);
        if (Double.isNaN(min) || Double.isNaN(max)) {
            reply.error("ERR min or max is not a float");
            return false;
        }
        return true;
    }

    private static boolean isExcluded(Arguments arguments, int index) {
        return arguments.length(index) > 0 && NativeMemory.getByte(arguments.address(index)) == '(';
    }

    private static double bound(Arguments arguments, int index, boolean isExcluded) {
        int sign = isExcluded ? 1 : 0;
        return Score.parseBound(arguments.address(index) + sign, arguments.length(index) - sign);
    }

    /** Whether there can be no member in it. */
    boolean isEmpty() {
        return min > max || min == max && (isMinExcluded || isMaxExcluded);
    }

    boolean isAll() {
        return min == Double.NEGATIVE_INFINITY && max == Double.POSITIVE_INFINITY && !isMinExcluded && !isMaxExcluded;
    }

    /** The first place in it, as {@link Score#ordered} has them. */
    long from() {
        return Score.ordered(min) + (isMinExcluded ? 1 : 0);
    }

    /** The first place behind it. */
    long to() {
        return Score.ordered(max) + (isMaxExcluded ? 0 : 1);
    }
}
