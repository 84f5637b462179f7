package dev.quern.bench.roles;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.TextTable;
import dev.quern.bench.plot.LineChart;
import dev.quern.server.dispatch.RoleEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * A load that shifts from all gets to all functions and back, and one that swings between them every 100 ms, on two cores, with the client's
 * thread beside them on the same processors.
 */
public final class Shift implements Bench {
    private static final long MS = 1_000_000;
    private static final long CALL_NS = 30_000;
    private static final int GETS_UNDER_WAY = 1_024;
    private static final int CALLS_UNDER_WAY = 64;

    /** Of what the server does at the most: on two processors the client needs some of them, too. */
    private static final double LOAD = 0.5;

    private static final double STANDS_MS_MAX = 2;
    private static final double STEADY_MS_MAX = 10;
    private static final double SWING_RATIO_MIN = 1.3;

    /** A window's p99 above so many times the steady one is not steady yet. */
    private static final double UNSTEADY = 2;

    /** Below this it is steady whatever it was before. */
    private static final long STEADY_NS = 300_000;

    /** For the list of benches. */
    public Shift() {}

    @Override
    public String name() {
        return "shift";
    }

    @Override
    public String purpose() {
        return "how fast cores follow a load that shifts between gets and functions, and what that is worth beside a fixed split";
    }

    @Override
    public Duration planned() {
        return Duration.ofMinutes(2);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        context.awaitIdle();
        int rounds = Served.rounds(CALL_NS);
        context.say("two cores that are not pinned, and the client's thread, on "
                + Runtime.getRuntime().availableProcessors()
                + " processors; gets of 100 B values, and calls that compute for " + CALL_NS / 1_000
                + " us in trusted Java, by rings within one process");
        shift(context, rounds);
        context.awaitIdle();
        swing(context, rounds);
    }

    private static double perSecond(List<Driver.Window> windows, ToDoubleFunction<Driver.Window> count, long ns) {
        return windows.stream().mapToDouble(count).sum() * 1e9 / ns;
    }

    private static void shift(BenchContext context, int rounds) throws Exception {
        long warmNs = (context.quick() ? 100 : 2_000) * MS;
        long phaseNs = (context.quick() ? 60 : 400) * MS;
        int shifts = context.quick() ? 2 : 12;
        try (Served served = Served.open("adaptive", 1, rounds)) {
            Driver driver = served.driver();
            List<Driver.Window> ignored = Phase.closed(driver, served.roles(), GETS_UNDER_WAY, 0, warmNs);
            double getsMax = perSecond(
                    Phase.closed(driver, served.roles(), GETS_UNDER_WAY, 0, warmNs), Driver.Window::gets, warmNs);
            ignored = Phase.closed(driver, served.roles(), 0, CALLS_UNDER_WAY, warmNs);
            double callsMax = perSecond(
                    Phase.closed(driver, served.roles(), 0, CALLS_UNDER_WAY, warmNs), Driver.Window::calls, warmNs);
            driver.drain();
            context.say(String.format(
                    Locale.ROOT,
                    "at the most %.0f gets/s and %.0f calls/s; offered: %.0f %% of that, turn by turn",
                    getsMax,
                    callsMax,
                    100 * LOAD));
            List<Driver.Window> all = new ArrayList<>();
            List<Double> steadyMs = new ArrayList<>();
            List<Double> standMs = new ArrayList<>();
            long firstEvent = served.roles().events().count();
            for (int shift = 0; shift < shifts; shift++) {
                boolean isGets = shift % 2 == 0;
                long beginNs = System.nanoTime();
                List<Driver.Window> windows = Phase.open(
                        driver, served.roles(), isGets ? LOAD * getsMax : 0, isGets ? 0 : LOAD * callsMax, phaseNs);
                if (shift > 0) {
                    steadyMs.add(unsteadyNs(windows, isGets, beginNs) / 1e6);
                }
                all.addAll(windows);
            }
            driver.drain();
            for (RoleEvent event : served.roles().events().since(firstEvent)) {
                if (event.from() != event.to() && event.settledNs() >= 0) {
                    long delayNs = Math.max(
                            event.before().requestWaitNs(), event.before().callWaitNs());
                    standMs.add((delayNs + event.settledNs()) / 1e6);
                }
            }
            report(context, all, standMs, steadyMs);
        }
    }

    /** For how long after a phase began its p99 was not what it was later. */
    private static long unsteadyNs(List<Driver.Window> windows, boolean isGets, long beginNs) {
        long[] later = windows.stream()
                .skip(windows.size() / 2)
                .mapToLong(window -> isGets ? window.getP99Ns() : window.callP99Ns())
                .sorted()
                .toArray();
        double bound = Math.max(STEADY_NS, UNSTEADY * (later.length == 0 ? 0 : later[later.length / 2]));
        long lastNs = 0;
        for (Driver.Window window : windows.subList(0, windows.size() / 2)) {
            if ((isGets ? window.getP99Ns() : window.callP99Ns()) > bound) {
                lastNs = window.atNs() - beginNs;
            } else if (window.atNs() - beginNs - lastNs > 20 * MS) {
                return lastNs; // What comes later is not the shift's.
            }
        }
        return lastNs;
    }

    private static void report(
            BenchContext context, List<Driver.Window> all, List<Double> standMs, List<Double> steadyMs)
            throws IOException {
        TextTable table = new TextTable("", "count", "median ms", "worst ms");
        table.row(
                "from the first delay until the split stands",
                Integer.toString(standMs.size()),
                median(standMs),
                worst(standMs));
        table.row(
                "until p99 is steady after a shift",
                Integer.toString(steadyMs.size()),
                median(steadyMs),
                worst(steadyMs));
        context.say(table.text());
        context.check(all.stream().mapToLong(Driver.Window::gets).sum() > 0, "gets were answered");
        context.atMost("shift-split-stands", middle(standMs), STANDS_MS_MAX, "ms");
        context.atMost("shift-p99-steady", middle(steadyMs), STEADY_MS_MAX, "ms");
        long beginNs = all.getFirst().atNs();
        double[] at = all.stream()
                .mapToDouble(window -> (window.atNs() - beginNs) / 1e6)
                .toArray();
        context.plot(
                "shift.svg",
                new LineChart("gets and calls by turns, two cores", "ms", "answered in a ms, serving cores")
                        .line("gets / 100", at, values(all, window -> window.gets() / 100.0))
                        .line("calls", at, values(all, Driver.Window::calls))
                        .line("serving cores x 10", at, values(all, window -> 10.0 * window.servingCores()))
                        .line(
                                "p99, 100 us",
                                at,
                                values(all, window -> Math.max(window.getP99Ns(), window.callP99Ns()) / 1e5))
                        .svg());
    }

    private static double[] values(List<Driver.Window> windows, ToDoubleFunction<Driver.Window> value) {
        return windows.stream().mapToDouble(value).toArray();
    }

    private static double middle(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    }

    private static String median(List<Double> values) {
        return String.format(Locale.ROOT, "%.2f", middle(values));
    }

    private static String worst(List<Double> values) {
        return String.format(
                Locale.ROOT,
                "%.2f",
                values.stream().mapToDouble(Double::doubleValue).max().orElse(0));
    }

    /** Gets and calls by turns of 100 ms, as many as go, under each mode; what each does is counted in what the whole machine can do. */
    private static void swing(BenchContext context, int rounds) throws Exception {
        long turnNs = 100 * MS;
        int turns = context.quick() ? 2 : 16;
        int repeats = context.quick() ? 1 : 3;
        Map<String, double[]> done = new LinkedHashMap<>();
        double[] most = new double[2];
        for (int repeat = 0; repeat < repeats; repeat++) {
            for (String mode : List.of("adaptive", "static", "inline")) {
                double[] rates = swing(mode, rounds, turnNs, turns, context.quick());
                done.computeIfAbsent(mode, fresh -> new double[2]);
                double[] sum = done.get(mode);
                sum[0] += rates[0] / repeats;
                sum[1] += rates[1] / repeats;
                most[0] = Math.max(most[0], rates[0]);
                most[1] = Math.max(most[1], rates[1]);
            }
        }
        TextTable table = new TextTable("mode", "gets/s", "calls/s", "of the best of each");
        Map<String, Double> useful = new LinkedHashMap<>();
        done.forEach((mode, rates) -> {
            useful.put(mode, (rates[0] / most[0] + rates[1] / most[1]) / 2);
            table.row(
                    mode,
                    TextTable.number(rates[0]),
                    TextTable.number(rates[1]),
                    String.format(Locale.ROOT, "%.2f", useful.get(mode)));
        });
        context.say("a turn of gets and one of calls, 100 ms each, as many as go; means of " + repeats + " runs");
        context.say(table.text());
        double adaptive = useful.getOrDefault("adaptive", 0.0);
        context.atLeast(
                "swing-beside-static",
                adaptive / Math.max(1e-9, useful.getOrDefault("static", 0.0)),
                SWING_RATIO_MIN,
                "x");
    }

    /** Gets and calls a second, each in its turns. */
    private static double[] swing(String mode, int rounds, long turnNs, int turns, boolean isQuick) throws Exception {
        try (Served served = Served.open(mode, 1, rounds)) {
            Driver driver = served.driver();
            long warmNs = (isQuick ? 50 : 700) * MS;
            List<Driver.Window> ignored = Phase.closed(driver, served.roles(), GETS_UNDER_WAY, 0, warmNs);
            ignored = Phase.closed(driver, served.roles(), 0, CALLS_UNDER_WAY, warmNs);
            double[] done = new double[2];
            for (int turn = 0; turn < turns; turn++) {
                boolean isGets = turn % 2 == 0;
                for (Driver.Window window : Phase.closed(
                        driver, served.roles(), isGets ? GETS_UNDER_WAY : 0, isGets ? 0 : CALLS_UNDER_WAY, turnNs)) {
                    done[0] += window.gets();
                    done[1] += window.calls();
                }
            }
            driver.drain();
            return Arrays.stream(done)
                    .map(count -> count * 1e9 / (turnNs * turns / 2.0))
                    .toArray();
        }
    }
}
