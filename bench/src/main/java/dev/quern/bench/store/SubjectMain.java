package dev.quern.bench.store;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The process of one subject: loads it, has JMH measure it in this same process, and prints a line for each figure, which {@link
 * SubjectRun} reads.
 */
@SuppressWarnings("rawtypes") // JMH hands its results out raw
final class SubjectMain {
    /** Begins a line: name of the figure, then the figure. */
    static final String FIGURE = "figure";

    private final StoreScale scale;

    private SubjectMain(StoreScale scale) {
        this.scale = scale;
    }

    /**
     * Measures one subject.
     *
     * @param arguments the subject's name, then the scale's
     */
    public static void main(String[] arguments) throws RunnerException {
        SubjectKind kind = SubjectKind.valueOf(arguments[0]);
        StoreScale scale = StoreScale.valueOf(arguments[1]);
        try (Subject subject = kind.create(scale.records())) {
            long startNs = System.nanoTime();
            Loaded.load(subject, scale.records(), scale.sequenceLength());
            figure("load", (double) (System.nanoTime() - startNs) / scale.records());
            SubjectMain main = new SubjectMain(scale);
            main.measure();
            if (subject instanceof QuernSubject quern) {
                main.measureAlone(quern);
            }
        }
    }

    private void measure() throws RunnerException {
        run(SubjectBenchmark.class, "get|put|mixed95|mixed50", 1);
        run(SubjectBenchmark.class, "get", 2);
        run(SubjectBenchmark.class, "besideWriter", 2);
    }

    /** What has no like among the peers. Memory is read first, as it is after loading but for what the writers hold. */
    private void measureAlone(QuernSubject quern) throws RunnerException {
        figure("memory.records", (double) quern.tenant().recordCount());
        figure("memory.charged", (double) quern.tenant().chargedBytes());
        figure("memory.index", (double) quern.table().stats().indexBytes());
        run(QuernBenchmark.class, "chase|find|(get|put|mixed95|mixed50)Burst|transaction|bare", 1);
    }

    private void run(Class<?> benchmarks, String names, int threads) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("^" + benchmarks.getName().replace(".", "\\.") + "\\.(" + names + ")$")
                        .forks(0)
                        .threads(threads)
                        .warmupIterations(1)
                        .warmupTime(TimeValue.milliseconds(scale.warmupMs()))
                        .measurementIterations(scale.iterations())
                        .measurementTime(TimeValue.milliseconds(scale.iterationMs()))
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        for (RunResult result : results) {
            String distribution = result.getParams().getParam("distribution");
            for (BenchmarkResult fork : result.getBenchmarkResults()) {
                for (IterationResult iteration : fork.getIterationResults()) {
                    print(iteration, threads, distribution);
                }
            }
        }
    }

    /** The parts of a group each, else the whole. */
    private static void print(IterationResult iteration, int threads, String distribution) {
        Map<String, Result> parts = iteration.getSecondaryResults();
        if (parts.isEmpty()) {
            Result whole = iteration.getPrimaryResult();
            figure(whole.getLabel() + threads + '.' + distribution, whole.getScore());
        }
        parts.forEach((name, part) -> figure(name + '.' + distribution, part.getScore()));
    }

    static void figure(String name, double value) {
        System.out.printf(Locale.ROOT, "%s %s %s%n", FIGURE, name, value);
    }
}
