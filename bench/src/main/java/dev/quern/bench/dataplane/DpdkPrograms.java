package dev.quern.bench.dataplane;

import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import dev.quern.bench.peers.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Programs in C that do by DPDK what one in Java does, compiled when a bench runs. */
final class DpdkPrograms {
    private static final String SOURCE = ".c";
    private static final int HUGE_PAGES_MIN = 64;
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    private DpdkPrograms() {}

    /** Whether a compiler and DPDK's headers are there. */
    static boolean canCompile() {
        return Tools.isOnPath("gcc") && Tools.isOnPath("pkg-config") && hasHeaders();
    }

    private static boolean hasHeaders() {
        try {
            Tools.run(List.of("pkg-config", "--exists", "libdpdk"), WAIT_MAX);
            return true;
        } catch (BenchFailedException missing) {
            return false;
        }
    }

    /** Compiles a program of this package's, {@code name.c}, into a directory. */
    static Path compile(BenchContext context, Path directory, String name) throws IOException {
        Path source = directory.resolve(name + SOURCE);
        try (InputStream text = DpdkPrograms.class.getResourceAsStream(name + SOURCE)) {
            if (text == null) {
                throw new IllegalStateException(name + SOURCE + " is not on the class path");
            }
            Files.copy(text, source);
        }
        Path program = directory.resolve(name);
        List<String> command = new ArrayList<>(List.of("gcc", "-O3", "-o", program.toString()));
        command.addAll(words(Tools.run(List.of("pkg-config", "--cflags", "libdpdk"), WAIT_MAX)));
        command.add(source.toString());
        command.addAll(words(Tools.run(List.of("pkg-config", "--libs", "libdpdk"), WAIT_MAX)));
        Tools.run(command, WAIT_MAX);
        context.command(command);
        return program;
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+"));
    }

    /** Removes what {@link #compile} made, and the directory. */
    static void delete(Path directory, String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name + SOURCE));
        Files.deleteIfExists(directory.resolve(name));
        Files.delete(directory);
    }

    /** Of the default size, which is all that matters here. */
    static boolean hasHugePages() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
            return lines.filter(line -> line.startsWith("HugePages_Free:"))
                    .mapToInt(line -> Integer.parseInt(
                            line.substring(line.indexOf(':') + 1).strip()))
                    .anyMatch(free -> free >= HUGE_PAGES_MIN);
        } catch (IOException unknown) {
            return false;
        }
    }
}
