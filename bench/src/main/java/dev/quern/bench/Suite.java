package dev.quern.bench;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs benches one after the other, keeps what each printed in a directory of its own, and sums up their targets. One thread. */
final class Suite {
    /** The name under which all benches run at smoke size. */
    static final String QUICK = "quick";

    /** The name under which all run in full. */
    static final String ALL = "all";

    /** What a run leaves for the docs. */
    static final String SUMMARY = "summary.json";

    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss", Locale.ROOT);

    /**
     * A whole run.
     *
     * @param kind {@link #QUICK} or {@link #ALL}
     * @param startedAt local time
     */
    record Summary(
            String kind, String startedAt, String machine, String loadAverages, List<BenchRunner.Outcome> outcomes) {}

    private Suite() {}

    /** Where runs are kept: ignored by git. */
    static Path results() {
        return Path.of(System.getProperty("quern.root", "."), "bench", "results");
    }

    /**
     * Runs them all, also when one fails.
     *
     * @return an exit code of {@link BenchRunner}; short targets of a quick run are none
     */
    static int run(List<Bench> benches, boolean quick, Path results, PrintStream out) throws IOException {
        String startedAt = LocalDateTime.now(ZoneId.systemDefault()).format(STAMP);
        Path directory = Files.createDirectories(results.resolve(startedAt));
        String machine = Machine.describe();
        String loadAverages = Machine.loadAverages();
        List<BenchRunner.Outcome> outcomes = new ArrayList<>();
        for (Bench bench : benches) {
            try (OutputStream file = Files.newOutputStream(directory.resolve(bench.name() + ".txt"));
                    PrintStream both = new PrintStream(new Both(out, file), true, StandardCharsets.UTF_8)) {
                outcomes.add(BenchRunner.outcome(bench, quick, both));
            }
            out.println();
        }
        Summary summary = new Summary(quick ? QUICK : ALL, startedAt, machine, loadAverages, List.copyOf(outcomes));
        return conclude(summary, directory, out);
    }

    /** Keeps a summary, prints it and returns the exit code. */
    static int conclude(Summary summary, Path directory, PrintStream out) throws IOException {
        Files.writeString(
                directory.resolve(SUMMARY),
                new GsonBuilder().setPrettyPrinting().create().toJson(summary) + "\n",
                StandardCharsets.UTF_8);
        out.print(text(summary));
        out.println("written to " + directory);
        return code(summary.outcomes, summary.kind.equals(QUICK));
    }

    private static int code(List<BenchRunner.Outcome> outcomes, boolean quick) {
        if (outcomes.stream().anyMatch(outcome -> outcome.code() == BenchRunner.FAILED)) {
            return BenchRunner.FAILED;
        }
        boolean holds = quick || outcomes.stream().allMatch(outcome -> outcome.code() == BenchRunner.HOLDS);
        return holds ? BenchRunner.HOLDS : BenchRunner.SHORT;
    }

    private static String text(Summary summary) {
        TextTable table = new TextTable("bench", "target", "measured", "wanted", "", "s");
        for (BenchRunner.Outcome outcome : summary.outcomes) {
            String seconds = String.format(Locale.ROOT, "%.0f", outcome.seconds());
            if (outcome.targets().isEmpty()) {
                table.row(outcome.bench(), "", "", "", outcome.code() == BenchRunner.FAILED ? "FAILED" : "", seconds);
            }
            for (Target target : outcome.targets()) {
                table.row(outcome.bench(), target.name(), measured(target), wanted(target), verdict(target), seconds);
            }
        }
        return table.text();
    }

    static String measured(Target target) {
        return String.format(Locale.ROOT, "%,.2f%s", target.measured(), target.unit());
    }

    static String wanted(Target target) {
        return String.format(Locale.ROOT, "%s %,.2f%s", target.atLeast() ? "≥" : "≤", target.wanted(), target.unit());
    }

    static String verdict(Target target) {
        return target.holds() ? "holds" : "short";
    }

    /** Writes to both, and closes neither. */
    private static final class Both extends OutputStream {
        private final OutputStream first;
        private final OutputStream second;

        Both(OutputStream first, OutputStream second) {
            this.first = first;
            this.second = second;
        }

        @Override
        public void write(int octet) throws IOException {
            first.write(octet);
            second.write(octet);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            first.write(bytes, offset, length);
            second.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            first.flush();
            second.flush();
        }
    }
}
