package dev.quern.bench.load;

import org.HdrHistogram.Histogram;

/** What the generator gathers for about a second, before it goes to the {@link Progress} and comes back empty. One thread at a time. */
final class Interval {
    /** What takes longer counts as this long. */
    static final long LATENCY_NS_MAX = 60_000_000_000L;

    static final int DIGITS = 3;

    final Histogram latencies = new Histogram(LATENCY_NS_MAX, DIGITS);

    /** When it began and ended, by {@link System#nanoTime}. */
    long beginNs;

    long endNs;

    /** What was answered in it, within its phase's time. */
    long answered;

    void record(long ns) {
        latencies.recordValue(Math.clamp(ns, 0, LATENCY_NS_MAX));
    }

    void clear() {
        latencies.reset();
        answered = 0;
    }
}
