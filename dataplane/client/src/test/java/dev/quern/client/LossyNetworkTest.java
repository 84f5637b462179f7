package dev.quern.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.testing.LossyProxy;
import dev.quern.protocol.Opcode;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LossyNetworkTest {
    private static byte[] bytes(String text) {
        return QuernClientTest.bytes(text);
    }

    private static ClientConfig.Builder config(InetSocketAddress address) {
        return ClientConfig.builder()
                .address(address)
                .secret("s")
                .retransmit(Duration.ofMillis(5), Duration.ofMillis(50))
                .connectTimeout(Duration.ofSeconds(30))
                .requestTimeout(Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldExecuteEveryIncrementOnceWhateverTheNetworkDoes(long seed) throws Exception {
        try (TestServer server = TestServer.start("s", 1, 128, 1432);
                LossyProxy proxy = LossyProxy.start(server.address(), seed)
                        .drop(0.2)
                        .duplicate(0.2)
                        .corrupt(0.05)
                        .delay(0.2, 20_000_000);
                QuernClient client = QuernClient.connect(config(proxy.address()).build())) {
            List<CompletableFuture<Long>> sums = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                sums.add(client.table().increment(bytes("n" + i % 10), 1));
            }
            long total = 0;
            for (CompletableFuture<Long> sum : sums) {
                total += sum.join();
            }
            // Each counter went through 1 … 200: so do the answers, each once.
            assertEquals(10 * (200 * 201 / 2), total);
            for (int i = 0; i < 10; i++) {
                assertArrayEquals(bytes("200"), client.table().sync().get(bytes("n" + i)));
            }
            assertEquals(2000, server.store.executions(Opcode.INCREMENT));
            assertTrue(proxy.dropped() > 0 && proxy.duplicated() > 0, "seed " + seed);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void shouldMoveLargeBodiesThroughLoss(long seed) throws Exception {
        try (TestServer server = TestServer.start("s", 1, 64, 1432);
                LossyProxy proxy = LossyProxy.start(server.address(), seed)
                        .drop(0.1)
                        .duplicate(0.1)
                        .corrupt(0.02)
                        .delay(0.1, 5_000_000);
                QuernClient client = QuernClient.connect(config(proxy.address()).build())) {
            byte[] value = new byte[500_000];
            new SplittableRandom(seed).nextBytes(value);
            client.table().sync().put(bytes("k"), value);
            assertArrayEquals(value, client.table().sync().get(bytes("k")));
            assertEquals(1, server.store.executions(Opcode.PUT));
        }
    }

    @Test
    void shouldMoveReadsToANewSessionAndReportWritesAsUnknown() throws Exception {
        try (TestServer server = TestServer.start("s", 2, 64, 1432);
                LossyProxy proxy = LossyProxy.start(server.address(), 6);
                QuernClient client = QuernClient.connect(config(proxy.address()).build())) {
            ClientTable table = client.table("users");
            for (int i = 0; i < 20; i++) {
                table.sync().put(bytes("k" + i), bytes("v" + i));
            }
            int opened = server.sessionsOpened();
            server.restart();
            List<CompletableFuture<Value>> reads = new ArrayList<>();
            List<CompletableFuture<Long>> writes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                reads.add(table.get(bytes("k" + i)));
                writes.add(table.put(bytes("w" + i), bytes("x")));
            }
            for (int i = 0; i < 20; i++) {
                // The same table, by its name, although it has another id now.
                assertArrayEquals(bytes("v" + i), reads.get(i).join().bytes());
                CompletableFuture<Long> write = writes.get(i);
                assertInstanceOf(
                        QuernException.OutcomeUnknown.class,
                        assertThrows(CompletionException.class, write::join).getCause());
            }
            assertEquals(opened + 2, server.sessionsOpened());
            table.sync().put(bytes("after"), bytes("y"));
            assertArrayEquals(bytes("y"), table.sync().get(bytes("after")));
        }
    }

    @Test
    void shouldFollowAServerThatComesBackWithOtherCores() throws Exception {
        try (TestServer server = TestServer.start("s", 3, 64, 1432);
                QuernClient client =
                        QuernClient.connect(config(server.address()).build())) {
            ClientTable table = client.table("t");
            for (int cores : new int[] {1, 3, 2}) {
                for (int i = 0; i < 50; i++) {
                    table.sync().put(bytes("k" + i), bytes("v" + i));
                }
                server.coresInUse = cores;
                server.restart();
                int opened = server.sessionsOpened();
                List<CompletableFuture<Value>> reads = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    reads.add(table.get(bytes("k" + i)));
                }
                for (int i = 0; i < 50; i++) {
                    assertArrayEquals(bytes("v" + i), reads.get(i).join().bytes());
                }
                // A read is all that tells a core's session that it is gone.
                while (server.sessionsOpened() < opened + cores) {
                    for (int i = 0; i < 50; i++) {
                        assertArrayEquals(bytes("v" + i), table.sync().get(bytes("k" + i)));
                    }
                }
            }
        }
    }

    @Test
    void shouldSurviveALineThatWasCut() throws Exception {
        try (TestServer server = TestServer.start("s", 1, 64, 1432);
                LossyProxy proxy = LossyProxy.start(server.address(), 7);
                QuernClient client = QuernClient.connect(config(proxy.address()).build())) {
            proxy.drop(1);
            CompletionException cut = assertThrows(
                    CompletionException.class,
                    () -> client.table()
                            .withTimeout(Duration.ofMillis(100))
                            .get(bytes("k"))
                            .join());
            assertInstanceOf(QuernException.Timeout.class, cut.getCause());
            CompletableFuture<Long> put = client.table().put(bytes("k"), bytes("v"));
            long dropped = proxy.dropped();
            while (proxy.dropped() < dropped + 3) {
                Thread.onSpinWait();
            }
            proxy.drop(0);
            put.join();
            assertEquals(1, server.store.executions(Opcode.PUT));
        }
    }

    @Test
    void shouldOpenANewSessionBeforeTheOldOneIsForgotten() throws Exception {
        try (TestServer server = TestServer.start("s", 1, 64, 1432)) {
            server.sessionIdleMs = 20;
            try (QuernClient client =
                    QuernClient.connect(config(server.address()).build())) {
                client.table().sync().put(bytes("k"), bytes("v"));
                int opened = server.sessionsOpened();
                long since = System.nanoTime();
                while (System.nanoTime() - since < 30_000_000) {
                    Thread.onSpinWait();
                }
                client.table().sync().put(bytes("k"), bytes("v"));
                assertTrue(server.sessionsOpened() > opened);
            }
        }
    }

    @Test
    void shouldNotBelieveAForgedEndOfTheSession() throws Exception {
        // The server answers from another address than the session's: as good as a forger who knows session and
        // sequence.
        try (TestServer server = TestServer.start("s", 1, 64, 1432);
                LossyProxy proxy = LossyProxy.start(server.address(), 8).duplicate(0.5);
                QuernClient client = QuernClient.connect(config(proxy.address())
                        // Never sent again, however slow this machine is just now: then a forger would be believed.
                        .retransmit(Duration.ofMinutes(1), Duration.ofMinutes(1))
                        .build())) {
            server.forgeUnknownSession = true;
            for (int i = 0; i < 200; i++) {
                assertEquals(i + 1, client.table().sync().increment(bytes("n"), 1));
            }
            assertEquals(1, server.sessionsOpened());
        }
    }
}
