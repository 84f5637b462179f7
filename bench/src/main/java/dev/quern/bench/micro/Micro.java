package dev.quern.bench.micro;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.TextTable;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** {@code bench micro}: every microbenchmark with its time and what it allocates. */
@SuppressWarnings("rawtypes") // JMH hands its results out raw
public final class Micro implements Bench {
    /** What JMH's own bookkeeping may look like, spread over the calls of an iteration. */
    private static final double ALLOCATED_BYTES_MAX = 0.5;

    /** Hot paths of the core loop, which allocate nothing. */
    private static final List<String> ALLOCATION_FREE = List.of(
            "decodeGet",
            "storeGet",
            "storePut",
            "storeCommit",
            "checksum",
            "hopSpsc",
            "hopMpsc",
            "allocateSlab",
            "burstMulti");

    @Override
    public String name() {
        return "micro";
    }

    @Override
    public String purpose() {
        return "time and allocation of single hot paths, with JMH: wire decode, store get, put and commit, checksum, memory for a"
                + " record, bursts of datagrams, hops by queues, function call";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(175);
    }

    @Override
    public void run(BenchContext context) throws RunnerException {
        Collection<RunResult> results = new Runner(options(context.quick()).build()).run();
        context.check(results.size() >= ALLOCATION_FREE.size(), "every microbenchmark ran to its end");
        TextTable table = new TextTable("benchmark", "time", "error", "unit", "allocated B/op");
        for (RunResult result : results) {
            Result time = result.getPrimaryResult();
            double allocated = allocatedBytes(result);
            table.row(
                    time.getLabel(),
                    figure(time.getScore()),
                    Double.isNaN(time.getScoreError()) ? "-" : figure(time.getScoreError()),
                    time.getScoreUnit(),
                    figure(allocated));
            if (ALLOCATION_FREE.contains(time.getLabel())) {
                context.atMost(time.getLabel() + "-allocates", allocated, ALLOCATED_BYTES_MAX, " B/op");
            }
        }
        context.say(table.text());
    }

    private static ChainedOptionsBuilder options(boolean quick) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Micro.class.getPackageName().replace(".", "\\.") + "\\.")
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true);
        return quick
                // In this process: starting one for each would be all that takes time.
                ? options.forks(0)
                        .warmupIterations(1)
                        .warmupTime(TimeValue.milliseconds(50))
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(50))
                : options;
    }

    private static double allocatedBytes(RunResult result) {
        return result.getSecondaryResults().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("gc.alloc.rate.norm"))
                .mapToDouble(entry -> entry.getValue().getScore())
                .findFirst()
                .orElse(Double.NaN);
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
