package dev.quern.bench.peers;

import dev.quern.bench.BenchFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Small things around other programs: where they are, running one to its end, a free port, our own JVM's command. */
public final class Tools {
    private Tools() {}

    /** Whether a program of this name is on the {@code PATH}. */
    public static boolean isOnPath(String program) {
        String path = System.getenv("PATH");
        if (path == null) {
            return false;
        }
        for (String directory : path.split(":", -1)) {
            if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }

    /** Runs a program to its end and returns what it printed, standard error included. */
    public static String run(List<String> command, Duration waitMax) {
        Path output = temporaryFile();
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                if (!process.waitFor(waitMax.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new BenchFailedException(
                            "not done within " + waitMax.toSeconds() + " s: " + String.join(" ", command));
                }
            } finally {
                process.destroyForcibly();
            }
            String text = Files.readString(output, StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new BenchFailedException("code " + process.exitValue() + " from " + String.join(" ", command)
                        + "; its output:\n" + text);
            }
            return text;
        } catch (IOException e) {
            throw new BenchFailedException("cannot run " + String.join(" ", command), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailedException("interrupted while running " + String.join(" ", command), e);
        } finally {
            delete(output);
        }
    }

    /** A TCP port of the loopback interface that was free a moment ago. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A UDP port of the loopback interface that was free a moment ago. */
    public static int freeUdpPort() {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command that runs a class of ours as this JVM runs: same class path, same Graal compiler, same option file. */
    public static List<String> java(Class<?> main, List<String> arguments) {
        return java(main.getName(), arguments);
    }

    /** As {@link #java(Class, List)}, by name. */
    static List<String> java(String main, List<String> arguments) {
        return java(List.of(), main, arguments);
    }

    /** As {@link #java(Class, List)}, with further JVM options. */
    public static List<String> java(List<String> options, String main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String root = System.getProperty("quern.root");
        if (root != null) {
            command.add("@" + Path.of(root, "scripts", "jvm.options"));
        } else {
            command.addAll(inheritedOptions());
        }
        String compiler = System.getProperty("jdk.module.upgrade.path");
        if (compiler != null) {
            command.add("--upgrade-module-path=" + compiler);
        }
        command.addAll(options);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main);
        command.addAll(arguments);
        return command;
    }

    private static List<String> inheritedOptions() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-X") || option.startsWith("--"))
                .filter(option -> !option.startsWith("--upgrade-module-path"))
                .toList();
    }

    private static Path temporaryFile() {
        try {
            return Files.createTempFile("quern-bench", ".out");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
