package dev.quern.bench.load;

import dev.quern.bench.Machine;
import dev.quern.bench.report.PhaseResult;
import dev.quern.bench.report.RunResult;
import dev.quern.bench.workload.StoredFunction;
import dev.quern.bench.workload.Workload;
import dev.quern.ffi.linux.Affinity;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/** Loads records, runs phases one after the other on a thread of its own, and keeps what those that count measured. */
public final class LoadRun {
    /** The percentiles that a plot shows, with as many steps in each of its halvings. */
    private static final int PERCENTILE_STEPS = 5;

    private LoadRun() {}

    /**
     * How to run.
     *
     * @param connections sessions, or TCP connections
     * @param slots the most requests under way
     * @param depthMax requests under way on each TCP connection
     * @param isPoisson whether requests of an open phase come at random times
     * @param isLoading whether the workload's functions are deployed and its records put first
     * @param cpu the processor that the generating thread is pinned to; negative for none
     */
    public record Settings(int connections, int slots, int depthMax, boolean isPoisson, boolean isLoading, int cpu) {}

    /**
     * Runs to the end; the caller's thread generates, and is pinned from then on where a processor was named.
     *
     * @param command that repeats the run, for its report
     * @param lines where lines of progress go
     * @throws IOException when the processor cannot be had, or functions cannot be deployed
     * @throws RuntimeException what the first bad answer failed with
     */
    public static RunResult run(
            Target target,
            Workload workload,
            List<Phase> phases,
            Settings settings,
            String command,
            Consumer<String> lines)
            throws IOException {
        // Once it is pinned, a machine shows one processor.
        String machine = Machine.describe();
        if (settings.cpu >= 0) {
            Affinity.pin(settings.cpu);
        }
        prepare(target, workload, settings.isLoading);
        String startedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        try (Generator generator = new Generator(
                workload,
                listener ->
                        target.connect(settings.connections, settings.depthMax, workload.valueLengthMax(), listener),
                settings.slots,
                settings.isPoisson,
                lines)) {
            if (settings.isLoading) {
                lines.accept("loading " + workload.records() + " records");
                generator.load();
            }
            List<PhaseResult> results = new ArrayList<>();
            for (Phase phase : phases) {
                PhaseResult result = generator.run(phase);
                if (phase.counts()) {
                    results.add(result);
                }
            }
            return new RunResult(
                    startedAt,
                    machine,
                    generator.endpoint().describe(),
                    workload.describe(),
                    command,
                    List.copyOf(results),
                    generator.progress().seconds(),
                    percentiles(generator.progress().total()));
        }
    }

    private static void prepare(Target target, Workload workload, boolean isLoading) throws IOException {
        List<StoredFunction> functions = workload.functions();
        if (!functions.isEmpty()) {
            target.recognise();
            if (isLoading) {
                target.deploy(functions, workload.orderedTables());
            }
        }
    }

    private static List<double[]> percentiles(Histogram histogram) {
        List<double[]> points = new ArrayList<>();
        histogram
                .percentiles(PERCENTILE_STEPS)
                .forEach(value -> points.add(
                        new double[] {value.getPercentileLevelIteratedTo(), value.getValueIteratedTo() / 1e3}));
        return points;
    }
}
