package dev.quern.bench.roles;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.Compilers;
import dev.quern.bench.Machine;
import dev.quern.bench.Rounds;
import dev.quern.bench.TextTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;

/**
 * Calls of several tenants at up to three times what a server carries, and what becomes of those that it takes in; beside the same server with a
 * bound of the wait that is never reached. One core, where all runs inline, and two; the client's thread beside them.
 */
public final class Overload implements Bench {
    private static final long MS = 1_000_000;
    private static final long CALL_NS = 30_000;
    private static final int TENANTS = 8;
    private static final int CALLS_UNDER_WAY = 256;

    /** The last tenant calls at this part of the peak, however much the others do. */
    private static final double SMALL = 0.02;

    private static final double[] LOADS = {0.5, 1, 1.5, 2, 3};
    private static final double[] LOADS_QUICK = {1, 2};

    /** The load that the targets are about. */
    private static final double DOUBLE = 2;

    /** How often that one is offered; the others once. Half a second in which the machine stands still says nothing of the server. */
    private static final int DOUBLE_OFFERS = 3;

    private static final int WAIT_MS = 20;

    /** A minute: longer than any wait here. */
    private static final int WAIT_MS_OFF = 60_000;

    private static final double GOODPUT_MIN = 0.9;

    /** Of the bound: once for the queue, and the rest for what went by before, and for three threads that share the processors. */
    private static final double P99_MAX = 5;

    /** What the compilers may take to come to rest, of a server: they share the processors with it. Those behind the first find most compiled. */
    private static final Duration WARM_UP_MAX = Duration.ofSeconds(8);

    /** The highest of so many counts, when the compilers rest. */
    private static final int PEAKS = 2;

    private static final double SMALL_REFUSED_MAX = 0.01;

    /** For the list of benches. */
    public Overload() {}

    @Override
    public String name() {
        return "overload";
    }

    @Override
    public String purpose() {
        return "what a server completes, refuses and keeps waiting when tenants call for more than it can do";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(60);
    }

    private record Case(String name, String mode, int cores, boolean isByUdp) {
        Served.Setting setting(int waitMs) {
            return new Served.Setting(mode, cores, waitMs, isByUdp, false, 0);
        }
    }

    private static final List<Case> CASES = List.of(
            new Case("one-core-rings", "inline", 1, false),
            new Case("one-core-udp", "inline", 1, true),
            new Case("two-cores-rings", "adaptive", 2, false));

    /**
     * What came of one load.
     *
     * @param completed calls a second
     * @param refused calls a second
     * @param p50Ms of those that were completed, since they were due
     * @param smallRefused the part of the small tenant's calls
     */
    private record Outcome(double completed, double refused, double p50Ms, double p99Ms, double smallRefused) {
        /** Of each figure by itself. */
        static Outcome median(List<Outcome> offers) {
            return new Outcome(
                    median(offers, Outcome::completed),
                    median(offers, Outcome::refused),
                    median(offers, Outcome::p50Ms),
                    median(offers, Outcome::p99Ms),
                    median(offers, Outcome::smallRefused));
        }

        private static double median(List<Outcome> offers, ToDoubleFunction<Outcome> figure) {
            Rounds.Samples samples = new Rounds.Samples();
            offers.forEach(offer -> samples.add(figure.applyAsDouble(offer)));
            return samples.median();
        }
    }

    @Override
    public void run(BenchContext context) throws Exception {
        context.awaitIdle();
        int rounds = Served.rounds(CALL_NS);
        double[] loads = context.quick() ? LOADS_QUICK : LOADS;
        context.say("calls that compute for " + CALL_NS / 1_000 + " us in trusted Java, by " + (TENANTS - 1)
                + " tenants alike and one that asks for 2 % of the peak, whose clients do not ask again; nothing is pinned, on "
                + Machine.processors() + " processors; bound of the wait " + WAIT_MS + " ms, or none");
        TextTable table = new TextTable(
                "server", "bound", "load", "completed/s", "of peak", "refused/s", "p50 ms", "p99 ms", "small refused");
        for (Case each : CASES) {
            if (!context.isWanted(each.name)) {
                continue;
            }
            context.awaitIdle();
            List<Outcome> bounded = new ArrayList<>();
            double ofPeak = measure(context, table, each, WAIT_MS, loads, rounds, bounded);
            List<Outcome> unbounded = new ArrayList<>();
            double ignored = measure(context, table, each, WAIT_MS_OFF, loads, rounds, unbounded);
            Outcome twice = bounded.get(Arrays.binarySearch(loads, DOUBLE));
            context.check(twice.completed > 0, "calls were completed");
            context.atLeast("overload-" + each.name + "-completed-2x", ofPeak, GOODPUT_MIN, "x");
            context.atMost("overload-" + each.name + "-p99-2x", twice.p99Ms, P99_MAX * WAIT_MS, "ms");
            context.atMost(
                    "overload-" + each.name + "-small-refused-2x",
                    100 * twice.smallRefused,
                    100 * SMALL_REFUSED_MAX,
                    "%");
        }
        context.say(table.text());
    }

    /** Returns what was completed at twice the peak, of the peaks measured in turns with that. */
    private static double measure(
            BenchContext context,
            TextTable table,
            Case each,
            int waitMs,
            double[] loads,
            int rounds,
            List<Outcome> into)
            throws Exception {
        long phaseNs = (context.quick() ? 50 : 500) * MS;
        try (Served served = Served.open(each.setting(waitMs), TENANTS, rounds)) {
            double peak = peakOnceWarm(context, served, each.name + (waitMs == WAIT_MS ? "" : ", no bound"), phaseNs);
            double twiceOfPeak = 0;
            for (double load : loads) {
                boolean isInTurns = load == DOUBLE && waitMs == WAIT_MS;
                List<Outcome> offers = new ArrayList<>();
                Rounds.Samples ofPeak = new Rounds.Samples();
                do {
                    double peakNow = isInTurns ? peak(served, phaseNs) : peak;
                    double ignored = offer(served, load * peak, peak, phaseNs / 3).completed;
                    Outcome offered = offer(served, load * peak, peak, phaseNs);
                    offers.add(offered);
                    ofPeak.add(offered.completed / peakNow);
                    served.driver().drain();
                } while (isInTurns && offers.size() < DOUBLE_OFFERS);
                Outcome outcome = Outcome.median(offers);
                twiceOfPeak = isInTurns ? ofPeak.median() : twiceOfPeak;
                into.add(outcome);
                table.row(
                        each.name,
                        waitMs == WAIT_MS ? WAIT_MS + " ms" : "none",
                        String.format(Locale.ROOT, "%.1fx", load),
                        TextTable.number(outcome.completed),
                        TextTable.ratio(ofPeak.median()),
                        TextTable.number(outcome.refused),
                        String.format(Locale.ROOT, "%.1f", outcome.p50Ms),
                        String.format(Locale.ROOT, "%.1f", outcome.p99Ms),
                        String.format(Locale.ROOT, "%.1f %%", 100 * outcome.smallRefused));
            }
            return twiceOfPeak;
        }
    }

    /** The peak, once compilers rest that have met this server at its peak and at twice as much. */
    private static double peakOnceWarm(BenchContext context, Served served, String name, long ns) throws Exception {
        long beginNs = System.nanoTime();
        Compilers compilers = Compilers.of();
        compilers.warm(context.quick() ? Duration.ZERO : WARM_UP_MAX, () -> {
            double peak = peak(served, ns / 2);
            Outcome ignored = offer(served, DOUBLE * peak, peak, ns);
            served.driver().drain();
        });
        context.say(String.format(
                Locale.ROOT,
                "%s: compilers %s after %.1f s",
                name,
                compilers.areAtRest() ? "rest" : "still worked",
                (System.nanoTime() - beginNs) / 1e9));
        double highest = 0;
        for (int i = 0; i < PEAKS; i++) {
            highest = Math.max(highest, peak(served, ns));
        }
        return highest;
    }

    /** Calls a second, with so many under way, by all tenants in turns. */
    private static double peak(Served served, long ns) {
        Driver driver = served.driver();
        driver.hot(-1);
        long beginNs = System.nanoTime();
        long nowNs = beginNs;
        int next = 0;
        while (nowNs - beginNs < ns) {
            nowNs = driver.poll();
            while (driver.callsUnderWay() < CALLS_UNDER_WAY && driver.call(next, nowNs)) {
                next = (next + 1) % TENANTS;
            }
            LockSupport.parkNanos(Phase.PAUSE_NS);
        }
        double perSecond = driver.others().count() * 1e9 / (nowNs - beginNs);
        driver.drain();
        return perSecond;
    }

    /** Calls at a rate, whatever is answered; what could not be sent in time is sent as soon as it can, and counts from when it was due. */
    private static Outcome offer(Served served, double perSecond, double peak, long ns) {
        Driver driver = served.driver();
        int small = TENANTS - 1;
        Driver.Window ignored = driver.window(System.nanoTime(), 0);
        driver.hot(small);
        double smallPerSecond = SMALL * peak;
        double othersPerSecond = perSecond - smallPerSecond;
        long beginNs = System.nanoTime();
        long nowNs = beginNs;
        long sent = 0;
        long smallSent = 0;
        while (nowNs - beginNs < ns) {
            nowNs = driver.poll();
            double seconds = (nowNs - beginNs) / 1e9;
            while (smallSent < seconds * smallPerSecond
                    && driver.call(small, beginNs + (long) (smallSent / smallPerSecond * 1e9))) {
                smallSent++;
            }
            while (sent < seconds * othersPerSecond
                    && driver.call((int) (sent % small), beginNs + (long) (sent / othersPerSecond * 1e9))) {
                sent++;
            }
            LockSupport.parkNanos(Phase.PAUSE_NS);
        }
        double seconds = (nowNs - beginNs) / 1e9;
        LatencyLog others = driver.others();
        double completed = (others.count() + driver.hot().count()) / seconds;
        double refused = driver.window(nowNs, 0).sheds() / seconds;
        return new Outcome(
                completed,
                refused,
                others.p50Us() / 1e3,
                others.p99Us() / 1e3,
                smallSent == 0 ? 0 : (double) driver.hotSheds() / smallSent);
    }
}
