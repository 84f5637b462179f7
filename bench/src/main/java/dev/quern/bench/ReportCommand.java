package dev.quern.bench;

import com.google.gson.Gson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quern bench report}. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = {
            "Tells the latest full run of all benches as a table for the docs.",
            "With --docs, docs/benchmarks.md gets it between its markers; otherwise it is printed."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done", "1:there is no such run, or no such markers", "2:wrong usage"})
final class ReportCommand implements Callable<Integer> {
    static final String BEGIN = "<!-- results of bench all: begin; written by `scripts/quern bench report --docs` -->";
    static final String END = "<!-- results of bench all: end -->";

    @Parameters(
            arity = "0..1",
            paramLabel = "DIRECTORY",
            description = "of a run; the latest full one in bench/results when not given")
    private @Nullable Path directory;

    @Option(names = "--docs", description = "write it into docs/benchmarks.md")
    private boolean isForDocs;

    @Override
    public Integer call() throws IOException {
        Optional<Path> run = directory == null ? latest(Suite.results()) : Optional.of(directory);
        if (run.isEmpty()) {
            System.err.println(
                    "quern bench report: no full run in " + Suite.results() + ": run scripts/quern bench all");
            return 1;
        }
        String table = table(read(run.get()));
        if (!isForDocs) {
            System.out.print(table);
            return 0;
        }
        Path page = Path.of(System.getProperty("quern.root", "."), "docs", "benchmarks.md");
        Optional<String> replaced = replaced(Files.readString(page), table);
        if (replaced.isEmpty()) {
            System.err.println(
                    "quern bench report: " + page + " has not both markers: put these lines where the table is"
                            + " to stand:\n" + BEGIN + "\n" + END);
            return 1;
        }
        Files.writeString(page, replaced.get(), StandardCharsets.UTF_8);
        System.out.println("written: " + page);
        return 0;
    }

    /** A run as its directory has it. */
    static Suite.Summary read(Path run) throws IOException {
        return new Gson().fromJson(Files.readString(run.resolve(Suite.SUMMARY)), Suite.Summary.class);
    }

    /** The full run that began last; directories are named by their time. */
    static Optional<Path> latest(Path results) throws IOException {
        if (!Files.isDirectory(results)) {
            return Optional.empty();
        }
        List<Path> runs;
        try (Stream<Path> all = Files.list(results)) {
            runs = all.filter(run -> Files.exists(run.resolve(Suite.SUMMARY)))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        for (Path run : runs) {
            if (read(run).kind().equals(Suite.ALL)) {
                return Optional.of(run);
            }
        }
        return Optional.empty();
    }

    /** In Markdown. */
    static String table(Suite.Summary summary) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "`scripts/quern bench %s`, %s, on %s; load averages before it %s.%n%n",
                summary.kind(),
                summary.startedAt(),
                summary.machine(),
                summary.loadAverages()));
        text.append("| bench | target | measured | wanted | |\n|---|---|---|---|---|\n");
        for (BenchRunner.Outcome outcome : summary.outcomes()) {
            if (outcome.code() == BenchRunner.FAILED) {
                text.append("| `").append(outcome.bench()).append("` | | | | failed |\n");
            }
            for (Target target : outcome.targets()) {
                text.append(String.format(
                        Locale.ROOT,
                        "| `%s` | %s | %s | %s | %s |%n",
                        outcome.bench(),
                        target.name(),
                        Suite.measured(target),
                        Suite.wanted(target),
                        Suite.verdict(target)));
            }
        }
        return text.toString();
    }

    /** The page with this between its markers; empty when it lacks one of them. */
    static Optional<String> replaced(String page, String table) {
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        if (begin < 0 || end < begin) {
            return Optional.empty();
        }
        return Optional.of(page.substring(0, begin + BEGIN.length()) + "\n\n" + table + "\n" + page.substring(end));
    }
}
