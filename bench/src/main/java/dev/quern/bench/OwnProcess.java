package dev.quern.bench;

import dev.quern.bench.peers.Tools;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs a bench in a JVM of its own, so that neither what was compiled for another bench, nor a thread that one pinned, nor one's end takes part in
 * its figures. The process and all that it started are ended when its time is up, and by {@link #stop}. One thread runs benches; any stops them.
 */
final class OwnProcess implements Suite.Runner {
    private static final Duration END_MAX = Duration.ofSeconds(5);

    private boolean isStopped;
    private @Nullable Process running;

    @Override
    public BenchRecord run(Bench bench, boolean isQuick, Path directory, Duration timeMax)
            throws IOException, InterruptedException {
        String startedAt = Results.now();
        long startNs = System.nanoTime();
        Process process = start(command(bench, isQuick, directory));
        try {
            if (!process.waitFor(timeMax.toMillis(), TimeUnit.MILLISECONDS)) {
                end(process);
                return left(
                        directory, bench, isQuick, startedAt, startNs, "not done within " + timeMax.toSeconds() + " s");
            }
        } finally {
            end(process);
        }
        if (isStopped()) {
            // Half a bench is none: what an earlier run of it left stays its latest.
            throw new InterruptedException("bench " + bench.name() + " was interrupted");
        }
        return left(
                directory, bench, isQuick, startedAt, startNs, "its process ended with code " + process.exitValue());
    }

    private synchronized Process start(List<String> command) throws IOException, InterruptedException {
        if (isStopped) {
            throw new InterruptedException("interrupted: no other bench begins");
        }
        Process process = new ProcessBuilder(command).inheritIO().start();
        running = process;
        return process;
    }

    /** Ends the bench that runs, and lets no other begin. */
    void stop() {
        Process process;
        synchronized (this) {
            isStopped = true;
            process = running;
        }
        if (process != null) {
            end(process);
        }
    }

    private synchronized boolean isStopped() {
        return isStopped;
    }

    private static BenchRecord left(
            Path directory, Bench bench, boolean isQuick, String startedAt, long startNs, String whenNothing)
            throws IOException {
        Optional<BenchRecord> record = Results.read(directory, bench.name());
        if (record.isPresent()) {
            return record.get();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - startNs);
        BenchRecord failed = BenchRecord.failed(bench.name(), isQuick, startedAt, took, whenNothing);
        Results.write(directory, failed);
        return failed;
    }

    private static List<String> command(Bench bench, boolean isQuick, Path directory) {
        List<String> arguments = new ArrayList<>(List.of("bench", bench.name(), "--into", directory.toString()));
        if (isQuick) {
            arguments.add("--quick");
        }
        String root = System.getProperty("quern.root");
        return Tools.java(
                root == null ? List.of() : List.of("-Dquern.root=" + root), "dev.quern.server.cli.Main", arguments);
    }

    private static void end(Process process) {
        List<ProcessHandle> started = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(END_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        started.forEach(ProcessHandle::destroyForcibly);
    }
}
