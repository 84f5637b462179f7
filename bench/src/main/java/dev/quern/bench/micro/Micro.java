package dev.quern.bench.micro;

import dev.quern.bench.Bench;
import dev.quern.bench.BenchContext;
import dev.quern.bench.TextTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * {@code bench micro}: every microbenchmark with its time and what it allocates, and each of ours beside what one would take instead. All run once, in a
 * process each, and then all again: what slows the machine for a while meets few of the processes of both sides of a pair. Functions, whose warm-up takes most of the time, run once.
 */
@SuppressWarnings("rawtypes") // JMH hands its results out raw
public final class Micro implements Bench {
    /** What JMH's own bookkeeping may look like, spread over the calls of an iteration. */
    private static final double ALLOCATED_BYTES_MAX = 0.5;

    /** Processes for each microbenchmark, which take turns. */
    private static final int ROUNDS = 2;

    private static final String WARMED_LONG = "FunctionBenchmark";

    /** Hot paths of the core loop, which allocate nothing. */
    private static final List<String> ALLOCATION_FREE = List.of(
            "decodeGet",
            "encodeReply",
            "storeGet",
            "storePut",
            "storeCommit",
            "checksum",
            "hopSpsc",
            "hopMpsc",
            "allocateSlab",
            "burstMulti",
            "functionNoop",
            "functionFourHops",
            "intrinsicGet");

    @Override
    public String name() {
        return "micro";
    }

    @Override
    public String purpose() {
        return "time and allocation of single hot paths beside what one would take instead, with JMH: wire decode and"
                + " encode, store get, put and commit, checksum, memory for a record, bursts of datagrams, hops by queues,"
                + " function call, a guest's intrinsic";
    }

    @Override
    public Duration planned() {
        return Duration.ofSeconds(270);
    }

    @Override
    public void run(BenchContext context) throws RunnerException {
        Map<String, RunResult> results = results(context.quick());
        context.check(
                results.keySet().equals(Set.copyOf(Pairs.names())),
                "every microbenchmark ran to its end and stands in a pair: " + results.keySet());
        TextTable table = new TextTable("benchmark", "time", "error", "unit", "allocated B/op");
        results.forEach((name, result) -> {
            Result time = result.getPrimaryResult();
            double allocated = allocatedBytes(result);
            table.row(
                    name,
                    figure(time.getScore()),
                    Pairs.error(time.getScoreError()),
                    time.getScoreUnit(),
                    figure(allocated));
            if (ALLOCATION_FREE.contains(name)) {
                context.atMost(name + "-allocates", allocated, ALLOCATED_BYTES_MAX, " B/op");
            }
        });
        context.say(table.text());
        Map<String, Pairs.Time> times = new LinkedHashMap<>();
        results.forEach((name, result) -> times.put(
                name,
                new Pairs.Time(
                        result.getPrimaryResult().getScore(),
                        result.getPrimaryResult().getScoreError())));
        context.say("each of ours beside what one would take instead: above 1.00x ours takes less");
        context.say(Pairs.table(times));
    }

    /** By name, in order; all rounds of one as one result. */
    private static Map<String, RunResult> results(boolean quick) throws RunnerException {
        Map<String, List<RunResult>> rounds = new LinkedHashMap<>();
        for (int round = 0; round < (quick ? 1 : ROUNDS); round++) {
            for (RunResult result : new Runner(options(quick, round).build()).run()) {
                rounds.computeIfAbsent(result.getPrimaryResult().getLabel(), name -> new ArrayList<>())
                        .add(result);
            }
        }
        Map<String, RunResult> all = new LinkedHashMap<>();
        rounds.forEach((name, results) -> all.put(name, together(results)));
        return all;
    }

    private static RunResult together(List<RunResult> rounds) {
        Collection<BenchmarkResult> processes = new ArrayList<>();
        rounds.forEach(round -> processes.addAll(round.getBenchmarkResults()));
        return new RunResult(rounds.getFirst().getParams(), processes);
    }

    private static ChainedOptionsBuilder options(boolean quick, int round) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Micro.class.getPackageName().replace(".", "\\.") + "\\.")
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true);
        if (round > 0) {
            options.exclude(WARMED_LONG);
        }
        return quick
                // In this process: starting one for each would be all that takes time.
                ? options.forks(0)
                        .warmupIterations(1)
                        .warmupTime(TimeValue.milliseconds(20))
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(20))
                : options;
    }

    /** Of the iterations the median: the last one frees what the benchmark had, which loads classes. */
    private static double allocatedBytes(RunResult result) {
        double[] iterations = result.getBenchmarkResults().stream()
                .flatMap(process -> process.getIterationResults().stream())
                .flatMap(iteration -> iteration.getSecondaryResults().entrySet().stream())
                .filter(entry -> entry.getKey().endsWith("gc.alloc.rate.norm"))
                .mapToDouble(entry -> entry.getValue().getScore())
                .sorted()
                .toArray();
        return iterations.length == 0 ? Double.NaN : iterations[iterations.length / 2];
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
