package dev.quern.bench.load;

import dev.quern.bench.report.Latency;
import dev.quern.bench.report.Second;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Sums up what the generator measured, second by second, on a thread of its own, so that the generator never waits for a report. Created,
 * asked and closed by the generator's thread.
 */
final class Progress implements AutoCloseable {
    /** One is filled, one is summed up, and one is there should that take long. */
    private static final int INTERVALS = 3;

    private static final long WAIT_MAX_S = 30;

    /** An interval on its way, with what it belongs to; without one, the thread is to end. */
    private record Message(String phase, Interval interval) {}

    private final BlockingQueue<Message> full = new ArrayBlockingQueue<>(INTERVALS + 1);
    private final BlockingQueue<Interval> empty = new ArrayBlockingQueue<>(INTERVALS);
    private final List<Second> seconds = new ArrayList<>();
    private final Histogram total = new Histogram(Interval.LATENCY_NS_MAX, Interval.DIGITS);
    private final Consumer<String> lines;
    private final Thread thread;
    private final long startNs = System.nanoTime();
    private long answered;

    /** @param lines where a line goes each second; called on the progress's thread */
    Progress(Consumer<String> lines) {
        this.lines = lines;
        for (int i = 0; i < INTERVALS; i++) {
            empty.add(new Interval());
        }
        thread = Thread.ofPlatform().daemon().name("load-progress").start(this::run);
    }

    /** The first interval to fill. */
    Interval first() {
        return takeEmpty();
    }

    /** Hands in an interval that is full, and takes an empty one; keeps the full one when there is none. */
    Interval exchange(String phase, Interval interval) {
        Interval next = empty.poll();
        if (next == null) {
            return interval;
        }
        if (!full.offer(new Message(phase, interval))) {
            throw new IllegalStateException("more intervals than there are");
        }
        return next;
    }

    /** Hands in a phase's last interval, and waits until all of it is summed up. */
    Interval finish(String phase, Interval interval) {
        if (!full.offer(new Message(phase, interval))) {
            throw new IllegalStateException("more intervals than there are");
        }
        List<Interval> back = new ArrayList<>();
        for (int i = 0; i < INTERVALS; i++) {
            back.add(takeEmpty());
        }
        Interval next = back.removeLast();
        empty.addAll(back);
        return next;
    }

    private Interval takeEmpty() {
        try {
            Interval interval = empty.poll(WAIT_MAX_S, TimeUnit.SECONDS);
            if (interval == null) {
                throw new IllegalStateException("the progress thread is stuck");
            }
            return interval;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Latencies since the last {@link #reset}; to be asked after {@link #finish}. */
    Histogram total() {
        return total;
    }

    long answered() {
        return answered;
    }

    List<Second> seconds() {
        return List.copyOf(seconds);
    }

    /** Begins a phase; after {@link #finish} only. */
    void reset() {
        total.reset();
        answered = 0;
    }

    private void run() {
        try {
            for (Message next = full.take(); ; next = full.take()) {
                Interval interval = next.interval;
                sum(next.phase, interval);
                interval.clear();
                empty.add(interval);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void sum(String phase, Interval interval) {
        total.add(interval.latencies);
        answered += interval.answered;
        long elapsedNs = interval.endNs - interval.beginNs;
        if (elapsedNs <= 0 || interval.answered == 0) {
            return;
        }
        Second second = new Second(
                Math.round((interval.endNs - startNs) / 1e6) / 1e3,
                phase,
                Math.round(interval.answered * 1e9 / elapsedNs),
                Latency.of(interval.latencies));
        seconds.add(second);
        Latency latency = second.latency();
        lines.accept(String.format(
                Locale.ROOT,
                "%7.1f s  %-16s %,12.0f /s   p50 %,9.1f us   p99 %,9.1f us   p99.9 %,9.1f us   max %,10.1f us",
                second.endS(),
                phase,
                second.ratePerSecond(),
                latency.p50Us(),
                latency.p99Us(),
                latency.p999Us(),
                latency.maxUs()));
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(WAIT_MAX_S));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
