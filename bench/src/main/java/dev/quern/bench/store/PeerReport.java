package dev.quern.bench.store;

import dev.quern.bench.BenchContext;
import dev.quern.bench.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Quern's figures beside its peers', and the targets that compare them. */
final class PeerReport {
    private static final double GET_TO_CHRONICLE_LEAST = 3;
    private static final double GET_TO_HEAP_LEAST = 0.7;
    private static final double WRITE_TO_CHRONICLE_LEAST = 2;
    private static final double TWO_READERS_LEAST = 1.8;
    private static final double READER_LOSS_MOST = 15;

    /** Ends the names of figures by processor time, which targets go by: see {@link CpuMeter}. */
    private static final String CPU = ".cpu";

    private static final List<Mode> MODES = List.of(
            new Mode("get, one thread", "get1"),
            new Mode("get, two threads", "get2"),
            new Mode("get beside a writer", "reader"),
            new Mode("put beside a reader", "writer"),
            new Mode("put", "put1"),
            new Mode("95 get, 5 put", "mixed951"),
            new Mode("50 get, 50 put", "mixed501"));

    private final BenchContext context;
    private final Map<SubjectKind, Figures> figures;

    PeerReport(BenchContext context, Map<SubjectKind, Figures> figures) {
        this.context = context;
        this.figures = figures;
    }

    /** Quern's figures for bursts, beside the peers' for the same operations one by one, as they have nothing else. */
    private static final List<Mode> BURSTS = List.of(
            new Mode("get", "get1"),
            new Mode("put", "put1"),
            new Mode("95 get, 5 put", "mixed951"),
            new Mode("50 get, 50 put", "mixed501"));

    void say() {
        for (KeySequence sequence : KeySequence.values()) {
            String distribution = sequence.name().toLowerCase(Locale.ROOT);
            context.say("operations in a second of a thread's processor time, keys " + distribution
                    + "; in brackets Quern's ratio to the peer");
            context.say(table(distribution, CPU));
            context.say("operations/s of all threads by the clock, keys " + distribution);
            context.say(table(distribution, ""));
            context.say("the same by processor time, Quern's " + QuernWalker.BURST
                    + " to a burst, as a server has them: it looks ahead at all their keys");
            context.say(bursts(distribution));
            targets(distribution);
        }
    }

    private String table(String distribution, String meter) {
        List<String> headings = new ArrayList<>(List.of("what"));
        for (SubjectKind kind : SubjectKind.values()) {
            headings.add(kind.label());
        }
        headings.add("Quern from..to");
        TextTable table = new TextTable(headings.toArray(String[]::new));
        for (Mode mode : MODES) {
            String figure = mode.figure + '.' + distribution + meter;
            double quern = median(SubjectKind.QUERN, figure);
            List<String> row = new ArrayList<>(List.of(mode.label, TextTable.number(quern)));
            for (SubjectKind kind : SubjectKind.values()) {
                if (kind != SubjectKind.QUERN) {
                    double peer = median(kind, figure);
                    row.add(TextTable.number(peer) + " (" + TextTable.ratio(quern / peer) + ')');
                }
            }
            row.add(TextTable.number(of(SubjectKind.QUERN).of(figure).min()) + ".."
                    + TextTable.number(of(SubjectKind.QUERN).of(figure).max()));
            table.row(row.toArray(String[]::new));
        }
        return table.text();
    }

    private String bursts(String distribution) {
        List<String> headings = new ArrayList<>(List.of("what", "Quern, bursts"));
        for (SubjectKind kind : SubjectKind.values()) {
            headings.add(kind.label());
        }
        TextTable table = new TextTable(headings.toArray(String[]::new));
        for (Mode mode : BURSTS) {
            double quern = median(SubjectKind.QUERN, burst(mode.figure) + '.' + distribution + CPU);
            List<String> row = new ArrayList<>(List.of(mode.label, TextTable.number(quern)));
            for (SubjectKind kind : SubjectKind.values()) {
                double single = median(kind, mode.figure + '.' + distribution + CPU);
                row.add(TextTable.number(single) + " (" + TextTable.ratio(quern / single) + ')');
            }
            table.row(row.toArray(String[]::new));
        }
        return table.text();
    }

    /** The name of a figure for bursts: the number of threads comes last. */
    private static String burst(String figure) {
        return figure.substring(0, figure.length() - 1) + "Burst1";
    }

    private void targets(String distribution) {
        String end = '-' + distribution;
        context.atLeast(
                "store.get-to-chronicle" + end,
                ratio(SubjectKind.CHRONICLE, "get1", distribution),
                GET_TO_CHRONICLE_LEAST,
                "x");
        context.atLeast(
                "store.get-to-heap" + end, ratio(SubjectKind.HEAP, "get1", distribution), GET_TO_HEAP_LEAST, "x");
        double alone = median(SubjectKind.QUERN, "get1." + distribution + CPU);
        context.atLeast(
                "store.two-readers" + end,
                2 * median(SubjectKind.QUERN, "get2." + distribution + CPU) / alone,
                TWO_READERS_LEAST,
                "x");
        context.atMost(
                "store.reader-loss-beside-writer" + end,
                100 * (1 - median(SubjectKind.QUERN, "reader." + distribution + CPU) / alone),
                READER_LOSS_MOST,
                " %");
        for (String mode : List.of("put", "mixed95", "mixed50")) {
            context.atLeast(
                    "store." + mode + "-to-chronicle" + end,
                    ratio(SubjectKind.CHRONICLE, mode + '1', distribution),
                    WRITE_TO_CHRONICLE_LEAST,
                    "x");
        }
    }

    /** Quern's figure to a peer's. */
    private double ratio(SubjectKind peer, String mode, String distribution) {
        String figure = mode + '.' + distribution + CPU;
        return median(SubjectKind.QUERN, figure) / median(peer, figure);
    }

    private double median(SubjectKind kind, String figure) {
        return of(kind).median(figure);
    }

    private Figures of(SubjectKind kind) {
        Figures its = figures.get(kind);
        if (its == null) {
            throw new IllegalStateException("no figures of " + kind);
        }
        return its;
    }

    private record Mode(String label, String figure) {}
}
