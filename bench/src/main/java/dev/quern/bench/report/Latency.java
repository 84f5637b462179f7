package dev.quern.bench.report;

import org.HdrHistogram.Histogram;

/**
 * Latencies of one phase or second, in microseconds.
 *
 * @param maxUs the longest of all
 */
public record Latency(
        double meanUs, double p50Us, double p90Us, double p99Us, double p999Us, double p9999Us, double maxUs) {
    private static final double NS_PER_US = 1e3;

    /** Of a histogram of nanoseconds. */
    public static Latency of(Histogram histogram) {
        return new Latency(
                rounded(histogram.getTotalCount() == 0 ? 0 : histogram.getMean()),
                at(histogram, 50),
                at(histogram, 90),
                at(histogram, 99),
                at(histogram, 99.9),
                at(histogram, 99.99),
                rounded((double) histogram.getMaxValue()));
    }

    private static double at(Histogram histogram, double percentile) {
        return rounded((double) histogram.getValueAtPercentile(percentile));
    }

    /** To whole nanoseconds, so that no report has more digits than there were. */
    private static double rounded(double ns) {
        return Math.round(ns) / NS_PER_US;
    }
}
