package dev.quern.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.server.Quern;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Whatever is wrong with a command line, a file or a server's address ends with one line that says what to change. */
@Timeout(60)
class MisuseTest {
    private static final int USAGE = 2;
    private static final int FAILED = 1;

    /** The one line that a command says before it fails. */
    private static String said(int exitCode, String... arguments) {
        StringWriter errors = new StringWriter();
        CommandLine line = Main.commandLine().setErr(new PrintWriter(errors, true));
        assertEquals(exitCode, line.execute(arguments), errors::toString);
        String text = errors.toString();
        assertTrue(text.startsWith("quern: "), text);
        assertEquals(1, text.lines().count(), text);
        return text;
    }

    private static void assertSaid(String part, int exitCode, String... arguments) {
        String text = said(exitCode, arguments);
        assertTrue(text.contains(part), text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nosuch | Unknown option: '--nosuch' (see quern --help)",
                "nosuch | no command is called \"nosuch\": there are calibrate, cli, doctor, fn, placement, serve, top",
                "serve --nosuch | (see quern serve --help)",
                "serve extra | serve takes no further argument, and got \"extra\"",
                "serve --cores two | '--cores'",
                "cli --timeout soon ping | '--timeout'",
                "fn nosuch | there are build, deploy, describe, init, invoke, list, logs, pause, remove, resume, test",
                "fn deploy | (see quern fn deploy --help)"
            })
    void shouldSayWhatIsNoUsage(String words, String part) {
        assertSaid(part, USAGE, words.split(" ", -1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "serve --cores 0 | it goes from 1 to 128",
                "serve --cpus 1,1 | names a processor twice",
                "serve --cpus 0 --cores 2 | name one for each core",
                "serve --cpus 1023 | name others in cpus",
                "serve --udp off --resp off | give --udp or --resp an address",
                "serve --udp nonsense | write HOST:PORT",
                "serve --udp 0.0.0.0:0 --resp off | --tenant default:SECRET",
                "serve --tenant a --tenant a | give each tenant once",
                "serve --config /nosuch | no such file",
                "cli --server 127.0.0.1 ping | write HOST:PORT",
                "cli --server 127.0.0.1:70000 ping | port from 1 to 65535",
                "cli --timeout 0 ping | from 1 to 86400 seconds",
                "cli --server 127.0.0.1:9 --timeout 1 ping | check that the server runs",
                "fn deploy f /nosuch | no such file",
                "fn deploy f / | cannot be read"
            })
    void shouldSayWhatCannotBe(String words, String part) {
        assertSaid(part, FAILED, words.split(" ", -1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "coress = 1 | line 1: there is no key coress; the nearest is cores",
                "cores = 99999999999 | docs/configuration.md",
                "cores = | line 1",
                "tenant.name = \"a\" | write [[tenant]]"
            })
    void shouldSayWhereAFileIsWrong(String text, String part, @TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("quern.toml"), text);
        assertSaid(part, FAILED, "serve", "--config", file.toString());
    }

    @Test
    void shouldSayThatAFileIsNoText(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("quern.toml"), new byte[] {-1, -2});
        assertSaid("UTF-8", FAILED, "serve", "--config", file.toString());
    }

    @Test
    void shouldSayWhichPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String address = "127.0.0.1:" + taken.getLocalPort();
            String text = said(FAILED, "serve", "--udp", "off", "--resp", address);
            assertTrue(text.contains(address) && text.contains("choose another address"), text);
        }
    }

    @Test
    void shouldSayWhatAServerRefuses() throws IOException {
        ServerConfig config = ServerConfig.builder()
                .cores(1)
                .udp("127.0.0.1:0")
                .resp("off")
                .tenant("t", "secret")
                .build();
        try (Server server = Quern.start(config)) {
            String address = "127.0.0.1:" + server.udpAddress().getPort();
            List<String> to = List.of("cli", "--server", address, "--tenant", "t:secret");
            assertSaid("check both", FAILED, "cli", "--server", address, "--tenant", "t:wrong", "ping");
            assertSaid("no request is called \"frob\"", FAILED, with(to, "frob"));
            assertSaid("put takes from 2 to 4", FAILED, with(to, "put", "k"));
            assertSaid("\"x\" is no whole number", FAILED, with(to, "incr", "k", "x"));
            assertSaid("at least 1 ms", FAILED, with(to, "put", "k", "v", "ttl", "-5"));
            assertSaid("1 to 4096 bytes", FAILED, with(to, "get", ""));
            assertSaid("UNKNOWN_FUNCTION", FAILED, with(to, "invoke", "nosuch"));
        }
    }

    private static String[] with(List<String> first, String... more) {
        List<String> all = new ArrayList<>(first);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
