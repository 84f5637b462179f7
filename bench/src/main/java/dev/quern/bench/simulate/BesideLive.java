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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * The simulator beside a server of two cores that runs here: both are given the same loads, and the simulator what things cost, as measured at that server in the
 * same run.
 */
public final class BesideLive implements Bench {
    private static final long MS = 1_000_000;
    static final int[] FUNCTION_US = {5, 30, 200};
    private static final int[] FUNCTION_US_QUICK = {30};

    /** What is asked for, of all cores' time. */
    private static final double[] LOADS = {0.3, 0.6, 0.9, 1.3};

    private static final double[] LOADS_QUICK = {0.3};

    /** The part of that which gets ask for. */
    private static final double GETS_PART = 0.2;

    /** What a get is taken to cost where loads are chosen. */
    private static final double GET_NS = 500;

    /** Twice of what a client that nothing keeps from it leaves between two looks. */
    private static final long KEEPS_UP_NS = 300_000;

    private static final int CELL_MS = 300;
    private static final int SEED = 1;

    private static final int WARM_TIMES = 2;

    /** {@code functions.wait_ms}: the server's default. */
    private static final long WAIT_NS = 20 * MS;

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

    record Cell(String mode, int functionUs, double load, double getNs, LiveFigures live, Outcome simulated) {
        double throughput() {
            return ratio(simulated.functionsPerSecond(), live.perSecond(live.calls()));
        }

        double gets() {
            return ratio(simulated.getsPerSecond(), live.perSecond(live.gets()));
        }

        double busy() {
            return ratio(simulated.busyShare(), live.busyShare(LiveServer.CORES));
        }

        double getMedian() {
            return ratio(simulated.getP50Us(), live.getP50Us());
        }

        double callMedian() {
            return ratio(simulated.functionP50Us(), live.callP50Us());
        }

        /** Whether the client sent what was due when it was due: one whose thread is kept from its processor sends less, and later. */
        boolean keepsUp() {
            return live.repeated() == 0 && live.tookNs() / live.looksNs().length < KEEPS_UP_NS;
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
        LiveCosts costs =
                LiveCosts.measure(context, mode -> openWarm(mode, roundsPerNs, isQuick), FUNCTION_US[0], roundsPerNs);
        for (String mode : new String[] {"static", "adaptive"}) {
            if (Arrays.stream(sizes).noneMatch(us -> context.isWanted(row(mode, us)))) {
                continue;
            }
            try (LiveServer server = openWarm(mode, roundsPerNs, isQuick)) {
                for (int us : sizes) {
                    if (!context.isWanted(row(mode, us))) {
                        continue;
                    }
                    for (double load : isQuick ? LOADS_QUICK : LOADS) {
                        cells.add(cell(server, mode, us, load, costs, roundsPerNs, isQuick));
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

    private static LiveServer openWarm(String mode, double roundsPerNs, boolean isQuick) throws Exception {
        LiveServer server = open(mode);
        warm(server, roundsPerNs, isQuick);
        return server;
    }

    private static String row(String mode, int us) {
        return String.format(Locale.ROOT, "%s %d us", mode, us);
    }

    static String function(int us) {
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

    /** The first while after a start is the compilers'. */
    private static void warm(LiveServer server, double roundsPerNs, boolean isQuick) {
        for (int times = 0; times < (isQuick ? 1 : WARM_TIMES); times++) {
            for (int us : FUNCTION_US) {
                // Calm and beyond what it can do, as both take their own ways.
                for (double load : new double[] {0.4, 1.2}) {
                    LiveFigures ignored = server.send(
                            200_000, load * 1e6 / us, function(us), 1e3 * us * roundsPerNs, (isQuick ? 10 : 100) * MS);
                }
            }
        }
    }

    private static Cell cell(
            LiveServer server, String mode, int us, double load, LiveCosts costs, double roundsPerNs, boolean isQuick) {
        long ns = (isQuick ? 50 : CELL_MS) * MS;
        double rounds = 1e3 * us * roundsPerNs;
        double getsPerSecond = GETS_PART * load * LiveServer.CORES * 1e9 / GET_NS;
        double callsPerSecond = (1 - GETS_PART) * load * LiveServer.CORES * 1e6 / us;
        double getNs = LiveCosts.getNs(server, getsPerSecond, us, rounds, isQuick);
        LiveFigures ignored = server.send(getsPerSecond, callsPerSecond, function(us), rounds, ns / 4);
        LiveFigures live = server.send(getsPerSecond, callsPerSecond, function(us), rounds, ns);
        Outcome simulated = simulate(mode, rounds, getsPerSecond, callsPerSecond, costs, getNs, live);
        return new Cell(mode, us, load, getNs, live, simulated);
    }

    static Outcome simulate(
            String mode,
            double rounds,
            double getsPerSecond,
            double callsPerSecond,
            LiveCosts costs,
            double getNs,
            LiveFigures live) {
        double functionNs = live.roundNs() * rounds;
        // One tenant and one function, which is entered already; what it takes beside its work is in what was measured
        // of calls.
        SimulatedCosts all = new SimulatedCosts(
                getNs,
                functionNs,
                costs.callNs(),
                costs.burstNs(),
                costs.stationNs(),
                Math.max(1, costs.aloneNs() - costs.burstNs()),
                SimulatedCosts.POOL_NS,
                SimulatedCosts.MOVE_NS,
                SimulatedCosts.QUANTUM_NS,
                // Trusted Java runs on until it returns.
                Long.MAX_VALUE,
                WAIT_NS,
                new RuntimeCosts(0, 0, 0, 0, 0),
                new MessageCosts(0, 0, costs.handoverNs(), 0));
        Load load = new Load.Steady(
                getsPerSecond * getNs / 1e9 / LiveServer.CORES, callsPerSecond * functionNs / 1e9 / LiveServer.CORES);
        Policy policy = mode.equals("adaptive") ? Policy.of(Policy.Kind.ADAPTIVE) : new Policy(Policy.Kind.STATIC, 1);
        // What the client's thread takes of processors is in what functions lost of them.
        SimulatedClient client =
                new SimulatedClient(live.looksNs(), 0, LiveServer.GETS_UNDER_WAY_MAX, LiveServer.CALLS_UNDER_WAY_MAX);
        return new Simulation(load, policy, all, client, live.stalls(), LiveServer.CORES, 1, SEED, live.tookNs()).run();
    }

    private static double ratio(double simulated, double measured) {
        return measured == 0 ? simulated == 0 ? 1 : Double.POSITIVE_INFINITY : simulated / measured;
    }

    private static void report(BenchContext context, List<Cell> cells) {
        TextTable table = new TextTable(
                "roles, function, load",
                "a get ns",
                "stood still",
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
                "client",
                "look us",
                "sent again");
        cells.forEach(cell -> row(table, cell));
        context.say(table.text());
        List<Cell> compared = cells.stream().filter(Cell::keepsUp).toList();
        context.say("simulated, of the measured, in all loads:");
        tell(context, cells);
        context.say("in the " + compared.size() + " in which the client kept up: it looked every " + KEEPS_UP_NS / 1_000
                + " us or more often, and no reply was lost:");
        tell(context, compared);
        double[] asserted = compared.stream()
                .flatMapToDouble(cell -> DoubleStream.of(cell.gets(), cell.throughput(), cell.busy()))
                .toArray();
        context.check(cells.stream().allMatch(cell -> cell.live().calls() > 0), "calls were answered");
        context.atLeast(
                "simulated-beside-measured-least", Arrays.stream(asserted).min().orElse(0), LEAST, "x");
        context.atMost(
                "simulated-beside-measured-most",
                Arrays.stream(asserted).max().orElse(Double.POSITIVE_INFINITY),
                MOST,
                "x");
    }

    private static void tell(BenchContext context, List<Cell> cells) {
        tell(context, cells, "gets/s", Cell::gets);
        tell(context, cells, "calls/s", Cell::throughput);
        tell(context, cells, "busy share", Cell::busy);
        tell(context, cells, "get p50", Cell::getMedian);
        tell(context, cells, "call p50", Cell::callMedian);
    }

    private static void tell(BenchContext context, List<Cell> cells, String what, ToDoubleFunction<Cell> ratio) {
        double[] ratios = cells.stream().mapToDouble(ratio).sorted().toArray();
        if (ratios.length > 0) {
            context.say(String.format(
                    Locale.ROOT,
                    "  %s %.2fx to %.2fx, %d of %d from %.1f to %.1f",
                    what,
                    ratios[0],
                    ratios[ratios.length - 1],
                    Arrays.stream(ratios).filter(BesideLive::isWithin).count(),
                    ratios.length,
                    LEAST,
                    MOST));
        }
    }

    private static void row(TextTable table, Cell cell) {
        LiveFigures live = cell.live();
        Outcome simulated = cell.simulated();
        double seconds = live.tookNs() / 1e9;
        table.row(
                String.format(Locale.ROOT, "%s %.0f %%", row(cell.mode(), cell.functionUs()), 100 * cell.load()),
                TextTable.number(cell.getNs()),
                percent(live.stalls().share()),
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
                percent(live.clientShare()),
                TextTable.number(live.tookNs() / 1e3 / live.looksNs().length),
                String.valueOf(live.repeated()));
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
