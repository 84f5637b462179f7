package dev.quern.bench.functions;

import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import dev.quern.bench.Compilers;
import dev.quern.bench.Machine;
import dev.quern.bench.Rounds;
import dev.quern.bench.TextTable;
import dev.quern.bench.load.ClosedLoop;
import dev.quern.client.ClientConfig;
import dev.quern.client.QuernClient;
import dev.quern.ffi.linux.Affinity;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.WhenFull;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.server.EmbeddedQuern;
import dev.quern.server.Quern;
import dev.quern.server.ServerConfig;
import dev.quern.server.TenantSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What isolation costs whoever calls: four gets that depend on each other, in one call over the native protocol, of a function in
 * WebAssembly beside the same in trusted Java. One server core, on processor 0, and the clients' thread on processor 1.
 */
final class EndToEnd implements RowGroup {
    private static final int SERVER_CORE = 0;
    private static final int CLIENT_CORE = 1;
    private static final int HOPS = 4;
    private static final int RECORDS = 100;
    private static final int TENANTS = 1_000;
    private static final int TENANTS_QUICK = 3;

    /** Callers of whom each waits for an answer: enough that the server's core always has work. */
    private static final int CALLERS = 64;

    private static final int ROUNDS = 5;
    private static final Duration RUN = Duration.ofMillis(400);
    private static final Duration RUN_QUICK = Duration.ofMillis(50);
    private static final int WARM_UP_RUNS = 2;
    private static final Duration WARM_UP_MAX = Duration.ofSeconds(7);
    private static final Duration STALL_MAX = Duration.ofSeconds(30);

    /** Setting up, and the other cases' turns, may take minutes. */
    private static final int SESSION_IDLE_MS = 3_600_000;

    private static final double ONE_TENANT_RATIO_MAX = 1.15;
    private static final double MANY_TENANTS_RATIO_MAX = 1.25;
    private static final String WASM = "lookup";
    private static final String JAVA = "trusted.lookup";

    /** A way in, and how clients are connected to it. */
    private record Way(String name, Function<ClientConfig.Builder, QuernClient> connect) {}

    @Override
    public String heading() {
        return "calls of " + HOPS + " dependent gets over the native protocol, server and clients on a processor each: "
                + "WebAssembly beside trusted Java";
    }

    @Override
    public void run(BenchContext context) throws Exception {
        boolean pins = Machine.processors() > CLIENT_CORE;
        BitSet processors = Affinity.allowed();
        try {
            measure(context, 1, pins);
            measure(context, context.quick() ? TENANTS_QUICK : TENANTS, pins);
        } finally {
            if (pins) {
                Affinity.set(processors);
            }
        }
    }

    private static void measure(BenchContext context, int tenants, boolean pins) throws Exception {
        ServerConfig.Builder config = ServerConfig.builder()
                .cores(1)
                .udp("127.0.0.1:0")
                .resp("off")
                .hugePages(false)
                .sessions(sessions -> sessions.idleMs(SESSION_IDLE_MS));
        for (int i = 0; i < tenants; i++) {
            config.tenant(new TenantSettings(name(i), "", TenantSettings.QUOTA_BYTES_MIN, WhenFull.REFUSE));
        }
        if (pins) {
            config.cpus(List.of(SERVER_CORE));
        }
        try (EmbeddedQuern quern = Quern.embedded(config.build())) {
            if (pins) {
                Affinity.pin(CLIENT_CORE);
            }
            setUp(quern, tenants);
            TextTable table =
                    new TextTable("tenants", "sessions", "by", "wasm calls/s", "java calls/s", "time a call: ratio");
            Way udp = new Way(
                    "udp",
                    client -> QuernClient.connect(
                            client.address(quern.server().udpAddress()).build()));
            Way ring = new Way("ring", quern::client);
            for (Way way : List.of(udp, ring)) {
                // A session for each tenant, or for each caller of the one.
                double ratio = measure(context, table, tenants, Math.max(tenants, CALLERS), way);
                if (tenants == 1) {
                    measure(context, table, tenants, 1, way);
                }
                String target = "isolation-" + way.name + (tenants == 1 ? "-one-tenant" : "-many-tenants");
                context.atMost(target, ratio, tenants == 1 ? ONE_TENANT_RATIO_MAX : MANY_TENANTS_RATIO_MAX, "x");
            }
            context.say(table.text());
        }
    }

    private static String name(int tenant) {
        return "tenant-" + tenant;
    }

    private static void setUp(EmbeddedQuern quern, int tenants) throws FunctionRefusedException {
        byte[] module = FunctionRig.example(WASM);
        try (StoreCore core = quern.server().store().attach()) {
            for (int i = 0; i < tenants; i++) {
                Tenant tenant = quern.server().store().tenant(name(i));
                if (tenant == null) {
                    throw new BenchFailedException("the server has no " + name(i));
                }
                Caller.fill(core, tenant, RECORDS, Caller.KEY_LENGTH);
                FunctionRig.deployBoth(quern.server().functions(), tenant, WASM, module);
            }
        }
    }

    /** One way in; returns how much longer a call takes in WebAssembly. */
    private static double measure(BenchContext context, TextTable table, int tenants, int sessions, Way way)
            throws Exception {
        List<QuernClient> clients = new ArrayList<>(sessions);
        try {
            for (int i = 0; i < sessions; i++) {
                clients.add(way.connect.apply(ClientConfig.builder()
                        .tenant(name(i % tenants))
                        .threading(ClientConfig.Threading.INVOKER)
                        .requestTimeout(STALL_MAX)));
            }
            Duration time = context.quick() ? RUN_QUICK : RUN;
            Map<String, Rounds.Measurement> cases = new LinkedHashMap<>();
            for (String function : List.of(WASM, JAVA)) {
                ClosedLoop loop = new ClosedLoop(CALLERS, STALL_MAX);
                ServedCalls calls = new ServedCalls(clients, loop, CALLERS, function, RECORDS, HOPS);
                cases.put(function, () -> loop.run(calls, time).ratePerSecond());
            }
            if (!context.quick()) {
                Compilers.of().warm(WARM_UP_MAX, () -> {
                    for (int run = 0; run < WARM_UP_RUNS; run++) {
                        for (Rounds.Measurement each : cases.values()) {
                            each.once();
                        }
                    }
                });
            }
            Rounds rounds = new Rounds();
            cases.forEach(rounds::add);
            rounds.run(context, context.quick() ? 1 : ROUNDS);
            double ratio = rounds.median(JAVA) / rounds.median(WASM);
            table.row(
                    TextTable.number(tenants),
                    TextTable.number(sessions),
                    way.name,
                    TextTable.number(rounds.median(WASM)),
                    TextTable.number(rounds.median(JAVA)),
                    TextTable.ratio(ratio));
            return ratio;
        } finally {
            clients.forEach(QuernClient::close);
        }
    }
}
