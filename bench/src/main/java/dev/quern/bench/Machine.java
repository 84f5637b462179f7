package dev.quern.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What we run on, and whether others run on it too. Reads {@code /proc}; where there is none, the machine counts as idle. */
public final class Machine {
    /** Below this share of all cores' time in use the machine counts as idle. */
    private static final double IDLE_SHARE = 0.06;

    /** Counted once, as the JVM counts those that the asking thread may run on, and a bench pins its threads. */
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private static final long SAMPLE_MS = 100;
    private static final Path STAT = Path.of("/proc/stat");
    private static final Path LOAD = Path.of("/proc/loadavg");
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private Machine() {}

    /** One line: JVM, CPU, cores, system. */
    public static String describe() {
        return String.format(
                Locale.ROOT,
                "%s %s, %s, %d cores, %s %s",
                System.getProperty("java.vm.name"),
                System.getProperty("java.runtime.version"),
                cpuModel(),
                PROCESSORS,
                System.getProperty("os.name"),
                System.getProperty("os.version"));
    }

    /** How many processors this process had when it first asked for anything here, whatever its threads were pinned to since. */
    public static int processors() {
        return PROCESSORS;
    }

    /** The load averages as the kernel prints them. */
    public static String loadAverages() {
        if (!Files.isReadable(LOAD)) {
            return "unknown";
        }
        String[] fields = read(LOAD).get(0).split(" ", -1);
        return fields[0] + " " + fields[1] + " " + fields[2];
    }

    /**
     * Waits until next to nothing runs.
     *
     * @return whether the machine was idle in the end; false when {@code waitMax} went by first
     */
    public static boolean awaitIdle(Duration waitMax) throws InterruptedException {
        long deadlineNs = System.nanoTime() + waitMax.toNanos();
        do {
            if (busyShare(SAMPLE_MS) < IDLE_SHARE) {
                return true;
            }
        } while (System.nanoTime() < deadlineNs);
        return false;
    }

    /** The share of all cores' time that was in use, or taken by other guests of the host, over the next {@code sampleMs}. */
    static double busyShare(long sampleMs) throws InterruptedException {
        if (!Files.isReadable(STAT)) {
            return 0;
        }
        CpuTimes before = CpuTimes.parse(read(STAT).get(0));
        Thread.sleep(sampleMs);
        return CpuTimes.parse(read(STAT).get(0)).busyShareSince(before);
    }

    private static String cpuModel() {
        if (Files.isReadable(CPU_INFO)) {
            for (String line : read(CPU_INFO)) {
                if (line.startsWith("model name")) {
                    return line.substring(line.indexOf(':') + 1).trim();
                }
            }
        }
        return System.getProperty("os.arch");
    }

    private static List<String> read(Path path) {
        try {
            return Files.readAllLines(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The first line of {@code /proc/stat}, in clock ticks since boot.
     *
     * @param busy everything but idle and waiting for a disk; stolen time counts, as it disturbs a measurement alike
     * @param total all of it
     */
    record CpuTimes(long busy, long total) {
        private static final int IDLE_FIELD = 4;
        private static final int IO_WAIT_FIELD = 5;
        private static final int GUEST_FIELD = 9;

        static CpuTimes parse(String line) {
            String[] fields = line.trim().split("\\s+", -1);
            long busy = 0;
            long total = 0;
            // Guest time is contained in user time already.
            for (int i = 1; i < Math.min(fields.length, GUEST_FIELD); i++) {
                long ticks = Long.parseLong(fields[i]);
                total += ticks;
                busy += i == IDLE_FIELD || i == IO_WAIT_FIELD ? 0 : ticks;
            }
            return new CpuTimes(busy, total);
        }

        double busyShareSince(CpuTimes before) {
            long elapsed = total - before.total;
            return elapsed <= 0 ? 0 : (double) (busy - before.busy) / elapsed;
        }
    }
}
