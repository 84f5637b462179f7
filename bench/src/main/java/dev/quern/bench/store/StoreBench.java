package dev.quern.bench.store;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.TextTable;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** {@code bench store}: the store beside the maps that one would embed instead. */
public final class StoreBench implements Bench {
    private final String name;
    private final String purpose;
    private final Duration planned;
    private final StoreScale full;

    private StoreBench(String name, String purpose, Duration planned, StoreScale full) {
        this.name = name;
        this.purpose = purpose;
        this.planned = planned;
        this.full = full;
    }

    /** As a part of all benches, which have an hour. */
    public static StoreBench inAll() {
        return new StoreBench(
                "store",
                "the store by itself, with JMH, beside Chronicle Map, ConcurrentHashMap and OHC",
                Duration.ofSeconds(390),
                StoreScale.FULL);
    }

    /** By itself: with time for several processes and for much garbage. */
    public static StoreBench thorough() {
        return new StoreBench(
                "store-thorough",
                "as store, with two processes a map, longer iterations and ten minutes of counting garbage",
                Duration.ofMinutes(24),
                StoreScale.THOROUGH);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String purpose() {
        return purpose;
    }

    @Override
    public Duration planned() {
        return planned;
    }

    @Override
    public void run(BenchContext context) throws InterruptedException {
        StoreScale scale = context.quick() ? StoreScale.QUICK : full;
        context.say(TextTable.number(scale.records()) + " records, keys of " + Entry.KEY_BYTES + " bytes, values of "
                + Entry.VALUE_BYTES + "; heap " + scale.heap() + " and the same JVM options for each subject");
        SubjectRun run = new SubjectRun(context, scale);
        Map<SubjectKind, Figures> figures = new EnumMap<>(SubjectKind.class);
        for (SubjectKind kind : SubjectKind.values()) {
            figures.put(kind, new Figures(kind.label()));
        }
        for (int round = 0; round < scale.rounds(); round++) {
            for (Map.Entry<SubjectKind, Figures> each : figures.entrySet()) {
                run.measure(each.getKey(), each.getValue());
            }
        }
        Figures quern = figures.getOrDefault(SubjectKind.QUERN, new Figures("nothing"));
        // Each part is told when it has been measured.
        new PeerReport(context, figures).say();
        QuernReport report = new QuernReport(context, quern);
        report.alone();
        report.memory();
        run.measureAlone(GrowthMain.class, quern);
        report.growth();
        run.measureAlone(GarbageMain.class, quern);
        report.garbage();
    }
}
