package dev.quern.sandbox;

import dev.quern.sandbox.guest.GuestLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The newest lines that one tenant's functions logged. A tenant may log so many lines a second, over all cores, and save up a second's
 * worth; what is over is counted and costs a function nothing but the asking, and one line tells how many those were. Safe on any
 * thread.
 */
final class FunctionLog implements GuestLog {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long LINE_NS = SECOND_NS / Limits.LOG_LINES_PER_SECOND_MAX;

    private final LongSupplier clockNs;
    private final Deque<String> lines = new ArrayDeque<>();

    /** When the lines that were admitted will be paid for; each is a part of a second. */
    private final AtomicLong paidNs;

    private final AtomicLong dropped = new AtomicLong();

    /** @param clockNs as {@link System#nanoTime} */
    FunctionLog(LongSupplier clockNs) {
        this.clockNs = clockNs;
        paidNs = new AtomicLong(clockNs.getAsLong());
    }

    @Override
    public boolean admits() {
        long nowNs = clockNs.getAsLong();
        for (; ; ) {
            long paid = paidNs.get();
            long from = paid - nowNs > 0 ? paid : nowNs;
            if (from - nowNs > SECOND_NS - LINE_NS) {
                dropped.incrementAndGet();
                return false;
            }
            if (paidNs.compareAndSet(paid, from + LINE_NS)) {
                return true;
            }
        }
    }

    @Override
    public void add(String line) {
        synchronized (lines) {
            tellOfDropped();
            append(line);
        }
    }

    /** The lines, oldest first. */
    List<String> lines() {
        synchronized (lines) {
            tellOfDropped();
            return new ArrayList<>(lines);
        }
    }

    private void tellOfDropped() {
        long count = dropped.getAndSet(0);
        if (count > 0) {
            append("(" + count + " lines dropped: a tenant's functions may log " + Limits.LOG_LINES_PER_SECOND_MAX
                    + " lines a second)");
        }
    }

    private void append(String line) {
        if (lines.size() == Limits.LOG_LINES_MAX) {
            lines.removeFirst();
        }
        lines.addLast(line);
    }
}
