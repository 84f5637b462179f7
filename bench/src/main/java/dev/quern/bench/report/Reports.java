package dev.quern.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.quern.bench.TextTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Tells of runs as text, JSON, CSV and HTML. No state; any thread. */
public final class Reports {
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    private Reports() {}

    /** A table of the phases, and what is to be known of them. */
    public static String text(RunResult run) {
        TextTable table =
                new TextTable("phase", "offered /s", "answered /s", "p50 us", "p99 us", "p99.9 us", "max us", "unsent");
        for (PhaseResult phase : run.phases()) {
            table.row(
                    phase.name(),
                    phase.offeredPerSecond() > 0 ? TextTable.number(phase.offeredPerSecond()) : "",
                    TextTable.number(phase.ratePerSecond()),
                    us(phase.latency().p50Us()),
                    us(phase.latency().p99Us()),
                    us(phase.latency().p999Us()),
                    us(phase.latency().maxUs()),
                    TextTable.number((double) phase.unsent()));
        }
        StringBuilder text = new StringBuilder();
        text.append(run.workload())
                .append('\n')
                .append(run.target())
                .append('\n')
                .append(table.text());
        for (PhaseResult phase : run.phases()) {
            if (!phase.held()) {
                text.append(phase.name())
                        .append(": the server did not hold this rate; its latencies are those of a queue that grows\n");
            }
        }
        return text.toString();
    }

    static String us(double value) {
        return String.format(Locale.ROOT, "%,.1f", value);
    }

    /** Everything that was measured. */
    public static void writeJson(Object result, Path file) throws IOException {
        write(file, GSON.toJson(result) + "\n");
    }

    /** Reads a {@link #writeJson} of a run. */
    public static RunResult readRun(Path file) throws IOException {
        return GSON.fromJson(Files.readString(file), RunResult.class);
    }

    /** A line for each phase of each run. */
    public static void writeCsv(List<RunResult> runs, Path file) throws IOException {
        StringBuilder text =
                new StringBuilder("target,workload,phase,offered_per_s,in_flight,seconds,answered,answered_per_s,"
                        + "unsent,mean_us,p50_us,p90_us,p99_us,p99.9_us,p99.99_us,max_us\n");
        for (RunResult run : runs) {
            for (PhaseResult phase : run.phases()) {
                Latency latency = phase.latency();
                text.append(String.format(
                        Locale.ROOT,
                        "%s,%s,%s,%.1f,%d,%.3f,%d,%.1f,%d,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f%n",
                        quoted(run.target()),
                        quoted(run.workload()),
                        quoted(phase.name()),
                        phase.offeredPerSecond(),
                        phase.inFlight(),
                        phase.seconds(),
                        phase.answered(),
                        phase.ratePerSecond(),
                        phase.unsent(),
                        latency.meanUs(),
                        latency.p50Us(),
                        latency.p90Us(),
                        latency.p99Us(),
                        latency.p999Us(),
                        latency.p9999Us(),
                        latency.maxUs()));
            }
        }
        write(file, text.toString());
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }

    /** One page that needs nothing beside it. */
    public static void writeHtml(List<RunResult> runs, Path file) throws IOException {
        write(file, HtmlPage.of(runs));
    }

    private static void write(Path file, String text) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        Files.writeString(file, text, StandardCharsets.UTF_8);
    }
}
