package dev.quern.sandbox.guest;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Turns the ticks of a guest into looks at the clock: of fast code there are many ticks to a look, of slow code few. One per core.
 * Thread: the core's, but for {@link #lastNs}; allocates nothing.
 */
public final class Pace {
    /** What is done at a look. */
    @FunctionalInterface
    public interface Look {
        /**
         * May end the guest's call by a {@link GuestTrap}; if it takes time, it says so by {@link Pace#resume}.
         *
         * @param nowNs {@link System#nanoTime} of just now
         */
        void at(long nowNs);
    }

    /** What lies between two looks, more or less: a look costs some 30 ns. */
    private static final long INTERVAL_NS = 5_000;

    /** Of unknown code: it may touch new memory with each instruction. */
    private static final int TICKS_FIRST = 1;

    private static final int TICKS_MAX = 4096;

    /** What intrinsics may move between two looks. */
    private static final int MOVED_BYTES = 64 << 10;

    /** An intrinsic that moves nothing takes, at most, about as long as moving so much: 16 of them make a look. */
    private static final int INTRINSIC_BYTES = 4 << 10;

    private final Look look;
    private int ticks;
    private int left;
    private long bytesLeft;

    /** Written by the core alone, and seen by others sooner or later. */
    private final AtomicLong lastNs = new AtomicLong();

    public Pace(Look look) {
        this.look = look;
    }

    /** A guest's call begins. */
    public void begin(long nowNs) {
        ticks = TICKS_FIRST;
        left = TICKS_FIRST;
        bytesLeft = MOVED_BYTES;
        lastNs.setOpaque(nowNs);
    }

    /** The guest ticks; it is between two of its instructions. */
    public void tick() {
        if (isTimeToLook()) {
            look();
        }
    }

    /** Counts a tick, and says whether {@link #look} is due now: for code that is compiled into the guest's. */
    public boolean isTimeToLook() {
        return --left <= 0;
    }

    /** An intrinsic moved so many bytes for the guest, from 0; looks when they were many, or the intrinsics since the last look. */
    public void moved(long bytes) {
        bytesLeft -= bytes + INTRINSIC_BYTES;
        if (bytesLeft <= 0) {
            look();
        }
    }

    /** The guest stood still at a look until now: what was done there is not its pace. */
    public void resume(long nowNs) {
        lastNs.setOpaque(nowNs);
    }

    /** When the guest last came to a look, or its call began. Any thread. */
    public long lastNs() {
        return lastNs.getOpaque();
    }

    /** Looks now; the guest is between two of its instructions. */
    public void look() {
        long nowNs = System.nanoTime();
        long elapsedNs = nowNs - lastNs.getPlain();
        if (elapsedNs < INTERVAL_NS / 2) {
            ticks = Math.min(2 * ticks, TICKS_MAX);
        } else if (elapsedNs > 2 * INTERVAL_NS) {
            ticks = (int) Math.max(1, ticks * INTERVAL_NS / elapsedNs);
        }
        left = ticks;
        bytesLeft = MOVED_BYTES;
        lastNs.setOpaque(nowNs);
        look.at(nowNs);
    }
}
