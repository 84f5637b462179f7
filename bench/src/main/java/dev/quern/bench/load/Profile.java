package dev.quern.bench.load;

import dev.quern.bench.BenchFailedException;
import dev.quern.bench.TextTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import one.convert.Arguments;
import one.convert.JfrToFlame;
import org.jspecify.annotations.Nullable;

/**
 * Samples of a JVM on this machine during a run, and what its core loops did: which frames they were in, and where they allocated. What was recorded is kept
 * in {@code bench/results/profiles}, with a flame graph of the core loops. One thread.
 */
final class Profile implements AutoCloseable {
    /** What {@code --profile} names. */
    enum Kind {
        /** async-profiler, and where it cannot be had, the flight recorder. */
        ASYNC,
        /** The JDK's flight recorder. */
        JFR
    }

    /** Threads that serve requests are called so. */
    private static final String SERVING = "quern-core-";

    private static final int ROWS_MAX = 15;
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss", Locale.ROOT);

    private final Profiler profiler;
    private final long pid;
    private final Path file;
    private boolean isStopped;

    private Profile(Profiler profiler, long pid, Path file) {
        this.profiler = profiler;
        this.pid = pid;
        this.file = file;
    }

    /**
     * Starts to take samples.
     *
     * @param lines where it says which profiler was taken instead
     * @throws BenchFailedException when there is no such JVM, or it is another user's
     */
    static Profile start(Kind kind, long pid, Consumer<String> lines) throws IOException {
        return start(kind == Kind.ASYNC ? new AsyncProfiler() : new Profiler.FlightRecorder(), pid, lines);
    }

    static Profile start(Profiler profiler, long pid, Consumer<String> lines) throws IOException {
        Path file = file(pid);
        try {
            profiler.start(pid, file);
            return new Profile(profiler, pid, file);
        } catch (BenchFailedException e) {
            if (profiler instanceof Profiler.FlightRecorder) {
                throw e;
            }
            lines.accept(e.getMessage() + "; the JDK's flight recorder takes its place");
            return start(new Profiler.FlightRecorder(), pid, lines);
        }
    }

    private static Path file(long pid) throws IOException {
        Path directory = Path.of(System.getProperty("quern.root", "."), "bench", "results", "profiles");
        String stamp = LocalDateTime.now(ZoneId.systemDefault()).format(STAMP);
        return Files.createDirectories(directory).toAbsolutePath().normalize().resolve(stamp + '-' + pid + ".jfr");
    }

    /** Ends the recording; returns the tables of frames and of allocations. The file stays for Mission Control. */
    String stop() throws IOException {
        isStopped = true;
        profiler.stop(pid, file);
        String how = profiler.describe();
        Map<String, Double> frames = new HashMap<>();
        Map<String, Double> allocations = new HashMap<>();
        try (RecordingFile recording = new RecordingFile(file)) {
            while (recording.hasMoreEvents()) {
                RecordedEvent event = recording.readEvent();
                switch (event.getEventType().getName()) {
                    case "jdk.ExecutionSample", "jdk.NativeMethodSample" -> {
                        if (isServing(event.getThread("sampledThread"))) {
                            frames.merge(top(event), 1.0, Double::sum);
                        }
                    }
                    case "jdk.ObjectAllocationSample" -> allocated(allocations, event, "weight");
                    case "jdk.ObjectAllocationInNewTLAB" -> allocated(allocations, event, "tlabSize");
                    case "jdk.ObjectAllocationOutsideTLAB" -> allocated(allocations, event, "allocationSize");
                    case "jdk.ActiveSetting" -> {
                        // Of async-profiler: what it took its samples by.
                        if (event.getString("name").equals("engine")) {
                            how += ", by " + event.getString("value");
                        }
                    }
                    default -> {}
                }
            }
        }
        return table("frame of a core loop", frames) + table("allocated by a core loop", allocations) + "sampled by "
                + how + "\nrecording: " + file + "\nflame graph: " + flameGraph() + "\n";
    }

    private static void allocated(Map<String, Double> allocations, RecordedEvent event, String weight) {
        if (isServing(event.getThread())) {
            String site = event.getClass("objectClass").getName() + " in " + top(event);
            allocations.merge(site, (double) event.getLong(weight), Double::sum);
        }
    }

    /** Of the core loops alone. */
    private Path flameGraph() throws IOException {
        Path html = file.resolveSibling(file.getFileName().toString().replace(".jfr", ".html"));
        JfrToFlame.convert(
                file.toString(),
                html.toString(),
                new Arguments("--threads", "--include", ".*" + SERVING + ".*", "--title", "core loops"));
        return html;
    }

    private static boolean isServing(@Nullable RecordedThread thread) {
        return thread != null && String.valueOf(thread.getJavaName()).startsWith(SERVING);
    }

    private static String top(RecordedEvent event) {
        if (event.getStackTrace() == null || event.getStackTrace().getFrames().isEmpty()) {
            return "(no stack)";
        }
        RecordedFrame frame = event.getStackTrace().getFrames().getFirst();
        String type = frame.getMethod().getType().getName();
        // A native frame has neither.
        return (type.isEmpty() ? "" : type + ".")
                + frame.getMethod().getName()
                + (frame.getLineNumber() > 0 ? ":" + frame.getLineNumber() : "");
    }

    private static String table(String title, Map<String, Double> weights) {
        double sum = weights.values().stream().mapToDouble(Double::doubleValue).sum();
        if (sum == 0) {
            return title + ": none sampled\n";
        }
        TextTable table = new TextTable(title, "share");
        weights.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(ROWS_MAX)
                .forEach(entry ->
                        table.row(entry.getKey(), String.format(Locale.ROOT, "%.1f %%", 100 * entry.getValue() / sum)));
        return table.text();
    }

    /** Ends a recording that was not asked for its tables. */
    @Override
    public void close() throws IOException {
        if (!isStopped) {
            isStopped = true;
            profiler.stop(pid, file);
        }
    }
}
