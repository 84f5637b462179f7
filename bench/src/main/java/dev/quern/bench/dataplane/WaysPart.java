package dev.quern.bench.dataplane;

import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import dev.quern.bench.Rounds;
import dev.quern.bench.TextTable;
import dev.quern.bench.load.LoadResult;
import dev.quern.bench.peers.Peer;
import dev.quern.bench.peers.RedisBenchmark;
import dev.quern.bench.peers.Tools;
import dev.quern.bench.peers.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Each way by each shape of load, and Redis at several depths of pipeline, in turns. Redis is left out where it is not installed. */
final class WaysPart implements Part {
    private static final int ROUNDS = 3;
    private static final Duration RUN = Duration.ofSeconds(1);
    private static final Duration RUN_QUICK = Duration.ofMillis(50);
    private static final int WARM_UPS = 2;

    /** Most of a session's window. */
    private static final int BATCHED = 768;

    /** As many as redis-benchmark has connections. */
    private static final int UNBATCHED = 50;

    private static final int[] DEPTHS = {1, 16, 64, 256};
    private static final long REDIS_REQUESTS = 120_000;
    private static final long REDIS_REQUESTS_PIPELINED = 1_000_000;
    private static final int QUICK_SHARE = 50;

    private static final double MEGA = 1e6;

    private final Map<String, List<LoadResult>> results = new LinkedHashMap<>();

    @Override
    public void run(BenchContext context) throws Exception {
        results.clear();
        List<WayUnderLoad> ways = new ArrayList<>();
        Peer redis = null;
        try {
            start(context, ways);
            redis = redis(context);
            measure(context, ways, redis);
        } finally {
            ways.forEach(WayUnderLoad::close);
            if (redis != null) {
                redis.close();
            }
        }
    }

    /** All at the same time: what they take is starting JVMs. */
    private static void start(BenchContext context, List<WayUnderLoad> ways) throws Exception {
        try (ExecutorService starting = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("start-").factory())) {
            List<Future<WayUnderLoad>> begun = new ArrayList<>();
            for (Way way : Way.values()) {
                begun.add(starting.submit(() -> WayUnderLoad.start(context, way, List.of())));
            }
            ExecutionException failure = null;
            for (Future<WayUnderLoad> each : begun) {
                try {
                    ways.add(each.get());
                } catch (ExecutionException failed) {
                    failure = failed;
                }
            }
            if (failure != null) {
                throw new BenchFailedException("a way did not open: " + failure.getCause(), failure);
            }
        }
        for (WayUnderLoad way : ways) {
            way.pause();
        }
    }

    private static @Nullable Peer redis(BenchContext context) throws Exception {
        if (!Tools.isOnPath("redis-server") || !Tools.isOnPath("redis-benchmark")) {
            context.say("redis-server is missing: nothing is compared with it (scripts/setup-redis installs it)");
            return null;
        }
        Peer redis = Peer.redis(context);
        redis.load(Workload.of(context.quick()));
        redis.pause();
        return redis;
    }

    private void measure(BenchContext context, List<WayUnderLoad> ways, @Nullable Peer redis) throws Exception {
        Duration time = context.quick() ? RUN_QUICK : RUN;
        Rounds rounds = new Rounds();
        for (WayUnderLoad way : ways) {
            if (!context.quick()) {
                warmUp(way, time);
            }
            rounds.add(name(way.way(), "batched"), () -> run(way, LoadProcess.Shape.BATCHED, "batched", time, BATCHED));
            if (way.way() == Way.SHM) {
                rounds.add(name(way.way(), "lean"), () -> run(way, LoadProcess.Shape.LEAN, "lean", time, BATCHED));
            }
            rounds.add(name(way.way(), "get-all"), () -> run(way, LoadProcess.Shape.GET_ALL, "get-all", time, BATCHED));
            rounds.add(
                    name(way.way(), "unbatched"),
                    () -> run(way, LoadProcess.Shape.UNBATCHED, "unbatched", time, UNBATCHED));
            rounds.add(name(way.way(), "one"), () -> run(way, LoadProcess.Shape.UNBATCHED, "one", time, 1));
            rounds.add(
                    name(way.way(), "paced"),
                    () -> run(way, LoadProcess.Shape.PACED, "paced", time, (int) Math.max(
                            1_000, rounds.samples(name(way.way(), "unbatched")).max() / 10)));
        }
        if (redis != null) {
            for (int depth : DEPTHS) {
                rounds.add("redis P" + depth, () -> redis(context, redis, depth));
            }
        }
        rounds.run(context, context.quick() ? 1 : ROUNDS);
        report(context, rounds, redis != null);
    }

    private static void warmUp(WayUnderLoad way, Duration time) throws InterruptedException {
        for (int i = 0; i < WARM_UPS; i++) {
            way.run(LoadProcess.Shape.BATCHED, time, BATCHED);
            if (way.way() == Way.SHM) {
                way.run(LoadProcess.Shape.LEAN, time, BATCHED);
            }
            way.run(LoadProcess.Shape.GET_ALL, time, BATCHED);
            way.run(LoadProcess.Shape.UNBATCHED, time, UNBATCHED);
            way.run(LoadProcess.Shape.UNBATCHED, time, 1);
            way.run(LoadProcess.Shape.PACED, time, 10_000);
        }
    }

    private double run(WayUnderLoad way, LoadProcess.Shape shape, String label, Duration time, int number)
            throws InterruptedException {
        LoadResult result = way.run(shape, time, number).figures();
        results.computeIfAbsent(name(way.way(), label), name -> new ArrayList<>())
                .add(result);
        return result.ratePerSecond();
    }

    private static String name(Way way, String label) {
        return way.label() + " " + label;
    }

    private double redis(BenchContext context, Peer redis, int depth) {
        long requests = depth == 1 ? REDIS_REQUESTS : REDIS_REQUESTS_PIPELINED;
        redis.proceed();
        RedisBenchmark.Result result = RedisBenchmark.run(
                context,
                redis.respPort(),
                Peer.CLIENT_CORE,
                Workload.of(context.quick()),
                context.quick() ? requests / QUICK_SHARE : requests,
                depth,
                List.of("-t", "get"));
        redis.pause();
        results.computeIfAbsent("redis P" + depth, name -> new ArrayList<>())
                .add(new LoadResult(requests, result.ratePerSecond(), result.p50Us(), result.p99Us(), 0));
        return result.ratePerSecond();
    }

    private void report(BenchContext context, Rounds rounds, boolean hasRedis) {
        context.say("get, keys of 16 bytes, values of 100; medians of "
                + rounds.samples(name(Way.SHM, "one")).count()
                + " rounds; batched: " + BATCHED + " in flight, " + Gets.PER_DATAGRAM
                + " to a datagram; lean: the same by the bare protocol instead of the client library; get-all: by the"
                + " library's getAll, "
                + Gets.PER_DATAGRAM + " keys to a request and a datagram, counted by keys; unbatched: "
                + UNBATCHED
                + " in flight, each in its own; one: one at a time; paced: at a tenth of the unbatched rate, from when"
                + " each was due");
        TextTable table = new TextTable("", "gets/s", "min", "max", "p50 us", "p99 us");
        results.forEach((name, runs) -> table.row(
                name,
                TextTable.number(rounds.median(name)),
                TextTable.number(rounds.samples(name).min()),
                TextTable.number(rounds.samples(name).max()),
                us(p50(name)),
                us(p99(name))));
        context.out().print(table.text());
        double batched = rounds.median(name(Way.SHM, "lean"));
        double unbatched = rounds.median(name(Way.SHM, "unbatched"));
        context.atLeast("shm-get-batched", batched / MEGA, 4, " M/s");
        context.atLeast("shm-get-all", rounds.median(name(Way.SHM, "get-all")) / MEGA, 4, " M/s");
        context.atMost("shm-get-paced-p50", p50(name(Way.SHM, "paced")), 2, " us");
        context.atMost("shm-get-paced-p99", p99(name(Way.SHM, "paced")), 10, " us");
        context.atLeast("shm-over-udp-unbatched", unbatched / rounds.median(name(Way.UDP, "unbatched")), 5, "x");
        context.atMost("shm-over-udp-p50", p50(name(Way.SHM, "one")) / p50(name(Way.UDP, "one")), 0.2, "x");
        if (hasRedis) {
            double best = 0;
            for (int depth : DEPTHS) {
                best = Math.max(best, rounds.median("redis P" + depth));
            }
            context.atLeast("shm-over-redis-best-pipeline", batched / best, 5, "x");
            context.atLeast("shm-over-redis-depth-1", unbatched / rounds.median("redis P1"), 10, "x");
        }
    }

    private double p50(String name) {
        return median(name, true);
    }

    private double p99(String name) {
        return median(name, false);
    }

    private double median(String name, boolean isP50) {
        Rounds.Samples samples = new Rounds.Samples();
        for (LoadResult result : results.getOrDefault(name, List.of())) {
            samples.add(isP50 ? result.p50Us() : result.p99Us());
        }
        return samples.median();
    }

    private static String us(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
