package dev.quern.bench.load;

import com.sun.management.ThreadMXBean;
import dev.quern.bench.report.Latency;
import dev.quern.bench.report.PhaseResult;
import dev.quern.bench.workload.Answer;
import dev.quern.bench.workload.Endpoint;
import dev.quern.bench.workload.Workload;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Drives one workload against one endpoint, phase by phase. In an open phase requests are due by the clock, whatever the server does, and
 * a latency runs from when a request was due: what waited to be sent shows it, and a request that could not be sent before its phase was
 * over counts with the time that it had waited by then. In a closed phase a latency runs from the sending.
 *
 * <p>One thread; nothing is allocated for a request. An answer is timed by a clock that is read at the first of those which one poll takes
 * in, and then at every eighth.
 */
public final class Generator implements Endpoint.Listener, AutoCloseable {
    /** Polls come at least after so many requests: the server serves some while others are written. */
    private static final int BURST = 32;

    private static final int ANSWERS_PER_CLOCK = 8;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long STALL_NS_MAX = 20 * SECOND_NS;

    /** Polls that are further apart show that this process was held, and not that the server was slow. */
    private static final long HELD_NS_MIN = SECOND_NS / 10;

    private static final long SEED = 4711;

    /** Makes an endpoint whose answers go to a listener. */
    @FunctionalInterface
    public interface Connector {
        Endpoint connect(Endpoint.Listener listener);
    }

    private final Workload workload;
    private final Endpoint endpoint;
    private final Progress progress;
    private final boolean isPoisson;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final int slots;
    private final int perRequest;
    private final long[] sinceNs;
    private final int[] free;
    private final int[] unsent;
    private int freeCount;
    private int unsentCount;
    private Interval interval;
    private boolean isWithinTime;
    private int stamped;
    private long stampNs;
    private long polledNs;
    private long completed;
    private boolean isLoading;
    private @Nullable RuntimeException failure;

    /**
     * @param slots the most requests under way
     * @param isPoisson whether requests of an open phase come at random times, as from many callers who know nothing of each other; otherwise
     *     at equal distances
     * @param lines where a line of progress goes each second
     */
    public Generator(
            Workload workload,
            Connector connector,
            int slots,
            boolean isPoisson,
            java.util.function.Consumer<String> lines) {
        this.workload = workload;
        this.slots = slots;
        perRequest = workload.operationsPerRequest();
        this.isPoisson = isPoisson;
        sinceNs = new long[slots];
        free = new int[slots];
        unsent = new int[slots];
        for (int slot = slots - 1; slot >= 0; slot--) {
            free[freeCount++] = slot;
        }
        endpoint = connector.connect(this);
        progress = new Progress(lines);
        interval = progress.first();
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    public Progress progress() {
        return progress;
    }

    /** Puts every record that the workload starts from. */
    public void load() {
        isLoading = true;
        failure = null;
        int next = 0;
        long workNs = System.nanoTime();
        while (failure == null && (next < workload.records() || freeCount < slots)) {
            for (int i = 0; i < BURST && next < workload.records() && freeCount > 0; i++) {
                if (!workload.load(next, endpoint, free[freeCount - 1])) {
                    break;
                }
                freeCount--;
                next++;
            }
            workNs = polled(workNs);
        }
        isLoading = false;
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Runs a phase, and lets what is under way end.
     *
     * @throws RuntimeException what the first bad answer failed with, or that no answer comes any more
     */
    public PhaseResult run(Phase phase) {
        if (requests(phase) > slots) {
            throw new IllegalArgumentException("at most " + slots + " requests can be under way");
        }
        failure = null;
        progress.reset();
        long allocatedBefore = threads.getCurrentThreadAllocatedBytes();
        long beginNs = System.nanoTime();
        interval.beginNs = beginNs;
        isWithinTime = true;
        long late = phase.isOpen() ? open(phase, beginNs) : closed(phase, beginNs);
        long endNs = System.nanoTime();
        isWithinTime = false;
        long allocated = threads.getCurrentThreadAllocatedBytes() - allocatedBefore;
        drain();
        if (failure != null) {
            throw failure;
        }
        interval.endNs = endNs;
        interval = progress.finish(phase.name(), interval);
        double seconds = (endNs - beginNs) / 1e9;
        long answered = progress.answered();
        return new PhaseResult(
                phase.name(),
                phase.isOpen() ? phase.meanRate() : 0,
                phase.inFlight(),
                seconds,
                answered,
                answered / seconds,
                late,
                allocated,
                Latency.of(progress.total()));
    }

    private long closed(Phase phase, long beginNs) {
        long endNs = beginNs + phase.time().toNanos();
        int idle = slots - requests(phase);
        long workNs = beginNs;
        for (long nowNs = beginNs; nowNs < endNs && failure == null; nowNs = stampNs) {
            resend();
            for (int i = 0; i < BURST && freeCount > idle && unsentCount == 0; i++) {
                begin(nowNs);
            }
            workNs = polled(workNs);
            publish(phase, stampNs);
        }
        return 0;
    }

    /** Requests under way in a closed phase, which counts operations. */
    private int requests(Phase phase) {
        return phase.inFlight() == 0 ? 0 : Math.max(1, phase.inFlight() / perRequest);
    }

    /** Returns how many requests were due and could not be sent in time. */
    private long open(Phase phase, long beginNs) {
        long endNs = beginNs + phase.time().toNanos();
        // A double counts nanoseconds from the beginning exactly enough for weeks.
        double due = gap(phase, 0);
        long workNs = beginNs;
        for (long nowNs = beginNs; nowNs < endNs && failure == null; nowNs = stampNs) {
            resend();
            for (int i = 0; i < BURST && due <= nowNs - beginNs && freeCount > 0 && unsentCount == 0; i++) {
                begin(beginNs + (long) due);
                due += gap(phase, due);
            }
            workNs = polled(workNs);
            publish(phase, stampNs);
        }
        long late = 0;
        for (double last = endNs - beginNs; due < last && failure == null; due += gap(phase, due)) {
            interval.record((long) (last - due));
            late += perRequest;
        }
        return late;
    }

    private double gap(Phase phase, double atNs) {
        double mean = perRequest * SECOND_NS / Math.max(1, phase.rateAt(atNs));
        return isPoisson ? mean * random.nextExponential() : mean;
    }

    private void begin(long fromNs) {
        int slot = free[--freeCount];
        sinceNs[slot] = fromNs;
        workload.draw(slot);
        send(slot);
    }

    private void send(int slot) {
        if (!workload.send(slot, endpoint)) {
            unsent[unsentCount++] = slot;
        }
    }

    /** What the endpoint had no room for, the latest first: it is a few at most, as nothing new is begun meanwhile. */
    private void resend() {
        while (unsentCount > 0 && workload.send(unsent[unsentCount - 1], endpoint)) {
            unsentCount--;
        }
    }

    private long polled(long workNs) {
        stamped = 0;
        long before = completed;
        int ignored = endpoint.poll();
        stampNs = System.nanoTime();
        boolean isHeld = stampNs - polledNs > HELD_NS_MIN;
        polledNs = stampNs;
        if (completed > before || freeCount == slots || isHeld) {
            return stampNs;
        }
        if (stampNs - workNs > STALL_NS_MAX) {
            throw failure != null
                    ? failure
                    : new IllegalStateException(endpoint.describe() + " has answered nothing for "
                            + STALL_NS_MAX / SECOND_NS + " s: requests under way=" + (slots - freeCount));
        }
        return workNs;
    }

    private void publish(Phase phase, long nowNs) {
        if (nowNs - interval.beginNs >= SECOND_NS) {
            interval.endNs = nowNs;
            interval = progress.exchange(phase.name(), interval);
            // Either an empty one, or the same for longer.
            if (interval.answered == 0) {
                interval.beginNs = nowNs;
            }
        }
    }

    private void drain() {
        long workNs = System.nanoTime();
        while (freeCount < slots) {
            resend();
            workNs = polled(workNs);
        }
    }

    @Override
    public void onAnswer(int slot, Answer answer) {
        if (isLoading) {
            finish(slot);
            return;
        }
        try {
            if (!workload.take(slot, answer)) {
                send(slot);
                return;
            }
        } catch (RuntimeException wrong) {
            onFailure(slot, wrong);
            return;
        }
        if (stamped++ % ANSWERS_PER_CLOCK == 0) {
            stampNs = System.nanoTime();
        }
        interval.record(stampNs - sinceNs[slot]);
        if (isWithinTime) {
            interval.answered += perRequest;
        }
        finish(slot);
    }

    private void finish(int slot) {
        completed++;
        free[freeCount++] = slot;
    }

    @Override
    public void onFailure(int slot, RuntimeException cause) {
        if (failure == null) {
            failure = cause;
        }
        finish(slot);
    }

    @Override
    public void close() {
        progress.close();
        endpoint.close();
    }
}
