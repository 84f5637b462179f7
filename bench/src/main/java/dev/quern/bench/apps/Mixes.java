package dev.quern.bench.apps;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.Compilers;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One to 10,000 tenants of one server, whose rates differ as those of Azure's applications do: gets, and gets and calls by half. Each tenant has a session of
 * its own, its own records, and its own copy of the function; all come by one UDP socket, as from a gateway. One tenant is measured twice: by one session, whose requests
 * share datagrams, and by a session for each request under way, as many tenants' requests come. Server on core 0, the generator on core 1.
 */
public final class Mixes implements Bench {
    private static final int RECORDS_EACH = 20;
    private static final int IN_FLIGHT = 48;
    private static final Row ONE = new Row(1, 1);
    private static final Row ONE_APART = new Row(1, IN_FLIGHT);
    private static final List<Row> ROWS =
            List.of(ONE, ONE_APART, new Row(100, 1), new Row(1_000, 1), new Row(10_000, 1));
    private static final List<Row> ROWS_QUICK = List.of(ONE, ONE_APART, new Row(20, 1));
    private static final int SLOTS = 1 << 10;
    private static final int ROUNDS = 3;
    private static final double RATE = 20_000;
    private static final double RATE_QUICK = 1_000;
    private static final Duration RUN = Duration.ofSeconds(1);
    private static final Duration RUN_QUICK = Duration.ofMillis(100);
    private static final Duration WARM_UP_MAX = Duration.ofSeconds(6);
    private static final Duration WARM_UP_QUICK = Duration.ofMillis(100);

    /** Of what one tenant gets, in the mix. */
    private static final double SHARE_WANTED = 0.5;

    /** Of what one tenant gets by as many sessions as there are requests under way. */
    private static final double SHARE_APART_WANTED = 0.8;

    private static final String RATES = "azure";

    /** So many tenants, with so many sessions each. */
    private record Row(int tenants, int sessions) {
        String label() {
            return TextTable.number(tenants) + (sessions == 1 ? "" : " by " + sessions + " sessions");
        }
    }

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
        return Duration.ofSeconds(210);
    }

    @Override
    public void run(BenchContext context) throws Exception {
        results.clear();
        loaded.clear();
        List<Row> rows = context.quick() ? ROWS_QUICK : ROWS;
        int most = rows.getLast().tenants;
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
            for (Row row : rows) {
                for (Kind kind : Kind.values()) {
                    prepare(context, way, generator, row, kind);
                    rounds.add(name(row, kind, false), () -> rate(context, way, generator, row, kind, false));
                }
                rounds.add(name(row, Kind.MIX, true), () -> rate(context, way, generator, row, Kind.MIX, true));
            }
            rounds.run(context, context.quick() ? 1 : ROUNDS);
            report(context, rounds, rows);
        } finally {
            Files.deleteIfExists(config);
        }
    }

    /** Loads it, and runs until compilers rest: what is compiled for one number of tenants serves the next. */
    private void prepare(BenchContext context, Way way, PinnedGenerator generator, Row row, Kind kind)
            throws Exception {
        PhaseResult ignored = run(context, way, generator, row, kind, false, true);
        if (!context.quick()) {
            Compilers.of(way.server().pid()).warm(WARM_UP_MAX, () -> warm(context, way, generator, row, kind));
        }
    }

    private void warm(BenchContext context, Way way, PinnedGenerator generator, Row row, Kind kind)
            throws InterruptedException {
        PhaseResult ignored = run(context, way, generator, row, kind, false, false);
    }

    private static String config(int tenants) {
        StringBuilder text = new StringBuilder("[sessions]\nidle_ms = 3600000\nper_core_max = 65536\n");
        for (int i = 0; i < tenants; i++) {
            text.append("[[tenant]]\nname = \"default-").append(i).append("\"\nquota_bytes = 1048576\n");
        }
        return text.toString();
    }

    private static String name(Row row, Kind kind, boolean isOpen) {
        return row.label() + " " + kind.label + (isOpen ? " open" : "");
    }

    private double rate(BenchContext context, Way way, PinnedGenerator generator, Row row, Kind kind, boolean isOpen)
            throws InterruptedException {
        PhaseResult result = run(context, way, generator, row, kind, isOpen, false);
        results.put(name(row, kind, isOpen), result);
        return result.ratePerSecond();
    }

    private PhaseResult run(
            BenchContext context,
            Way way,
            PinnedGenerator generator,
            Row row,
            Kind kind,
            boolean isOpen,
            boolean isFirst)
            throws InterruptedException {
        boolean quick = context.quick();
        TenantMix mix = new TenantMix(row.tenants, RATES, kind.getShare, RECORDS_EACH);
        Duration warmUp = quick ? WARM_UP_QUICK : RUN.dividedBy(2);
        Phase phase = isOpen
                ? Phase.open("open", quick ? RUN_QUICK : RUN, quick ? RATE_QUICK : RATE)
                : Phase.closed("closed", quick ? RUN_QUICK : RUN, IN_FLIGHT);
        return generator
                .run(name(row, kind, isOpen), way, () -> {
                    try (Target target = new Target(
                            way.address(), new Target.Login("default", "", "", false, row.tenants), List.of())) {
                        return LoadRun.run(
                                target,
                                mix,
                                List.of(phase.warmUp(warmUp), phase),
                                new LoadRun.Settings(row.sessions, SLOTS, SLOTS, isOpen, isFirst, -1),
                                "",
                                line -> {});
                    }
                })
                .phases()
                .getFirst();
    }

    private void report(BenchContext context, Rounds rounds, List<Row> rows) {
        context.say(String.format(
                Locale.ROOT,
                "requests/s over one UDP socket, a session for each tenant, medians of %d rounds, %d under way; and latencies of the last round at %,.0f/s that"
                        + " come at random, in us",
                context.quick() ? 1 : ROUNDS,
                IN_FLIGHT,
                context.quick() ? RATE_QUICK : RATE));
        TextTable table = new TextTable(
                "tenants", Kind.GETS.label, Kind.MIX.label, "open: answered", "p50", "p99", "p99.9", "held");
        for (Row row : rows) {
            if (row.sessions == 1) {
                context.say("  " + new TenantMix(row.tenants, RATES, Kind.MIX.getShare, RECORDS_EACH).describe());
            }
            PhaseResult open = results.get(name(row, Kind.MIX, true));
            if (open != null) {
                table.row(
                        row.label(),
                        TextTable.number(rounds.median(name(row, Kind.GETS, false))),
                        TextTable.number(rounds.median(name(row, Kind.MIX, false))),
                        TextTable.number(open.ratePerSecond()),
                        us(open.latency().p50Us()),
                        us(open.latency().p99Us()),
                        us(open.latency().p999Us()),
                        open.held() ? "yes" : "no");
            }
        }
        context.out().print(table.text());
        double one = rounds.median(name(ONE, Kind.MIX, false));
        double apart = rounds.median(name(ONE_APART, Kind.MIX, false));
        for (Row row : rows) {
            if (row.tenants > 1) {
                double rate = rounds.median(name(row, Kind.MIX, false));
                String mix = "mix-of-" + row.tenants + "-tenants-over-one";
                context.atLeast(mix, rate / one, SHARE_WANTED, "x");
                context.atLeast(mix + "-apart", rate / apart, SHARE_APART_WANTED, "x");
            }
        }
    }

    private static String us(double us) {
        return String.format(Locale.ROOT, "%,.1f", us);
    }
}
