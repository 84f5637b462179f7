package dev.quern.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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
            "3:at least one target is short"
        })
public final class BenchCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description =
                    "which bench to run; --list names them. quick runs all at smoke size, all runs all in full; both"
                            + " write what they print to bench/results")
    private @Nullable String name;

    @Option(names = "--quick", description = "smoke size: shows in about a minute that the bench works")
    private boolean quick;

    @Option(names = "--list", description = "name every bench and say what it shows")
    private boolean list;

    @Spec
    private @Nullable CommandSpec spec;

    /** For picocli. */
    public BenchCommand() {}

    @Override
    public Integer call() throws IOException {
        PrintStream out = System.out;
        if (Suite.QUICK.equals(name) || Suite.ALL.equals(name)) {
            return Suite.run(Benches.all(), Suite.QUICK.equals(name), Suite.results(), out);
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
        return BenchRunner.run(bench, quick, out);
    }

    private static String listing() {
        StringBuilder text = new StringBuilder();
        int width = Benches.all().stream()
                .mapToInt(bench -> bench.name().length())
                .max()
                .orElse(0);
        for (Bench bench : Benches.all()) {
            text.append("  ")
                    .append(bench.name())
                    .append(" ".repeat(width - bench.name().length()));
            text.append("  ").append(bench.purpose()).append('\n');
        }
        return text.toString();
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("run by picocli only");
        }
        return spec;
    }
}
