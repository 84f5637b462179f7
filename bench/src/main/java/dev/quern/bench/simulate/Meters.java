package dev.quern.bench.simulate;

import org.HdrHistogram.Histogram;

/** Counts and times of a run, after its warm-up. */
final class Meters {
    /** No lane's number. */
    static final int CALL = EventHeap.SOURCES_MAX - 1;

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

    /** When replies are there that a client of the same processors has not seen yet, each with its lane's number, or {@link #CALL}. */
    private final EventHeap replies = new EventHeap();

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

    /** Replies to see. */
    EventHeap replies() {
        return replies;
    }

    private void replied(int from, long doneNs) {
        if (client.isHere()) {
            replies.add(doneNs, from);
        }
    }

    void gets(int count, int lane, double workNs, long arrivedNs, long doneNs) {
        replied(lane, doneNs);
        windowUsefulNs += workNs;
        long seenNs = client.seesNs(doneNs);
        if (seenNs == SimulatedClient.NEVER) {
            return;
        }
        windowGets.recordValue(seenNs - arrivedNs);
        if (arrivedNs >= fromNs) {
            usefulNs += workNs;
            getCount += count;
            gets.recordValue(seenNs - arrivedNs);
        }
    }

    void function(double workNs, long arrivedNs, long doneNs) {
        replied(CALL, doneNs);
        windowUsefulNs += workNs;
        long seenNs = client.seesNs(doneNs);
        if (arrivedNs >= fromNs && seenNs != SimulatedClient.NEVER) {
            usefulNs += workNs;
            functionCount++;
            functions.recordValue(Math.max(0, seenNs - arrivedNs));
        }
    }

    /** A call that was refused by the core that it was to run on. */
    void shedCall(long nowNs) {
        replied(CALL, nowNs);
        shed(1, nowNs);
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
