package dev.quern.bench.report;

import java.util.List;

/**
 * A whole run of load against one server.
 *
 * @param startedAt in ISO 8601
 * @param machine what it ran on
 * @param target the server, as the generator reached it
 * @param workload what was asked
 * @param command that repeats it
 * @param phases those that count, in order
 * @param seconds everything, warm-up included
 * @param percentiles of the last phase, for a plot: pairs of percentile and microseconds
 */
public record RunResult(
        String startedAt,
        String machine,
        String target,
        String workload,
        String command,
        List<PhaseResult> phases,
        List<Second> seconds,
        List<double[]> percentiles) {}
