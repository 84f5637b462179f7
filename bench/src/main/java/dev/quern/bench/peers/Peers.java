package dev.quern.bench.peers;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.Rounds;
import dev.quern.bench.TextTable;
import dev.quern.bench.load.LoadResult;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code bench peers}: Quern beside Redis, each on core 0, their clients on core 1, 100,000 keys of 16 bytes with values of 100. Both
 * servers live all through the run; the one that is not measured is stopped by a signal, so that it takes no time from the other.
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

    private static final String GET = "get";
    private static final String SET = "set";
    private static final String FCALL = "fcall";

    /** How much smaller a quick run is. */
    private static final int QUICK_SHARE = 20;

    private static final Duration NATIVE_RUN = Duration.ofSeconds(2);

    /** As many as fifty connections with sixteen requests each, less what a session's window needs free. */
    private static final int GETS_IN_FLIGHT = 768;

    /** Callers of dependent gets and of functions, each of whom waits for an answer: as many as {@code redis-benchmark} has connections. */
    private static final int CALLERS = RedisBenchmark.CONNECTIONS;

    /** A case is warm when some runs in a row are no more than this better than the best before them. */
    private static final double WARM_GAIN_MAX = 1.03;

    private static final int WARM_RUNS_ALIKE = 3;

    /** For each case: a function takes some 20 s, as its compiler has to share the server's core. */
    private static final Duration WARM_UP_MAX = Duration.ofSeconds(20);

    private static final Duration WARM_UP_QUICK_MAX = Duration.ofMillis(400);

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
        return "get, set and functions beside redis-server, one server core and one client core each";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(310);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        cases.clear();
        int udpPort = Tools.freeUdpPort();
        try (Peer redis = Peer.redis(context);
                Peer quern = Peer.quern(context, udpPort);
                NativeLoad load = NativeLoad.start(context, udpPort)) {
            context.say("loading " + Workload.KEYS + " records into both");
            QuernSetup.load(udpPort);
            redis.load();
            quern.load();
            QuernSetup.deploy(quern, udpPort);
            redis.loadLuaNoop();
            check(context, redis, quern);
            addCases(context, redis, quern, load);
            redis.pause();
            quern.pause();
            warmUp(context);
            Rounds rounds = new Rounds();
            cases.values().forEach(each -> rounds.add(each.name, () -> measure(each)));
            rounds.run(context, context.quick() ? 1 : ROUNDS);
            redis.proceed();
            quern.proceed();
            check(context, redis, quern);
            report(context, rounds);
        }
    }

    private static void check(BenchContext context, Peer redis, Peer quern) throws Exception {
        for (Peer peer : List.of(redis, quern)) {
            peer.checkRecords(context);
            peer.checkNoop();
        }
    }

    private void addCases(BenchContext context, Peer redis, Peer quern, NativeLoad load) {
        for (String test : List.of(GET, SET, FCALL)) {
            for (int pipeline : pipelines(context)) {
                addResp(context, redis, test, pipeline);
                addResp(context, quern, test, pipeline);
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
                / (context.quick() ? QUICK_SHARE : 1);
        add(name, server, () -> {
            RedisBenchmark.Result result =
                    RedisBenchmark.run(context, server.respPort(), Peer.CLIENT_CORE, requests, pipeline, test);
            latencies.put(name, latency(result.p50Us(), result.p99Us()));
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

    /** Runs each of Quern's cases until it gets no faster: compilers at work are part of no figure. */
    private void warmUp(BenchContext context) throws Exception {
        long startNs = System.nanoTime();
        List<Case> compiled = cases.values().stream()
                .filter(each -> each.server.name().equals(Peer.QUERN))
                .toList();
        int runs = 0;
        for (Case each : compiled) {
            long deadlineNs = System.nanoTime() + (context.quick() ? WARM_UP_QUICK_MAX : WARM_UP_MAX).toNanos();
            double best = 0;
            int alike = 0;
            while (alike < (context.quick() ? 1 : WARM_RUNS_ALIKE) && System.nanoTime() < deadlineNs) {
                double rate = measure(each);
                alike = rate <= best * WARM_GAIN_MAX ? alike + 1 : 0;
                best = Math.max(best, rate);
                runs++;
            }
        }
        context.say(String.format(
                Locale.ROOT, "warm after %d runs, %.0f s; measuring", runs, (System.nanoTime() - startNs) / 1e9));
    }

    private void report(BenchContext context, Rounds rounds) {
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
        String quern = Peer.QUERN;
        for (String test : List.of(GET, SET, FCALL)) {
            for (int pipeline : pipelines(context)) {
                String name = "resp-" + (test.equals(FCALL) ? "fcall-noop" : test) + "-p" + pipeline;
                String subject = respName(quern, test, pipeline);
                target(context, rounds, name, subject, respName(Peer.REDIS, test, pipeline), pipeline == 1 ? 0.8 : 1);
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
