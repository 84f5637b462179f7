package dev.quern.bench.isolation;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.Machine;
import dev.quern.bench.Rounds;
import dev.quern.bench.TextTable;
import dev.quern.bench.peers.ChildProcess;
import dev.quern.bench.peers.Tools;
import dev.quern.client.QuernClient;
import dev.quern.ffi.linux.Affinity;
import dev.quern.server.EmbeddedQuern;
import dev.quern.server.Quern;
import dev.quern.server.ServerConfig;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code bench isolation}: gets at one core while that core runs 10 ms functions back to back; beside Redis and a Lua script that takes as
 * long. Servers are on core 0, what loads them on core 1.
 */
public final class Isolation implements Bench {
    private static final int SERVER_CORE = 0;
    private static final int CLIENT_CORE = 1;
    private static final int ROUNDS = 5;
    private static final Duration RUN = Duration.ofSeconds(2);
    private static final Duration RUN_QUICK = Duration.ofMillis(300);
    private static final Duration WARM_UP_RUN = Duration.ofSeconds(1);
    private static final Duration WARM_UP_MAX = Duration.ofSeconds(60);
    private static final Duration WARM_UP_QUICK_MAX = Duration.ofSeconds(1);
    private static final int WARM_RUNS_ALIKE = 4;

    /** A run that takes less than this part of the best before is a gain. */
    private static final double WARM_GAIN = 0.9;

    /** A get is due every so often: 5,000 in a second. */
    private static final Duration PERIOD = Duration.ofNanos(200_000);

    /** Seldom enough to leave the functions alone. */
    private static final Duration PERIOD_CALIBRATING = Duration.ofMillis(50);

    private static final double FUNCTION_US = 10_000;

    /** As much longer or shorter they may be. */
    private static final double FUNCTION_OFF_MAX = 1.25;

    private static final int CALIBRATED_AGAIN_MAX = 4;
    /** A tenth of a millisecond when compiled, some milliseconds before. */
    private static final int ITERATIONS_FIRST = 50_000;

    /** One runs, and the next one waits already. */
    private static final int CALLS_AT_ONCE = 2;

    private static final double GET_P99_US_MAX = 200;
    /** The other subject's turn may take minutes. */
    private static final int SESSION_IDLE_MS = 3_600_000;

    private static final Duration START_MAX = Duration.ofSeconds(10);

    private final Map<String, OpenLoop.Result> latest = new LinkedHashMap<>();

    @Override
    public String name() {
        return "isolation";
    }

    @Override
    public String purpose() {
        return "gets at a core that runs 10 ms functions back to back, beside redis-server and a script";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(110);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        boolean pins = Machine.processors() > CLIENT_CORE;
        ServerConfig.Builder config = ServerConfig.builder()
                .cores(1)
                .udp("127.0.0.1:0")
                .resp("off")
                .sessions(sessions -> sessions.idleMs(SESSION_IDLE_MS));
        if (pins) {
            config.cpus(List.of(SERVER_CORE));
        }
        int redisPort = Tools.freePort();
        List<String> redisCommand = ChildProcess.pinned(
                SERVER_CORE,
                List.of("redis-server", "--port", Integer.toString(redisPort), "--save", "", "--appendonly", "no"));
        context.command(redisCommand);
        try (EmbeddedQuern quern = Quern.embedded(config.build());
                ChildProcess redis = ChildProcess.start("redis", redisCommand)) {
            if (pins) {
                Affinity.pin(CLIENT_CORE);
            }
            redis.awaitLine(line -> line.contains("eady to accept"), "readiness", START_MAX);
            try (Subject ring = new QuernSubject(quern::client);
                    Subject udp = new QuernSubject(client -> QuernClient.connect(
                            client.address(quern.server().udpAddress()).build()));
                    Subject lua = new RedisSubject(redisPort)) {
                measure(context, List.of(Map.entry("ring", ring), Map.entry("udp", udp), Map.entry("redis", lua)));
            }
        }
    }

    private void measure(BenchContext context, List<Map.Entry<String, Subject>> subjects) throws Exception {
        Rounds rounds = new Rounds();
        Duration time = context.quick() ? RUN_QUICK : RUN;
        for (Map.Entry<String, Subject> each : subjects) {
            String name = each.getKey();
            OpenLoop loop = new OpenLoop(each.getValue(), PERIOD);
            Functions functions = new Functions(loop, calibrate(context, name, each.getValue()));
            rounds.add(name + " alone", () -> p99Us(name + " alone", loop.run(time, 0, 0)));
            rounds.add(name + " beside functions", () -> p99Us(name + " beside functions", functions.beside(time)));
        }
        rounds.run(context, context.quick() ? 1 : ROUNDS);
        report(context, rounds);
    }

    /** How many iterations take 10 ms, once the function is warm: when it has not become faster for a while. */
    private static int calibrate(BenchContext context, String name, Subject subject) {
        OpenLoop loop = new OpenLoop(subject, PERIOD_CALIBRATING);
        long endNs = System.nanoTime() + (context.quick() ? WARM_UP_QUICK_MAX : WARM_UP_MAX).toNanos();
        double best = loop.run(WARM_UP_RUN, 1, ITERATIONS_FIRST).callUs();
        for (int alike = 0; alike < WARM_RUNS_ALIKE && System.nanoTime() < endNs; ) {
            double callUs = loop.run(WARM_UP_RUN, 1, ITERATIONS_FIRST).callUs();
            alike = callUs < WARM_GAIN * best ? 0 : alike + 1;
            best = Math.min(best, callUs);
        }
        int iterations = (int) Math.max(1, ITERATIONS_FIRST * FUNCTION_US / best);
        double callUs = loop.run(WARM_UP_RUN, 1, iterations).callUs();
        iterations = (int) Math.max(1, iterations * FUNCTION_US / callUs);
        context.say(String.format(Locale.ROOT, "%s: %,d iterations take 10 ms", name, iterations));
        return iterations;
    }

    /** Calls of about 10 ms. What was calibrated first may have been measured before the last compilation. */
    private static final class Functions {
        private final OpenLoop loop;
        private int iterations;

        Functions(OpenLoop loop, int iterations) {
            this.loop = loop;
            this.iterations = iterations;
        }

        /** Gets beside calls; again when those took far more or less than they were to take. */
        OpenLoop.Result beside(Duration time) {
            OpenLoop.Result result = loop.run(time, CALLS_AT_ONCE, iterations);
            for (int again = 0; again < CALIBRATED_AGAIN_MAX && isOff(result.callUs()); again++) {
                iterations = (int) Math.max(1, Math.min(Integer.MAX_VALUE, iterations * FUNCTION_US / result.callUs()));
                result = loop.run(time, CALLS_AT_ONCE, iterations);
            }
            return result;
        }

        private static boolean isOff(double callUs) {
            return callUs < FUNCTION_US / FUNCTION_OFF_MAX || callUs > FUNCTION_US * FUNCTION_OFF_MAX;
        }
    }

    private double p99Us(String name, OpenLoop.Result result) {
        latest.put(name, result);
        return result.latencies().getValueAtPercentile(99) / 1e3;
    }

    private void report(BenchContext context, Rounds rounds) {
        TextTable table =
                new TextTable("get", "p50 us", "p99 us", "p99.9 us", "max us", "function ms", "p99 us, median");
        latest.forEach((name, result) -> table.row(
                name,
                us(result, 50),
                us(result, 99),
                us(result, 99.9),
                us(result, 100),
                String.format(Locale.ROOT, "%.1f", result.callUs() / 1e3),
                String.format(Locale.ROOT, "%.0f", rounds.median(name))));
        context.say(
                "latencies from the time that each get was due; the last run of each, and the median over all of its p99");
        context.say(table.text());
        context.atMost("get-p99-beside-functions-ring", rounds.median("ring beside functions"), GET_P99_US_MAX, " us");
        context.atMost("get-p99-beside-functions-udp", rounds.median("udp beside functions"), GET_P99_US_MAX, " us");
    }

    private static String us(OpenLoop.Result result, double percentile) {
        return String.format(Locale.ROOT, "%.0f", result.latencies().getValueAtPercentile(percentile) / 1e3);
    }
}
