package dev.quern.server.resp;

/** A point in time as clients write it: seconds or milliseconds, from now or since 1970. */
final class ExpiryArgument {
    /** No time that Redis would take: the caller answers with an error. */
    static final long INVALID = Long.MIN_VALUE;

    private ExpiryArgument() {}

    /** The unix milliseconds meant, or {@link #INVALID} when they leave 64 bits. */
    static long toMs(long value, boolean seconds, boolean absolute, long nowMs) {
        long ms = value;
        if (seconds) {
            if (value > Long.MAX_VALUE / 1000 || value < Long.MIN_VALUE / 1000) {
                return INVALID;
            }
            ms = value * 1000;
        }
        if (absolute) {
            return ms;
        }
        return ms > Long.MAX_VALUE - nowMs ? INVALID : ms + nowMs;
    }
}
