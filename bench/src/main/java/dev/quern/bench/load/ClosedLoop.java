package dev.quern.bench.load;

import java.time.Duration;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Keeps {@code inFlight} operations going: each that completes is followed by the next in its slot. Latency is from an operation's
 * start to its completion; a closed loop does not see the time that a request would have waited to be sent.
 *
 * <p>One thread: {@link #run}'s caller. Operations complete inside {@link Operations#poll}. No allocation per operation.
 */
public final class ClosedLoop {
    /** An operation that takes longer than this counts as this long. */
    private static final long LATENCY_NS_MAX = 60_000_000_000L;

    private static final int LATENCY_DIGITS = 3;

    /** With so many slots, one in {@link #TIMED_EVERY} is timed: reading the clock costs a batched client more than it may. */
    private static final int SLOTS_TIMED_ALL_MAX = 64;

    private static final int TIMED_EVERY = 8;

    /** What is driven. */
    public interface Operations {
        /** Begins an operation that calls {@link ClosedLoop#complete} or {@link ClosedLoop#fail} once, with this slot. */
        void start(int slot);

        /** Sends what was begun and takes in what has arrived; returns the work done. */
        int poll();
    }

    private final int inFlight;
    private final int timedMask;
    private final long stallNs;
    private final long[] startNs;
    private final boolean[] running;
    private final Histogram latencies = new Histogram(LATENCY_NS_MAX, LATENCY_DIGITS);
    private final int[] ready;
    private final int[] restarted;
    private int readyCount;
    private long operations;
    private @Nullable RuntimeException failure;

    /**
     * @param stallMax a loop in which nothing completes for so long has failed
     */
    public ClosedLoop(int inFlight, Duration stallMax) {
        if (inFlight < 1) {
            throw new IllegalArgumentException("at least one operation must be in flight: inFlight=" + inFlight);
        }
        this.inFlight = inFlight;
        this.timedMask = inFlight > SLOTS_TIMED_ALL_MAX ? TIMED_EVERY - 1 : 0;
        this.stallNs = stallMax.toNanos();
        this.startNs = new long[inFlight];
        this.running = new boolean[inFlight];
        this.ready = new int[inFlight];
        this.restarted = new int[inFlight];
    }

    /** An operation ended well. Called by the operation, inside {@link Operations#start} or {@link Operations#poll}. */
    public void complete(int slot) {
        end(slot);
        if ((slot & timedMask) == 0) {
            latencies.recordValue(Math.min(System.nanoTime() - startNs[slot], LATENCY_NS_MAX));
        }
        operations++;
    }

    /** An operation ended badly: the run ends with this. */
    public void fail(int slot, RuntimeException cause) {
        end(slot);
        if (failure == null) {
            failure = cause;
        }
    }

    private void end(int slot) {
        if (!running[slot]) {
            throw new IllegalStateException("an operation ended twice: slot=" + slot);
        }
        running[slot] = false;
        ready[readyCount++] = slot;
    }

    /**
     * Runs for a time, then lets what is in flight end.
     *
     * @throws RuntimeException what the first bad operation failed with, or that nothing completes any more
     */
    public LoadResult run(Operations driven, Duration time) {
        latencies.reset();
        operations = 0;
        failure = null;
        readyCount = 0;
        long beginNs = System.nanoTime();
        long endNs = beginNs + time.toNanos();
        for (int slot = 0; slot < inFlight; slot++) {
            start(driven, slot);
        }
        long lastWorkNs = beginNs;
        long nowNs = beginNs;
        while (nowNs < endNs && failure == null) {
            long before = operations;
            driven.poll();
            restart(driven);
            nowNs = System.nanoTime();
            lastWorkNs = operations > before ? nowNs : lastWorkNs;
            checkStall(nowNs, lastWorkNs);
        }
        LoadResult result = LoadResult.of(operations, nowNs - beginNs, latencies);
        drain(driven);
        if (failure != null) {
            throw failure;
        }
        return result;
    }

    private void start(Operations driven, int slot) {
        running[slot] = true;
        if ((slot & timedMask) == 0) {
            startNs[slot] = System.nanoTime();
        }
        driven.start(slot);
    }

    private void restart(Operations driven) {
        // An operation that ends within its own start is taken up in the next turn.
        int count = readyCount;
        readyCount = 0;
        System.arraycopy(ready, 0, restarted, 0, count);
        for (int i = 0; i < count; i++) {
            start(driven, restarted[i]);
        }
    }

    private void drain(Operations driven) {
        long beginNs = System.nanoTime();
        while (readyCount < inFlight) {
            driven.poll();
            checkStall(System.nanoTime(), beginNs);
        }
    }

    private void checkStall(long nowNs, long lastWorkNs) {
        if (nowNs - lastWorkNs > stallNs) {
            throw failure != null
                    ? failure
                    : new IllegalStateException("no operation completed for " + stallNs / 1_000_000 + " ms: inFlight="
                            + (inFlight - readyCount));
        }
    }
}
