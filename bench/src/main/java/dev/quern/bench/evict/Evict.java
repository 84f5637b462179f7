package dev.quern.bench.evict;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.TextTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** {@code bench evict}: hit ratios of eviction policies on synthetic traces. */
public final class Evict implements Bench {
    private static final int KEYS = 1_000_000;
    private static final int KEYS_QUICK = 50_000;

    /** Requests for each popular key, on average. */
    private static final int REQUESTS_PER_KEY = 10;

    private static final int[] SIZES_PERCENT = {1, 10, 25};
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
        return "hit ratios of S3-FIFO beside LRU, SIEVE and FIFO, on Zipf and on swept traces";
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
        TextTable table = new TextTable(headings.toArray(String[]::new));
        Map<String, Double> worstOfLru = new LinkedHashMap<>();
        for (Trace trace : traces) {
            double worst = Double.MAX_VALUE;
            for (int percent : SIZES_PERCENT) {
                Map<String, Double> ratios = measure(trace, percent);
                table.row(row(trace.name() + " " + percent + " %", ratios));
                worst = Math.min(worst, ratio(ratios, S3_FIFO) / ratio(ratios, LRU));
            }
            worstOfLru.put(trace.name(), worst);
        }
        context.say(table.text());
        context.say(keys + " popular keys, " + length + " requests, the second half counted");
        worstOfLru.forEach(
                (trace, worst) -> context.atLeast("evict." + trace, worst, 1.0, " of LRU at the worst size"));
    }

    private static Map<String, Double> measure(Trace trace, int percent) {
        int capacity = (int) ((long) trace.popularKeys() * percent / 100);
        Map<String, Double> ratios = new LinkedHashMap<>();
        POLICIES.forEach((name, factory) ->
                ratios.put(name, HitRatio.of(factory.make(capacity, trace.keysBound()), trace)));
        return ratios;
    }

    private static double ratio(Map<String, Double> ratios, String policy) {
        return Objects.requireNonNull(ratios.get(policy));
    }

    private static String[] row(String first, Map<String, Double> ratios) {
        List<String> cells = new ArrayList<>(List.of(first));
        ratios.values().forEach(ratio -> cells.add(String.format(Locale.ROOT, "%.3f", ratio)));
        return cells.toArray(String[]::new);
    }
}
