package dev.quern.bench.evict;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.TextTable;
import dev.quern.kvstore.TableKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** {@code bench evict}: hit ratios of eviction policies on synthetic traces. */
public final class Evict implements Bench {
    private static final int KEYS = 500_000;
    private static final int KEYS_QUICK = 50_000;

    /** Requests for each popular key, on average. */
    private static final int REQUESTS_PER_KEY = 10;

    private static final int[] SIZES_PERCENT = {1, 10, 25};
    private static final double POINTS_OFF_MAX = 2;
    private static final long SEED = 20231023;

    private static final String LRU = "LRU";
    private static final String S3_FIFO = "S3-FIFO";

    private static final Map<String, CachePolicy.Factory> POLICIES = new LinkedHashMap<>();

    static {
        POLICIES.put("FIFO", Fifo::new);
        POLICIES.put(LRU, Lru::new);
        POLICIES.put("SIEVE", Sieve::new);
        POLICIES.put(S3_FIFO, S3Fifo::new);
    }

    @Override
    public String name() {
        return "evict";
    }

    @Override
    public String purpose() {
        return "hit ratios of tables that evict beside LRU, SIEVE, FIFO and its pure policy, on Zipf and on swept traces";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(100);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        int keys = context.quick() ? KEYS_QUICK : KEYS;
        int length = keys * REQUESTS_PER_KEY;
        List<Trace> traces = List.of(
                Trace.zipf("zipf099", 0.99, keys, length, SEED),
                Trace.zipf("zipf080", 0.8, keys, length, SEED),
                Trace.sweeping("sweep", 0.99, keys, length, SEED));
        List<String> headings = new ArrayList<>(List.of("hit ratio, cache size in % of the keys"));
        headings.addAll(POLICIES.keySet());
        for (TableKind kind : TableKind.values()) {
            // And the pure policy with as many records as the table held.
            headings.addAll(List.of(kind.name().toLowerCase(Locale.ROOT) + " table", "its records", "pure"));
        }
        TextTable table = new TextTable(headings.toArray(String[]::new));
        Map<String, Double> worstOfLru = new LinkedHashMap<>();
        double pointsOff = 0;
        for (Trace trace : traces) {
            double worst = Double.MAX_VALUE;
            for (int percent : SIZES_PERCENT) {
                int capacity = (int) ((long) trace.popularKeys() * percent / 100);
                Map<String, Double> ratios = measure(trace, capacity);
                List<Real> reals = new ArrayList<>();
                for (TableKind kind : TableKind.values()) {
                    Real real = measureTable(context, kind, trace, capacity);
                    reals.add(real);
                    pointsOff = Math.max(pointsOff, Math.abs(real.table - real.pure) * 100);
                }
                table.row(row(trace.name() + " " + percent + " %", ratios, reals));
                worst = Math.min(worst, ratio(ratios, S3_FIFO) / ratio(ratios, LRU));
            }
            worstOfLru.put(trace.name(), worst);
        }
        context.say(table.text());
        context.say(keys + " popular keys, " + length + " requests, the second half counted");
        worstOfLru.forEach(
                (trace, worst) -> context.atLeast("evict." + trace, worst, 1.0, " of LRU at the worst size"));
        context.atMost("evict.table", pointsOff, POINTS_OFF_MAX, " points off the pure policy at the worst");
    }

    private static Map<String, Double> measure(Trace trace, int capacity) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        POLICIES.forEach((name, factory) ->
                ratios.put(name, HitRatio.of(factory.make(capacity, trace.keysBound()), trace)));
        return ratios;
    }

    /** The table's hit ratio, its mean number of records, and the hit ratio of the pure policy with as many. */
    private record Real(double table, int records, double pure) {}

    private static Real measureTable(BenchContext context, TableKind kind, Trace trace, int capacity) {
        try (RealTable table = new RealTable(kind, capacity)) {
            HitRatio.warmUp(table, trace);
            table.beginMeanSize();
            double ratio = HitRatio.measure(table, trace);
            context.check(table.isWithinQuota(), "charged memory is within the quota");
            context.check(table.evictions() > 0, "the table evicted");
            S3Fifo pure = new S3Fifo(table.meanSize(), trace.keysBound());
            return new Real(ratio, table.meanSize(), HitRatio.of(pure, trace));
        }
    }

    private static double ratio(Map<String, Double> ratios, String policy) {
        return Objects.requireNonNull(ratios.get(policy));
    }

    private static String[] row(String first, Map<String, Double> ratios, List<Real> reals) {
        List<String> cells = new ArrayList<>(List.of(first));
        ratios.values().forEach(ratio -> cells.add(text(ratio)));
        reals.forEach(real -> cells.addAll(List.of(text(real.table), TextTable.number(real.records), text(real.pure))));
        return cells.toArray(String[]::new);
    }

    private static String text(double ratio) {
        return String.format(Locale.ROOT, "%.3f", ratio);
    }
}
