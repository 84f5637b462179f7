package dev.quern.bench.dataplane;

import dev.quern.bench.BenchContext;
import dev.quern.bench.Machine;
import dev.quern.bench.Rounds;
import dev.quern.bench.TextTable;
import dev.quern.bench.peers.ChildProcess;
import dev.quern.bench.peers.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An echo in Java beside the same in C, on one core and the same device: of buffers handed on as they are, and of frames that are looked at and set
 * up anew, as the server's driver does. On huge pages where some are free, as thirty buffers on small ones miss the first translation cache.
 */
final class DpdkEchoPart implements Part {
    private static final String NAME = "dpdk-echo";
    private static final List<String> FORMS = List.of("straight", "described");
    private static final String RATE = "rate ";

    /** A ring has no cable: every nanosecond of the driver shows. */
    private static final double OF_C_MIN = 0.8;

    private static final int CORE = 1;
    private static final int ROUNDS = 3;
    private static final int RUN_MS = 500;
    private static final int RUN_QUICK_MS = 20;

    /** Runs in one process, of which the last one counts: by then all is compiled. */
    private static final int RUNS = 4;

    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    @Override
    public void run(BenchContext context) throws Exception {
        if (!DpdkPrograms.canCompile()) {
            context.say("gcc, pkg-config or DPDK's headers are missing: its driver is not compared with C"
                    + " (scripts/setup-dpdk)");
            return;
        }
        Path directory = Files.createTempDirectory("quern-dpdk-echo");
        try {
            Path program = DpdkPrograms.compile(context, directory, NAME);
            Rounds rounds = new Rounds();
            for (String form : FORMS) {
                rounds.add(c(form), () -> measure(context, form, List.of(program.toString())));
                rounds.add(java(form), () -> measure(context, form, List.of()));
            }
            rounds.run(context, context.quick() ? 1 : ROUNDS);
            report(context, rounds);
        } finally {
            DpdkPrograms.delete(directory, NAME);
        }
    }

    private static String c(String form) {
        return "C, " + form;
    }

    private static String java(String form) {
        return "Java, " + form;
    }

    private static double measure(BenchContext context, String form, List<String> program) throws InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                Integer.toString(context.quick() ? RUN_QUICK_MS : RUN_MS),
                Integer.toString(RUNS),
                form,
                "--no-pci",
                "-m",
                "64",
                "--no-telemetry",
                "-l",
                Integer.toString(Math.min(CORE, Machine.processors() - 1))));
        arguments.addAll(DpdkPrograms.hasHugePages() ? List.of("--in-memory") : List.of("--no-huge", "--no-shconf"));
        List<String> command = new ArrayList<>(program);
        if (program.isEmpty()) {
            command.addAll(Tools.java(List.of(), DpdkEchoMain.class.getName(), arguments));
        } else {
            command.addAll(arguments);
        }
        List<String> pinned = ChildProcess.pinned(CORE, command);
        context.command(pinned);
        double rate = 0;
        try (ChildProcess child = ChildProcess.start("echo " + form, pinned)) {
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
        TextTable table = new TextTable(
                "echo over net_ring, one core, bursts of 32, "
                        + (DpdkPrograms.hasHugePages() ? "huge pages" : "small pages"),
                "frames/s",
                "min",
                "max",
                "ns a frame");
        for (String form : FORMS) {
            for (String name : List.of(c(form), java(form))) {
                table.row(
                        name,
                        TextTable.number(rounds.median(name)),
                        TextTable.number(rounds.samples(name).min()),
                        TextTable.number(rounds.samples(name).max()),
                        String.format(Locale.ROOT, "%.1f", 1e9 / rounds.median(name)));
            }
        }
        context.out().print(table.text());
        for (String form : FORMS) {
            context.atLeast(
                    "dpdk-echo-" + form, rounds.median(java(form)) / rounds.median(c(form)), OF_C_MIN, "x of C");
        }
    }
}
