package dev.quern.bench.simulate;

import org.HdrHistogram.Histogram;

/** Counts and times of a run, after its warm-up. */
final class Meters {
    private static final int DIGITS = 2;

    private final long fromNs;
    private final SimulatedClient client;
    private final Histogram gets = new Histogram(DIGITS);
    private final Histogram functions = new Histogram(DIGITS);
    private final Histogram windowGets = new Histogram(DIGITS);
    private double usefulNs;
    private double windowUsefulNs;
    private long getCount;
    private long functionCount;
    private long shed;
    private double offeredNs;

    Meters(long fromNs, SimulatedClient client) {
        this.fromNs = fromNs;
        this.client = client;
    }

    /** From when on it counts. */
    long fromNs() {
        return fromNs;
    }

    void offered(double workNs, long nowNs) {
        offeredNs += nowNs >= fromNs ? workNs : 0;
    }

    void gets(int count, double workNs, long arrivedNs, long doneNs) {
        windowUsefulNs += workNs;
        windowGets.recordValue(client.seesNs(doneNs) - arrivedNs);
        if (arrivedNs >= fromNs) {
            usefulNs += workNs;
            getCount += count;
            gets.recordValue(client.seesNs(doneNs) - arrivedNs);
        }
    }

    void function(double workNs, long arrivedNs, long doneNs) {
        windowUsefulNs += workNs;
        if (arrivedNs >= fromNs) {
            usefulNs += workNs;
            functionCount++;
            functions.recordValue(Math.max(0, client.seesNs(doneNs) - arrivedNs));
        }
    }

    void shed(int count, long nowNs) {
        shed += nowNs >= fromNs ? count : 0;
    }

    Timeline.Window window(long nowNs, int cores, int servingCores) {
        Timeline.Window window = new Timeline.Window(
                nowNs / 1e6,
                windowUsefulNs / ((double) cores * Timeline.WINDOW_NS),
                windowGets.getTotalCount() == 0 ? 0 : windowGets.getValueAtPercentile(99) / 1e3,
                servingCores / (double) cores);
        windowUsefulNs = 0;
        windowGets.reset();
        return window;
    }

    Outcome outcome(Policy policy, int cores, long busyNs, long untilNs, int moves, Timeline timeline) {
        double seconds = (untilNs - fromNs) / 1e9;
        return new Outcome(
                policy,
                usefulNs / 1e9 / seconds / cores,
                offeredNs / 1e9 / seconds / cores,
                getCount / seconds,
                functionCount / seconds,
                shed / seconds,
                busyNs / 1e9 / seconds / cores,
                gets.getValueAtPercentile(50) / 1e3,
                gets.getValueAtPercentile(99) / 1e3,
                functions.getValueAtPercentile(50) / 1e3,
                functions.getValueAtPercentile(99) / 1e3,
                moves,
                timeline);
    }
}
