package dev.quern.ffi.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A JVM of its own for one scenario: DPDK starts once in a process. */
final class DpdkChild implements AutoCloseable {
    /** Our own, without the libraries that tests need. */
    static final String CLASSES = Stream.of("target/classes", "target/test-classes")
            .map(directory -> Path.of(directory).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator));

    private static final int SECONDS_MAX = 240;

    private final String what;
    private final Path errors;
    private final Process process;
    private final BufferedReader output;
    private final List<String> lines = new ArrayList<>();

    private DpdkChild(String what, Path errors, Process process) {
        this.what = what;
        this.errors = errors;
        this.process = process;
        // Reading from it is not interrupted by a test's deadline.
        CompletableFuture.delayedExecutor(SECONDS_MAX, TimeUnit.SECONDS).execute(process::destroyForcibly);
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts {@link DpdkScenarios} on one. */
    static DpdkChild start(String scenario, List<String> arguments) throws IOException {
        List<String> command = java(System.getProperty("java.class.path"), DpdkScenarios.class);
        command.add(scenario);
        command.addAll(arguments);
        return launch(scenario, command);
    }

    /** Starts {@link DpdkRefusal} on one; {@code prefix} is what the command begins with, as for another user, mostly empty. */
    static DpdkChild startRefusal(List<String> prefix, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(java(CLASSES, DpdkRefusal.class));
        command.addAll(arguments);
        return launch("refusal", command);
    }

    private static List<String> java(String classPath, Class<?> main) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("--enable-native-access") || option.startsWith("--sun-misc"))
                .toList());
        command.addAll(List.of("-ea", "-cp", classPath, main.getName()));
        return command;
    }

    private static DpdkChild launch(String what, List<String> command) throws IOException {
        Path errors = Files.createTempFile("quern-dpdk-", ".log");
        return new DpdkChild(
                what,
                errors,
                new ProcessBuilder(command).redirectError(errors.toFile()).start());
    }

    /** Runs a scenario to its end, which must be a good one; gives what it printed. */
    static List<String> run(String scenario, List<String> arguments) throws IOException, InterruptedException {
        try (DpdkChild child = start(scenario, arguments)) {
            return child.awaitEnd();
        }
    }

    /** Reads on until a line begins so, and gives its rest. */
    String await(String beginning) throws IOException {
        String line;
        while ((line = output.readLine()) != null) {
            lines.add(line);
            if (line.startsWith(beginning)) {
                return line.substring(beginning.length());
            }
        }
        throw new AssertionError(what + " ended without saying " + beginning + ": " + lines + errorText());
    }

    List<String> awaitEnd() throws IOException, InterruptedException {
        String line;
        while ((line = output.readLine()) != null) {
            lines.add(line);
        }
        assertEquals(0, process.waitFor(), () -> what + ": " + lines + errorText());
        return lines;
    }

    /** Tells it to come to its end. */
    void finish() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().close();
    }

    /** Without a warning: SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    private String errorText() {
        try {
            return "\n" + Files.readString(errors);
        } catch (IOException gone) {
            return "";
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        output.close();
        Files.deleteIfExists(errors);
    }
}
