package dev.quern.bench.peers;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.Compilers;
import dev.quern.bench.Rounds;
import dev.quern.bench.TextTable;
import dev.quern.bench.load.LoadResult;
import dev.quern.bench.report.PhaseResult;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code bench peers}: Quern beside Redis and Tarantool, each on core 0, their clients on core 1, 100,000 keys of 16 bytes with values of 100. All
 * servers live all through the run; those that are not measured are stopped by a signal, so that they take no time from the one that is.
 */
public final class Peers implements Bench {
    private static final int ROUNDS = 3;
    private static final int PIPELINE = 16;

    /** Requests that each connection sends before it waits. */
    private static final List<Integer> PIPELINES = List.of(1, 4, PIPELINE, 64, 256);

    private static final List<Integer> PIPELINES_QUICK = List.of(1, PIPELINE);

    /** Requests of one run, by what a server answers in a second or so at this depth. */
    private static final long REQUESTS = 100_000;

    private static final long REQUESTS_OF_FOUR = 300_000;
    private static final long REQUESTS_PIPELINED = 800_000;

    private static final String GET = GeneratedLoad.GET;
    private static final String SET = GeneratedLoad.SET;
    private static final String FCALL = "fcall";
    private static final String TARANTOOL = "tarantool";

    /** Ends the names of rows that {@code redis-benchmark} has no part in. */
    private static final String BY_GENERATOR = " *";

    /** How much smaller a quick run is. */
    private static final int QUICK_SHARE = 20;

    /** Of the requests, which Quern answers slowly before it is compiled. */
    private static final int QUICK_REQUESTS_SHARE = 80;

    private static final Duration NATIVE_RUN = Duration.ofSeconds(2);

    /** As many as fifty connections with sixteen requests each, less what a session's window needs free. */
    private static final int GETS_IN_FLIGHT = 768;

    /** Callers of dependent gets and of functions, each of whom waits for an answer: as many as {@code redis-benchmark} has connections. */
    private static final int CALLERS = RedisBenchmark.CONNECTIONS;

    /** For each case: a function takes some 20 s, as its compiler has to share the server's core. */
    private static final Duration WARM_UP_MAX = Duration.ofSeconds(20);

    /** One thing measured at one server. */
    private record Case(String name, Peer server, Rounds.Measurement measurement) {}

    private final Map<String, Case> cases = new LinkedHashMap<>();

    /** Latencies of each case's latest run: "p50 / p99". */
    private final Map<String, String> latencies = new LinkedHashMap<>();

    @Override
    public String name() {
        return "peers";
    }

    @Override
    public String purpose() {
        return "get, set and functions beside redis-server and Tarantool, one server core and one client core each";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(330);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        cases.clear();
        int udpPort = Tools.freeUdpPort();
        Workload workload = Workload.of(context.quick());
        try (Peer redis = Peer.redis(context);
                NativeLoad load = NativeLoad.start(context, udpPort, workload);
                Peer quern = Peer.quern(context, udpPort);
                Tarantool tarantool = tarantool(context);
                GeneratedLoad generated = new GeneratedLoad(workload.keys(), context.quick() ? QUICK_SHARE : 1)) {
            context.say("loading " + TextTable.number(workload.keys()) + " records into both");
            QuernSetup.load(udpPort, workload);
            redis.load(workload);
            quern.load(workload);
            QuernSetup.deploy(quern, udpPort);
            redis.loadLuaNoop();
            check(context, redis, quern);
            addCases(context, redis, quern, load, tarantool, generated);
            redis.pause();
            quern.pause();
            if (tarantool != null) {
                tarantool.peer().pause();
            }
            if (!context.quick()) {
                warmUp(context, Compilers.of(quern.pid(), load.pid()));
            }
            Rounds rounds = new Rounds();
            cases.values().forEach(each -> rounds.add(each.name, () -> measure(each)));
            rounds.run(context, context.quick() ? 1 : ROUNDS);
            redis.proceed();
            quern.proceed();
            check(context, redis, quern);
            report(context, rounds, tarantool != null);
        }
    }

    private static @Nullable Tarantool tarantool(BenchContext context) throws InterruptedException, IOException {
        if (!Tools.isOnPath(TARANTOOL)) {
            context.say("tarantool is missing and left out: run scripts/setup-peers");
            return null;
        }
        return Tarantool.start(context);
    }

    private static void check(BenchContext context, Peer redis, Peer quern) throws Exception {
        for (Peer peer : List.of(redis, quern)) {
            peer.checkRecords(context, Workload.of(context.quick()));
            peer.checkNoop();
        }
    }

    private void addCases(
            BenchContext context,
            Peer redis,
            Peer quern,
            NativeLoad load,
            @Nullable Tarantool tarantool,
            GeneratedLoad generated) {
        for (String test : List.of(GET, SET, FCALL)) {
            for (int pipeline : pipelines(context)) {
                addResp(context, redis, test, pipeline);
                addResp(context, quern, test, pipeline);
                if (tarantool != null) {
                    addGenerated(generated, tarantool.peer(), tarantool.address(), test, pipeline);
                    if (pipeline == PIPELINE) {
                        addGenerated(generated, quern, "resp://127.0.0.1:" + quern.respPort(), test, pipeline);
                    }
                }
            }
        }
        addNative(context, quern, load, NativeClient.GET, 1, GETS_IN_FLIGHT);
        for (String test : List.of(NativeClient.FOUR_GETS, NativeClient.FOUR_HOPS)) {
            addNative(context, quern, load, test, CALLERS, 1);
            addNative(context, quern, load, test, 1, PIPELINE);
        }
    }

    private static List<Integer> pipelines(BenchContext context) {
        return context.quick() ? PIPELINES_QUICK : PIPELINES;
    }

    private void addResp(BenchContext context, Peer server, String what, int pipeline) {
        String name = respName(server.name(), what, pipeline);
        List<String> test = what.equals(FCALL) ? List.of("FCALL", QuernSetup.NOOP, "0") : List.of("-t", what);
        long requests = (pipeline == 1 ? REQUESTS : pipeline < PIPELINE ? REQUESTS_OF_FOUR : REQUESTS_PIPELINED)
                / (context.quick() ? QUICK_REQUESTS_SHARE : 1);
        add(name, server, () -> {
            RedisBenchmark.Result result = RedisBenchmark.run(
                    context,
                    server.respPort(),
                    Peer.CLIENT_CORE,
                    Workload.of(context.quick()),
                    requests,
                    pipeline,
                    test);
            latencies.put(name, latency(result.p50Us(), result.p99Us()));
            return result.ratePerSecond();
        });
    }

    private void addGenerated(GeneratedLoad generated, Peer server, String address, String test, int pipeline) {
        String name = generatedName(server.name(), test, pipeline);
        Way way = new Way(server.name(), server, address, false, RedisBenchmark.CONNECTIONS);
        add(name, server, () -> {
            PhaseResult result = generated.run(way, test, pipeline);
            latencies.put(
                    name, latency(result.latency().p50Us(), result.latency().p99Us()));
            return result.ratePerSecond();
        });
    }

    private void addNative(
            BenchContext context, Peer server, NativeLoad load, String test, int sessions, int inFlightEach) {
        String name = nativeName(server.name(), test, sessions, inFlightEach);
        Duration time = context.quick() ? NATIVE_RUN.dividedBy(QUICK_SHARE) : NATIVE_RUN;
        add(name, server, () -> {
            LoadResult result = load.run(test, time, sessions, inFlightEach);
            latencies.put(name, latency(result.p50Us(), result.p99Us()));
            return result.ratePerSecond();
        });
    }

    private void add(String name, Peer server, Rounds.Measurement measurement) {
        cases.put(name, new Case(name, server, measurement));
    }

    private static String nativeName(String server, String test, int sessions, int inFlightEach) {
        return server + " " + test + " " + sessions + "x" + inFlightEach;
    }

    private static String generatedName(String server, String what, int pipeline) {
        return respName(server, what, pipeline) + BY_GENERATOR;
    }

    private static String respName(String server, String what, int pipeline) {
        return server + " " + what + " P" + pipeline;
    }

    private static String latency(double p50Us, double p99Us) {
        return String.format(Locale.ROOT, "%,.0f / %,.0f", p50Us, p99Us);
    }

    private static double measure(Case each) throws Exception {
        each.server.proceed();
        try {
            return each.measurement.once();
        } finally {
            each.server.pause();
        }
    }

    /** Runs each case with code of ours in it until the compilers rest: when they work, that is part of no figure. */
    private void warmUp(BenchContext context, Compilers compilers) throws Exception {
        long startNs = System.nanoTime();
        List<String> restless = new ArrayList<>();
        for (Case each : cases.values()) {
            if (!each.server.name().equals(Peer.REDIS)) {
                compilers.warm(WARM_UP_MAX, () -> {
                    double ignored = measure(each);
                });
                if (!compilers.areAtRest()) {
                    restless.add(each.name);
                }
            }
        }
        context.say(String.format(
                Locale.ROOT,
                "warm after %.0f s%s; measuring",
                (System.nanoTime() - startNs) / 1e9,
                restless.isEmpty() ? "" : ", but compilers still worked on " + String.join(", ", restless)));
    }

    private void report(BenchContext context, Rounds rounds, boolean hasTarantool) {
        TextTable table =
                new TextTable("median of " + (context.quick() ? 1 : ROUNDS), "ops/s", "least", "most", "p50 / p99 us");
        for (String name : cases.keySet()) {
            Rounds.Samples samples = rounds.samples(name);
            table.row(
                    name,
                    TextTable.number(samples.median()),
                    TextTable.number(samples.min()),
                    TextTable.number(samples.max()),
                    latencies.getOrDefault(name, ""));
        }
        context.say(table.text());
        context.say("redis-benchmark: " + RedisBenchmark.CONNECTIONS
                + " connections. Native client: SESSIONSxREQUESTS under way, on one thread; every answer checked.");
        if (hasTarantool) {
            context.say(
                    "Rows marked" + BY_GENERATOR + " are by this project's load generator, on "
                            + RedisBenchmark.CONNECTIONS
                            + " connections, with as many requests under way on each: redis-benchmark does not speak Tarantool's protocol.");
        }
        String quern = Peer.QUERN;
        for (String test : List.of(GET, SET, FCALL)) {
            for (int pipeline : pipelines(context)) {
                String name = "resp-" + (test.equals(FCALL) ? "fcall-noop" : test) + "-p" + pipeline;
                String subject = respName(quern, test, pipeline);
                target(context, rounds, name, subject, respName(Peer.REDIS, test, pipeline), pipeline == 1 ? 0.8 : 1);
            }
        }
        if (hasTarantool) {
            for (String test : List.of(GET, SET, FCALL)) {
                String name = "resp-" + (test.equals(FCALL) ? "fcall-noop" : test) + "-over-tarantool-p" + PIPELINE;
                String subject = generatedName(quern, test, PIPELINE);
                target(context, rounds, name, subject, generatedName(TARANTOOL, test, PIPELINE), 1);
            }
        }
        String gets = nativeName(quern, NativeClient.GET, 1, GETS_IN_FLIGHT);
        target(context, rounds, "native-get-batched", gets, respName(Peer.REDIS, GET, PIPELINE), 2);
        String hops = nativeName(quern, NativeClient.FOUR_HOPS, CALLERS, 1);
        String dependent = nativeName(quern, NativeClient.FOUR_GETS, CALLERS, 1);
        target(context, rounds, "native-function-four-hops", hops, dependent, 2);
    }

    private static void target(
            BenchContext context, Rounds rounds, String name, String subject, String peer, double wanted) {
        context.atLeast(name, rounds.median(subject) / rounds.median(peer), wanted, "x");
    }
}
