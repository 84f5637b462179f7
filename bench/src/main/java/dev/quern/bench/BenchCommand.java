package dev.quern.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quern bench}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Runs a benchmark beside its peers and says which targets hold.",
        subcommands = ReportCommand.class,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:every target holds",
            "1:the run itself failed",
            "2:wrong usage",
            "3:at least one target is short",
            "4:of all: some benches were not run for lack of time; none failed"
        })
public final class BenchCommand implements Callable<Integer> {
    private static final int TOLD_SECONDS_MAX = 5;

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description =
                    "which bench to run; --list names them. quick runs all at smoke size, all runs all in full, each"
                            + " in a process of its own. What they print is kept in bench/results")
    private @Nullable String name;

    @Option(names = "--quick", description = "smoke size: shows in about a minute that the bench works")
    private boolean quick;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "ROW",
            description =
                    "of a bench that can leave rows out (hostile, placement, simulate): only those that begin so; the"
                            + " run is not kept")
    private List<String> only = List.of();

    @Option(names = "--list", description = "name every bench, and say how long it takes in full and what it shows")
    private boolean list;

    @Option(
            names = "--into",
            paramLabel = "DIRECTORY",
            description =
                    "which keeps what the bench prints, its targets and plots; a new one in bench/results when not"
                            + " given")
    private @Nullable Path into;

    @Option(
            names = "--minutes",
            paramLabel = "MINUTES",
            description = "of all: how long it may take; benches for which there is no time left are named and not run"
                    + " (${DEFAULT-VALUE})")
    private int minutes = 58;

    @Spec
    private @Nullable CommandSpec spec;

    /** For picocli. */
    public BenchCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintStream out = System.out;
        if (Suite.QUICK.equals(name) || Suite.ALL.equals(name)) {
            return runAll(Suite.QUICK.equals(name), out);
        }
        if (list || name == null) {
            out.print(listing());
            return 0;
        }
        Bench bench = Benches.find(name);
        if (bench == null) {
            throw new ParameterException(
                    spec().commandLine(),
                    "no bench is called \"" + name + "\": there are "
                            + Benches.all().stream().map(Bench::name).collect(Collectors.joining(", ")));
        }
        if (!only.isEmpty()) {
            BenchContext context = new BenchContext(quick, out).only(only);
            int code = BenchRunner.run(bench, context, quick, out);
            if (!context.hasWanted()) {
                System.err.println("quern: no row of " + bench.name() + " begins with " + String.join(" or ", only)
                        + ": run it without --only to see how its rows are called");
                return CommandLine.ExitCode.USAGE;
            }
            return code;
        }
        Path directory = into == null ? Results.newRun(Results.root()) : into;
        int code = Results.run(bench, quick, directory, out).code();
        if (into == null) {
            out.println("written to " + directory);
        }
        return code;
    }

    /** A signal that ends this process ends the bench that runs, and waits until it has been told what came of those before. */
    private int runAll(boolean isQuick, PrintStream out) throws IOException, InterruptedException {
        OwnProcess process = new OwnProcess();
        CountDownLatch told = new CountDownLatch(1);
        Thread stopping = new Thread(
                () -> {
                    process.stop();
                    try {
                        boolean ignored = told.await(TOLD_SECONDS_MAX, TimeUnit.SECONDS);
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                },
                "stop-benches");
        Runtime.getRuntime().addShutdownHook(stopping);
        try {
            return new Suite(process, out).run(Benches.all(), isQuick, Results.root(), Duration.ofMinutes(minutes));
        } finally {
            out.flush();
            told.countDown();
        }
    }

    private static String listing() {
        List<Bench> all = Benches.all();
        StringBuilder text = new StringBuilder();
        all.forEach(bench -> text.append(line(bench.name(), bench.planned(), bench.purpose())));
        Duration sum = all.stream().map(Bench::planned).reduce(Duration.ZERO, Duration::plus);
        text.append(line(Suite.ALL, sum, "all of these, one after the other"));
        Benches.alone().forEach(bench -> text.append(line(bench.name(), bench.planned(), bench.purpose())));
        return text.toString();
    }

    private static String line(String name, Duration planned, String purpose) {
        return String.format(Locale.ROOT, "  %-14s  %5.1f min  %s%n", name, planned.toSeconds() / 60.0, purpose);
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("run by picocli only");
        }
        return spec;
    }
}
