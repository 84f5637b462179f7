package dev.quern.bench.isolation;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import dev.quern.bench.Machine;
import dev.quern.bench.Rounds;
import dev.quern.bench.TextTable;
import dev.quern.bench.ThreadTimes;
import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.ffi.linux.Affinity;
import dev.quern.protocol.Status;
import dev.quern.server.EmbeddedQuern;
import dev.quern.server.Quern;
import dev.quern.server.ServerConfig;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * {@code bench hostile}: one tenant's gets at a core, beside each of another tenant's functions that mean harm. The server is on core 0,
 * what loads it on core 1.
 */
public final class Hostile implements Bench {
    private static final String CORE = "quern-core-0";
    private static final int SERVER_CORE = 0;
    private static final int CLIENT_CORE = 1;
    private static final int ROUNDS = 3;
    private static final Duration RUN = Duration.ofMillis(700);

    /** A function is warm when what is neither core nor load, as compilers are, ran for less than this part of some runs. */
    private static final double WARM_OTHERS_MAX = 0.05;

    private static final int WARM_RUNS = 2;
    private static final int WARM_RUNS_MAX = 8;
    private static final Duration RUN_QUICK = Duration.ofMillis(60);

    /** A get is due every so often: 5,000 in a second. */
    private static final Duration PERIOD = Duration.ofNanos(200_000);

    private static final Duration CALL_MAX = Duration.ofMillis(10);
    private static final Duration TIME_MAX = Duration.ofSeconds(30);
    private static final int CALLS_AT_ONCE = 2;
    private static final int SESSION_IDLE_MS = 3_600_000;
    private static final int MEMORY_PAGES = 4096;
    private static final double GET_P99_US_MAX = 200;

    /** Without any function, to compare with. */
    private static final String ALONE = "none";

    private static final List<String> MODULES =
            List.of("spin", "initialize", "bulk", "recursion", "unreachable", "floods", "wasi_misuse");

    private static final List<String> FUNCTIONS = List.of(
            "spin",
            "spin.calling",
            "spin.after_write",
            "initialize",
            "bulk",
            "bulk.copy",
            "recursion",
            "recursion.tree",
            "recursion.by_pointer",
            "unreachable",
            "floods.logs",
            "floods.replies",
            "floods.writes",
            "floods.long_writes",
            "floods.same_write",
            "floods.reads",
            "floods.memory",
            "floods.memory_trap",
            "floods.forged_key",
            "wasi_misuse.random",
            "wasi_misuse.lines",
            "wasi_misuse.exit");

    private final Map<String, OpenLoop.Result> latest = new LinkedHashMap<>();
    private final Map<String, String> endings = new LinkedHashMap<>();
    private final Map<String, ThreadTimes.Shares> shares = new LinkedHashMap<>();

    @Override
    public String name() {
        return "hostile";
    }

    @Override
    public String purpose() {
        return "one tenant's gets beside another tenant's functions that spin, flood, grow, recur and trap";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(210);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        boolean pins = Machine.processors() > CLIENT_CORE;
        ServerConfig.Builder config = ServerConfig.builder()
                .cores(1)
                .resp("off")
                .sessions(sessions -> sessions.idleMs(SESSION_IDLE_MS))
                .tenant("reader", "reader's")
                .tenant("attacker", "attacker's");
        if (pins) {
            config.cpus(List.of(SERVER_CORE));
        }
        try (EmbeddedQuern quern = Quern.embedded(config.build())) {
            if (pins) {
                Affinity.pin(CLIENT_CORE);
            }
            QuernClient attacker = quern.client(client("attacker"));
            for (String module : MODULES) {
                attacker.await(attacker.functions()
                        .replace(FunctionSpec.of(module, module(module))
                                .timeLimit(CALL_MAX)
                                .memoryPagesMax(MEMORY_PAGES)));
            }
            try (HostileSubject subject = new HostileSubject(quern.client(client("reader")), attacker)) {
                measure(context, subject);
            }
        }
    }

    private static ClientConfig.Builder client(String tenant) {
        return ClientConfig.builder()
                .tenant(tenant)
                .secret(tenant + "'s")
                .threading(ClientConfig.Threading.INVOKER)
                .requestTimeout(TIME_MAX);
    }

    private static byte[] module(String name) throws IOException {
        try (InputStream resource = Hostile.class.getResourceAsStream("hostile/" + name + ".wasm")) {
            if (resource == null) {
                throw new BenchFailedException("no module " + name + " beside the classes: run scripts/build-guests");
            }
            return resource.readAllBytes();
        }
    }

    private void measure(BenchContext context, HostileSubject subject) throws Exception {
        OpenLoop loop = new OpenLoop(subject, PERIOD);
        Duration time = context.quick() ? RUN_QUICK : RUN;
        Rounds rounds = new Rounds();
        warmUp(context, subject, loop, ALONE, time);
        rounds.add(ALONE, () -> once(context, subject, loop, ALONE, time));
        for (String function : FUNCTIONS) {
            if (!context.isWanted(function)) {
                continue;
            }
            warmUp(context, subject, loop, function, time);
            rounds.add(function, () -> once(context, subject, loop, function, time));
        }
        rounds.run(context, context.quick() ? 1 : ROUNDS);
        report(context, rounds);
    }

    /** Until compilers have done with what it meets: they share both processors with what is measured. */
    private void warmUp(BenchContext context, HostileSubject subject, OpenLoop loop, String function, Duration time) {
        int warm = 0;
        for (int run = 0; run < (context.quick() ? 1 : WARM_RUNS_MAX) && warm < WARM_RUNS; run++) {
            once(context, subject, loop, function, time);
            warm = shares(function).others() < WARM_OTHERS_MAX ? warm + 1 : 0;
        }
    }

    private ThreadTimes.Shares shares(String function) {
        return Objects.requireNonNull(shares.get(function));
    }

    private double once(BenchContext context, HostileSubject subject, OpenLoop loop, String function, Duration time) {
        boolean isAlone = function.equals(ALONE);
        subject.attackBy(function);
        ThreadTimes before = ThreadTimes.now();
        OpenLoop.Result result = loop.run(time, isAlone ? 0 : CALLS_AT_ONCE, 0);
        shares.put(function, ThreadTimes.now().since(before, CORE));
        latest.put(function, result);
        if (!isAlone) {
            context.check(subject.lastStatus() != Status.OK, function + " is ended or refused");
            endings.put(function, Status.describe(subject.lastStatus()).replaceFirst(";.*", ""));
        }
        return result.latencies().getValueAtPercentile(99) / 1e3;
    }

    private void report(BenchContext context, Rounds rounds) {
        TextTable table = new TextTable(
                "beside",
                "p50 us",
                "p99 us",
                "p99.9 us",
                "max us",
                "call ms",
                "p99 us, median",
                "core waited %",
                "others ran %, most",
                "how a call ends");
        double worst = 0;
        for (Map.Entry<String, OpenLoop.Result> each : latest.entrySet()) {
            OpenLoop.Result result = each.getValue();
            double median = rounds.median(each.getKey());
            worst = each.getKey().equals(ALONE) ? worst : Math.max(worst, median);
            table.row(
                    each.getKey(),
                    us(result, 50),
                    us(result, 99),
                    us(result, 99.9),
                    us(result, 100),
                    String.format(Locale.ROOT, "%.2f", result.callUs() / 1e3),
                    String.format(Locale.ROOT, "%.0f", median),
                    percent(shares(each.getKey()).waited()),
                    percent(shares(each.getKey()).others()) + "  "
                            + shares(each.getKey()).busiest(),
                    endings.getOrDefault(each.getKey(), ""));
        }
        context.say(
                "gets of another tenant at the same core, over rings, from the time that each was due; the last run of"
                        + " each, and the median over all of its p99. The core waited while others had its processor; others of this"
                        + " process, as compilers, ran for so much of one processor");
        context.say(table.text());
        context.atMost("get-p99-beside-worst-function", worst, GET_P99_US_MAX, " us");
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }

    private static String us(OpenLoop.Result result, double percentile) {
        return String.format(Locale.ROOT, "%.0f", result.latencies().getValueAtPercentile(percentile) / 1e3);
    }
}
