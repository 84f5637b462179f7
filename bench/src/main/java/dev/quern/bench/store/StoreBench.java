package dev.quern.bench.store;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.TextTable;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** {@code bench store}: the store beside the maps that one would embed instead. */
public final class StoreBench implements Bench {
    @Override
    public String name() {
        return "store";
    }

    @Override
    public String purpose() {
        return "the store by itself, with JMH, beside Chronicle Map, ConcurrentHashMap and OHC";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(390);
    }

    @Override
    public void run(BenchContext context) throws InterruptedException {
        StoreScale scale = StoreScale.of(context.quick());
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
