package dev.quern.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.QuernClient;
import dev.quern.client.transport.ShmTransport;
import dev.quern.server.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Shared memory between processes, and either of them killed. */
@Timeout(120)
class ShmProcessTest {
    @TempDir
    private Path directory;

    private Path shm() {
        return directory.resolve("shm");
    }

    /** Writes until it is killed. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws IOException {
            try (QuernClient client = connect(Path.of(args[0]))) {
                for (long i = 0; ; i++) {
                    client.table().sync().put(("w" + i % 1_000).getBytes(UTF_8), new byte[(int) (i % 20_000)]);
                    if (i == 100) {
                        System.out.println("ready");
                    }
                }
            }
        }
    }

    private static QuernClient connect(Path shm) throws IOException {
        return QuernClient.connect(ClientConfig.builder()
                .transport(ShmTransport.to(shm))
                .connectTimeout(Duration.ofSeconds(30))
                .requestTimeout(Duration.ofSeconds(40))
                .build());
    }

    private static Process java(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of(System.getProperty("quern.root"), "scripts", "jvm.options"),
                "--upgrade-module-path=" + System.getProperty("jdk.module.upgrade.path", ""),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private Process serve() throws IOException {
        return java(Main.class, "serve", "--cores", "1", "--udp", "off", "--resp", "off", "--shm", shm().toString());
    }

    private static BufferedReader awaitLine(Process process, String wanted) throws IOException {
        BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        List<String> lines = new ArrayList<>();
        String line;
        do {
            line = output.readLine();
            assertTrue(line != null, () -> "ended before saying " + wanted + ": " + lines);
            lines.add(line);
        } while (!line.equals(wanted));
        return output;
    }

    private static long mapped(Process process) {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "maps"))) {
            return lines.filter(line -> line.contains("/ring-")).count();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(shm())) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void shouldLeakNothingWhenClientsAreKilled() throws Exception {
        Process server = serve();
        try {
            awaitLine(server, "ready");
            for (int death = 0; death < 3; death++) {
                Process client = java(Writer.class, shm().toString());
                awaitLine(client, "ready");
                assertTrue(mapped(server) > 0);
                kill(client);
                Await.until("the server has let its memory go", () -> mapped(server) == 0);
                assertEquals(List.of("core-0.sock", "lock"), files());
            }
            try (QuernClient client = connect(shm())) {
                assertEquals(1, client.table().sync().increment("n".getBytes(UTF_8), 1));
            }
            server.toHandle().destroy();
            assertTrue(server.waitFor(30, TimeUnit.SECONDS), "SIGTERM drains and ends it");
            assertFalse(Files.exists(shm()), "and it leaves nothing");
        } finally {
            kill(server);
        }
    }

    @Test
    void shouldStartAgainWhereAServerWasKilled() throws Exception {
        Process first = serve();
        awaitLine(first, "ready");
        try (QuernClient client = connect(shm())) {
            assertEquals(1, client.table().sync().increment("n".getBytes(UTF_8), 1));
            kill(first);
            assertEquals(List.of("core-0.sock", "lock"), files(), "what a killed server leaves");
            Process second = serve();
            try {
                awaitLine(second, "ready");
                assertNull(client.table().sync().get("n".getBytes(UTF_8)), "the same client, a new store");
                assertEquals(1, client.table().sync().increment("n".getBytes(UTF_8), 1));
                assertEquals(List.of("core-0.sock", "lock"), files());
            } finally {
                kill(second);
            }
        } finally {
            kill(first);
        }
    }
}
