package dev.quern.bench.store;

import dev.quern.bench.store.QuernSubject.QuernSession;
import java.util.Arrays;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * A process that fills an empty table, one put at a time, and times each. The same is done several times over with the same keys and
 * the same hash: what a put costs because the index grows, it costs in every pass, while a processor that was taken away, a collection
 * or a compilation hits another put each time. So a put's least time over all passes bounds what growth made it wait, on a machine that
 * others share, too. Each pass begins with another number of records in another table, so that fresh memory for records, too, falls
 * to other puts.
 */
final class GrowthMain {
    private static final int PASSES = 3;
    /** A third of what a huge page holds. */
    private static final int SHIFT_RECORDS = 5000;

    private static final long HIGHEST_NS = 60_000_000_000L;
    private static final int DIGITS = 3;
    private static final double[] PERCENTILES = {50, 99, 99.9, 99.99, 99.999, 100};

    private GrowthMain() {}

    /** Measures at the scale named. */
    public static void main(String[] arguments) {
        int records = StoreScale.valueOf(arguments[0]).growthRecords();
        Histogram wall = new Histogram(HIGHEST_NS, DIGITS);
        int[] leastNs = new int[records];
        Arrays.fill(leastNs, Integer.MAX_VALUE);
        // The first pass compiles what the others run.
        fill(new Histogram(HIGHEST_NS, DIGITS), new int[records], 0);
        for (int pass = 0; pass < PASSES; pass++) {
            fill(wall, leastNs, pass * SHIFT_RECORDS);
        }
        Histogram least = new Histogram(HIGHEST_NS, DIGITS);
        for (int ns : leastNs) {
            least.recordValue(ns);
        }
        print("wall", wall);
        print("least", least);
    }

    private static void fill(Histogram wall, int[] leastNs, int shift) {
        try (QuernSubject subject = new QuernSubject(leastNs.length + shift);
                QuernSession session = subject.open()) {
            session.shift(shift);
            for (int i = 0; i < leastNs.length; i++) {
                long beforeNs = System.nanoTime();
                session.put(Entry.seed(i), i, 0);
                long tookNs = System.nanoTime() - beforeNs;
                wall.recordValue(Math.min(tookNs, HIGHEST_NS));
                leastNs[i] = (int) Math.min(leastNs[i], tookNs);
            }
        }
    }

    private static void print(String name, Histogram histogram) {
        for (double percentile : PERCENTILES) {
            System.out.printf(
                    Locale.ROOT,
                    "%s growth.%s.p%s %d%n",
                    SubjectMain.FIGURE,
                    name,
                    percentile,
                    histogram.getValueAtPercentile(percentile));
        }
    }
}
