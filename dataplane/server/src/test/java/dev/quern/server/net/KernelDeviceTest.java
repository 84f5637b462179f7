package dev.quern.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.QuernClient;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.net.KernelDevice;
import dev.quern.net.LinkAddress;
import dev.quern.net.PacketBurst;
import dev.quern.net.PacketFlags;
import dev.quern.net.ReceiveQueue;
import dev.quern.net.TransmitQueue;
import dev.quern.server.Await;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.StartedServers;
import dev.quern.server.loop.Counter;
import dev.quern.server.session.SessionBudgets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stack at one end of a pair of virtual interfaces, the kernel's at the other, each in a namespace of its own. */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // each test starts its own
class KernelDeviceTest {
    private static final int PORT = 7400;
    private static final String OBSTACLE = NetNamespace.obstacle();

    private NetNamespace here;
    private NetNamespace there;
    private Server server;

    @BeforeEach
    void plug() {
        assumeTrue(OBSTACLE.isEmpty(), OBSTACLE);
        String suffix = Long.toString(ProcessHandle.current().pid());
        here = NetNamespace.create("quern-s-" + suffix);
        there = NetNamespace.create("quern-c-" + suffix);
        here.ip("link", "add", "s0", "type", "veth", "peer", "name", "c0", "netns", there.name());
        here.ip("link", "set", "s0", "up");
        there.ip("addr", "add", "10.77.0.1/24", "dev", "c0");
        there.ip("addr", "add", "fd77::1/64", "dev", "c0", "nodad");
        there.ip("link", "set", "c0", "up");
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

    private static NetConfig net(int vlan, String ipv4, String ipv6) {
        return new NetConfig(LinkAddress.parse(ipv4), null, LinkAddress.parse(ipv6), null, vlan, PORT, 65_504);
    }

    private void start(int cores, int vlan) throws Exception {
        ServerConfig config = ServerConfig.builder()
                .cores(cores)
                .udp("off")
                .resp("off")
                .tenant("t", "secret")
                .build();
        KernelDevice device = here.call(() -> KernelDevice.open("s0", cores));
        NetPorts ports = new NetPorts(
                device, net(vlan, "10.77.0.2/24", "fd77::2/64"), cores, new SessionBudgets(config.sessions()));
        server = StartedServers.with(config, List.of(ports));
    }

    private static ClientConfig.Builder client() {
        return ClientConfig.builder().tenant("t").secret("secret").requestTimeout(Duration.ofSeconds(30));
    }

    private long count(Counter counter) {
        return server.counters().get(counter);
    }

    /** By both families; with the kernel's checksums computed by it, or left to hardware that is not there. */
    @ParameterizedTest
    @CsvSource({"10.77.0.2, true", "10.77.0.2, false", "fd77::2, true", "fd77::2, false"})
    void shouldServeClientsOfTheKernel(String address, boolean isComputed) throws Exception {
        if (isComputed) {
            there.computeChecksums("c0");
        }
        start(1, 0);
        InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral(address), PORT);
        try (QuernClient client =
                there.call(() -> QuernClient.connect(client().address(to).build()))) {
            RecordExchange.run(client);
        }
        assertEquals(0, count(Counter.NET_DROPPED_CHECKSUM));
        assertEquals(0, count(Counter.NET_NEIGHBOURS_UNKNOWN));
        String snmp = there.call(() -> Files.readString(Path.of("/proc/thread-self/net/snmp"))
                + Files.readString(Path.of("/proc/thread-self/net/snmp6")));
        assertEquals("0", udp4(snmp, "InCsumErrors"));
        assertTrue(snmp.lines()
                .filter(line -> line.startsWith("Udp6InCsumErrors"))
                .allMatch(line -> line.endsWith("\t0") || line.endsWith(" 0")));
    }

    private static String udp4(String snmp, String field) {
        List<String> udp = snmp.lines().filter(line -> line.startsWith("Udp: ")).toList();
        int at = List.of(udp.get(0).split(" ")).indexOf(field);
        return udp.get(1).split(" ")[at];
    }

    @Test
    void shouldServeSeveralCores() throws Exception {
        start(2, 0);
        InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral("10.77.0.2"), PORT);
        try (QuernClient client =
                there.call(() -> QuernClient.connect(client().address(to).build()))) {
            RecordExchange.run(client);
        }
    }

    /** Java's own ping, which sends ICMP when root asks for it. */
    @Test
    void shouldAnswerPings() throws Exception {
        start(1, 0);
        for (String address : List.of("10.77.0.2", "fd77::2")) {
            assertTrue(
                    there.call(() -> InetAddress.ofLiteral(address).isReachable(20_000)), "no answer from " + address);
        }
        assertTrue(count(Counter.NET_ECHOES_ANSWERED) >= 2);
        assertTrue(count(Counter.NET_ARP_ANSWERED) > 0);
        assertTrue(count(Counter.NET_SOLICITATIONS_ANSWERED) > 0);
    }

    /** Two stacks with the kernel's link between them, which takes VLAN tags out of frames and shows them beside. */
    @Test
    void shouldServeWithinAVlan() throws Exception {
        start(1, 42);
        KernelDevice device = there.call(() -> KernelDevice.open("c0", 1));
        try {
            WireHost host = new WireHost(
                    device,
                    net(42, "10.77.0.9/24", "fd77::9/64"),
                    new InetSocketAddress(InetAddress.ofLiteral("10.77.0.2"), PORT),
                    1,
                    core -> 0);
            try (QuernClient client =
                    QuernClient.connect(client().transport(host).build())) {
                RecordExchange.run(client);
            }
        } finally {
            device.close();
        }
    }

    /** What arping does, and that a stranger's answer reaches nobody. */
    @Test
    void shouldAnswerArpOnTheWire() throws Exception {
        start(1, 0);
        byte[] ours = Frames.ip("10.77.0.2");
        byte[] theirs = Frames.ip("10.77.0.1");
        KernelDevice device = there.call(() -> KernelDevice.open("c0", 1));
        try {
            TransmitQueue out = device.transmitQueue(0);
            ReceiveQueue in = device.receiveQueue(0);
            byte[] question = Frames.ethernet(
                    0xFFFF_FFFF_FFFFL, device.mac(), 0x0806, Frames.arp(1, device.mac(), theirs, 0, ours));
            PacketBurst burst = new PacketBurst(64);
            assertEquals(1, out.allocate(burst, 1));
            NativeMemory.copyFromArray(question, 0, burst.address(0), question.length);
            PacketBurst asking = new PacketBurst(1);
            asking.add(burst.handle(0), burst.address(0), question.length, PacketFlags.NONE);
            assertEquals(1, out.transmit(asking, 0));
            burst.truncate(0);
            String prefix = HexFormat.of().toHexDigits(device.mac(), 12);
            Await.until("no answer", () -> {
                in.receive(burst, burst.room());
                for (int i = 0; i < burst.count(); i++) {
                    String frame = HexFormat.of().formatHex(NativeMemory.toArray(burst.address(i), burst.length(i)));
                    if (frame.startsWith(prefix)
                            && frame.startsWith("080600010800060400 02".replace(" ", ""), 24)
                            && frame.startsWith(HexFormat.of().formatHex(ours), 56)) {
                        return true;
                    }
                }
                out.free(burst, 0);
                return false;
            });
            out.free(burst, 0);
        } finally {
            device.close();
        }
    }

    @Test
    void shouldSayWhatIsWrongWithAnInterface() {
        IOException none = assertThrows(IOException.class, () -> KernelDevice.open("none0", 1));
        assertTrue(String.valueOf(none.getMessage()).contains("none0"), none::getMessage);
        IOException loop = assertThrows(IOException.class, () -> KernelDevice.open("lo", 1));
        assertTrue(String.valueOf(loop.getMessage()).contains("Ethernet"), loop::getMessage);
    }
}
