package dev.quern.bench.ycsb;

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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * YCSB's workloads A to F over 100,000 records of ten fields of 100 bytes: Quern by its own protocol and by RESP, Redis, memcached, Tarantool, and a server that
 * is no more than a hash map. Each server on core 0, the generator on core 1; the servers that are not measured are stopped meanwhile.
 */
public final class Ycsb implements Bench {
    private static final int RECORDS = 100_000;
    private static final int RECORDS_QUICK = 1_000;
    private static final int ROUNDS = 3;

    /** Under way at any time; where a server is reached by TCP, sixteen on each of its connections. */
    private static final int IN_FLIGHT = 768;

    /** Scans under way: a session keeps the long answers of more from being sent until there is room. */
    private static final int SCANS_IN_FLIGHT = 64;

    private static final int SLOTS = 1 << 10;

    private static final Duration RUN = Duration.ofMillis(800);
    private static final Duration RUN_QUICK = Duration.ofMillis(60);
    private static final Duration WARM_UP = Duration.ofMillis(500);
    private static final Duration WARM_UP_QUICK = Duration.ofMillis(10);

    /** For each way and workload: what Quern and the hash map run has compilers at work at first. */
    private static final Duration WARM_UP_MAX = Duration.ofSeconds(5);

    /** Requests a second of the open loop: what Redis can do without a pipeline, and some. */
    private static final double RATE = 100_000;

    private static final double RATE_QUICK = 5_000;

    private static final List<String> WORKLOADS = List.of("ycsb-a", "ycsb-b", "ycsb-c", "ycsb-d", "ycsb-e", "ycsb-f");

    private static final String SCANNING = "ycsb-e";

    /** As YCSB's binding for Redis does them, by RESP. */
    private static final List<String> HASHES = List.of("ycsb-a-hash", "ycsb-c-hash", "ycsb-e-hash");

    /** Workload C with requests that are due by the clock. */
    private static final String OPEN = "ycsb-c open";

    private final Map<String, PhaseResult> results = new LinkedHashMap<>();
    private final Set<String> loaded = new HashSet<>();

    /** For the list of benches. */
    public Ycsb() {}

    @Override
    public String name() {
        return "ycsb";
    }

    @Override
    public String purpose() {
        return "YCSB A to F beside Redis, memcached, Tarantool and a bare hash map, by one load generator";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(310);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        results.clear();
        loaded.clear();
        try (Servers servers = Servers.start(context, EnumSet.allOf(Servers.Kind.class));
                PinnedGenerator generator = new PinnedGenerator()) {
            measure(context, servers.ways(), generator);
        }
    }

    private void measure(BenchContext context, List<Way> ways, PinnedGenerator generator) throws Exception {
        Rounds rounds = new Rounds();
        for (String workload : WORKLOADS) {
            for (Way way : ways) {
                if (way.can(workload)) {
                    rounds.add(name(workload, way.name()), () -> run(context, way, workload, false, generator));
                }
            }
        }
        for (String workload : HASHES) {
            for (Way way : hashWays(ways)) {
                rounds.add(name(workload, way.name()), () -> run(context, way, workload, false, generator));
            }
        }
        for (Way way : ways) {
            rounds.add(name(OPEN, way.name()), () -> run(context, way, "ycsb-c", true, generator));
        }
        if (!context.quick()) {
            warmUp(context, ways, generator);
        }
        rounds.run(context, context.quick() ? 1 : ROUNDS);
        report(context, rounds, ways);
    }

    /** Until compilers rest, by the workloads of which the others consist. */
    private void warmUp(BenchContext context, List<Way> ways, PinnedGenerator generator) throws Exception {
        for (Way way : ways) {
            Compilers compilers = Compilers.of(way.server().pid());
            List<String> workloads = new ArrayList<>(List.of("ycsb-a", SCANNING));
            if (hashWays(ways).contains(way)) {
                workloads.addAll(HASHES);
            }
            for (String workload : workloads) {
                if (way.can(workload)) {
                    compilers.warm(WARM_UP_MAX, () -> {
                        double ignored = run(context, way, workload, false, generator);
                    });
                }
            }
        }
    }

    private static List<Way> hashWays(List<Way> ways) {
        return ways.stream()
                .filter(way ->
                        way.name().equals(Servers.QUERN_RESP) || way.name().equals(Servers.REDIS))
                .toList();
    }

    private static String name(String workload, String way) {
        return way + " " + workload;
    }

    private double run(BenchContext context, Way way, String workload, boolean isOpen, PinnedGenerator generator)
            throws Exception {
        PhaseResult result = generator
                .run(
                        name(workload, way.name()),
                        way,
                        () -> run(context.quick(), way, workload, isOpen, isLoading(workload, way)))
                .phases()
                .getFirst();
        results.put(name(isOpen ? OPEN : workload, way.name()), result);
        return result.ratePerSecond();
    }

    /** Once into each table of a server: whatever a workload has put there since, each of its records is there with a value that can be told for its own. */
    private boolean isLoading(String workload, Way way) {
        String table = workload.endsWith(Workloads.HASHES)
                ? Workloads.HASHES
                : Workloads.isOrdered(workload) ? Workloads.ORDERED_TABLE : "";
        return loaded.add(way.server().name() + ' ' + table);
    }

    private static RunResult run(boolean quick, Way way, String name, boolean isOpen, boolean isLoading)
            throws IOException {
        Workload workload = Workloads.parse(name, quick ? RECORDS_QUICK : RECORDS, Workloads.Choice.DEFAULT);
        Duration time = quick ? RUN_QUICK : RUN;
        Phase phase = isOpen
                ? Phase.open("open", time, quick ? RATE_QUICK : RATE)
                : Phase.closed("closed", time, name.startsWith(SCANNING) ? SCANS_IN_FLIGHT : IN_FLIGHT);
        try (Target target = way.target(Workloads.isOrdered(name))) {
            return LoadRun.run(
                    target,
                    workload,
                    List.of(phase.warmUp(quick ? WARM_UP_QUICK : WARM_UP), phase),
                    new LoadRun.Settings(way.connections(), SLOTS, SLOTS, isOpen, isLoading, -1),
                    "",
                    line -> {});
        }
    }

    private void report(BenchContext context, Rounds rounds, List<Way> ways) {
        context.say(String.format(
                Locale.ROOT,
                "operations/s, medians of %d rounds; %d under way (scans: %d), by TCP on %d connections; a record is"
                        + " one value of 1,000 bytes; every answer checked; in brackets times Redis",
                context.quick() ? 1 : ROUNDS,
                IN_FLIGHT,
                SCANS_IN_FLIGHT,
                Servers.CONNECTIONS));
        List<String> headings = new ArrayList<>(List.of("workload"));
        ways.forEach(way -> headings.add(way.name()));
        TextTable table = new TextTable(headings.toArray(String[]::new));
        boolean hasRedis = ways.stream().anyMatch(way -> way.name().equals(Servers.REDIS));
        for (String workload : WORKLOADS) {
            List<String> cells = new ArrayList<>(List.of(workload));
            for (Way way : ways) {
                cells.add(way.can(workload) ? cell(rounds, workload, way.name(), hasRedis) : "-");
            }
            table.row(cells.toArray(String[]::new));
        }
        context.out().print(table.text());
        hashes(context, rounds, ways);
        open(context, ways);
        if (hasRedis) {
            double redis = rounds.median(name("ycsb-c", Servers.REDIS));
            context.atLeast("ycsb-c-udp-over-redis", rounds.median(name("ycsb-c", Servers.QUERN_UDP)) / redis, 5, "x");
            context.atLeast("ycsb-c-shm-over-redis", rounds.median(name("ycsb-c", Servers.QUERN_SHM)) / redis, 5, "x");
            context.atLeast(
                    "ycsb-c-resp-over-redis", rounds.median(name("ycsb-c", Servers.QUERN_RESP)) / redis, 1, "x");
        }
    }

    private static void hashes(BenchContext context, Rounds rounds, List<Way> ways) {
        List<Way> both = hashWays(ways);
        context.say(
                "the same over hashes of ten fields and a sorted set of all keys, by the commands of YCSB's binding for Redis:");
        List<String> headings = new ArrayList<>(List.of("workload"));
        both.forEach(way -> headings.add(way.name()));
        TextTable table = new TextTable(headings.toArray(String[]::new));
        for (String workload : HASHES) {
            List<String> cells = new ArrayList<>(List.of(workload));
            both.forEach(way -> cells.add(cell(rounds, workload, way.name(), both.size() > 1)));
            table.row(cells.toArray(String[]::new));
            if (both.size() > 1) {
                context.atLeast(
                        workload + "-resp-over-redis",
                        rounds.median(name(workload, Servers.QUERN_RESP))
                                / rounds.median(name(workload, Servers.REDIS)),
                        1,
                        "x");
            }
        }
        context.out().print(table.text());
    }

    private static String cell(Rounds rounds, String workload, String way, boolean hasRedis) {
        double rate = rounds.median(name(workload, way));
        String text = TextTable.number(rate);
        if (!hasRedis || workload.equals("ycsb-e") || way.equals(Servers.REDIS)) {
            return text;
        }
        return text + String.format(Locale.ROOT, " (%.2f)", rate / rounds.median(name(workload, Servers.REDIS)));
    }

    private void open(BenchContext context, List<Way> ways) {
        context.say(String.format(
                Locale.ROOT,
                "workload C, %,.0f requests/s due at random times, latencies from when they were due, last round:",
                context.quick() ? RATE_QUICK : RATE));
        TextTable table = new TextTable("", "answered /s", "p50 us", "p99 us", "p99.9 us", "max us", "held");
        for (Way way : ways) {
            PhaseResult result = results.get(name(OPEN, way.name()));
            if (result != null) {
                table.row(
                        way.name(),
                        TextTable.number(result.ratePerSecond()),
                        us(result.latency().p50Us()),
                        us(result.latency().p99Us()),
                        us(result.latency().p999Us()),
                        us(result.latency().maxUs()),
                        result.held() ? "yes" : "no");
            }
        }
        context.out().print(table.text());
    }

    private static String us(double us) {
        return String.format(Locale.ROOT, "%,.1f", us);
    }
}
