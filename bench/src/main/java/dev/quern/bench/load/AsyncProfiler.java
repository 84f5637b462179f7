package dev.quern.bench.load;

import dev.quern.bench.BenchFailedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * async-profiler, whose agent is loaded into the JVM: samples of processor time with the native and the kernel's frames, by perf events, and by a
 * timer where the kernel refuses these; which of the two stands in the recording.
 */
final class AsyncProfiler implements Profiler {
    /** A short run shows something, and what is sampled is not slowed down: a sample takes some ten microseconds. */
    private static final String OPTIONS = "event=cpu,interval=1ms,alloc=256k,jfr";

    private static final String LOADED = "return code: 0";
    private static final String LIBRARY = "libasyncProfiler.so";

    private @Nullable Path library;

    @Override
    public void start(long pid, Path file) throws IOException {
        Path agent = extract();
        library = agent;
        Path log = Files.createTempFile("async-profiler", ".log");
        try {
            String answer = command(pid, agent, "start," + OPTIONS + ",file=" + file + ",log=" + log);
            if (!answer.contains(LOADED)) {
                String reason = Files.readString(log).strip();
                throw new BenchFailedException(
                        "async-profiler does not start: " + (reason.isEmpty() ? answer.strip() : reason));
            }
        } catch (BenchFailedException e) {
            Files.deleteIfExists(agent);
            throw e;
        } finally {
            Files.delete(log);
        }
    }

    /** Out of its jar, as a JVM loads an agent from a file only. */
    private static Path extract() throws IOException {
        String name = platform() + '/' + LIBRARY;
        try (InputStream in = AsyncProfiler.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new BenchFailedException("async-profiler has no library for this system: " + name);
            }
            Path file = Files.createTempFile("libasyncProfiler", ".so");
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            return file;
        }
    }

    private static String platform() {
        String system = System.getProperty("os.name").startsWith("Mac") ? "macos" : "linux";
        String architecture = switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> "x64";
            case "aarch64" -> "arm64";
            default -> System.getProperty("os.arch");
        };
        return system.equals("macos") ? system : system + '-' + architecture;
    }

    /** In quotes, as jcmd reads what has an equals sign as a name and a value. */
    private static String command(long pid, Path agent, String options) throws IOException {
        return Jcmd.run(pid, "JVMTI.agent_load", agent.toString(), '"' + options + '"');
    }

    @Override
    public void stop(long pid, Path file) throws IOException {
        Path agent = library;
        if (agent == null) {
            throw new IllegalStateException("not started");
        }
        try {
            String answer = command(pid, agent, "stop,file=" + file);
            if (!answer.contains(LOADED)) {
                throw new BenchFailedException("async-profiler does not stop: " + answer.strip());
            }
        } finally {
            Files.deleteIfExists(agent);
        }
    }

    @Override
    public String describe() {
        return "async-profiler, a sample every millisecond of processor time";
    }
}
