package dev.quern.bench.simulate;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.Machine;
import dev.quern.bench.TextTable;
import dev.quern.bench.roles.Work;
import dev.quern.sandbox.RuntimeCosts;
import dev.quern.server.roles.MessageCosts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The simulator beside a server of two cores that runs here: both are given the same loads, and the simulator what things cost, as measured at that server in the
 * same run.
 */
public final class BesideLive implements Bench {
    private static final long MS = 1_000_000;
    private static final int[] FUNCTION_US = {5, 30, 200};
    private static final int[] FUNCTION_US_QUICK = {30};

    /** What is asked for, of all cores' time. */
    private static final double[] LOADS = {0.3, 0.6, 0.9, 1.3};

    private static final double[] LOADS_QUICK = {0.3};

    /** The part of that which gets ask for. */
    private static final double GETS_PART = 0.2;

    /** Of both cores' time, while costs are measured. */
    private static final double CALIBRATION_LOAD = 0.2;

    /** A get takes about so long: only to choose how many are sent while they are measured. */
    private static final double GET_GUESS_NS = 500;

    private static final int WARM_TIMES_MAX = 12;

    /** {@code functions.wait_ms}: the server's default. */
    private static final long WAIT_NS = 20 * MS;

    /** Warm is what became no faster than by this. */
    private static final double STEADY = 0.9;

    private static final double LEAST = 0.8;
    private static final double MOST = 1.2;

    /** For the list of benches. */
    public BesideLive() {}

    @Override
    public String name() {
        return "simulate";
    }

    @Override
    public String purpose() {
        return "the simulator beside a server of two cores under the same loads: throughput, busy share, waits and role changes";
    }

    @Override
    public Duration planned() {
        return Duration.ofMinutes(1);
    }

    /** What a while of the server was measured to cost, beside the functions themselves. */
    private record Costs(double getNs, double callNs, double handoverNs) {}

    private record Cell(String mode, int functionUs, double load, LiveFigures live, Outcome simulated) {
        double throughput() {
            return ratio(simulated.functionsPerSecond(), live.perSecond(live.calls()));
        }

        double gets() {
            return ratio(simulated.getsPerSecond(), live.perSecond(live.gets()));
        }

        double busy() {
            return ratio(simulated.busyShare(), live.busyShare(LiveServer.CORES));
        }
    }

    @Override
    public void run(BenchContext context) throws Exception {
        boolean isQuick = context.quick();
        int[] sizes = isQuick ? FUNCTION_US_QUICK : FUNCTION_US;
        context.awaitIdle();
        context.say("A server of two cores, not pinned, and its client's thread on "
                + Machine.processors()
                + " processors; rings within one process; functions in trusted Java that compute for random times, distributed"
                + " exponentially; gets of 100 B values ask for " + Math.round(100 * GETS_PART) + " % of the load.");
        double roundsPerNs = roundsPerNs();
        List<Cell> cells = new ArrayList<>();
        Costs costs = costs(context, roundsPerNs);
        for (String mode : new String[] {"static", "adaptive"}) {
            try (LiveServer server = open(mode)) {
                warm(server, roundsPerNs, isQuick);
                for (int us : sizes) {
                    double functionNs = functionNs(server, us, roundsPerNs, isQuick);
                    context.say(String.format(
                            Locale.ROOT, "%s: functions of %d us take %.1f us", mode, us, functionNs / 1e3));
                    for (double load : isQuick ? LOADS_QUICK : LOADS) {
                        cells.add(cell(server, mode, us, load, costs, functionNs, roundsPerNs, isQuick));
                    }
                }
            }
        }
        report(context, cells);
    }

    private static LiveServer open(String mode) throws Exception {
        List<String> names = new ArrayList<>();
        for (int us : FUNCTION_US) {
            names.add(function(us));
        }
        return new LiveServer(mode, names, WAIT_NS);
    }

    private static String function(int us) {
        return "f" + us;
    }

    private static double roundsPerNs() {
        int rounds = 20_000;
        long best = Long.MAX_VALUE;
        long sum = 0;
        for (int i = 0; i < 500; i++) {
            long beginNs = System.nanoTime();
            sum |= Work.compute(rounds);
            best = Math.min(best, System.nanoTime() - beginNs);
        }
        return sum == 0 ? 1 : (double) rounds / best;
    }

    private static void warm(LiveServer server, double roundsPerNs, boolean isQuick) {
        for (int us : FUNCTION_US) {
            // The first while after a start is the compilers'.
            double last = Double.POSITIVE_INFINITY;
            for (int times = 0; times < (isQuick ? 1 : WARM_TIMES_MAX); times++) {
                LiveFigures warm = server.send(
                        200_000, 0.4e6 / us, function(us), 1e3 * us * roundsPerNs, (isQuick ? 20 : 250) * MS);
                double functionNs = (double) warm.functionNs() / Math.max(1, warm.functions());
                if (times > 0 && functionNs > STEADY * last && functionNs < 2e3 * us) {
                    break;
                }
                last = functionNs;
            }
        }
    }

    /** What gets, calls and hand-overs take at servers whose roles are fixed, well below what they can do. */
    private static Costs costs(BenchContext context, double roundsPerNs) throws Exception {
        long ns = (context.quick() ? 50 : 600) * MS;
        double perSecond = CALIBRATION_LOAD * LiveServer.CORES * 1e9 / GET_GUESS_NS;
        int us = FUNCTION_US[0];
        double callsPerSecond = CALIBRATION_LOAD * LiveServer.CORES * 1e6 / us;
        double rounds = 1e3 * us * roundsPerNs;
        LiveFigures gets;
        LiveFigures inline;
        LiveFigures handed;
        try (LiveServer server = open("inline")) {
            warm(server, roundsPerNs, context.quick());
            gets = server.send(perSecond, 1, function(us), rounds, ns);
            inline = server.send(1, callsPerSecond, function(us), rounds, ns);
        }
        try (LiveServer server = open("static")) {
            warm(server, roundsPerNs, context.quick());
            handed = server.send(1, callsPerSecond, function(us), rounds, ns);
        }
        double getNs = (double) gets.busyNs() / gets.gets();
        double callNs = (double) (inline.busyNs() - inline.functionNs()) / inline.functions();
        double handoverNs = Math.max(0, (double) (handed.busyNs() - handed.functionNs()) / handed.functions() - callNs);
        context.say(String.format(
                Locale.ROOT,
                "measured: a get %.0f ns at %.0f/s; a call %.0f ns beside its function, and a hand-over %.0f ns",
                getNs,
                gets.perSecond(gets.gets()),
                callNs,
                handoverNs));
        return new Costs(getNs, callNs, handoverNs);
    }

    /** What a function takes at this server, its call's way into the runtime included, well below what the server can do. */
    private static double functionNs(LiveServer server, int us, double roundsPerNs, boolean isQuick) {
        LiveFigures calm = server.send(
                CALIBRATION_LOAD * 1e9 / GET_GUESS_NS,
                CALIBRATION_LOAD * LiveServer.CORES * 1e6 / us,
                function(us),
                1e3 * us * roundsPerNs,
                (isQuick ? 50 : 400) * MS);
        return (double) calm.functionNs() / Math.max(1, calm.functions());
    }

    private static Cell cell(
            LiveServer server,
            String mode,
            int us,
            double load,
            Costs costs,
            double functionNs,
            double roundsPerNs,
            boolean isQuick) {
        long ns = (isQuick ? 50 : 600) * MS;
        double getsPerSecond = GETS_PART * load * LiveServer.CORES * 1e9 / costs.getNs();
        double callsPerSecond = (1 - GETS_PART) * load * LiveServer.CORES * 1e9 / functionNs;
        LiveFigures ignored = server.send(getsPerSecond, callsPerSecond, function(us), 1e3 * us * roundsPerNs, ns / 4);
        LiveFigures live = server.send(getsPerSecond, callsPerSecond, function(us), 1e3 * us * roundsPerNs, ns);
        return new Cell(mode, us, load, live, simulate(mode, functionNs, getsPerSecond, callsPerSecond, costs, live));
    }

    private static Outcome simulate(
            String mode,
            double functionNs,
            double getsPerSecond,
            double callsPerSecond,
            Costs costs,
            LiveFigures live) {
        // One tenant and one function, which is entered already; what it takes beside its work is in what was measured
        // of calls.
        SimulatedCosts all = new SimulatedCosts(
                costs.getNs(),
                functionNs,
                costs.callNs(),
                SimulatedCosts.POOL_NS,
                SimulatedCosts.MOVE_NS,
                Long.MAX_VALUE,
                WAIT_NS,
                new RuntimeCosts(0, 0, 0, 0, 0),
                new MessageCosts(0, 0, costs.handoverNs(), 0));
        Load load = new Load.Steady(
                getsPerSecond * costs.getNs() / 1e9 / LiveServer.CORES,
                callsPerSecond * functionNs / 1e9 / LiveServer.CORES);
        Policy policy = mode.equals("adaptive") ? Policy.of(Policy.Kind.ADAPTIVE) : new Policy(Policy.Kind.STATIC, 1);
        SimulatedClient client = new SimulatedClient(live.tookNs() / Math.max(1, live.looks()), live.clientShare());
        return new Simulation(load, policy, all, client, LiveServer.CORES, 1, 1, live.tookNs()).run();
    }

    private static double ratio(double simulated, double measured) {
        return measured == 0 ? simulated == 0 ? 1 : Double.POSITIVE_INFINITY : simulated / measured;
    }

    private static void report(BenchContext context, List<Cell> cells) {
        TextTable table = new TextTable(
                "roles, function, load",
                "gets/s",
                "simulated",
                "calls/s",
                "simulated",
                "busy",
                "simulated",
                "get p50/p99 us",
                "simulated",
                "call p50/p99 us",
                "simulated",
                "sheds/s",
                "simulated",
                "moves/s",
                "simulated",
                "client");
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        int within = 0;
        for (Cell cell : cells) {
            LiveFigures live = cell.live();
            Outcome simulated = cell.simulated();
            double seconds = live.tookNs() / 1e9;
            table.row(
                    String.format(Locale.ROOT, "%s, %d us, %.0f %%", cell.mode(), cell.functionUs(), 100 * cell.load()),
                    TextTable.number(live.perSecond(live.gets())),
                    TextTable.ratio(cell.gets()),
                    TextTable.number(live.perSecond(live.calls())),
                    TextTable.ratio(cell.throughput()),
                    percent(live.busyShare(LiveServer.CORES)),
                    TextTable.ratio(cell.busy()),
                    pair(live.getP50Us(), live.getP99Us()),
                    pair(simulated.getP50Us(), simulated.getP99Us()),
                    pair(live.callP50Us(), live.callP99Us()),
                    pair(simulated.functionP50Us(), simulated.functionP99Us()),
                    TextTable.number(live.perSecond(live.sheds())),
                    TextTable.number(simulated.shedPerSecond()),
                    String.format(Locale.ROOT, "%.0f", live.moves() / seconds),
                    String.format(Locale.ROOT, "%.0f", simulated.moves() / seconds),
                    percent(live.clientShare()));
            for (double ratio : new double[] {cell.gets(), cell.throughput(), cell.busy()}) {
                least = Math.min(least, ratio);
                most = Math.max(most, ratio);
            }
            within += isWithin(cell.gets()) && isWithin(cell.throughput()) && isWithin(cell.busy()) ? 1 : 0;
        }
        context.say(table.text());
        context.say("simulated: of the measured, for rates and shares; " + within + " of " + cells.size()
                + " loads with all of them from " + LEAST + " to " + MOST);
        context.check(cells.stream().allMatch(cell -> cell.live().calls() > 0), "calls were answered");
        context.atLeast("simulated-beside-measured-least", least, LEAST, "x");
        context.atMost("simulated-beside-measured-most", most, MOST, "x");
    }

    private static boolean isWithin(double ratio) {
        return ratio >= LEAST && ratio <= MOST;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    private static String pair(double p50Us, double p99Us) {
        return String.format(Locale.ROOT, "%.0f/%.0f", p50Us, p99Us);
    }
}
