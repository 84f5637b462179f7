package dev.quern.server.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionResult;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.client.SyncTable;
import dev.quern.kvstore.StoreCore;
import dev.quern.net.LinkAddress;
import dev.quern.server.Await;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.StartedServers;
import dev.quern.server.TestModules;
import dev.quern.server.loop.Counter;
import dev.quern.server.session.SessionBudgets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client and a server with a wire between them and no kernel. */
@Timeout(100)
@SuppressWarnings("NullAway.Init") // each test starts its own
class NetPortTest {
    private static final int PORT = 7400;
    static final NetConfig SERVER = config("10.1.0.2/24", "fd00:1::2/64", 0, PORT);
    static final NetConfig CLIENT = config("10.1.0.1/24", "fd00:1::1/64", 0, PORT);

    private MemoryWire wire;
    private Server server;
    private NetPorts ports;

    static NetConfig config(String ipv4, String ipv6, int vlan, int port) {
        return new NetConfig(LinkAddress.parse(ipv4), null, LinkAddress.parse(ipv6), null, vlan, port, 65_504);
    }

    private void start(int cores, MemoryWire between) throws IOException {
        start(cores, between, SERVER);
    }

    private void start(int cores, MemoryWire between, NetConfig net) throws IOException {
        wire = between;
        ServerConfig config = ServerConfig.builder()
                .cores(cores)
                .udp("off")
                .resp("off")
                .tenant("t", "secret")
                .build();
        ports = new NetPorts(wire.right(), net, cores, new SessionBudgets(config.sessions()));
        server = StartedServers.with(config, List.of(ports));
    }

    private QuernClient connect(String address, NetConfig config, IntUnaryOperator queueOf) {
        WireHost host = new WireHost(
                wire.left(),
                config,
                new InetSocketAddress(InetAddress.ofLiteral(address), PORT),
                wire.right().queueCount(),
                queueOf);
        return QuernClient.connect(ClientConfig.builder()
                .transport(host)
                .tenant("t")
                .secret("secret")
                .requestTimeout(Duration.ofSeconds(30))
                .build());
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
            wire.left().close();
        }
    }

    private long count(Counter counter) {
        return server.counters().get(counter);
    }

    private static void exchange(QuernClient client) {
        SyncTable records = client.table().sync();
        for (int i = 0; i < 200; i++) {
            byte[] key = ("key" + i).getBytes(UTF_8);
            records.put(key, ("value" + i).getBytes(UTF_8));
            assertArrayEquals(("value" + i).getBytes(UTF_8), records.get(key));
        }
        assertNull(records.get("none".getBytes(UTF_8)));
        records.delete("sum".getBytes(UTF_8));
        assertEquals(5, records.increment("sum".getBytes(UTF_8), 5));
        byte[] large = new byte[1_000_000];
        new Random(7).nextBytes(large);
        records.put("large".getBytes(UTF_8), large);
        assertArrayEquals(large, records.get("large".getBytes(UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.1.0.2", "fd00:1::2"})
    void shouldServeOverAWire(String address) throws IOException {
        start(1, MemoryWire.perfect());
        try (QuernClient client = connect(address, CLIENT, core -> 0)) {
            exchange(client);
        }
        assertEquals(0, count(Counter.NET_DROPPED_CHECKSUM));
        assertEquals(0, count(Counter.NET_FRAMES_UNSENT));
        assertTrue(count(Counter.NET_ARP_ANSWERED) + count(Counter.NET_SOLICITATIONS_ANSWERED) > 0);
    }

    @Test
    void shouldServeWithinAVlan() throws IOException {
        start(1, MemoryWire.perfect(), config("10.1.0.2/24", "fd00:1::2/64", 42, PORT));
        try (QuernClient client = connect("10.1.0.2", config("10.1.0.1/24", "fd00:1::1/64", 42, PORT), core -> 0)) {
            exchange(client);
        }
        assertEquals(0, count(Counter.NET_DROPPED_VLAN));
    }

    @Test
    void shouldServeOverAFaultyWire() throws IOException {
        start(1, new MemoryWire(1500, 1, new MemoryWire.Faults(20, 20, 30, 20, 11)));
        try (QuernClient client = connect("10.1.0.2", CLIENT, core -> 0)) {
            SyncTable records = client.table().sync();
            for (int i = 1; i <= 300; i++) {
                assertEquals(i, records.increment("n".getBytes(UTF_8), 1));
            }
        }
        assertTrue(count(Counter.NET_DROPPED_CHECKSUM) > 0, "nothing was spoiled: no evidence");
    }

    @Test
    void shouldReachEachCoreByTheSourcePortChosen() throws IOException {
        start(2, new MemoryWire(1500, 2, MemoryWire.Faults.NONE));
        try (QuernClient client = connect("10.1.0.2", CLIENT, core -> core)) {
            exchange(client);
        }
        assertEquals(0, count(Counter.NET_HANDED_OVER));
    }

    @Test
    void shouldServeWhatArrivesAtTheWrongCore() throws IOException {
        start(2, new MemoryWire(1500, 2, MemoryWire.Faults.NONE));
        try (QuernClient client = connect("fd00:1::2", CLIENT, core -> 0)) {
            exchange(client);
        }
        try (QuernClient client = connect("10.1.0.2", CLIENT, core -> 1 - core)) {
            exchange(client);
        }
        assertTrue(count(Counter.NET_HANDED_OVER) > 0);
        assertEquals(0, count(Counter.NET_HANDOVERS_LOST));
    }

    @Test
    void shouldServeOnWhileQueuesMoveBetweenCores() throws Exception {
        start(2, new MemoryWire(1500, 2, MemoryWire.Faults.NONE));
        try (QuernClient client = connect("10.1.0.2", CLIENT, core -> core)) {
            SyncTable records = client.table().sync();
            for (int i = 0; i < 100; i++) {
                assertEquals(i + 1, records.increment("n".getBytes(UTF_8), 1));
                ports.move(1, i % 2 == 0 ? 1 : 0, i % 2 == 0 ? 0 : 1).get(10, TimeUnit.SECONDS);
                assertEquals(i + 1, records.increment("m".getBytes(UTF_8), 1));
            }
            exchange(client);
        }
    }

    @Test
    void shouldAnswerShortRequestsInTheMidstOfAFunctionAndHeldOnesAfterIt() throws IOException {
        start(1, MemoryWire.perfect());
        try (QuernClient caller = connect("10.1.0.2", CLIENT, core -> 0)) {
            caller.await(caller.functions()
                    .deploy(FunctionSpec.of("until", TestModules.UNTIL_GO).timeLimit(Duration.ofSeconds(10))));
            CompletableFuture<FunctionResult> waiting = caller.invoke("until");
            Await.until("no function stood still", () -> count(Counter.INTERLUDES) > 1);
            assertNull(caller.table().sync().get("go".getBytes(UTF_8)), "in its midst");
            CompletableFuture<FunctionResult> behind = caller.invoke("until");
            Await.until("not held", () -> count(Counter.REQUESTS_HELD) > 0);
            try (StoreCore own = server.store().attach()) {
                own.enter(System.currentTimeMillis());
                Objects.requireNonNull(server.store().tenant("t"))
                        .defaultTable()
                        .put(own, "go".getBytes(UTF_8), new byte[] {'1'});
                own.exit();
            }
            caller.await(waiting);
            caller.await(behind);
        }
        assertTrue(count(Counter.REQUESTS_BETWEEN) > 0);
        assertEquals(0, count(Counter.NET_NEIGHBOURS_UNKNOWN));
    }

    @Test
    void shouldGiveEveryBufferBack() throws IOException {
        start(2, new MemoryWire(1500, 2, new MemoryWire.Faults(20, 20, 30, 20, 5)));
        try (QuernClient client = connect("10.1.0.2", CLIENT, core -> 0)) {
            for (int i = 1; i <= 100; i++) {
                assertEquals(i, client.table().sync().increment("n".getBytes(UTF_8), 1));
            }
        }
        int before = MemoryDevice.buffers();
        assertTrue(server.drain());
        Await.until("not idle", () -> wire.right().isIdle());
        server.close();
        assertEquals(before, wire.right().buffersAtClose());
    }
}
