package dev.quern.bench;

import java.time.Duration;
import java.util.List;

/**
 * What is kept of one run of a bench, beside what it printed.
 *
 * @param isQuick whether it ran at smoke size
 * @param startedAt local time
 * @param machine as {@link Machine#describe} has it
 * @param loadAverages before it began
 * @param versions of this tree and of what stands beside it
 * @param code one of {@link BenchRunner}'s
 * @param note why there is nothing to tell, or empty
 * @param targets that it reported; empty when it failed
 * @param plots names of files beside this
 */
record BenchRecord(
        String bench,
        boolean isQuick,
        String startedAt,
        String machine,
        String loadAverages,
        String versions,
        int code,
        String note,
        double seconds,
        List<Target> targets,
        List<String> plots) {

    /** Of a bench that came to no end of its own. */
    static BenchRecord failed(String bench, boolean isQuick, String startedAt, Duration took, String note) {
        return empty(bench, isQuick, startedAt, BenchRunner.FAILED, took, note);
    }

    /** Of a bench for which there was no time. */
    static BenchRecord notRun(String bench, String note) {
        return empty(bench, false, Results.now(), BenchRunner.NOT_RUN, Duration.ZERO, note);
    }

    private static BenchRecord empty(
            String bench, boolean isQuick, String startedAt, int code, Duration took, String note) {
        return new BenchRecord(
                bench,
                isQuick,
                startedAt,
                Machine.describe(),
                Machine.loadAverages(),
                "",
                code,
                note,
                took.toMillis() / 1e3,
                List.of(),
                List.of());
    }

    boolean isFailed() {
        return code == BenchRunner.FAILED;
    }

    /** Whether it was begun. */
    boolean isRun() {
        return code != BenchRunner.NOT_RUN;
    }

    /** How many targets hold. */
    long held() {
        return targets.stream().filter(Target::holds).count();
    }
}
