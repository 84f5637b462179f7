package dev.quern.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve} as what it is: a process of its own, which is ended by SIGTERM. */
@Timeout(90)
class ServeProcessTest {
    private static Process quern(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of(System.getProperty("quern.root"), "scripts", "jvm.options"),
                "--upgrade-module-path=" + System.getProperty("jdk.module.upgrade.path", ""),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static List<String> linesUntil(BufferedReader output, String last) throws IOException {
        List<String> lines = new ArrayList<>();
        String line;
        do {
            line = output.readLine();
            assertTrue(line != null, () -> "ended before saying " + last + ": " + lines);
            lines.add(line);
        } while (!line.equals(last));
        return lines;
    }

    /** Runs to its end; returns what it said. */
    private static String ended(Process process, int exitCode) throws Exception {
        String text;
        try (BufferedReader output = output(process)) {
            text = String.join("\n", output.lines().toList());
        }
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "did not end");
        assertEquals(exitCode, process.exitValue(), text);
        return text;
    }

    @Test
    void shouldServeUntilSigtermAndDrain() throws Exception {
        Process server = quern("serve", "--udp", "127.0.0.1:0", "--resp", "off", "--tenant", "acme:secret");
        try (BufferedReader output = output(server)) {
            List<String> lines = linesUntil(output, "ready");
            String address = lines.stream()
                    .filter(line -> line.startsWith("listening: UDP "))
                    .findFirst()
                    .orElseThrow()
                    .replaceAll("listening: UDP (\\S+).*", "$1");
            assertTrue(lines.stream().anyMatch(line -> line.startsWith("functions: ")), lines::toString);

            String[] client = {"cli", "--server", address, "--tenant", "acme:secret"};
            assertTrue(ended(quern(with(client, "put", "k", "v")), 0).contains("version "));
            assertTrue(ended(quern(with(client, "get", "k")), 0).endsWith("v"));
            assertTrue(ended(quern(with(client, "get", "none")), 1).endsWith("(none)"));
            assertTrue(ended(quern("fn", "list", "--server", address, "--tenant", "acme:bad"), 1)
                    .contains("REFUSED"));

            server.toHandle().destroy();
            List<String> last = linesUntil(output, "drained");
            assertTrue(last.contains("draining"), last::toString);
        }
        assertTrue(server.waitFor(20, TimeUnit.SECONDS), "did not end");
        assertEquals(128 + 15, server.exitValue());
    }

    private static String[] with(String[] first, String... more) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void shouldSayWhichAddressIsTaken() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            String said = ended(quern("serve", "--resp", "off", "--udp", "127.0.0.1:" + taken.getLocalPort()), 1);
            assertTrue(said.contains("127.0.0.1:" + taken.getLocalPort()) && said.contains("in use"), said);
        }
    }

    @Test
    void shouldRefuseWhatWouldBeOpenToAll(@TempDir Path directory) throws Exception {
        String said = ended(quern("serve", "--udp", "0.0.0.0:0", "--resp", "off"), 1);
        assertTrue(said.contains("--tenant default:SECRET"), said);
        Path file = Files.writeString(directory.resolve("quern.toml"), "[udp]\nlistens = 1\n");
        said = ended(quern("serve", "--config", file.toString()), 1);
        assertTrue(said.contains("line 2") && said.contains("udp.listen"), said);
    }

    @Test
    void shouldHelpEverywhere() throws Exception {
        for (String[] command : new String[][] {
            {}, {"--help"}, {"serve", "--help"}, {"cli", "--help"}, {"fn", "--help"}, {"fn", "deploy", "--help"}
        }) {
            assertTrue(ended(quern(command), 0).contains("Usage: quern"));
        }
        assertNotEquals("", ended(quern("nonsense"), 2));
    }
}
