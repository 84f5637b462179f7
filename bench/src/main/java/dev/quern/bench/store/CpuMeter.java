package dev.quern.bench.store;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;

/**
 * How many operations a thread did in a second of its own processor time. On an idle machine that is what JMH finds by the clock for a
 * thread that never blocks; on one that others use it is still the same, where the clock's figure falls with the share that is left.
 * Of a thread that waits for a lock without spinning, or for a collection, it counts only what it does itself.
 */
final class CpuMeter {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private long operations;
    private long startNs;

    /** Before an iteration, on its thread. */
    void start() {
        operations = 0;
        startNs = THREADS.getCurrentThreadCpuTime();
    }

    void add(long count) {
        operations += count;
    }

    /** After an iteration, on its thread: prints the figure unless it was a warmup. */
    void stop(String name, BenchmarkParams benchmark, IterationParams iteration) {
        long cpuNs = THREADS.getCurrentThreadCpuTime() - startNs;
        if (iteration.getType() == IterationType.MEASUREMENT && operations > 0) {
            SubjectMain.figure(
                    name + '.' + benchmark.getParam("distribution") + ".cpu", operations * 1e9 / Math.max(1, cpuNs));
        }
    }

    /** A benchmark's name as figures have it: its method, and how many threads run it. */
    static String name(BenchmarkParams benchmark) {
        String whole = benchmark.getBenchmark();
        return whole.substring(whole.lastIndexOf('.') + 1) + benchmark.getThreads();
    }
}
