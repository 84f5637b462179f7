package dev.quern.bench.roles;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.Compilers;
import dev.quern.bench.TextTable;
import dev.quern.bench.plot.LineChart;
import dev.quern.server.dispatch.RoleEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** A load that shifts from all gets to all functions and back, on two cores, with the client's thread beside them on the same processors. */
public final class Shift implements Bench {
    private static final long MS = 1_000_000;
    static final long CALL_NS = 30_000;
    static final int GETS_UNDER_WAY = 1_024;
    static final int CALLS_UNDER_WAY = 64;

    /**
     * The first phase has no shift before it, so 180 go each way: a single one in which the machine stands still for milliseconds is then less than
     * the hundredth part of what a p99 is taken of.
     */
    private static final int SHIFTS = 361;

    /** The compilers take some seconds, and processors, over what is new to them: both loads at the most and as offered, and the ways between. */
    private static final Duration WARM_UP_MAX = Duration.ofSeconds(16);

    /** Shifts in each run of the warm-up: the moves, too, are to be compiled. */
    private static final int WARM_SHIFTS = 8;

    /**
     * Clients that have the calls, beside the one that has the gets: a call that waits holds a slot of its session's window, which the gets behind it
     * would wait for in the client.
     */
    private static final int CALLERS = 8;

    /** Of what the server does at the most: on two processors the client, which sends and takes in as many, needs some of them, too. */
    private static final double GETS_LOAD = 0.25;

    /** The same of calls, which cost the client little; more than one core can run. */
    private static final double CALLS_LOAD = 0.65;

    private static final double STANDS_MS_MAX = 2;
    private static final double STEADY_MS_MAX = 10;

    /** Of one phase, less than a tenth of a second, in which no more than a million gets a second are offered. */
    private static final int ANSWERS_MAX = 1 << 17;

    /** The first ones, each with its row. */
    private static final int SHOWN_WINDOWS = 10;

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
        return "how fast cores follow a load that shifts between gets and functions";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(60);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        context.awaitIdle();
        int rounds = Served.rounds(CALL_NS);
        context.say(Served.describe(CALL_NS));
        shift(context, rounds);
    }

    private static double perSecond(List<Driver.Window> windows, ToDoubleFunction<Driver.Window> count, long ns) {
        return windows.stream().mapToDouble(count).sum() * 1e9 / ns;
    }

    private static void shift(BenchContext context, int rounds) throws Exception {
        long warmNs = (context.quick() ? 20 : 1_000) * MS;
        long phaseNs = (context.quick() ? 60 : 80) * MS;
        int shifts = context.quick() ? 3 : SHIFTS;
        try (Served served = Served.withCallers("adaptive", CALLERS, rounds)) {
            Driver driver = served.driver();
            AnswerTimes times = new AnswerTimes(ANSWERS_MAX);
            driver.times(times);
            warm(context, served, times, phaseNs);
            driver.drain();
            double getsMax = getsMax(served, warmNs);
            double callsMax = callsMax(served, warmNs);
            driver.drain();
            context.say(String.format(
                    Locale.ROOT,
                    "at the most %.0f gets/s and %.0f calls/s; offered: %.0f %% and %.0f %% of that, turn by turn",
                    getsMax,
                    callsMax,
                    100 * GETS_LOAD,
                    100 * CALLS_LOAD));
            List<Driver.Window> all = new ArrayList<>();
            List<Double> steadyMs = new ArrayList<>();
            List<RoleEvent> settled = new ArrayList<>();
            List<Long> phaseBeginsNs = new ArrayList<>();
            AfterShifts toGets = new AfterShifts(phaseNs);
            AfterShifts toCalls = new AfterShifts(phaseNs);
            AfterShifts getsSent = new AfterShifts(phaseNs);
            AfterShifts callsSent = new AfterShifts(phaseNs);
            // What setting up and warming up has left would be collected, for milliseconds, in the midst of a phase.
            System.gc();
            long awayNs = driver.awayNs();
            long beganNs = System.nanoTime();
            long firstEvent = served.roles().events().count();
            for (int shift = 0; shift < shifts; shift++) {
                boolean isGets = shift % 2 == 0;
                long beginNs = System.nanoTime();
                phaseBeginsNs.add(beginNs);
                times.begin(beginNs);
                List<Driver.Window> windows = Phase.open(
                        driver,
                        served.roles(),
                        isGets ? GETS_LOAD * getsMax : 0,
                        isGets ? 0 : CALLS_LOAD * callsMax,
                        phaseNs);
                if (shift > 0) {
                    steadyMs.add(unsteadyNs(windows, isGets, beginNs) / 1e6);
                    (isGets ? toGets : toCalls).add(times, times::tookUs);
                    (isGets ? getsSent : callsSent).add(times, times::lateUs);
                }
                all.addAll(windows);
            }
            driver.drain();
            context.say(String.format(
                    Locale.ROOT,
                    "the client's thread had no processor for a millisecond or more for %.1f %% of the time; nothing was lost",
                    100.0 * (driver.awayNs() - awayNs) / (System.nanoTime() - beganNs)));
            List<RoleEvent> events = served.roles().events().since(firstEvent);
            say(context, events, phaseBeginsNs);
            for (RoleEvent event : events) {
                if (event.from() != event.to() && event.settledNs() >= 0) {
                    settled.add(event);
                }
            }
            report(context, all, settled, new AfterShifts[] {toGets, getsSent, toCalls, callsSent}, steadyMs);
        }
    }

    private static double getsMax(Served served, long ns) {
        return perSecond(Phase.closed(served.driver(), served.roles(), GETS_UNDER_WAY, 0, ns), Driver.Window::gets, ns);
    }

    private static double callsMax(Served served, long ns) {
        return perSecond(
                Phase.closed(served.driver(), served.roles(), 0, CALLS_UNDER_WAY, ns), Driver.Window::calls, ns);
    }

    /** Has both loads and their shifts until the compilers rest. */
    private static void warm(BenchContext context, Served served, AnswerTimes times, long phaseNs) throws Exception {
        long beginNs = System.nanoTime();
        Compilers compilers = Compilers.of();
        compilers.warm(context.quick() ? Duration.ZERO : WARM_UP_MAX, () -> {
            double gets = GETS_LOAD * getsMax(served, 2 * phaseNs);
            double calls = CALLS_LOAD * callsMax(served, 2 * phaseNs);
            for (int shift = 0; shift < WARM_SHIFTS; shift++) {
                boolean isGets = shift % 2 == 0;
                times.begin(System.nanoTime());
                List<Driver.Window> ignored =
                        Phase.open(served.driver(), served.roles(), isGets ? gets : 0, isGets ? 0 : calls, phaseNs);
            }
        });
        context.say(String.format(
                Locale.ROOT,
                "compilers %s after %.1f s",
                compilers.areAtRest() ? "rest" : "still worked",
                (System.nanoTime() - beginNs) / 1e9));
    }

    /** For how long after a phase began its p99 was not what it was later. */
    private static long unsteadyNs(List<Driver.Window> windows, boolean isGets, long beginNs) {
        long[] later = windows.stream()
                .skip(windows.size() / 2)
                .mapToLong(window -> isGets ? window.getP99Ns() : window.callP99Ns())
                .sorted()
                .toArray();
        double bound = Math.max(STEADY_NS, AfterShifts.UNSTEADY * (later.length == 0 ? 0 : later[later.length / 2]));
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
            BenchContext context,
            List<Driver.Window> all,
            List<RoleEvent> settled,
            AfterShifts[] after,
            List<Double> steadyMs)
            throws IOException {
        List<Double> standMs = ms(settled, event -> event.delayNs() + event.settledNs());
        TextTable table = new TextTable("", "count", "median ms", "worst ms");
        row(table, "from the first delay until the split stands", standMs);
        row(table, "  until it was decided", ms(settled, RoleEvent::delayNs));
        row(table, "  from then until the lanes had moved", ms(settled, RoleEvent::settledNs));
        row(table, "  of both, a core had no processor for", ms(settled, RoleEvent::withoutProcessorNs));
        row(
                table,
                "  without that",
                ms(settled, event -> event.delayNs() + event.settledNs() - event.withoutProcessorNs()));
        row(table, "until p99 of each millisecond is steady, each shift by itself", steadyMs);
        context.say(table.text());
        context.say(p99(after));
        context.check(all.stream().mapToLong(Driver.Window::gets).sum() > 0, "gets were answered");
        context.atMost("shift-split-stands", middle(standMs), STANDS_MS_MAX, "ms");
        context.atMost("shift-p99-steady", Math.max(after[0].unsteadyMs(), after[2].unsteadyMs()), STEADY_MS_MAX, "ms");
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

    /** By when requests were due after a shift, all shifts of one direction together; gets until answered and sent, then calls. */
    private static String p99(AfterShifts[] after) {
        TextTable table = new TextTable(
                "due after a shift, p99 in us", "gets answered", "gets sent", "calls answered", "calls sent");
        for (int window = 0; window < Math.min(SHOWN_WINDOWS, after[0].windows()); window++) {
            int shown = window;
            row(
                    table,
                    String.format(
                            Locale.ROOT,
                            "%d to %d ms",
                            window * AfterShifts.STEP_US / 1_000,
                            (window + AfterShifts.WINDOW_STEPS) * AfterShifts.STEP_US / 1_000),
                    after,
                    each -> TextTable.number(each.p99Us(shown)));
        }
        row(table, "later, the median", after, each -> TextTable.number(each.steadyUs()));
        row(table, "steady after, ms", after, each -> number(each.unsteadyMs()));
        row(
                table,
                "later windows that are not steady either, %",
                after,
                each -> number(100 * each.laterUnsteadyShare()));
        return table.text();
    }

    private static void row(TextTable table, String name, AfterShifts[] after, Function<AfterShifts, String> value) {
        table.row(
                Stream.concat(Stream.of(name), Arrays.stream(after).map(value)).toArray(String[]::new));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static void row(TextTable table, String name, List<Double> ms) {
        table.row(name, Integer.toString(ms.size()), median(ms), worst(ms));
    }

    private static List<Double> ms(List<RoleEvent> events, ToLongFunction<RoleEvent> ns) {
        return events.stream().map(event -> ns.applyAsLong(event) / 1e6).toList();
    }

    private static double[] values(List<Driver.Window> windows, ToDoubleFunction<Driver.Window> value) {
        return windows.stream().mapToDouble(value).toArray();
    }

    /** Each move in a line, with the time since its phase began. */
    private static void say(BenchContext context, List<RoleEvent> moves, List<Long> phaseBeginsNs) {
        for (RoleEvent move : moves) {
            int phase = 0;
            while (phase + 1 < phaseBeginsNs.size() && phaseBeginsNs.get(phase + 1) <= move.atNs()) {
                phase++;
            }
            double sinceMs = (move.atNs() - phaseBeginsNs.get(phase)) / 1e6;
            context.say(
                    String.format(Locale.ROOT, "%s + %.2f ms: %s", phase % 2 == 0 ? "gets" : "calls", sinceMs, move));
        }
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
}
