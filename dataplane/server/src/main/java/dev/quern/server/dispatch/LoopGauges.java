package dev.quern.server.dispatch;

import java.util.concurrent.atomic.AtomicLongArray;

/** How busy a loop is: its thread writes, any thread reads values that are at most a moment old. */
public final class LoopGauges {
    /** A turn that takes longer counts while it lasts. */
    private static final long LONG_TURN_NS = 20_000;

    private static final int BUSY_NS = 16;
    private static final int TURN_NS = BUSY_NS + 1;
    private static final int ASLEEP = BUSY_NS + 2;
    private static final int SLEPT_NS = BUSY_NS + 3;

    /** Written by those who ask: on a line of its own. */
    private static final int TOLD_NS = BUSY_NS + 16;

    /** A cache line before and one after, so that no other's writes disturb. */
    private final AtomicLongArray values = new AtomicLongArray(TOLD_NS + 16);

    /** Whether the loop has slept since its last turn began; its own. */
    private boolean hasSlept;

    /** As of a loop that idles. */
    public LoopGauges() {}

    /** A turn begins; whether the one before found work. */
    public void turn(long nowNs, boolean hasWorked) {
        if (hasSlept) {
            hasSlept = false;
            values.setOpaque(SLEPT_NS, values.getPlain(SLEPT_NS) + nowNs - values.getPlain(TURN_NS));
        }
        if (hasWorked) {
            values.setOpaque(BUSY_NS, values.getPlain(BUSY_NS) + nowNs - values.getPlain(TURN_NS));
        }
        values.setOpaque(TURN_NS, nowNs);
    }

    /** The loop sleeps, or no longer. */
    public void asleep(boolean isAsleep) {
        hasSlept |= isAsleep;
        values.setOpaque(ASLEEP, isAsleep ? 1 : 0);
    }

    /** Whether it does. */
    public boolean isAsleep() {
        return values.getOpaque(ASLEEP) != 0;
    }

    /** For how long it has slept, in nanoseconds, with the turns after which it did. */
    public long sleptNs(long nowNs) {
        long restsNs = isAsleep() ? nowNs - values.getOpaque(TURN_NS) : 0;
        return values.getOpaque(SLEPT_NS) + Math.max(0, restsNs);
    }

    /**
     * The time of turns that found work, in nanoseconds, with the one that lasts. That one may turn out to have found none, as when its thread had no
     * processor; then this is less than it was.
     */
    public long busyNs(long nowNs) {
        long lastsNs = nowNs - values.getOpaque(TURN_NS);
        return values.getOpaque(BUSY_NS) + (lastsNs > LONG_TURN_NS && !isAsleep() ? lastsNs : 0);
    }

    /** The same as a counter that never goes back: what was told too much is made up for later. */
    public long countedBusyNs(long nowNs) {
        return values.accumulateAndGet(TOLD_NS, busyNs(nowNs), Math::max);
    }
}
