package dev.quern.bench.apps;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.Rounds;
import dev.quern.bench.TextTable;
import dev.quern.bench.load.LoadRun;
import dev.quern.bench.load.Phase;
import dev.quern.bench.load.Target;
import dev.quern.bench.peers.Peer;
import dev.quern.bench.peers.PinnedGenerator;
import dev.quern.bench.peers.Tools;
import dev.quern.bench.peers.Way;
import dev.quern.bench.report.PhaseResult;
import dev.quern.bench.workload.TenantMix;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One to 10,000 tenants of one server, whose rates differ as those of Azure's applications do: gets, and gets and calls by half. Each tenant has a session of
 * its own over UDP, its own records, and its own copy of the function. Server on core 0, the generator on core 1.
 */
public final class Mixes implements Bench {
    private static final int[] TENANTS = {1, 100, 1_000, 4_000, 10_000};
    private static final int[] TENANTS_QUICK = {1, 20};
    /** A session over UDP has a socket and what waits for it. */
    private static final int FILES_EACH = 4;

    private static final int FILES_BESIDE = 500;
    private static final int RECORDS_EACH = 20;
    private static final int IN_FLIGHT = 48;
    private static final int SLOTS = 1 << 10;
    private static final int ROUNDS = 3;
    private static final double RATE = 20_000;
    private static final double RATE_QUICK = 1_000;
    private static final Duration RUN = Duration.ofSeconds(1);
    private static final Duration RUN_QUICK = Duration.ofMillis(100);
    private static final Duration WARM_UP = Duration.ofSeconds(6);
    private static final Duration WARM_UP_QUICK = Duration.ofMillis(100);

    /** Of what one tenant gets, in the mix. */
    private static final double SHARE_WANTED = 0.5;

    private static final String RATES = "azure";

    /** What a tenant asks for. */
    private enum Kind {
        GETS("gets", 1),
        MIX("half calls", 0.5);

        private final String label;
        private final double getShare;

        Kind(String label, double getShare) {
            this.label = label;
            this.getShare = getShare;
        }
    }

    private final Map<String, PhaseResult> results = new LinkedHashMap<>();
    private final Set<Integer> loaded = new HashSet<>();

    /** For the list of benches. */
    public Mixes() {}

    @Override
    public String name() {
        return "mixes";
    }

    @Override
    public String purpose() {
        return "gets and calls of 1 to 10,000 tenants whose rates are as unequal as those of Azure's applications";
    }

    @Override
    public Duration planned() {
        return Duration.ofMinutes(2);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        results.clear();
        loaded.clear();
        int[] tenants = fitting(context, context.quick() ? TENANTS_QUICK : TENANTS);
        int most = tenants[tenants.length - 1];
        int udpPort = Tools.freeUdpPort();
        int respPort = Tools.freePort();
        Path config = Files.writeString(Files.createTempFile("quern-mixes-", ".toml"), config(most));
        List<String> arguments = List.of(
                "serve",
                "--config",
                config.toString(),
                "--cores",
                "1",
                "--resp",
                "127.0.0.1:" + respPort,
                "--udp",
                "127.0.0.1:" + udpPort);
        try (Peer quern = Peer.start(
                        context, "quern", respPort, Tools.java(List.of(), "dev.quern.server.cli.Main", arguments));
                PinnedGenerator generator = new PinnedGenerator()) {
            Way way = new Way("quern udp", quern, "udp://127.0.0.1:" + udpPort, true, 1);
            Rounds rounds = new Rounds();
            for (int number : tenants) {
                for (Kind kind : Kind.values()) {
                    PhaseResult ignored = run(context, way, generator, number, kind, false, true);
                    rounds.add(name(number, kind, false), () -> rate(context, way, generator, number, kind, false));
                }
                rounds.add(name(number, Kind.MIX, true), () -> rate(context, way, generator, number, Kind.MIX, true));
            }
            rounds.run(context, context.quick() ? 1 : ROUNDS);
            report(context, rounds, tenants);
        } finally {
            Files.deleteIfExists(config);
        }
    }

    /** Those whose sessions this process may have files open for. */
    private static int[] fitting(BenchContext context, int[] tenants) {
        long files = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount() - FILES_BESIDE
                : Long.MAX_VALUE;
        for (int number : tenants) {
            if (number > files / FILES_EACH) {
                context.say(TextTable.number(number) + " tenants are left out: their sessions over UDP take "
                        + TextTable.number((double) number * FILES_EACH) + " open files (ulimit -n)");
            }
        }
        return Arrays.stream(tenants)
                .filter(number -> number <= files / FILES_EACH)
                .toArray();
    }

    private static String config(int tenants) {
        StringBuilder text = new StringBuilder("[sessions]\nidle_ms = 3600000\nper_core_max = 65536\n");
        for (int i = 0; i < tenants; i++) {
            text.append("[[tenant]]\nname = \"default-").append(i).append("\"\nquota_bytes = 1048576\n");
        }
        return text.toString();
    }

    private static String name(int tenants, Kind kind, boolean isOpen) {
        return tenants + " " + kind.label + (isOpen ? " open" : "");
    }

    private double rate(
            BenchContext context, Way way, PinnedGenerator generator, int tenants, Kind kind, boolean isOpen)
            throws InterruptedException {
        PhaseResult result = run(context, way, generator, tenants, kind, isOpen, false);
        results.put(name(tenants, kind, isOpen), result);
        return result.ratePerSecond();
    }

    private PhaseResult run(
            BenchContext context,
            Way way,
            PinnedGenerator generator,
            int tenants,
            Kind kind,
            boolean isOpen,
            boolean isFirst)
            throws InterruptedException {
        boolean quick = context.quick();
        TenantMix mix = new TenantMix(tenants, RATES, kind.getShare, RECORDS_EACH);
        Duration warmUp = quick ? WARM_UP_QUICK : isFirst ? WARM_UP : RUN.dividedBy(2);
        Phase phase = isOpen
                ? Phase.open("open", quick ? RUN_QUICK : RUN, quick ? RATE_QUICK : RATE)
                : Phase.closed("closed", quick ? RUN_QUICK : RUN, IN_FLIGHT);
        return generator
                .run(name(tenants, kind, isOpen), way, () -> {
                    try (Target target =
                            new Target(way.address(), new Target.Login("default", "", "", false, tenants), List.of())) {
                        return LoadRun.run(
                                target,
                                mix,
                                List.of(phase.warmUp(warmUp), phase),
                                new LoadRun.Settings(1, SLOTS, SLOTS, isOpen, isFirst, -1),
                                "",
                                line -> {});
                    }
                })
                .phases()
                .getFirst();
    }

    private void report(BenchContext context, Rounds rounds, int[] tenants) {
        context.say(String.format(
                Locale.ROOT,
                "requests/s over UDP, a session for each tenant, medians of %d rounds, %d under way; and latencies of the last round at %,.0f/s that"
                        + " come at random, in us",
                context.quick() ? 1 : ROUNDS,
                IN_FLIGHT,
                context.quick() ? RATE_QUICK : RATE));
        TextTable table = new TextTable(
                "tenants", Kind.GETS.label, Kind.MIX.label, "open: answered", "p50", "p99", "p99.9", "held");
        for (int number : tenants) {
            context.say("  " + new TenantMix(number, RATES, Kind.MIX.getShare, RECORDS_EACH).describe());
            PhaseResult open = results.get(name(number, Kind.MIX, true));
            if (open != null) {
                table.row(
                        TextTable.number(number),
                        TextTable.number(rounds.median(name(number, Kind.GETS, false))),
                        TextTable.number(rounds.median(name(number, Kind.MIX, false))),
                        TextTable.number(open.ratePerSecond()),
                        us(open.latency().p50Us()),
                        us(open.latency().p99Us()),
                        us(open.latency().p999Us()),
                        open.held() ? "yes" : "no");
            }
        }
        context.out().print(table.text());
        double one = rounds.median(name(1, Kind.MIX, false));
        for (int number : tenants) {
            if (number > 1) {
                context.atLeast(
                        "mix-of-" + number + "-tenants-over-one",
                        rounds.median(name(number, Kind.MIX, false)) / one,
                        SHARE_WANTED,
                        "x");
            }
        }
    }

    private static String us(double us) {
        return String.format(Locale.ROOT, "%,.1f", us);
    }
}
