package dev.quern.bench.load;

import dev.quern.bench.BenchFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The running JDK's {@code jcmd}, by which one JVM asks another of the same user, or itself. */
final class Jcmd {
    private static final long COMMAND_S_MAX = 60;

    private Jcmd() {}

    /**
     * What it printed.
     *
     * @throws BenchFailedException when there is no such JVM, it is another user's, or does not answer
     */
    static String run(long pid, String... words) throws IOException {
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
                // Its stack trace follows in further lines.
                String reason = output.lines()
                        .filter(line -> line.contains("Exception") || line.contains("Could not"))
                        .findFirst()
                        .orElse(output.strip());
                throw new BenchFailedException(
                        "the process " + pid + " cannot be profiled (is it a JVM of this user?): " + reason);
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailedException("interrupted while a profile was asked for", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
