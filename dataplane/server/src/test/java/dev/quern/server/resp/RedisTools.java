package dev.quern.server.resp;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.server.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Redis's own programs, run as processes. Tests that need one are skipped where it is missing. */
final class RedisTools {
    private RedisTools() {}

    /** Skips the calling test unless the program is on the path. */
    static void assumeThere(String program) {
        boolean there = List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
        assumeTrue(there, program + " is not installed: run scripts/setup-redis");
    }

    /** A redis-server on a free port of loopback, that keeps nothing. */
    static final class RedisServer implements AutoCloseable {
        private final Process process;
        private final int port;

        RedisServer(Path directory) throws IOException {
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            process = new ProcessBuilder(
                            "redis-server",
                            "--port",
                            Integer.toString(port),
                            "--bind",
                            "127.0.0.1",
                            "--save",
                            "",
                            "--appendonly",
                            "no",
                            "--dir",
                            directory.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("redis.log").toFile())
                    .start();
            Await.until("redis-server listens", this::listens);
        }

        private boolean listens() {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException notYet) {
                return false;
            }
        }

        int port() {
            return port;
        }

        @Override
        public void close() {
            process.destroy();
        }
    }

    /** Runs a program to its end and returns what it printed. */
    static String run(List<String> command, byte[] input) throws IOException, InterruptedException {
        Path output = Files.createTempFile("quern", ".out");
        Path given = Files.createTempFile("quern", ".in");
        try {
            Files.write(given, input);
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(given.toFile())
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(command + " did not end");
            }
            return Files.readString(output);
        } finally {
            Files.delete(output);
            Files.delete(given);
        }
    }
}
