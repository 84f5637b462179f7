package dev.quern.bench.reads;

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
import dev.quern.bench.plot.LineChart;
import dev.quern.bench.report.PhaseResult;
import dev.quern.bench.report.RunResult;
import dev.quern.bench.workload.Noop;
import dev.quern.bench.workload.Walk;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The Sandstorm paper's first figure: operations a second against the number of records that an operation reads one after the other, when the client makes
 * the reads and when a function does. Forty-eight callers, each of whom waits for its answer; servers on core 0, the generator on core 1. Beside it what a call costs
 * that reads nothing.
 */
public final class Reads implements Bench {
    private static final int[] READS = {1, 2, 4, 8, 16, 32};
    private static final int[] READS_QUICK = {1, 4};
    private static final int RECORDS = 100_000;
    private static final int RECORDS_QUICK = 10_000;
    private static final int ROUNDS = 3;
    private static final int CALLERS = Servers.CONNECTIONS;
    private static final Duration RUN = Duration.ofMillis(700);
    private static final Duration RUN_QUICK = Duration.ofMillis(60);
    private static final Duration WARM_UP = Duration.ofMillis(200);
    private static final Duration WARM_UP_QUICK = Duration.ofMillis(20);

    /** Of each kind by each way: Quern's first runs have its compilers at work. */
    private static final Duration WARM_UP_MAX = Duration.ofSeconds(6);

    /** Where functions are ahead of round trips, and how far. */
    private static final int READS_WANTED = 16;

    /** Calls under way of the function that does nothing: by TCP sixteen on each connection. */
    private static final int NOOPS = 16 * CALLERS;

    /** Calls by a request, where several go by one: as many as on a connection by TCP, and more. */
    private static final int[] NOOPS_PER_REQUEST = {16, 64};

    /** How far ahead of Redis, which is asked on pipelined connections, calls are to be that share requests. */
    private static final double BATCHED_WANTED = 10;

    private static final String NOOP = " noop";
    private static final String CALLS = " function";
    private static final String GETS = " gets";

    private final Map<String, PhaseResult> results = new LinkedHashMap<>();
    private final Set<String> loaded = new HashSet<>();

    /** For the list of benches. */
    public Reads() {}

    @Override
    public String name() {
        return "reads";
    }

    @Override
    public String purpose() {
        return "1 to 32 dependent reads by the client and by functions, beside Redis and Tarantool and their Lua functions";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(280);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        results.clear();
        loaded.clear();
        try (Servers servers = Servers.start(context, EnumSet.of(Servers.Kind.REDIS, Servers.Kind.TARANTOOL));
                PinnedGenerator generator = new PinnedGenerator()) {
            List<Way> ways = servers.ways().stream()
                    .map(way -> way.name().equals(Servers.QUERN_UDP) ? way.by(CALLERS) : way)
                    .toList();
            int[] reads = context.quick() ? READS_QUICK : READS;
            warmUp(context, ways, generator);
            Rounds rounds = new Rounds();
            for (int number : reads) {
                for (Way way : ways) {
                    for (boolean isCall : new boolean[] {true, false}) {
                        String name = name(way.name(), isCall, number);
                        rounds.add(name, () -> {
                            PhaseResult result = run(context.quick(), way, isCall, number, runTime(context), generator);
                            results.put(name, result);
                            return result.ratePerSecond();
                        });
                    }
                }
            }
            for (Way way : servers.ways()) {
                addNoops(context, rounds, way, 1, generator);
                if (way.name().equals(Servers.QUERN_SHM)) {
                    for (int number : NOOPS_PER_REQUEST) {
                        addNoops(context, rounds, way, number, generator);
                    }
                }
            }
            rounds.run(context, context.quick() ? 1 : ROUNDS);
            report(context, rounds, servers, reads);
            reportNoops(context, rounds, servers);
        }
    }

    private static Duration runTime(BenchContext context) {
        return context.quick() ? RUN_QUICK : RUN;
    }

    private void warmUp(BenchContext context, List<Way> ways, PinnedGenerator generator) throws Exception {
        if (context.quick()) {
            return;
        }
        for (Way way : ways) {
            for (boolean isCall : new boolean[] {false, true}) {
                Compilers.of(way.server().pid()).warm(WARM_UP_MAX, () -> {
                    PhaseResult ignored = run(false, way, isCall, 4, RUN, generator);
                });
            }
        }
    }

    private static String name(String way, boolean isCall, int reads) {
        return way + (isCall ? CALLS : GETS) + " " + reads;
    }

    private PhaseResult run(boolean quick, Way way, boolean isCall, int reads, Duration time, PinnedGenerator generator)
            throws InterruptedException {
        boolean isFirst = loaded.add(way.server().name() + isCall);
        return generator
                .run(name(way.name(), isCall, reads), way, () -> load(quick, way, isCall, reads, time, isFirst))
                .phases()
                .getFirst();
    }

    private static RunResult load(boolean quick, Way way, boolean isCall, int reads, Duration time, boolean isFirst)
            throws IOException {
        Walk walk = new Walk(reads, isCall, quick ? RECORDS_QUICK : RECORDS);
        Phase phase = Phase.closed("closed", time, CALLERS);
        try (Target target = way.target(false)) {
            return LoadRun.run(
                    target,
                    walk,
                    List.of(phase.warmUp(quick ? WARM_UP_QUICK : WARM_UP), phase),
                    new LoadRun.Settings(way.connections(), CALLERS, CALLERS, false, isFirst, -1),
                    "",
                    line -> {});
        }
    }

    private static String noops(String way, int perRequest) {
        return way + NOOP + (perRequest == 1 ? "" : ", " + perRequest + " to a request");
    }

    private void addNoops(BenchContext context, Rounds rounds, Way way, int perRequest, PinnedGenerator generator)
            throws Exception {
        if (perRequest == 1) {
            PhaseResult ignored = noop(context, way, perRequest, runTime(context), true, generator);
        }
        if (!context.quick()) {
            Compilers.of(way.server().pid()).warm(WARM_UP_MAX, () -> {
                PhaseResult ignored = noop(context, way, perRequest, RUN, false, generator);
            });
        }
        rounds.add(
                noops(way.name(), perRequest),
                () -> noop(context, way, perRequest, runTime(context), false, generator)
                        .ratePerSecond());
    }

    private PhaseResult noop(
            BenchContext context, Way way, int perRequest, Duration time, boolean isFirst, PinnedGenerator generator)
            throws InterruptedException {
        Phase phase = Phase.closed("closed", time, NOOPS);
        PhaseResult result = generator
                .run(noops(way.name(), perRequest), way, () -> {
                    try (Target target = way.target(false)) {
                        return LoadRun.run(
                                target,
                                new Noop(perRequest),
                                List.of(phase.warmUp(context.quick() ? WARM_UP_QUICK : WARM_UP), phase),
                                new LoadRun.Settings(way.connections(), NOOPS, NOOPS, false, isFirst, -1),
                                "",
                                line -> {});
                    }
                })
                .phases()
                .getFirst();
        results.put(noops(way.name(), perRequest), result);
        return result;
    }

    private void reportNoops(BenchContext context, Rounds rounds, Servers servers) {
        context.say(String.format(
                Locale.ROOT,
                "calls of a function that does nothing, %d under way, by RESP and at Tarantool on %d connections:",
                NOOPS,
                CALLERS));
        TextTable table = new TextTable("", "calls/s", "p50 us", "p99 us");
        for (Way way : servers.ways()) {
            noopsRow(rounds, way.name(), 1, table);
            for (int number : NOOPS_PER_REQUEST) {
                noopsRow(rounds, way.name(), number, table);
            }
        }
        context.out().print(table.text());
        if (servers.has(Servers.REDIS)) {
            context.atLeast(
                    "shm-noop-over-redis",
                    rounds.median(noops(Servers.QUERN_SHM, NOOPS_PER_REQUEST[0]))
                            / rounds.median(noops(Servers.REDIS, 1)),
                    BATCHED_WANTED,
                    "x");
        }
        for (String peer : List.of(Servers.REDIS, Servers.TARANTOOL)) {
            if (servers.has(peer)) {
                context.atLeast(
                        "udp-noop-over-" + peer,
                        rounds.median(Servers.QUERN_UDP + NOOP) / rounds.median(peer + NOOP),
                        1,
                        "x");
            }
        }
    }

    private void noopsRow(Rounds rounds, String way, int perRequest, TextTable table) {
        PhaseResult last = results.get(noops(way, perRequest));
        if (last != null) {
            table.row(
                    perRequest == 1 ? way : way + ", " + perRequest + " to a request",
                    TextTable.number(rounds.median(noops(way, perRequest))),
                    String.format(Locale.ROOT, "%.0f", last.latency().p50Us()),
                    String.format(Locale.ROOT, "%.0f", last.latency().p99Us()));
        }
    }

    private void report(BenchContext context, Rounds rounds, Servers servers, int[] reads) throws IOException {
        context.say(String.format(
                Locale.ROOT,
                "operations/s, medians of %d rounds, of %d callers who each wait for an answer; in brackets p50 and p99 of the"
                        + " last round, in us; keys of 16 bytes, values of 100; every answer checked",
                context.quick() ? 1 : ROUNDS,
                CALLERS));
        List<String> headings = new ArrayList<>(List.of("records read by an operation"));
        for (int number : reads) {
            headings.add(Integer.toString(number));
        }
        TextTable table = new TextTable(headings.toArray(String[]::new));
        LineChart chart = new LineChart(
                "Dependent reads: made by a function, and by the client",
                "records read by an operation",
                "operations/s");
        for (Way way : servers.ways()) {
            for (boolean isCall : new boolean[] {true, false}) {
                row(rounds, way.name(), isCall, reads, table, chart);
            }
        }
        context.out().print(table.text());
        context.plot("reads.svg", chart.svg());
        int most = reads[reads.length - 1];
        int wanted = Math.min(READS_WANTED, most);
        double calls = rounds.median(name(Servers.QUERN_UDP, true, wanted));
        context.atLeast(
                "udp-function-over-gets-k" + wanted,
                calls / rounds.median(name(Servers.QUERN_UDP, false, wanted)),
                wanted == READS_WANTED ? 8 : 1,
                "x");
        for (String peer : List.of(Servers.REDIS, Servers.TARANTOOL)) {
            if (servers.has(peer)) {
                for (int number : reads) {
                    context.atLeast(
                            "udp-function-over-" + peer + "-k" + number,
                            rounds.median(name(Servers.QUERN_UDP, true, number))
                                    / rounds.median(name(peer, true, number)),
                            number == 1 ? 1 : 2,
                            "x");
                }
            }
        }
    }

    private void row(Rounds rounds, String way, boolean isCall, int[] reads, TextTable table, LineChart chart) {
        List<String> cells = new ArrayList<>(List.of(way + (isCall ? CALLS : GETS)));
        double[] x = new double[reads.length];
        double[] y = new double[reads.length];
        for (int i = 0; i < reads.length; i++) {
            String name = name(way, isCall, reads[i]);
            PhaseResult last = results.get(name);
            x[i] = reads[i];
            y[i] = rounds.median(name);
            cells.add(TextTable.number(y[i])
                    + (last == null
                            ? ""
                            : String.format(
                                    Locale.ROOT,
                                    " (%.0f, %.0f)",
                                    last.latency().p50Us(),
                                    last.latency().p99Us())));
        }
        table.row(cells.toArray(String[]::new));
        LineChart ignored = chart.line(way + (isCall ? CALLS : GETS), x, y);
    }
}
