package dev.quern.bench.dataplane;

import dev.quern.bench.BenchContext;
import dev.quern.bench.Machine;
import dev.quern.bench.Rounds;
import dev.quern.bench.TextTable;
import dev.quern.bench.load.LoadResult;
import dev.quern.bench.peers.ChildProcess;
import dev.quern.bench.peers.Peer;
import dev.quern.bench.peers.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An echo between two processes by vhost, as between a switch and a virtual machine: served in C and by the server's driver in Java, each loaded by
 * the same program in Java over virtio_user. It takes huge pages, which the two map both.
 */
final class VhostPart implements Part {
    private static final String NAME = "vhost-echo";
    private static final List<String> SERVERS = List.of("C", "Java");
    private static final int WINDOW = 64;
    private static final int ROUNDS = 3;
    private static final int RUN_MS = 1_000;
    private static final int RUN_QUICK_MS = 100;
    private static final int WARM_UPS = 3;
    private static final double P50_OF_C_MAX = 1.1;
    private static final double RATE_OF_C_MIN = 0.8;
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    private final Map<String, List<LoadResult>> results = new LinkedHashMap<>();

    @Override
    public void run(BenchContext context) throws Exception {
        if (!DpdkPrograms.canCompile() || !DpdkPrograms.hasHugePages()) {
            context.say("huge pages, gcc, pkg-config or DPDK's headers are missing: no echo over vhost"
                    + " (scripts/setup-dpdk)");
            return;
        }
        results.clear();
        Path directory = Files.createTempDirectory("quern-vhost");
        try {
            Path program = DpdkPrograms.compile(context, directory, NAME);
            Rounds rounds = new Rounds();
            for (String server : SERVERS) {
                rounds.add(server, () -> measure(context, server, program, directory.resolve("socket")));
            }
            rounds.run(context, context.quick() ? 1 : ROUNDS);
            report(context);
        } finally {
            Files.deleteIfExists(directory.resolve("socket"));
            DpdkPrograms.delete(directory, NAME);
        }
    }

    private static List<String> eal(int core) {
        return List.of(
                "--no-pci",
                "--in-memory",
                "--single-file-segments",
                "-m",
                "64",
                "--no-telemetry",
                "-l",
                Integer.toString(Math.min(core, Machine.processors() - 1)));
    }

    private static ChildProcess start(
            BenchContext context, String name, int core, List<String> program, List<String> device) {
        List<String> command = new ArrayList<>(program);
        command.addAll(device);
        command.addAll(eal(core));
        List<String> pinned = ChildProcess.pinned(core, command);
        context.command(Peer.shortened(pinned));
        return ChildProcess.start(name, pinned);
    }

    private double measure(BenchContext context, String server, Path program, Path socket) throws Exception {
        Files.deleteIfExists(socket);
        List<String> serving = server.equals("C")
                ? List.of(program.toString())
                : Tools.java(List.of(), VhostEchoMain.class.getName(), List.of());
        List<String> loading = Tools.java(List.of(), VhostLoadMain.class.getName(), List.of());
        try (ChildProcess echo =
                start(context, "echo " + server, Peer.SERVER_CORE, serving, List.of("net_vhost0", "iface=" + socket))) {
            echo.awaitLine(VhostEchoMain.READY::equals, "readiness", WAIT_MAX);
            try (ChildProcess load = start(
                    context,
                    "load",
                    Peer.CLIENT_CORE,
                    loading,
                    List.of("net_virtio_user0", "path=" + socket + ",queues=1,queue_size=256"))) {
                load.awaitLine(VhostEchoMain.READY::equals, "readiness", WAIT_MAX);
                int time = context.quick() ? RUN_QUICK_MS : RUN_MS;
                for (int i = 0; i < WARM_UPS; i++) {
                    ask(load, time, i % 2 == 0 ? WINDOW : 1);
                }
                LoadResult many = ask(load, time, WINDOW);
                keep(server + ", " + WINDOW + " under way", many);
                keep(server + ", one under way", ask(load, time, 1));
                context.check(many.operations() > 0, "frames come back over vhost from " + server);
                return many.ratePerSecond();
            }
        }
    }

    private static LoadResult ask(ChildProcess load, int time, int underWay) throws InterruptedException {
        load.writeLine(time + " " + underWay);
        String answer = load.awaitLine(line -> line.startsWith(LoadProcess.RESULT), "a result", WAIT_MAX);
        return LoadResult.parse(answer.substring(LoadProcess.RESULT.length()));
    }

    private void keep(String name, LoadResult result) {
        results.computeIfAbsent(name, absent -> new ArrayList<>()).add(result);
    }

    private void report(BenchContext context) {
        TextTable table =
                new TextTable("echo over vhost, two processes, one core each", "frames/s", "p50 us", "p99 us");
        results.forEach((name, runs) ->
                table.row(name, TextTable.number(rate(name)), us(p50(name)), us(median(name, Figure.P99))));
        context.out().print(table.text());
        String many = ", " + WINDOW + " under way";
        String one = ", one under way";
        context.atLeast("vhost-echo-rate", rate("Java" + many) / rate("C" + many), RATE_OF_C_MIN, "x of C");
        context.atMost("vhost-echo-p50", p50("Java" + one) / p50("C" + one), P50_OF_C_MAX, "x of C");
    }

    private enum Figure {
        RATE,
        P50,
        P99
    }

    private double rate(String name) {
        return median(name, Figure.RATE);
    }

    private double p50(String name) {
        return median(name, Figure.P50);
    }

    private double median(String name, Figure figure) {
        Rounds.Samples samples = new Rounds.Samples();
        for (LoadResult result : results.getOrDefault(name, List.of())) {
            samples.add(
                    switch (figure) {
                        case RATE -> result.ratePerSecond();
                        case P50 -> result.p50Us();
                        case P99 -> result.p99Us();
                    });
        }
        return samples.median();
    }

    private static String us(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
