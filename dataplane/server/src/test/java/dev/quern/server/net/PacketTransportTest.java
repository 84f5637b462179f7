package dev.quern.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.bypass.PacketTransport;
import dev.quern.client.ClientConfig;
import dev.quern.client.QuernClient;
import dev.quern.net.LinkAddress;
import dev.quern.net.PacketDevice;
import dev.quern.net.dpdk.DpdkConfig;
import dev.quern.net.dpdk.DpdkDevice;
import dev.quern.net.testing.DpdkSetup;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.StartedServers;
import dev.quern.server.loop.Counter;
import dev.quern.server.session.SessionBudgets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client over a packet device of its own against a server over another: no kernel on either side. */
@Timeout(100)
class PacketTransportTest {
    private static final int PORT = 7400;
    private static final LinkAddress OWN = LinkAddress.parse("10.1.0.1/24");
    private static final NetConfig SERVER = NetPortTest.config("10.1.0.2/24", "fd00:1::2/64", 0, PORT);
    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.ofLiteral("10.1.0.2"), PORT);

    private @Nullable Server server;

    private Server start(PacketDevice device, int cores) throws IOException {
        ServerConfig config = ServerConfig.builder()
                .cores(cores)
                .udp("off")
                .resp("off")
                .tenant("t", "secret")
                .build();
        NetPorts ports = new NetPorts(device, SERVER, cores, new SessionBudgets(config.sessions()));
        Server started = StartedServers.with(config, List.of(ports));
        server = started;
        return started;
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private static QuernClient connect(PacketTransport transport) {
        return QuernClient.connect(ClientConfig.builder()
                .transport(transport)
                .tenant("t")
                .secret("secret")
                .requestTimeout(Duration.ofSeconds(60))
                .build());
    }

    @Test
    void shouldReachEachCoreByItsQueue() throws IOException {
        MemoryWire wire = new MemoryWire(1500, 2, MemoryWire.Faults.NONE);
        Server started = start(wire.right(), 2);
        try (QuernClient client = connect(PacketTransport.to(wire.left(), OWN, ADDRESS, null, 2))) {
            RecordExchange.run(client);
        }
        assertEquals(0, started.counters().get(Counter.NET_HANDED_OVER));
        assertEquals(0, started.counters().get(Counter.NET_DROPPED_CHECKSUM));
    }

    @Test
    void shouldLiveWithABadWire() throws IOException {
        MemoryWire wire = new MemoryWire(1500, 1, new MemoryWire.Faults(30, 30, 30, 30, 11));
        start(wire.right(), 1);
        try (QuernClient client = connect(PacketTransport.to(wire.left(), OWN, ADDRESS, null, 1))) {
            RecordExchange.run(client);
        }
    }

    @Test
    void shouldRefuseWhatItCannotSpeak() {
        MemoryWire wire = MemoryWire.perfect();
        assertThrows(
                IllegalArgumentException.class,
                () -> PacketTransport.to(wire.left(), LinkAddress.parse("fd00:1::1/64"), ADDRESS, null, 1));
        wire.close();
    }

    /** A virtual machine's card and the switch that it is plugged into, both in this process. */
    @Test
    void shouldServeOverVhost(@TempDir Path directory) throws Exception {
        DpdkSetup.need();
        String socket = directory.resolve("vhost").toString();
        start(device("net_vhost0,iface=" + socket), 1);
        try (QuernClient client =
                connect(PacketTransport.to(device("net_virtio_user0,path=" + socket), OWN, ADDRESS, null, 1))) {
            RecordExchange.run(client);
        }
    }

    private static DpdkDevice device(String name) throws IOException {
        return DpdkDevice.open(new DpdkConfig(DpdkSetup.EAL, name, 0, 2047), 1);
    }
}
