package dev.quern.bench.dataplane;

import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import dev.quern.bench.Rounds;
import dev.quern.bench.TextTable;
import dev.quern.bench.peers.ChildProcess;
import dev.quern.bench.peers.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An echo through the server's driver beside the same in C, on one core and the same device. */
final class DpdkEchoPart implements Part {
    private static final String SOURCE = "dpdk-echo.c";
    private static final String JAVA = "Java, by the server's driver";
    private static final String C = "C";
    private static final String RATE = "rate ";

    /** A ring has no cable: every nanosecond of the driver shows. */
    private static final double OF_C_MIN = 0.8;

    private static final int CORE = 1;
    private static final int ROUNDS = 5;
    private static final int RUN_MS = 1_000;
    private static final int RUN_QUICK_MS = 100;

    /** Runs in one process, of which the last one counts: by then all is compiled. */
    private static final int RUNS = 4;

    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    @Override
    public void run(BenchContext context) throws Exception {
        if (!Tools.isOnPath("gcc") || !Tools.isOnPath("pkg-config") || !hasHeaders()) {
            context.say(
                    "gcc, pkg-config or DPDK's headers are missing: its driver is not compared with C (scripts/setup-dpdk)");
            return;
        }
        Path directory = Files.createTempDirectory("quern-dpdk-echo");
        try {
            Path program = compile(context, directory);
            Rounds rounds = new Rounds()
                    .add(C, () -> measure(context, C, List.of(program.toString())))
                    .add(JAVA, () -> measure(context, JAVA, List.of()));
            rounds.run(context, context.quick() ? 1 : ROUNDS);
            report(context, rounds);
        } finally {
            Files.deleteIfExists(directory.resolve(SOURCE));
            Files.deleteIfExists(directory.resolve("dpdk-echo"));
            Files.delete(directory);
        }
    }

    private static boolean hasHeaders() {
        try {
            Tools.run(List.of("pkg-config", "--exists", "libdpdk"), WAIT_MAX);
            return true;
        } catch (BenchFailedException missing) {
            return false;
        }
    }

    private static Path compile(BenchContext context, Path directory) throws IOException {
        Path source = directory.resolve(SOURCE);
        try (InputStream text = DpdkEchoPart.class.getResourceAsStream(SOURCE)) {
            if (text == null) {
                throw new IllegalStateException(SOURCE + " is not on the class path");
            }
            Files.copy(text, source);
        }
        Path program = directory.resolve("dpdk-echo");
        List<String> command = new ArrayList<>(List.of("gcc", "-O3", "-o", program.toString()));
        command.addAll(words(Tools.run(List.of("pkg-config", "--cflags", "libdpdk"), WAIT_MAX)));
        command.add(source.toString());
        command.addAll(words(Tools.run(List.of("pkg-config", "--libs", "libdpdk"), WAIT_MAX)));
        Tools.run(command, WAIT_MAX);
        context.command(command);
        return program;
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+"));
    }

    private static double measure(BenchContext context, String name, List<String> program) throws InterruptedException {
        List<String> arguments = List.of(
                Integer.toString(context.quick() ? RUN_QUICK_MS : RUN_MS),
                Integer.toString(RUNS),
                "--no-pci",
                "--no-huge",
                "-m",
                "64",
                "--no-shconf",
                "--no-telemetry",
                "-l",
                Integer.toString(Math.min(CORE, Runtime.getRuntime().availableProcessors() - 1)));
        List<String> command = new ArrayList<>(program);
        if (program.isEmpty()) {
            command.addAll(Tools.java(List.of(), DpdkEchoMain.class.getName(), arguments));
        } else {
            command.addAll(arguments);
        }
        List<String> pinned = ChildProcess.pinned(CORE, command);
        context.command(pinned);
        double rate = 0;
        try (ChildProcess child = ChildProcess.start(name, pinned)) {
            for (int run = 0; run < RUNS; run++) {
                rate = Double.parseDouble(child.awaitLine(line -> line.startsWith(RATE), "a rate", WAIT_MAX)
                        .substring(RATE.length()));
            }
            String left = child.awaitLine(line -> line.startsWith("left "), "what is left in the ring", WAIT_MAX);
            context.check(left.equals("left 32"), "every frame that was put into the ring still goes round");
        }
        return rate;
    }

    private static void report(BenchContext context, Rounds rounds) {
        TextTable table =
                new TextTable("echo over net_ring, one core, bursts of 32", "frames/s", "min", "max", "ns a frame");
        for (String name : List.of(C, JAVA)) {
            table.row(
                    name,
                    TextTable.number(rounds.median(name)),
                    TextTable.number(rounds.samples(name).min()),
                    TextTable.number(rounds.samples(name).max()),
                    TextTable.number(1e9 / rounds.median(name)));
        }
        context.out().print(table.text());
        context.atLeast("dpdk-echo-ring", rounds.median(JAVA) / rounds.median(C), OF_C_MIN, "x of C");
    }
}
