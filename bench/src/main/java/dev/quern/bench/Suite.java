package dev.quern.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Runs benches one after the other within a time, and sums up their targets. One that fails, hangs or ends its process does not keep the others from
 * running. One thread.
 */
final class Suite {
    /** The name under which all benches run at smoke size. */
    static final String QUICK = "quick";

    /** The name under which all run in full. */
    static final String ALL = "all";

    /** How long a bench may take, in what it takes on an idle machine. */
    private static final double PATIENCE = 1.7;

    private static final Duration PATIENCE_LEAST = Duration.ofMinutes(1);
    private static final Duration QUICK_MAX = Duration.ofMinutes(3);

    /** Runs one bench. */
    @FunctionalInterface
    interface Runner {
        /**
         * Runs it to its end, or until its time is up.
         *
         * @param directory which it leaves its record in
         * @throws InterruptedException when no bench is to run any more
         */
        BenchRecord run(Bench bench, boolean isQuick, Path directory, Duration timeMax)
                throws IOException, InterruptedException;
    }

    private final Runner runner;
    private final PrintStream out;

    Suite(Runner runner, PrintStream out) {
        this.runner = runner;
        this.out = out;
    }

    /**
     * Runs them all, also when one fails; in full, those for which there is time. Says before what each will take, and at the end what each took and what
     * came of it, also when it is interrupted: those that were done are kept.
     *
     * @param timeMax for all of them together
     * @return an exit code of {@link BenchRunner}; short targets of a quick run are none
     */
    int run(List<Bench> benches, boolean isQuick, Path results, Duration timeMax)
            throws IOException, InterruptedException {
        long endNs = System.nanoTime() + timeMax.toNanos();
        Path directory = Results.newRun(results);
        List<BenchRecord> records = new ArrayList<>();
        if (!isQuick) {
            out.println(plan(benches, timeMax));
        }
        boolean isWhole = true;
        try {
            runEach(benches, isQuick, directory, endNs, records);
        } catch (InterruptedException interrupted) {
            isWhole = false;
            out.println(interrupted.getMessage());
        }
        out.print(text(records));
        if (records.size() < benches.size()) {
            out.println("not run: "
                    + benches.stream().skip(records.size()).map(Bench::name).collect(Collectors.joining(", ")));
        }
        out.println("written to " + directory);
        return isWhole ? code(records, isQuick) : BenchRunner.FAILED;
    }

    private void runEach(List<Bench> benches, boolean isQuick, Path directory, long endNs, List<BenchRecord> records)
            throws IOException, InterruptedException {
        for (Bench bench : benches) {
            Duration left = Duration.ofNanos(endNs - System.nanoTime());
            if (!isQuick && left.compareTo(bench.planned()) < 0) {
                BenchRecord skipped = BenchRecord.notRun(
                        bench.name(),
                        "not run: it takes " + bench.planned().toSeconds() + " s, and "
                                + Math.max(0, left.toSeconds()) + " were left; run scripts/quern bench "
                                + bench.name());
                out.println("bench " + bench.name() + " is " + skipped.note());
                records.add(skipped);
            } else {
                records.add(runner.run(bench, isQuick, directory, isQuick ? QUICK_MAX : patience(bench, left)));
            }
            out.println();
        }
    }

    /** What is to come, and about when. */
    private static String plan(List<Bench> benches, Duration timeMax) {
        TextTable table = new TextTable("bench", "takes, s", "begins after, min");
        Duration sum = Duration.ZERO;
        for (Bench bench : benches) {
            table.row(bench.name(), TextTable.number((double) bench.planned().toSeconds()), minutes(sum));
            sum = sum.plus(bench.planned());
        }
        return table.text()
                + String.format(
                        Locale.ROOT,
                        "%s min in all, about; there are %s. Those for which no time is left are named and not run.%n",
                        minutes(sum),
                        minutes(timeMax));
    }

    private static String minutes(Duration time) {
        return String.format(Locale.ROOT, "%.1f", time.toMillis() / 60e3);
    }

    private static Duration patience(Bench bench, Duration left) {
        Duration patient = Duration.ofMillis((long) (bench.planned().toMillis() * PATIENCE))
                .plus(PATIENCE_LEAST);
        return patient.compareTo(left) < 0 ? patient : left;
    }

    private static int code(List<BenchRecord> records, boolean isQuick) {
        if (records.stream().anyMatch(BenchRecord::isFailed)) {
            return BenchRunner.FAILED;
        }
        if (!records.stream().allMatch(BenchRecord::isRun)) {
            return BenchRunner.NOT_RUN;
        }
        boolean holds = isQuick || records.stream().allMatch(record -> record.code() == BenchRunner.HOLDS);
        return holds ? BenchRunner.HOLDS : BenchRunner.SHORT;
    }

    private static String text(List<BenchRecord> records) {
        TextTable table = new TextTable("bench", "target", "measured", "wanted", "", "s");
        double seconds = 0;
        for (BenchRecord record : records) {
            seconds += record.seconds();
            String took = String.format(Locale.ROOT, "%.0f", record.seconds());
            if (record.targets().isEmpty()) {
                table.row(record.bench(), record.note(), "", "", ended(record), took);
            }
            for (Target target : record.targets()) {
                table.row(record.bench(), target.name(), measured(target), wanted(target), verdict(target), took);
            }
        }
        long held = records.stream().mapToLong(BenchRecord::held).sum();
        long targets =
                records.stream().mapToLong(record -> record.targets().size()).sum();
        List<BenchRecord> run = records.stream().filter(BenchRecord::isRun).toList();
        List<String> failed = run.stream()
                .filter(BenchRecord::isFailed)
                .map(BenchRecord::bench)
                .toList();
        String notRun = records.stream()
                .filter(record -> !record.isRun())
                .map(BenchRecord::bench)
                .collect(Collectors.joining(", "));
        return table.text()
                + took(records)
                + String.format(
                        Locale.ROOT,
                        "%d of %d targets hold; %d of %d benches failed%s%s; %.0f s in all%n",
                        held,
                        targets,
                        failed.size(),
                        run.size(),
                        failed.isEmpty() ? "" : ": " + String.join(", ", failed),
                        notRun.isEmpty() ? "" : "; not run for lack of time: " + notRun,
                        seconds);
    }

    /** What is to be said of one without figures. */
    private static String ended(BenchRecord record) {
        return record.isFailed() ? "FAILED" : record.isRun() ? "" : "not run";
    }

    /** How long each took, what failed, and what was not run. */
    private static String took(List<BenchRecord> records) {
        TextTable table = new TextTable("bench", "took, s", "targets held", "");
        for (BenchRecord record : records) {
            table.row(
                    record.bench(),
                    String.format(Locale.ROOT, "%.0f", record.seconds()),
                    record.held() + " of " + record.targets().size(),
                    ended(record));
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
}
