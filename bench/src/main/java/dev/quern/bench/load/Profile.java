package dev.quern.bench.load;

import dev.quern.bench.BenchFailedException;
import dev.quern.bench.TextTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/**
 * A flight recording of a JVM on this machine, through {@code jcmd} of the running JDK, and what its core loops did: which frames they were in, and
 * where they allocated. One thread.
 */
final class Profile implements AutoCloseable {
    private static final long COMMAND_S_MAX = 60;
    private static final String NAME = "quern-load";

    /** Threads that serve requests are called so. */
    private static final String SERVING = "quern-core-";

    private static final int ROWS_MAX = 15;

    private final long pid;
    private final Path file;
    private boolean isStopped;

    private Profile(long pid, Path file) {
        this.pid = pid;
        this.file = file;
    }

    /**
     * Starts a recording with the JDK's own profiling settings.
     *
     * @throws BenchFailedException when there is no such JVM, or it is another user's
     */
    static Profile start(long pid) throws IOException {
        Path file = Files.createTempFile("quern-load", ".jfr");
        jcmd(pid, "JFR.start", "name=" + NAME, "settings=profile");
        return new Profile(pid, file);
    }

    private static void jcmd(long pid, String... words) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid)));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            // What jcmd prints fits into a pipe.
            if (!process.waitFor(COMMAND_S_MAX, TimeUnit.SECONDS)) {
                throw new BenchFailedException("jcmd has not ended: " + String.join(" ", command));
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.exitValue() != 0 || output.contains("Could not")) {
                throw new BenchFailedException("no flight recording: " + output.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailedException("interrupted while a flight recording was asked for", e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Ends the recording; returns the tables of frames and of allocations. The file stays for Mission Control. */
    String stop() throws IOException {
        isStopped = true;
        jcmd(pid, "JFR.stop", "name=" + NAME, "filename=" + file);
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
                    case "jdk.ObjectAllocationSample" -> {
                        if (isServing(event.getThread())) {
                            String site = event.getClass("objectClass").getName() + " in " + top(event);
                            allocations.merge(site, (double) event.getLong("weight"), Double::sum);
                        }
                    }
                    default -> {}
                }
            }
        }
        return table("frame of a core loop", frames) + table("allocated by a core loop", allocations)
                + "flight recording: " + file + "\n";
    }

    private static boolean isServing(@Nullable RecordedThread thread) {
        return thread != null && String.valueOf(thread.getJavaName()).startsWith(SERVING);
    }

    private static String top(RecordedEvent event) {
        if (event.getStackTrace() == null || event.getStackTrace().getFrames().isEmpty()) {
            return "(no stack)";
        }
        RecordedFrame frame = event.getStackTrace().getFrames().getFirst();
        return frame.getMethod().getType().getName() + "." + frame.getMethod().getName() + ":" + frame.getLineNumber();
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

    /** Drops a recording that was not asked for its tables. */
    @Override
    public void close() throws IOException {
        if (!isStopped) {
            isStopped = true;
            jcmd(pid, "JFR.stop", "name=" + NAME);
        }
    }
}
