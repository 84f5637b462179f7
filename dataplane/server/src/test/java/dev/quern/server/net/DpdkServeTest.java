package dev.quern.server.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.QuernClient;
import dev.quern.net.testing.DpdkSetup;
import dev.quern.server.Quern;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.loop.Counter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server over DPDK, as its configuration says, and ordinary clients whose datagrams come from the kernel, each in a namespace of its own. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@SuppressWarnings("NullAway.Init") // each test starts its own
class DpdkServeTest {
    private static final int PORT = 7400;
    private static final String OBSTACLE = NetNamespace.obstacle();

    private NetNamespace here;
    private NetNamespace there;
    private Server server;

    @BeforeEach
    void plug() throws Exception {
        assumeTrue(OBSTACLE.isEmpty(), OBSTACLE);
        DpdkSetup.need();
        String suffix = Long.toString(ProcessHandle.current().pid());
        here = NetNamespace.create("quern-d-" + suffix);
        there = NetNamespace.create("quern-k-" + suffix);
    }

    @AfterEach
    void unplug() {
        if (server != null) {
            server.close();
        }
        if (there != null) {
            there.close();
            here.close();
        }
    }

    private void cable() {
        here.ip("link", "add", "s0", "type", "veth", "peer", "name", "c0", "netns", there.name());
        here.ip("link", "set", "s0", "up");
        address("c0");
    }

    private void address(String link) {
        there.ip("addr", "add", "10.77.0.1/24", "dev", link);
        there.ip("addr", "add", "fd77::1/64", "dev", link, "nodad");
        there.ip("link", "set", link, "up");
    }

    private void start(NetNamespace where, String device, int cores) throws Exception {
        ServerConfig.Builder builder =
                ServerConfig.builder().cores(cores).udp("off").resp("off").tenant("t", "secret");
        builder.net(net -> net.device("dpdk:" + device)
                .eal(String.join(" ", DpdkSetup.EAL))
                .buffers(4095)
                .port(PORT)
                .ipv4("10.77.0.2/24")
                .ipv6("fd77::2/64"));
        server = where.call(() -> Quern.start(builder.build()));
        assertTrue(
                server.listening().get(0).contains("dpdk:"), server.listening().toString());
    }

    private QuernClient connect(String address) throws Exception {
        InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral(address), PORT);
        ClientConfig config = ClientConfig.builder()
                .tenant("t")
                .secret("secret")
                .requestTimeout(Duration.ofSeconds(100))
                .address(to)
                .build();
        return there.call(() -> QuernClient.connect(config));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.77.0.2", "fd77::2"})
    void shouldServeClientsOfTheKernelByPacketSockets(String address) throws Exception {
        cable();
        start(here, "net_af_packet0,iface=s0", 1);
        try (QuernClient client = connect(address)) {
            RecordExchange.run(client);
        }
        assertEquals(0, server.counters().get(Counter.NET_DROPPED_CHECKSUM));
        assertEquals(0, server.counters().get(Counter.NET_BUFFERS_SHORT));
    }

    /** Not every kernel has these sockets, and not every DPDK their driver. */
    @Test
    void shouldServeClientsOfTheKernelByXdpSockets() throws Exception {
        cable();
        try {
            start(here, "net_af_xdp0,iface=s0", 1);
        } catch (IOException | RuntimeException lacking) {
            abort("net_af_xdp over veth: " + lacking.getMessage());
        }
        try (QuernClient client = connect("10.77.0.2")) {
            RecordExchange.run(client);
        }
        assertEquals(0, server.missed("net"));
    }

    @Test
    void shouldServeOnSeveralCores() throws Exception {
        cable();
        start(here, "net_af_packet0,iface=s0,qpairs=2", 2);
        try (QuernClient client = connect("10.77.0.2")) {
            RecordExchange.run(client);
        }
    }

    /** The interface's other end is the server itself. */
    @Test
    void shouldServeClientsOfTheKernelByATap() throws Exception {
        start(there, "net_tap0,iface=t0", 1);
        address("t0");
        try (QuernClient client = connect("10.77.0.2")) {
            RecordExchange.run(client);
        }
    }

    @Test
    void shouldStartAgainInTheSameProcess() throws Exception {
        cable();
        for (int round = 0; round < 3; round++) {
            start(here, "net_af_packet0,iface=s0", 1);
            try (QuernClient client = connect("10.77.0.2")) {
                client.table().sync().put("key".getBytes(UTF_8), "value".getBytes(UTF_8));
            }
            server.close();
        }
    }
}
