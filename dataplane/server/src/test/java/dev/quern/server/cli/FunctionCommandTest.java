package dev.quern.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.server.Quern;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.TestModules;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What of {@code fn} talks to a server: a deployed function's life, as its owner sees it. */
@Timeout(60)
class FunctionCommandTest {
    @TempDir
    private Path directory = Path.of("");

    private Server server;
    private String said = "";

    @BeforeEach
    void open() throws IOException {
        server = Quern.start(ServerConfig.builder()
                .cores(1)
                .udp("127.0.0.1:0")
                .resp("off")
                .tenant("t", "")
                .build());
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** Runs {@code fn} in this process; its exit code. */
    private int fn(String command, String... more) {
        List<String> arguments = new ArrayList<>(List.of("fn", command));
        arguments.addAll(List.of("--server", "127.0.0.1:" + server.udpAddress().getPort()));
        arguments.addAll(List.of("--tenant", "t", "--timeout", "50"));
        arguments.addAll(List.of(more));
        StringWriter errors = new StringWriter();
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        try {
            return Main.commandLine().setErr(new PrintWriter(errors, true)).execute(arguments.toArray(String[]::new));
        } finally {
            System.setOut(before);
            said = output.toString(StandardCharsets.UTF_8) + errors;
        }
    }

    private void assertSaid(String expected) {
        assertEquals(expected, said.strip());
    }

    @Test
    void shouldPauseResumeAndShowTheLog() throws IOException {
        Path module = Files.write(directory.resolve("say.wasm"), TestModules.SAY);
        assertEquals(
                0,
                fn("deploy", "say", module.toString(), "--time-limit-ms", "5000", "--runtime", "chicory"),
                () -> said);
        assertTrue(said.startsWith("say  runtime ") && said.endsWith("  entries [run]\n"), said);
        String deployed = said.strip();
        assertEquals(0, fn("logs"), () -> said);
        assertSaid("");
        assertEquals(0, fn("invoke", "say", "one line"), () -> said);
        assertEquals(0, fn("pause", "say"), () -> said);
        assertSaid("paused");
        assertEquals(1, fn("invoke", "say", "another"));
        assertTrue(said.contains("say is paused; call again when it was resumed (fn resume)"), said);
        assertEquals(1, said.lines().count(), said);
        assertEquals(0, fn("list"), () -> said);
        assertSaid(deployed + "  paused");
        assertEquals(0, fn("describe", "say"), () -> said);
        assertTrue(
                said.startsWith(
                        deployed + "  paused\n  calls 1, of which 0 failed\n  time limit 5000000 us, memory kept, "),
                said);
        assertEquals(0, fn("resume", "say"), () -> said);
        assertSaid("resumed");
        assertEquals(0, fn("invoke", "say", "and one more"), () -> said);
        assertEquals(0, fn("logs"), () -> said);
        assertEquals(List.of("one line", "and one more"), said.lines().toList());
    }

    @Test
    void shouldSayWhatMemoryAFunctionHas() throws IOException {
        Path module = Files.write(directory.resolve("trap.wasm"), TestModules.TRAP);
        assertEquals(0, fn("deploy", "fresh", module.toString(), "--fresh", "--read-only"), () -> said);
        assertEquals(0, fn("describe", "fresh"), () -> said);
        assertTrue(said.contains("read-only") && said.contains("memory fresh, 256 pages"), said);
    }

    @Test
    void shouldSayThatNothingIsCalledSo() {
        for (String command : List.of("pause", "resume", "remove", "describe")) {
            assertEquals(1, fn(command, "none"));
            assertSaid("no function is called none");
        }
    }
}
