package dev.quern.bench.store;

import dev.quern.bench.BenchContext;
import dev.quern.bench.TextTable;
import java.util.Locale;

/** What was measured of Quern alone, and its targets, a part at a time. */
final class QuernReport {
    private static final double TRANSACTION_TO_BARE_MOST = 3;
    private static final double FIND_TO_CHASE_MOST = 2;
    private static final double GROWTH_US_MOST = 100;
    private static final double RECORD_OVERHEAD_BYTES_MOST = 40;

    /** Of the loop that measures, spread over millions of operations. */
    private static final double ALLOCATED_BYTES_MOST = 0.01;

    private static final String[] PERCENTILES = {"50.0", "99.0", "99.9", "99.99", "99.999", "100.0"};

    private final BenchContext context;
    private final Figures quern;

    QuernReport(BenchContext context, Figures quern) {
        this.context = context;
        this.quern = quern;
    }

    /** Says what single operations, bursts and transactions take. */
    void alone() {
        TextTable table = new TextTable("Quern alone, ns each", "uniform", "zipf");
        row(table, "get, a burst of its own", "get1");
        row(table, "get, " + QuernWalker.BURST + " to a burst", "getBurst1");
        row(table, "put, a burst of its own", "put1");
        row(table, "put, " + QuernWalker.BURST + " to a burst", "putBurst1");
        row(table, "find, each key known only after the one before", "find1");
        row(table, "bare memory: the same chain of loads and compares", "chase1");
        row(table, "transaction of 4 reads and 1 write", "transaction1");
        row(table, "its five operations, bare", "bare1");
        context.say(table.text());
        for (KeySequence sequence : KeySequence.values()) {
            String distribution = sequence.name().toLowerCase(Locale.ROOT);
            context.atMost(
                    "store.transaction-to-bare-" + distribution,
                    ns("transaction1." + distribution) / ns("bare1." + distribution),
                    TRANSACTION_TO_BARE_MOST,
                    "x");
            context.atMost(
                    "store.find-to-bare-memory-" + distribution,
                    ns("find1." + distribution) / ns("chase1." + distribution),
                    FIND_TO_CHASE_MOST,
                    "x");
        }
    }

    private void row(TextTable table, String label, String figure) {
        table.row(label, oneDecimal(ns(figure + ".uniform")), oneDecimal(ns(figure + ".zipf")));
    }

    /** Nanoseconds of processor time of one, from how many there were in a second of it. */
    private double ns(String figure) {
        return 1e9 / quern.median(figure + ".cpu");
    }

    /** Says how much memory a record takes. */
    void memory() {
        double records = quern.median("memory.records");
        double charged = quern.median("memory.charged") / records;
        double index = quern.median("memory.index") / records;
        double overhead = charged - Entry.KEY_BYTES - Entry.VALUE_BYTES;
        context.say(String.format(
                Locale.ROOT,
                "memory: %.1f bytes charged a record, of them %.1f for the index; %.1f beyond key and value%n",
                charged,
                index,
                overhead));
        context.atMost("store.record-overhead", overhead, RECORD_OVERHEAD_BYTES_MOST, " B");
    }

    /** Says how long puts into a growing table took; after {@link GrowthMain}. */
    void growth() {
        TextTable table =
                new TextTable("put while a table grows, us", "p50", "p99", "p99.9", "p99.99", "p99.999", "worst");
        growthRow(table, "each put by the clock, three passes", "growth.wall.p");
        growthRow(table, "each put's least of three passes: what repeats", "growth.least.p");
        context.say(table.text());
        context.say(
                "Growth delays the same put in every pass; a stall of this shared machine hits another one each time.\n");
        context.atMost("store.worst-growth", quern.median("growth.least.p100.0") / 1e3, GROWTH_US_MOST, " us");
    }

    private void growthRow(TextTable table, String label, String figure) {
        String[] row = new String[PERCENTILES.length + 1];
        row[0] = label;
        for (int i = 0; i < PERCENTILES.length; i++) {
            row[i + 1] = oneDecimal(quern.median(figure + PERCENTILES[i]) / 1e3);
        }
        table.row(row);
    }

    /** Says how much garbage there was; after {@link GarbageMain}. */
    void garbage() {
        double operations = quern.median("mixed.operations");
        double bytes = quern.median("mixed.bytes");
        double collections = quern.median("mixed.collections");
        context.say(String.format(
                Locale.ROOT,
                "garbage: %s gets and puts, half and half, allocated %s bytes and caused %s collections%n",
                TextTable.number(operations),
                TextTable.number(bytes),
                TextTable.number(collections)));
        context.atMost("store.mixed-collections", collections, 0, "");
        context.atMost("store.mixed-allocates", bytes / operations, ALLOCATED_BYTES_MOST, " B/op");
    }

    private static String oneDecimal(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
