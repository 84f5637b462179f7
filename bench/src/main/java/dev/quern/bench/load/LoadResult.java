package dev.quern.bench.load;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * What a run of a closed loop measured.
 *
 * @param operations that completed within the measured time
 * @param ratePerSecond of them
 * @param p50Us the median of their latencies, in microseconds
 * @param p99Us the 99th percentile
 * @param maxUs the longest
 */
public record LoadResult(long operations, double ratePerSecond, double p50Us, double p99Us, double maxUs) {
    private static final int FIELDS = 5;

    /**
     * Of what was counted.
     *
     * @param latencies in nanoseconds
     */
    public static LoadResult of(long operations, long elapsedNs, Histogram latencies) {
        return new LoadResult(
                operations,
                operations * 1e9 / elapsedNs,
                latencies.getValueAtPercentile(50) / 1e3,
                latencies.getValueAtPercentile(99) / 1e3,
                latencies.getMaxValue() / 1e3);
    }

    /** As one line of text, which {@link #parse} reads. */
    public String line() {
        return String.format(Locale.ROOT, "%d %.1f %.3f %.3f %.3f", operations, ratePerSecond, p50Us, p99Us, maxUs);
    }

    /** Reads a {@link #line}. */
    public static LoadResult parse(String line) {
        String[] fields = line.trim().split(" ", -1);
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException("not the figures of a run: " + line);
        }
        return new LoadResult(
                Long.parseLong(fields[0]),
                Double.parseDouble(fields[1]),
                Double.parseDouble(fields[2]),
                Double.parseDouble(fields[3]),
                Double.parseDouble(fields[4]));
    }
}
