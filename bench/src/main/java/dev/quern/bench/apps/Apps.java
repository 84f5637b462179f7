package dev.quern.bench.apps;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.Compilers;
import dev.quern.bench.Rounds;
import dev.quern.bench.TextTable;
import dev.quern.bench.load.LoadRun;
import dev.quern.bench.load.Phase;
import dev.quern.bench.load.Target;
import dev.quern.bench.peers.PinnedGenerator;
import dev.quern.bench.peers.Servers;
import dev.quern.bench.peers.Way;
import dev.quern.bench.report.PhaseResult;
import dev.quern.bench.report.RunResult;
import dev.quern.bench.workload.Workload;
import dev.quern.bench.workload.Workloads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Whole applications made of functions: a social graph, a ledger, reach in a graph of classes, search among vectors. At Quern by shared memory, UDP and RESP, and, but for the
 * vectors, at Redis and Tarantool as functions in Lua with the same arguments and replies. Servers on core 0, the generator on core 1.
 */
public final class Apps implements Bench {
    private static final int ROUNDS = 3;
    private static final int IN_FLIGHT = 96;
    private static final Duration RUN = Duration.ofMillis(1200);
    private static final Duration RUN_QUICK = Duration.ofMillis(100);
    private static final Duration WARM_UP = Duration.ofMillis(500);
    private static final Duration WARM_UP_QUICK = Duration.ofMillis(50);

    /** Of each workload by each way: Quern's first runs have its compilers at work. */
    private static final Duration WARM_UP_MAX = Duration.ofSeconds(8);

    /** Records, or what a workload counts; classes are those of the JDK. */
    private static final Map<String, Integer> SIZES = sizes(50_000, 50_000, 1_000);

    /** What the targets compare. */
    private static final List<String> QUICK_WAYS = List.of(Servers.QUERN_UDP, Servers.REDIS);

    private static final Map<String, Integer> SIZES_QUICK = sizes(2_000, 2_000, 200);

    private final Map<String, Workload> workloads = new LinkedHashMap<>();

    /** For the list of benches. */
    public Apps() {}

    private static Map<String, Integer> sizes(int nodes, int accounts, int vectors) {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("social", nodes);
        sizes.put("ledger", accounts);
        sizes.put("classes", 1);
        sizes.put("vectors", vectors);
        return sizes;
    }

    @Override
    public String name() {
        return "apps";
    }

    @Override
    public String purpose() {
        return "a social graph, a ledger, graph walks and vectors as functions, beside Redis and Tarantool and their Lua functions";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(200);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        workloads.clear();
        (context.quick() ? SIZES_QUICK : SIZES)
                .forEach((name, size) -> workloads.put(name, Workloads.parse(name, size, Workloads.Choice.DEFAULT)));
        try (Servers servers = Servers.start(context, EnumSet.of(Servers.Kind.REDIS, Servers.Kind.TARANTOOL));
                PinnedGenerator generator = new PinnedGenerator()) {
            Map<String, PhaseResult> results = new LinkedHashMap<>();
            Rounds rounds = new Rounds();
            for (String workload : workloads.keySet()) {
                for (Way way : ways(context, servers)) {
                    if (way.can(workload)) {
                        prepare(context, servers, workload, way, generator);
                        String name = name(workload, way.name());
                        rounds.add(name, () -> {
                            Duration time = context.quick() ? RUN_QUICK : RUN;
                            PhaseResult result = run(context, workload, way, time, false, generator);
                            results.put(name, result);
                            return result.ratePerSecond();
                        });
                    }
                }
            }
            rounds.run(context, context.quick() ? 1 : ROUNDS);
            report(context, rounds, servers, results);
        }
    }

    private static List<Way> ways(BenchContext context, Servers servers) {
        return servers.ways().stream()
                .filter(way -> !context.quick() || QUICK_WAYS.contains(way.name()))
                .toList();
    }

    private static String name(String workload, String way) {
        return workload + " " + way;
    }

    /** Loads a server by the first of its ways, and runs until compilers rest by each. */
    private void prepare(BenchContext context, Servers servers, String workload, Way way, PinnedGenerator generator)
            throws Exception {
        boolean isFirst = ways(context, servers).stream()
                .filter(each -> each.server() == way.server())
                .findFirst()
                .orElseThrow()
                .equals(way);
        if (context.quick()) {
            if (isFirst) {
                PhaseResult ignored = run(context, workload, way, RUN_QUICK, true, generator);
            }
            return;
        }
        PhaseResult ignored = run(context, workload, way, RUN, isFirst, generator);
        Compilers.of(way.server().pid()).warm(WARM_UP_MAX, () -> warm(context, workload, way, generator));
    }

    private void warm(BenchContext context, String workload, Way way, PinnedGenerator generator)
            throws InterruptedException {
        PhaseResult ignored = run(context, workload, way, RUN, false, generator);
    }

    private PhaseResult run(
            BenchContext context, String workload, Way way, Duration time, boolean isLoading, PinnedGenerator generator)
            throws InterruptedException {
        return generator
                .run(name(workload, way.name()), way, () -> load(context.quick(), workload, way, time, isLoading))
                .phases()
                .getFirst();
    }

    private RunResult load(boolean quick, String workload, Way way, Duration time, boolean isLoading)
            throws IOException {
        Phase phase = Phase.closed("closed", time, IN_FLIGHT);
        try (Target target = way.target(Workloads.isOrdered(workload))) {
            return LoadRun.run(
                    target,
                    Objects.requireNonNull(workloads.get(workload)),
                    List.of(phase.warmUp(quick ? WARM_UP_QUICK : WARM_UP), phase),
                    new LoadRun.Settings(way.connections(), IN_FLIGHT, IN_FLIGHT, false, isLoading, -1),
                    "",
                    line -> {});
        }
    }

    private void report(BenchContext context, Rounds rounds, Servers servers, Map<String, PhaseResult> results) {
        context.say(String.format(
                Locale.ROOT,
                "calls/s, medians of %d rounds; %d under way, by RESP on %d connections; in brackets p50 and p99 of the"
                        + " last round, in us; answers checked",
                context.quick() ? 1 : ROUNDS,
                IN_FLIGHT,
                Servers.CONNECTIONS));
        workloads.forEach((name, workload) -> context.say("  " + name + ": " + workload.describe()));
        List<String> headings = new ArrayList<>(List.of("workload"));
        servers.ways().forEach(way -> headings.add(way.name()));
        TextTable table = new TextTable(headings.toArray(String[]::new));
        for (String workload : workloads.keySet()) {
            List<String> cells = new ArrayList<>(List.of(workload));
            for (Way way : servers.ways()) {
                PhaseResult last = results.get(name(workload, way.name()));
                cells.add(
                        last == null
                                ? "-"
                                : String.format(
                                        Locale.ROOT,
                                        "%s (%.0f, %.0f)",
                                        TextTable.number(rounds.median(name(workload, way.name()))),
                                        last.latency().p50Us(),
                                        last.latency().p99Us()));
            }
            table.row(cells.toArray(String[]::new));
        }
        context.out().print(table.text());
        for (String peer : List.of(Servers.REDIS, Servers.TARANTOOL)) {
            for (String workload : workloads.keySet()) {
                if (results.containsKey(name(workload, peer))) {
                    context.atLeast(
                            workload + "-udp-over-" + peer,
                            rounds.median(name(workload, Servers.QUERN_UDP)) / rounds.median(name(workload, peer)),
                            2,
                            "x");
                }
            }
        }
    }
}
