package dev.quern.bench.peers;

import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs {@code redis-benchmark} on its own core against a port and reads its figures. */
public final class RedisBenchmark {
    /** Connections, as in Redis's own figures. */
    static final int CONNECTIONS = 50;

    private static final Duration RUN_MAX = Duration.ofMinutes(2);

    /**
     * What one run measured.
     *
     * @param ratePerSecond requests answered
     * @param p50Us the median latency, as the client saw it
     * @param p99Us its 99th percentile
     */
    public record Result(double ratePerSecond, double p50Us, double p99Us) {}

    private RedisBenchmark() {}

    /**
     * Runs to the end.
     *
     * @param test what follows the options: {@code -t get}, or a whole command
     */
    public static Result run(
            BenchContext context,
            int port,
            int core,
            Workload workload,
            long requests,
            int pipeline,
            List<String> test) {
        List<String> command = new ArrayList<>(List.of("redis-benchmark", "-h", "127.0.0.1", "-p"));
        command.add(Integer.toString(port));
        command.addAll(List.of("-c", Integer.toString(CONNECTIONS), "-d", Integer.toString(Workload.VALUE_LENGTH)));
        command.addAll(List.of("-r", Integer.toString(workload.keys()), "-P", Integer.toString(pipeline)));
        command.addAll(List.of("-n", Long.toString(requests), "--csv"));
        command.addAll(test);
        List<String> pinned = ChildProcess.pinned(core, command);
        context.command(pinned);
        return parse(Tools.run(pinned, RUN_MAX));
    }

    /** Reads the last line of {@code --csv} output: test, rps, avg, min, p50, p95, p99, max (ms). */
    static Result parse(String output) {
        List<String> lines =
                output.lines().filter(line -> line.startsWith("\"")).toList();
        if (lines.size() != 2 || output.contains("Error") || output.contains("ERR ")) {
            throw new BenchFailedException("redis-benchmark printed no figures:\n" + output);
        }
        String[] fields = lines.get(1).split("\",\"", -1);
        if (fields.length != 8) {
            throw new BenchFailedException("redis-benchmark printed other columns than expected:\n" + output);
        }
        return new Result(
                Double.parseDouble(fields[1]),
                Double.parseDouble(fields[4]) * 1e3,
                Double.parseDouble(fields[6]) * 1e3);
    }
}
