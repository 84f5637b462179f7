package dev.quern.server.port;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.SyncTable;
import dev.quern.client.transport.Transport;
import dev.quern.server.Await;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.StartedServers;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.PortFactory;
import dev.quern.server.session.SessionBudgets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every way of datagrams has to do, whatever carries them. */
@Timeout(90)
abstract class PortConformanceTest {
    private static final int CLIENTS = 12;
    private static final int INCREMENTS = 200;
    private static final int DEATHS = 10;

    private @Nullable Server server;
    private @Nullable PortFactory factory;

    /** The port under test, for a server of so many cores. */
    abstract PortFactory factory(int cores, SessionBudgets budgets) throws IOException;

    /** A client's way to it. */
    abstract Transport transport(PortFactory factory) throws IOException;

    /** Sessions of clients that went without a word: whether the port sees that they have gone, or time has to tell. */
    abstract boolean seesClientsGo();

    private Server start(int cores, int idleTurns) throws IOException {
        ServerConfig config = ServerConfig.builder()
                .cores(cores)
                .udp("off")
                .resp("off")
                .idle(idle -> idle.spins(idleTurns).yields(idleTurns))
                .sessions(sessions -> sessions.idleMs(seesClientsGo() ? 60_000 : 2_000))
                .tenant("t", "secret")
                .build();
        PortFactory opened = factory(cores, new SessionBudgets(config.sessions()));
        factory = opened;
        Server started = StartedServers.with(config, List.of(opened));
        server = started;
        return started;
    }

    private Transport transport() throws IOException {
        PortFactory opened = factory;
        return transport(Objects.requireNonNull(opened));
    }

    private QuernClient connect(Transport transport) {
        return QuernClient.connect(ClientConfig.builder()
                .transport(transport)
                .tenant("t")
                .secret("secret")
                .connectTimeout(Duration.ofSeconds(30))
                .requestTimeout(Duration.ofSeconds(30))
                .build());
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void shouldAnswerRequests() throws Exception {
        start(2, 100);
        try (QuernClient client = connect(transport())) {
            SyncTable table = client.table("things").sync();
            assertNull(table.get(bytes("k")));
            long version = table.put(bytes("k"), bytes("v"));
            assertArrayEquals(bytes("v"), table.get(bytes("k")));
            assertTrue(table.compareAndSet(bytes("k"), version, bytes("w")) > version);
            for (int i = 1; i <= 300; i++) {
                assertEquals(i, table.increment(bytes("n"), 1));
            }
            assertTrue(table.delete(bytes("k")));
        }
    }

    @Test
    void shouldCarryLargeValues() throws Exception {
        start(1, 100);
        try (QuernClient client = connect(transport())) {
            SyncTable table = client.table().sync();
            SplittableRandom random = new SplittableRandom(5);
            for (int length : new int[] {0, 1, 1_399, 16_319, 16_320, 65_507, 70_000, 1_000_000, 4 << 20}) {
                byte[] value = new byte[length];
                random.nextBytes(value);
                table.put(bytes("big"), value);
                assertArrayEquals(value, table.get(bytes("big")), "length " + length);
            }
        }
    }

    @Test
    void shouldServeManyClients() throws Exception {
        start(1, 100);
        try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
            List<CompletableFuture<Long>> last = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                String key = "own-" + i;
                last.add(CompletableFuture.supplyAsync(() -> increment(key), threads));
            }
            for (CompletableFuture<Long> each : last) {
                assertEquals(INCREMENTS, each.get(80, TimeUnit.SECONDS));
            }
        }
        try (QuernClient client = connect(transport())) {
            assertEquals(CLIENTS * INCREMENTS, client.table().sync().increment(bytes("all"), 0));
        }
    }

    private long increment(String key) {
        try (QuernClient client = connect(transport())) {
            SyncTable table = client.table().sync();
            long value = 0;
            for (int i = 0; i < INCREMENTS; i++) {
                value = table.increment(bytes(key), 1);
                table.increment(bytes("all"), 1);
            }
            return value;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void shouldOutliveClientsThatGoInMidTraffic() throws Exception {
        Server started = start(1, 100);
        try (QuernClient witness = connect(transport())) {
            for (int death = 0; death < DEATHS; death++) {
                Silenced way = new Silenced(transport());
                QuernClient dying = connect(way);
                for (int i = 0; i < 500; i++) {
                    var ignored = dying.table().put(bytes("d" + i), new byte[i * 10]);
                }
                way.silence();
                assertEquals(death + 1, witness.table().sync().increment(bytes("n"), 1));
                dying.close();
            }
            Await.until("sessions of those who went are forgotten", () -> ended(started) >= DEATHS);
            assertEquals(DEATHS + 1, witness.table().sync().increment(bytes("n"), 1));
        }
    }

    private static long ended(Server server) {
        return server.counters().get(Counter.SESSIONS_CLOSED)
                + server.counters().get(Counter.SESSIONS_EXPIRED);
    }

    @Test
    void shouldDropWhatIsMalformed() throws Exception {
        Server started = start(1, 100);
        try (QuernClient witness = connect(transport());
                Transport raw = transport();
                Transport.Link link = raw.open(Transport.PORT_FIRST)) {
            SplittableRandom random = new SplittableRandom(11);
            ByteBuffer datagram = ByteBuffer.allocateDirect(2_048);
            for (int i = 0; i < 3_000; i++) {
                byte[] junk = new byte[1 + random.nextInt(2_000)];
                random.nextBytes(junk);
                if (i % 2 == 0 && junk.length > 4) {
                    junk[0] = 'Q';
                    junk[1] = 'N';
                    junk[2] = 1;
                    junk[3] = 0;
                }
                datagram.clear().put(junk).flip();
                boolean ignored = link.send(datagram);
                if (i % 300 == 0) {
                    assertEquals(i / 300 + 1, witness.table().sync().increment(bytes("n"), 1));
                }
            }
            assertTrue(started.counters().get(Counter.DROPPED_MAGIC) > 0);
            assertTrue(started.counters().get(Counter.DROPPED_UNALIGNED) > 0);
            assertEquals(11, witness.table().sync().increment(bytes("n"), 1));
        }
    }

    @Test
    void shouldDrain() throws Exception {
        Server started = start(2, 100);
        try (QuernClient client = connect(transport())) {
            List<CompletableFuture<Long>> puts = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                puts.add(client.table().put(bytes("k" + i), new byte[100]));
            }
            assertTrue(started.drain());
            for (CompletableFuture<Long> put : puts) {
                assertEnded(client, put);
            }
            QuernException refused = assertThrows(
                    QuernException.class, () -> client.table().sync().put(bytes("late"), bytes("v")));
            assertTrue(String.valueOf(refused.getMessage()).contains("DRAINING"), refused.getMessage());
        }
    }

    /** Done or refused, never left open. */
    private static void assertEnded(QuernClient client, CompletableFuture<Long> put) {
        try {
            assertTrue(client.await(put) > 0);
        } catch (QuernException refused) {
            assertTrue(String.valueOf(refused.getMessage()).contains("DRAINING"), refused.getMessage());
        }
    }

    @Test
    void shouldSleepWhenIdleAndWakeForRequests() throws Exception {
        Server started = start(1, 0);
        try (QuernClient client = connect(transport())) {
            for (int i = 1; i <= 20; i++) {
                long waits = started.counters().get(Counter.WAITS)
                        + started.counters().get(Counter.PARKS);
                Await.until(
                        "it sleeps",
                        () -> started.counters().get(Counter.WAITS)
                                        + started.counters().get(Counter.PARKS)
                                > waits);
                assertEquals(i, client.table().sync().increment(bytes("n"), 1));
            }
        }
    }

    /** A way that can be cut, as when its process is killed: nothing more goes out, not even that it is closed. */
    private static final class Silenced implements Transport {
        private final Transport way;
        private volatile boolean isSilent;

        Silenced(Transport way) {
            this.way = way;
        }

        /** The kernel closes what a process leaves open. */
        void silence() {
            isSilent = true;
        }

        @Override
        public Link open(int port) throws IOException {
            Link link = way.open(port);
            return new Link() {
                @Override
                public boolean send(ByteBuffer datagram) {
                    return isSilent || link.send(datagram);
                }

                @Override
                public int receive(ByteBuffer target) {
                    return link.receive(target);
                }

                @Override
                public @Nullable String failure() {
                    return link.failure();
                }

                @Override
                public void close() {
                    link.close();
                }
            };
        }

        @Override
        public int datagramBytesMax() {
            return way.datagramBytesMax();
        }

        @Override
        public void await(long timeoutNs) {
            way.await(timeoutNs);
        }

        @Override
        public void wakeup() {
            way.wakeup();
        }

        @Override
        public String describe() {
            return way.describe();
        }

        @Override
        public void close() {
            way.close();
        }
    }
}
