package dev.quern.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quern bench report}. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = {
            "Tells the latest full run of each bench, by itself or among all, in Markdown: what it came to, and what the full runs before it did.",
            "With --docs, docs/benchmarks.md gets it between its markers, and docs/benchmarks what each bench printed, and its plots;"
                    + " otherwise it is printed."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done", "1:there is no full run, or no such markers", "2:wrong usage"})
final class ReportCommand implements Callable<Integer> {
    static final String BEGIN = "<!-- results of bench all: begin; written by `scripts/quern bench report --docs` -->";
    static final String END = "<!-- results of bench all: end -->";

    /** Of what benches printed: class paths are cut. */
    private static final int LINE_LENGTH_MAX = 300;

    @Parameters(arity = "0..1", paramLabel = "DIRECTORY", description = "of runs; bench/results when not given")
    private @Nullable Path results;

    @Option(names = "--docs", description = "write it into docs/benchmarks.md and docs/benchmarks")
    private boolean isForDocs;

    @Override
    public Integer call() throws IOException {
        Path from = results == null ? Results.root() : results;
        List<String> names = Benches.all().stream().map(Bench::name).toList();
        Map<String, Results.FullRuns> runs = Results.fullRuns(from, names);
        if (runs.isEmpty()) {
            System.err.println("quern bench report: no full run in " + from + ": run scripts/quern bench all");
            return 1;
        }
        String report = new ReportPage(runs, names).markdown();
        if (!isForDocs) {
            System.out.print(report);
            return 0;
        }
        Path docs = Path.of(System.getProperty("quern.root", "."), "docs");
        Path page = docs.resolve("benchmarks.md");
        Optional<String> replaced = replaced(Files.readString(page), report);
        if (replaced.isEmpty()) {
            System.err.println(
                    "quern bench report: " + page + " has not both markers: put these lines where the report is"
                            + " to stand:\n" + BEGIN + "\n" + END);
            return 1;
        }
        for (Results.FullRuns bench : runs.values()) {
            copy(bench.latest(), Files.createDirectories(docs.resolve(ReportPage.FILES)));
        }
        Files.writeString(page, replaced.get(), StandardCharsets.UTF_8);
        System.out.println("written: " + page + " and " + docs.resolve(ReportPage.FILES));
        return 0;
    }

    /** What a bench printed, and its plots. */
    static void copy(Results.Kept kept, Path directory) throws IOException {
        if (Files.exists(kept.printed())) {
            Files.writeString(
                    directory.resolve(kept.printed().getFileName()), forReaders(Files.readString(kept.printed())));
        }
        for (String plot : kept.record().plots()) {
            Files.copy(kept.directory().resolve(plot), directory.resolve(plot), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Without this machine's paths and without class paths. */
    static String forReaders(String printed) {
        String root = Path.of(System.getProperty("quern.root", "."))
                .toAbsolutePath()
                .normalize()
                .toString();
        return printed.replace(root + "/", "")
                .replace(Path.of(System.getProperty("java.home"), "bin") + "/", "")
                .lines()
                .map(line -> line.length() <= LINE_LENGTH_MAX ? line : line.substring(0, LINE_LENGTH_MAX) + " …")
                .map(String::stripTrailing)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** The page with this between its markers; empty when it lacks one of them. */
    static Optional<String> replaced(String page, String report) {
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        if (begin < 0 || end < begin) {
            return Optional.empty();
        }
        return Optional.of(page.substring(0, begin + BEGIN.length()) + "\n\n" + report + "\n" + page.substring(end));
    }
}
