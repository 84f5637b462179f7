package dev.quern.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
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
            "Tells the latest full run of each bench, by itself or among all, as a table for the docs.",
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

    /** Beside the page. */
    private static final String FILES = "benchmarks";

    @Parameters(arity = "0..1", paramLabel = "DIRECTORY", description = "of runs; bench/results when not given")
    private @Nullable Path results;

    @Option(names = "--docs", description = "write it into docs/benchmarks.md and docs/benchmarks")
    private boolean isForDocs;

    @Override
    public Integer call() throws IOException {
        Path from = results == null ? Results.root() : results;
        List<String> names = Benches.all().stream().map(Bench::name).toList();
        Map<String, Results.Kept> latest = Results.latestFull(from, names);
        if (latest.isEmpty()) {
            System.err.println("quern bench report: no full run in " + from + ": run scripts/quern bench all");
            return 1;
        }
        String table = table(latest.values(), names);
        if (!isForDocs) {
            System.out.print(table);
            return 0;
        }
        Path docs = Path.of(System.getProperty("quern.root", "."), "docs");
        Path page = docs.resolve("benchmarks.md");
        Optional<String> replaced = replaced(Files.readString(page), table);
        if (replaced.isEmpty()) {
            System.err.println(
                    "quern bench report: " + page + " has not both markers: put these lines where the table is"
                            + " to stand:\n" + BEGIN + "\n" + END);
            return 1;
        }
        for (Results.Kept kept : latest.values()) {
            copy(kept, Files.createDirectories(docs.resolve(FILES)));
        }
        Files.writeString(page, replaced.get(), StandardCharsets.UTF_8);
        System.out.println("written: " + page + " and " + docs.resolve(FILES));
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

    /** In Markdown. */
    static String table(Collection<Results.Kept> runs, List<String> names) {
        StringBuilder text = new StringBuilder();
        List<BenchRecord> records = runs.stream().map(Results.Kept::record).toList();
        text.append("On ")
                .append(distinct(records, BenchRecord::machine))
                .append(".\n")
                .append(distinct(records, BenchRecord::versions))
                .append(".\n\n");
        text.append("| command | begun | load averages | took | targets held | |\n|---|---|---|---|---|---|\n");
        for (BenchRecord record : records) {
            text.append(String.format(
                    Locale.ROOT,
                    "| `scripts/quern bench %s` | %s | %s | %.0f s | %s | %s |%n",
                    record.bench(),
                    record.startedAt(),
                    record.loadAverages(),
                    record.seconds(),
                    record.isFailed()
                            ? "failed"
                            : record.held() + " of " + record.targets().size(),
                    links(record)));
        }
        List<String> missing = names.stream()
                .filter(name ->
                        records.stream().noneMatch(record -> record.bench().equals(name)))
                .toList();
        if (!missing.isEmpty()) {
            text.append("\nWithout a full run: ")
                    .append(String.join(", ", missing))
                    .append(".\n");
        }
        text.append("\n| bench | target | measured | wanted | |\n|---|---|---|---|---|\n");
        for (BenchRecord record : records) {
            if (record.isFailed()) {
                text.append("| `")
                        .append(record.bench())
                        .append("` | ")
                        .append(record.note())
                        .append(" | | | failed |\n");
            }
            for (Target target : record.targets()) {
                text.append(String.format(
                        Locale.ROOT,
                        "| `%s` | %s | %s | %s | %s |%n",
                        record.bench(),
                        target.name(),
                        Suite.measured(target),
                        Suite.wanted(target),
                        target.holds() ? Suite.verdict(target) : "**" + Suite.verdict(target) + "**"));
            }
        }
        return text.toString();
    }

    private static String distinct(List<BenchRecord> records, Function<BenchRecord, String> property) {
        return records.stream()
                .map(property)
                .filter(value -> !value.isEmpty())
                .distinct()
                .collect(Collectors.joining("; "));
    }

    private static String links(BenchRecord record) {
        StringBuilder links =
                new StringBuilder(String.format(Locale.ROOT, "[printed](%s/%s.txt)", FILES, record.bench()));
        for (String plot : record.plots()) {
            links.append(String.format(Locale.ROOT, ", [%s](%s/%s)", plot, FILES, plot));
        }
        return links.toString();
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
