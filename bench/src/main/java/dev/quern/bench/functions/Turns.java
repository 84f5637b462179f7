package dev.quern.bench.functions;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What calls cost that are made one after the other, in the thread's own processor time: on a machine that others use, too, it is what an
 * idle one would show. Cases take turns, and the median of their rounds counts. Thread: the bench's.
 */
final class Turns {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long WARM_UP_NS_MIN = 2_000_000_000L;
    private static final long WARM_UP_NS_MAX = 40_000_000_000L;
    private static final int STEADY_ROUNDS = 10;

    /** A round is better than the best before when it takes less than this share of its time. */
    private static final double BETTER = 0.95;

    private static final int ROUNDS = 7;
    private static final long ROUND_NS = 120_000_000;
    private static final int CALLS_QUICK = 3;

    /** One call, or a few that are counted as one; checks what comes of it. */
    @FunctionalInterface
    interface Calls {
        /** Makes so many. */
        void run(int calls);
    }

    private final Map<String, Calls> cases = new LinkedHashMap<>();
    private final Map<String, Double> medians = new LinkedHashMap<>();

    Turns add(String name, Calls calls) {
        cases.put(name, calls);
        return this;
    }

    /** Warms every case up, and measures them in turns; {@code quick}: a few calls of each. */
    Turns run(boolean quick) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        cases.forEach((name, calls) -> counts.put(name, quick ? CALLS_QUICK : warmUp(calls)));
        Map<String, List<Double>> samples = new LinkedHashMap<>();
        for (int round = 0; round < (quick ? 1 : ROUNDS); round++) {
            cases.forEach((name, calls) -> samples.computeIfAbsent(name, any -> new ArrayList<>())
                    .add(nsPerCall(calls, counts.getOrDefault(name, CALLS_QUICK))));
        }
        samples.forEach((name, figures) ->
                medians.put(name, figures.stream().sorted().toList().get(figures.size() / 2)));
        return this;
    }

    /**
     * Until the compilers have had their time, which takes longer on a busy machine: for a while at least, and until no round was better than
     * the best before for a while. Returns how many calls make a round.
     */
    private static int warmUp(Calls calls) {
        long startNs = System.nanoTime();
        int count = 1;
        int sinceBest = 0;
        double bestNs = Double.MAX_VALUE;
        long tookNs = 0;
        while (tookNs < WARM_UP_NS_MAX && (tookNs < WARM_UP_NS_MIN || sinceBest < STEADY_ROUNDS)) {
            double ns = nsPerCall(calls, count);
            sinceBest = ns < bestNs * BETTER ? 0 : sinceBest + 1;
            bestNs = Math.min(bestNs, ns);
            count = (int) Math.clamp(ROUND_NS / Math.max(1, ns), 1, 10_000_000);
            tookNs = System.nanoTime() - startNs;
        }
        return count;
    }

    private static double nsPerCall(Calls calls, int count) {
        long startNs = THREADS.getCurrentThreadCpuTime();
        calls.run(count);
        return (double) (THREADS.getCurrentThreadCpuTime() - startNs) / count;
    }

    /** A case's median, in nanoseconds a call. */
    double ns(String name) {
        Double median = medians.get(name);
        if (median == null) {
            throw new IllegalArgumentException("nothing was measured of " + name);
        }
        return median;
    }

    /** Nanoseconds, for a table. */
    static String figure(double ns) {
        return String.format(Locale.ROOT, ns < 100 ? "%.1f" : "%,.0f", ns);
    }
}
