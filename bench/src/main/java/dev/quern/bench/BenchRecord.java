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

    /** Of a bench that came to no end of its own, or was not begun. */
    static BenchRecord failed(String bench, boolean isQuick, String startedAt, Duration took, String note) {
        return new BenchRecord(
                bench,
                isQuick,
                startedAt,
                Machine.describe(),
                Machine.loadAverages(),
                "",
                BenchRunner.FAILED,
                note,
                took.toMillis() / 1e3,
                List.of(),
                List.of());
    }

    boolean isFailed() {
        return code == BenchRunner.FAILED;
    }

    /** How many targets hold. */
    long held() {
        return targets.stream().filter(Target::holds).count();
    }
}
