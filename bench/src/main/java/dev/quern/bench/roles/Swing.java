package dev.quern.bench.roles;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import dev.quern.bench.TextTable;
import dev.quern.server.Server;
import dev.quern.server.roles.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A load that swings between all gets and all functions every 100 ms, as much as goes, under a split that follows it, fixed ones, and one
 * that is set by the bench as the load changes.
 */
public final class Swing implements Bench {
    private static final long TURN_NS = 100_000_000;
    private static final long WARM_NS = 500_000_000;
    private static final long SETTLE_NS = 1_000_000_000;

    /** Runs of each split, in turns; what is compared ran within some seconds. */
    private static final int REPEATS = 5;

    /** Of a run, half of them of gets. */
    private static final int TURNS = 12;

    private static final double STATIC_RATIO_MIN = 1.3;
    private static final double ORACLE_RATIO_MIN = 0.9;

    /** How the cores are split. */
    private enum Split {
        /** The server moves them. */
        ADAPTIVE("adaptive"),
        /** The bench does, at the very moment: all serve gets, and one runs functions while there are some. */
        ORACLE("adaptive"),
        /** One runs functions always. */
        STATIC("static"),
        /** All serve, and run functions where they were received. */
        INLINE("inline");

        private final String mode;

        Split(String mode) {
            this.mode = mode;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Gets and calls answered a second, each in its turns. */
    private record Rates(double gets, double calls) {
        static Rates of(List<Driver.Window> windows, int turns) {
            double seconds = TURN_NS * turns / 2e9;
            return new Rates(
                    windows.stream().mapToLong(Driver.Window::gets).sum() / seconds,
                    windows.stream().mapToLong(Driver.Window::calls).sum() / seconds);
        }

        static Rates median(List<Rates> runs) {
            double[] gets = runs.stream().mapToDouble(Rates::gets).sorted().toArray();
            double[] calls = runs.stream().mapToDouble(Rates::calls).sorted().toArray();
            return new Rates(gets[gets.length / 2], calls[calls.length / 2]);
        }
    }

    /** For the list of benches. */
    public Swing() {}

    @Override
    public String name() {
        return "swing";
    }

    @Override
    public String purpose() {
        return "what it is worth to follow a load that swings between gets and functions, beside fixed splits and one told in advance";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(60);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        context.awaitIdle();
        int rounds = Served.rounds(Shift.CALL_NS);
        context.say(Served.describe(Shift.CALL_NS));
        int repeats = context.quick() ? 1 : REPEATS;
        int turns = context.quick() ? 2 : TURNS;
        Map<Split, List<Rates>> runs = new LinkedHashMap<>();
        Map<Split, List<Driver.Window>> last = new LinkedHashMap<>();
        if (!context.quick()) {
            // The first run of this JVM has the compilers beside it, whose turn would be told as the split's.
            List<Driver.Window> ignored = measure(Split.ADAPTIVE, rounds, turns, false);
        }
        for (int repeat = 0; repeat < repeats; repeat++) {
            for (Split split : Split.values()) {
                List<Driver.Window> windows = measure(split, rounds, turns, context.quick());
                runs.computeIfAbsent(split, fresh -> new ArrayList<>()).add(Rates.of(windows, turns));
                last.put(split, windows);
            }
        }
        Map<Split, Rates> rates = new LinkedHashMap<>();
        runs.forEach((split, each) -> rates.put(split, Rates.median(each)));
        TextTable table = new TextTable(
                "split", "gets/s", "calls/s", "of the best of each", "adaptive beside it", "least", "most");
        Map<Split, Double> useful = useful(rates);
        Map<Split, Double> beside = new LinkedHashMap<>();
        rates.forEach((split, rate) -> {
            double[] ratios = adaptiveBeside(split, runs, repeats);
            beside.put(split, ratios[repeats / 2]);
            table.row(
                    split.toString(),
                    TextTable.number(rate.gets()),
                    TextTable.number(rate.calls()),
                    String.format(Locale.ROOT, "%.2f", of(useful, split)),
                    TextTable.ratio(ratios[repeats / 2]),
                    TextTable.ratio(ratios[0]),
                    TextTable.ratio(ratios[repeats - 1]));
        });
        context.say("a turn of gets and one of calls, 100 ms each, as many as go; medians of " + repeats
                + " runs of each split, in turns, and of what adaptive is beside the split's run of the same turn");
        context.say(table.text());
        for (Map.Entry<Split, List<Driver.Window>> run : last.entrySet()) {
            context.plot(
                    "swing-" + run.getKey() + ".svg",
                    RolesChart.svg(
                            "gets and calls by turns of 100 ms, as many as go, two cores, split: " + run.getKey(),
                            run.getValue(),
                            Phase.WINDOW_NS / 1e6));
        }
        context.atLeast("swing-beside-oracle", of(beside, Split.ORACLE), ORACLE_RATIO_MIN, "x");
        context.atLeast("swing-beside-static", of(beside, Split.STATIC), STATIC_RATIO_MIN, "x");
    }

    /** Of each split, the mean of its gets and its calls, as parts of the most of any split. */
    private static Map<Split, Double> useful(Map<Split, Rates> rates) {
        double getsMax = rates.values().stream().mapToDouble(Rates::gets).max().orElse(1);
        double callsMax =
                rates.values().stream().mapToDouble(Rates::calls).max().orElse(1);
        Map<Split, Double> useful = new LinkedHashMap<>();
        rates.forEach((split, rate) -> useful.put(split, (rate.gets() / getsMax + rate.calls() / callsMax) / 2));
        return useful;
    }

    /** What adaptive did as a multiple of what a split did, each time by the runs of one turn: the machine is not the same a minute later. Ascending. */
    private static double[] adaptiveBeside(Split split, Map<Split, List<Rates>> runs, int repeats) {
        double[] ratios = new double[repeats];
        for (int repeat = 0; repeat < repeats; repeat++) {
            int turn = repeat;
            Map<Split, Rates> once = new LinkedHashMap<>();
            runs.forEach((each, rates) -> once.put(each, rates.get(turn)));
            Map<Split, Double> useful = useful(once);
            ratios[repeat] = of(useful, Split.ADAPTIVE) / of(useful, split);
        }
        Arrays.sort(ratios);
        return ratios;
    }

    private static double of(Map<Split, Double> useful, Split split) {
        return Math.max(1e-9, useful.getOrDefault(split, 0.0));
    }

    private static List<Driver.Window> measure(Split split, int rounds, int turns, boolean isQuick) throws Exception {
        try (Served served = Served.open(split.mode, 1, rounds)) {
            Driver driver = served.driver();
            long warmNs = isQuick ? TURN_NS / 2 : WARM_NS;
            List<Driver.Window> ignored = Phase.closed(driver, served.roles(), Shift.GETS_UNDER_WAY, 0, warmNs);
            ignored = Phase.closed(driver, served.roles(), 0, Shift.CALLS_UNDER_WAY, warmNs);
            List<Driver.Window> windows = new ArrayList<>();
            for (int turn = 0; turn < turns; turn++) {
                boolean isGets = turn % 2 == 0;
                if (split == Split.ORACLE) {
                    assign(served.server(), isGets ? Role.SERVING : Role.FUNCTIONS);
                }
                windows.addAll(Phase.closed(
                        driver,
                        served.roles(),
                        isGets ? Shift.GETS_UNDER_WAY : 0,
                        isGets ? 0 : Shift.CALLS_UNDER_WAY,
                        TURN_NS));
            }
            driver.drain();
            return windows;
        }
    }

    private static void assign(Server server, Role role) {
        long beginNs = System.nanoTime();
        while (!server.assignRole(Served.CORES - 1, role)) {
            if (System.nanoTime() - beginNs > SETTLE_NS) {
                throw new BenchFailedException("cores are still on the move");
            }
            Thread.onSpinWait();
        }
    }
}
