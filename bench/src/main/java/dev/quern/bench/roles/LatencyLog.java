package dev.quern.bench.roles;

import org.HdrHistogram.Histogram;

/** How long calls took. Thread: one. */
final class LatencyLog {
    private static final long NS_MAX = 60_000_000_000L;

    private final Histogram histogram = new Histogram(NS_MAX, 3);

    void add(long ns) {
        histogram.recordValue(Math.min(Math.max(0, ns), NS_MAX));
    }

    void clear() {
        histogram.reset();
    }

    long count() {
        return histogram.getTotalCount();
    }

    double p50Us() {
        return histogram.getValueAtPercentile(50) / 1e3;
    }

    double p99Us() {
        return histogram.getValueAtPercentile(99) / 1e3;
    }
}
