package dev.quern.server.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.quern.bypass.PacketTransport;
import dev.quern.client.ClientConfig;
import dev.quern.client.QuernClient;
import dev.quern.net.LinkAddress;
import dev.quern.net.dpdk.DpdkConfig;
import dev.quern.net.testing.DpdkSetup;
import dev.quern.server.Quern;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients in processes of their own, whose cards are plugged into the server's by vhost; one of them is killed. */
@Timeout(value = 200, unit = TimeUnit.SECONDS)
class VhostProcessTest {
    private static final int PORT = 7400;
    private static final String READY = "ready";

    @TempDir
    private Path directory;

    /** Exchanges records; then, when it is told to stay, goes on until it is killed. */
    static final class Client {
        private Client() {}

        public static void main(String[] args) throws IOException {
            DpdkConfig device = new DpdkConfig(DpdkSetup.EAL, "net_virtio_user0,path=" + args[0], 0, 2047);
            InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("10.1.0.2"), PORT);
            PacketTransport transport = PacketTransport.overDpdk(device, LinkAddress.parse("10.1.0.1/24"), address);
            try (QuernClient client = QuernClient.connect(ClientConfig.builder()
                    .transport(transport)
                    .tenant("t")
                    .secret("secret")
                    .connectTimeout(Duration.ofSeconds(60))
                    .requestTimeout(Duration.ofSeconds(60))
                    .build())) {
                do {
                    RecordExchange.run(client);
                    System.out.println(READY);
                } while (args[1].equals("stay"));
            }
        }
    }

    private static Process client(String socket, String howLong) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of(System.getProperty("quern.root"), "scripts", "jvm.options"),
                "-cp",
                System.getProperty("java.class.path"),
                Client.class.getName()));
        command.addAll(List.of(socket, howLong));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static void awaitReady(Process process) throws IOException {
        BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        List<String> lines = new ArrayList<>();
        String line = output.readLine();
        while (line != null && !line.equals(READY)) {
            lines.add(line);
            line = output.readLine();
        }
        assertNotNull(line, lines::toString);
    }

    @Test
    void shouldServeClientsInOtherProcesses() throws Exception {
        DpdkSetup.need();
        String socket = directory.resolve("vhost").toString();
        ServerConfig config = ServerConfig.builder()
                .cores(1)
                .udp("off")
                .resp("off")
                .tenant("t", "secret")
                .net(net -> net.device("dpdk:net_vhost0,iface=" + socket)
                        .eal(String.join(" ", DpdkSetup.EAL))
                        .buffers(4095)
                        .port(PORT)
                        .ipv4("10.1.0.2/24"))
                .build();
        try (Server server = Quern.start(config)) {
            Process killed = client(socket, "stay");
            try {
                awaitReady(killed);
            } finally {
                killed.destroyForcibly().waitFor();
            }
            Process process = client(socket, "go");
            try {
                awaitReady(process);
                assertEquals(0, process.waitFor());
            } finally {
                process.destroyForcibly().waitFor();
            }
            assertEquals(0, server.missed("udp"));
        }
    }
}
