package dev.quern.bench.report;

/**
 * What was measured in about a second.
 *
 * @param endS seconds from the run's beginning to this one's end
 * @param phase its name
 * @param ratePerSecond of answers
 */
public record Second(double endS, String phase, double ratePerSecond, Latency latency) {}
