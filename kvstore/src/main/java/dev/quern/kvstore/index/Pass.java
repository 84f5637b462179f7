package dev.quern.kvstore.index;

/** A pass over an index in small steps, so that much is done together, and not again at once. Thread: one at a time; any may ask. */
final class Pass {
    /** A pass begins no sooner than this after the one before. */
    private static final long INTERVAL_MS = 100;

    private volatile boolean isUnderWay;
    private volatile long begunMs = Long.MIN_VALUE / 2;

    boolean isUnderWay() {
        return isUnderWay;
    }

    /** Whether the last one began long enough ago; also when the clock was set back. */
    boolean mayBegin(long nowMs) {
        long sinceMs = nowMs - begunMs;
        return sinceMs < 0 || sinceMs >= INTERVAL_MS;
    }

    void begin(long nowMs) {
        begunMs = nowMs;
        isUnderWay = true;
    }

    void end() {
        isUnderWay = false;
    }
}
