package dev.quern.bench;

import dev.quern.ffi.linux.Affinity;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * How long a machine makes threads stand still that want nothing but to run: two on processors of their own, where there are two, which
 * read the clock over and over. Timer ticks, other processes and, on a virtual machine, other guests show as gaps between two
 * readings. No request that needs these processors can have a better tail than the one that a moment meets here.
 *
 * @param threads that ran, each on a processor of its own where the system allows it
 * @param share of the time in which at least one of them stood still
 * @param gapsNs lengths of the stretches in which at least one stood still
 * @param totalNs that was looked at
 */
record Stalls(int threads, double share, List<Long> gapsNs, long totalNs) {
    /** As many as the benches keep busy, one serves and one loads; taken before any of them binds the measuring thread to a processor. */
    private static final int THREADS = Math.min(2, Machine.processors());

    /** Two readings lie some 25 ns apart; this is no reading. */
    private static final long GAP_NS_MIN = 1_000;

    private static final long WARM_UP_NS_MAX = 200_000_000;
    private static final int GAPS_MAX = 1 << 17;

    Stalls {
        gapsNs = List.copyOf(gapsNs);
    }

    /** From one reading of the clock to the next, by {@link System#nanoTime}. */
    record Gap(long startNs, long endNs) {}

    /** Looks for so long, and before that until the code is compiled; all processors are busy meanwhile. */
    static Stalls measure(Duration time) throws InterruptedException {
        long beginNs = System.nanoTime() + Math.min(time.toNanos(), WARM_UP_NS_MAX);
        long endNs = beginNs + time.toNanos();
        List<Watcher> watchers = new ArrayList<>();
        for (int cpu = 0; cpu < THREADS; cpu++) {
            Watcher watcher = new Watcher(cpu, beginNs, endNs);
            watchers.add(watcher);
            watcher.start();
        }
        List<Gap> gaps = new ArrayList<>();
        for (Watcher watcher : watchers) {
            watcher.join();
            watcher.addTo(gaps);
        }
        return of(THREADS, gaps, endNs - beginNs);
    }

    /** Of gaps of several threads, which may overlap. */
    static Stalls of(int threads, List<Gap> gaps, long totalNs) {
        List<Long> lengths = new ArrayList<>();
        long stoodNs = 0;
        long startNs = 0;
        long endNs = Long.MIN_VALUE;
        for (Gap gap :
                gaps.stream().sorted(Comparator.comparingLong(Gap::startNs)).toList()) {
            if (endNs == Long.MIN_VALUE || gap.startNs > endNs) {
                if (endNs != Long.MIN_VALUE) {
                    lengths.add(endNs - startNs);
                }
                startNs = gap.startNs;
                endNs = gap.endNs;
            } else {
                endNs = Math.max(endNs, gap.endNs);
            }
        }
        if (endNs != Long.MIN_VALUE) {
            lengths.add(endNs - startNs);
        }
        for (long length : lengths) {
            stoodNs += length;
        }
        return new Stalls(threads, (double) stoodNs / totalNs, lengths, totalNs);
    }

    /** How long a moment, any of all with the same chance, has to wait until all threads run, in nanoseconds. */
    double waitNs(double percentile) {
        double beyond = 1 - percentile / 100;
        double low = 0;
        double high = gapsNs.stream().mapToLong(Long::longValue).max().orElse(0);
        while (high - low > 1) {
            double middle = (low + high) / 2;
            if (shareThatWaits(middle) > beyond) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    private double shareThatWaits(double moreThanNs) {
        double sum = 0;
        for (long gap : gapsNs) {
            sum += Math.max(0, gap - moreThanNs);
        }
        return sum / totalNs;
    }

    /** For the report. */
    String line() {
        return String.format(
                Locale.ROOT,
                "of %d threads that only read the clock, a processor each, one or the other stood still for %.1f %% of the time;"
                        + " a moment waits %.0f us (p99), %.0f us (p99.9) for them",
                threads,
                share * 100,
                waitNs(99) / 1e3,
                waitNs(99.9) / 1e3);
    }

    /** One thread that reads the clock. */
    private static final class Watcher extends Thread {
        private final int cpu;
        private final long beginNs;
        private final long endNs;
        private final long[] starts = new long[GAPS_MAX];
        private final long[] ends = new long[GAPS_MAX];
        private int count;

        Watcher(int cpu, long beginNs, long endNs) {
            super("stalls-" + cpu);
            this.cpu = cpu;
            this.beginNs = beginNs;
            this.endNs = endNs;
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                Affinity.pin(cpu);
            } catch (IOException | UnsupportedOperationException notHere) {
                // Unpinned, the scheduler's moves show as well: they would in a bench, too.
            }
            watch(System.nanoTime(), beginNs);
            count = 0;
            watch(System.nanoTime(), endNs);
        }

        private void watch(long fromNs, long untilNs) {
            long lastNs = fromNs;
            while (lastNs < untilNs && count < GAPS_MAX) {
                long nowNs = System.nanoTime();
                if (nowNs - lastNs >= GAP_NS_MIN) {
                    starts[count] = lastNs;
                    ends[count++] = nowNs;
                }
                lastNs = nowNs;
            }
        }

        void addTo(List<Gap> gaps) {
            for (int i = 0; i < count; i++) {
                gaps.add(new Gap(starts[i], ends[i]));
            }
        }
    }
}
