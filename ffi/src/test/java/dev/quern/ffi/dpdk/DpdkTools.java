package dev.quern.ffi.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What tests need from the machine; where it is missing, the test that asks is skipped, and says what was missing. */
final class DpdkTools {
    /** Virtual devices only, ordinary memory: runs everywhere, also without privileges. */
    static final List<String> WITHOUT_HUGEPAGES =
            List.of("--no-pci", "--no-huge", "-m", "64", "--no-shconf", "--no-telemetry");

    /** Virtual devices only; huge pages that another process can map, as vhost wants. */
    static final List<String> WITH_HUGEPAGES = List.of(
            "--no-pci", "--in-memory", "--single-file-segments", "--iova-mode=va", "--no-telemetry", "-m", "64");

    private static final Pattern FREE = Pattern.compile("HugePages_Free:\\s+(\\d+)");
    private static final Pattern SIZE = Pattern.compile("Hugepagesize:\\s+2048 kB");

    private DpdkTools() {}

    static DpdkAbi installed() throws DpdkException {
        try {
            return Dpdk.abi();
        } catch (DpdkException missing) {
            if (missing.reason() == DpdkException.Reason.NOT_INSTALLED) {
                abort(String.valueOf(missing.getMessage()));
            }
            throw missing;
        }
    }

    static void needHugepages(int count) throws IOException {
        String memory = Files.readString(Path.of("/proc/meminfo"));
        Matcher free = FREE.matcher(memory);
        if (!SIZE.matcher(memory).find() || !free.find() || Integer.parseInt(free.group(1)) < count) {
            abort("needs " + count + " free huge pages: sudo scripts/setup-dpdk hugepages");
        }
    }

    /** What gcc needs to find DPDK's headers. */
    static List<String> compilerFlags() throws IOException, InterruptedException {
        Result gcc = run(List.of("gcc", "--version"));
        Result flags = run(List.of("pkg-config", "--cflags", "libdpdk"));
        if (gcc.exit() != 0) {
            abort("gcc is not installed");
        }
        if (flags.exit() != 0) {
            abort("DPDK's headers or pkg-config are not installed: scripts/setup-dpdk");
        }
        return List.of(flags.output().trim().split("\\s+"));
    }

    static Path compile(Path directory, String source, List<String> flags) throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("probe.c"), source);
        Path program = directory.resolve("probe");
        List<String> command = new ArrayList<>(List.of("gcc", "-O1", "-w", "-o", program.toString()));
        command.addAll(flags);
        command.add(file.toString());
        command.addAll(List.of(
                run(List.of("pkg-config", "--libs", "libdpdk")).output().trim().split("\\s+")));
        Result compiled = run(command);
        assertEquals(0, compiled.exit(), compiled.output());
        return program;
    }

    /** What a command printed, and how it ended. */
    record Result(int exit, String output) {}

    static Result run(List<String> command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException missing) {
            return new Result(127, String.valueOf(missing.getMessage()));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Result(process.waitFor(), output);
    }
}
