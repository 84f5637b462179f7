package dev.quern.bench;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Runs one bench by the convention: header, report, commands, targets, exit code. */
public final class BenchRunner {
    /** All targets hold. */
    public static final int HOLDS = 0;

    /** The run itself failed: no figure of it counts. */
    public static final int FAILED = 1;

    /** At least one target is short. */
    public static final int SHORT = 3;

    /** Of a run of all: for some benches there was no time, and none of those that ran failed. */
    static final int NOT_RUN = 4;

    private static final Duration STALLS = Duration.ofMillis(1500);
    private static final Duration TRIPS = Duration.ofMillis(100);
    private static final Duration STALLS_QUICK = Duration.ofMillis(50);
    private static final Duration TRIPS_QUICK = Duration.ofMillis(10);

    private BenchRunner() {}

    /**
     * What came of a bench.
     *
     * @param code one of this class's
     * @param targets that it reported; empty when it failed
     * @param plots that it drew, names of files
     * @param seconds that it took
     */
    record Outcome(int code, List<Target> targets, List<String> plots, double seconds) {}

    /** Runs to the end and returns the exit code. */
    public static int run(Bench bench, boolean quick, PrintStream out) {
        return run(bench, new BenchContext(quick, out), quick, out);
    }

    /**
     * Runs to the end.
     *
     * @param directory of its plots
     */
    static Outcome outcome(Bench bench, boolean quick, PrintStream out, Path directory) {
        BenchContext context = new BenchContext(quick, out, directory);
        long startNs = System.nanoTime();
        int code = run(bench, context, quick, out);
        return new Outcome(
                code,
                code == FAILED ? List.of() : context.targets(),
                context.plots(),
                (System.nanoTime() - startNs) / 1e9);
    }

    /** The same, in this context. */
    static int run(Bench bench, BenchContext context, boolean quick, PrintStream out) {
        context.say("bench " + bench.name() + (quick ? " (quick: smoke size, figures mean little)" : "") + ": "
                + bench.purpose());
        context.say("on " + Machine.describe() + "; load averages " + Machine.loadAverages());
        long startNs = System.nanoTime();
        try {
            context.awaitIdle();
            if (context.busyWaits() > 0) {
                context.say("warning: this machine is busy with other work; figures will be off");
            }
            stalls(context, "before");
            bench.run(context);
            if (!quick) {
                stalls(context, "after");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            context.say("bench " + bench.name() + " was interrupted: nothing of this run counts");
            return FAILED;
        } catch (BenchFailedException e) {
            context.say("bench " + bench.name() + " failed: " + e.getMessage());
            if (e.getCause() != null) {
                e.getCause().printStackTrace(out);
            }
            return FAILED;
        } catch (Exception | LinkageError | OutOfMemoryError e) {
            context.say("bench " + bench.name() + " failed: " + e);
            e.printStackTrace(out);
            return FAILED;
        }
        return conclude(context, System.nanoTime() - startNs);
    }

    /** Tells the tails below which no figure of this run can be, and how far apart its processors are; the machine may be another one when it ends. */
    private static void stalls(BenchContext context, String when) throws InterruptedException {
        context.say("the machine, " + when + ": "
                + Stalls.measure(context.quick() ? STALLS_QUICK : STALLS).line());
        context.say("the machine, " + when + ": "
                + WordTrips.measure(context.quick() ? TRIPS_QUICK : TRIPS).line());
    }

    private static int conclude(BenchContext context, long elapsedNs) {
        if (!context.commands().isEmpty()) {
            context.say("commands:");
            for (String command : context.commands()) {
                context.say("  " + command);
            }
        }
        if (context.busyWaits() > 0) {
            context.say("warning: " + context.busyWaits()
                    + " measurements began on a busy machine; run again when it is idle before using a figure");
        }
        context.say(String.format(Locale.ROOT, "took %.0f s", elapsedNs / 1e9));
        List<Target> targets = context.targets();
        for (Target target : targets) {
            context.say(target.line());
        }
        return targets.stream().allMatch(Target::holds) ? HOLDS : SHORT;
    }
}
