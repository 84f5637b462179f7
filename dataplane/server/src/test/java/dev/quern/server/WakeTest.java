package dev.quern.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.client.SyncTable;
import dev.quern.client.transport.ShmTransport;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.CounterTotals;
import dev.quern.server.port.UdpPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

/**
 * A core that sleeps at once and for a minute: only events wake it, so a request answered before the test's own deadline was not lost on
 * it.
 */
@Timeout(50)
class WakeTest {
    enum Way {
        RECVMMSG,
        NIO,
        RING,
        SHM,
        SHM_NIO,
        RESP_EPOLL,
        RESP_NIO;

        boolean nio() {
            return name().endsWith("NIO");
        }

        boolean shm() {
            return name().startsWith("SHM");
        }
    }

    /** One client's increments, one at a time. */
    private interface Increments extends AutoCloseable {
        long next();

        @Override
        void close();
    }

    private static final int CLIENTS = 4;
    private static final int REQUESTS = 20_000;
    private static final int PAUSE_NS_MAX = 200_000;

    @TempDir
    private Path directory;

    private EmbeddedQuern open(Way way) throws Exception {
        return Quern.embedded(ServerConfig.builder()
                .cores(1)
                .udp("127.0.0.1:0")
                .udpDriver(way.nio() ? UdpPorts.Driver.NIO : UdpPorts.Driver.NATIVE)
                .resp("127.0.0.1:0")
                .shm(way.shm() ? directory.resolve("shm").toString() : "off")
                .idle(idle -> idle.spins(0).yields(0).waitMs(60_000))
                .tenant("default", "")
                .build());
    }

    private Increments connect(EmbeddedQuern quern, Way way, String key) {
        if (way == Way.RESP_EPOLL || way == Way.RESP_NIO) {
            Jedis jedis = new Jedis("127.0.0.1", quern.server().respAddress().getPort(), 40_000);
            return new Increments() {
                @Override
                public long next() {
                    return jedis.incr(key);
                }

                @Override
                public void close() {
                    jedis.close();
                }
            };
        }
        // No retransmission: it would wake the core again and hide a lost wake-up.
        ClientConfig.Builder config = ClientConfig.builder()
                .retransmit(Duration.ofSeconds(45), Duration.ofSeconds(45))
                .requestTimeout(Duration.ofSeconds(45));
        if (way.shm()) {
            config.transport(shm());
        }
        QuernClient client = way == Way.RING
                ? quern.client(config)
                : QuernClient.connect(
                        config.address(quern.server().udpAddress()).build());
        SyncTable table = client.table().sync();
        return new Increments() {
            @Override
            public long next() {
                return table.increment(key.getBytes(UTF_8), 1);
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }

    private ShmTransport shm() {
        try {
            return ShmTransport.to(directory.resolve("shm"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void awaitSleep(CounterTotals counters) {
        Await.until("asleep", () -> {
            long wakes = counters.get(Counter.WAKES);
            long turns = counters.get(Counter.TURNS);
            return counters.get(Counter.WAITS) > wakes && turns == counters.get(Counter.TURNS);
        });
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void shouldWakeForARequest(Way way) throws Exception {
        try (EmbeddedQuern quern = open(way);
                Increments increments = connect(quern, way, "n")) {
            CounterTotals counters = quern.server().counters();
            // One that met the core between two sleeps woke nobody. A wake-up that is lost leaves a request without its
            // answer.
            long wanted = counters.get(Counter.WAKES) + 10;
            for (int request = 1; counters.get(Counter.WAKES) < wanted; request++) {
                awaitSleep(counters);
                assertEquals(request, increments.next());
            }
            assertEquals(0, counters.get(Counter.PARKS));
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void shouldLoseNoWakeUpAmongConcurrentClients(Way way) throws Exception {
        try (EmbeddedQuern quern = open(way);
                ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
            List<CompletableFuture<Long>> last = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                int seed = client;
                last.add(CompletableFuture.supplyAsync(() -> pingPong(quern, way, seed), threads));
            }
            for (CompletableFuture<Long> future : last) {
                assertEquals(REQUESTS / CLIENTS, future.get(45, TimeUnit.SECONDS));
            }
            assertTrue(quern.server().counters().get(Counter.WAKES) > 0);
            assertEquals(0, quern.server().counters().get(Counter.REQUESTS_REPEATED), "none was woken by a repetition");
        }
    }

    private long pingPong(EmbeddedQuern quern, Way way, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (Increments increments = connect(quern, way, "n" + seed)) {
            long value = 0;
            for (int request = 0; request < REQUESTS / CLIENTS; request++) {
                value = increments.next();
                int pauseNs = random.nextInt(2 * PAUSE_NS_MAX) - PAUSE_NS_MAX;
                if (pauseNs > 0) {
                    LockSupport.parkNanos(pauseNs);
                }
            }
            return value;
        }
    }

    @Test
    void shouldWakeForAConnectionMadeOnAnotherCore() throws Exception {
        try (Server server = Quern.start(ServerConfig.builder()
                .cores(3)
                .udp("off")
                .resp("127.0.0.1:0")
                .idle(idle -> idle.spins(0).yields(0).waitMs(60_000))
                .build())) {
            for (int connection = 1; connection <= 12; connection++) {
                try (Jedis jedis = new Jedis("127.0.0.1", server.respAddress().getPort(), 40_000)) {
                    assertEquals(connection, jedis.incr("n"));
                }
            }
        }
    }

    @Test
    void shouldWakeForItsControlThread() throws Exception {
        try (EmbeddedQuern quern = open(Way.RING);
                QuernClient client = quern.client("default")) {
            client.functions()
                    .deploy(FunctionSpec.of("count", TestModules.COUNT))
                    .get(45, TimeUnit.SECONDS);
            assertEquals(1, client.functions().list().get(45, TimeUnit.SECONDS).size());
        }
    }

    @Test
    void shouldWakeToDrainAndToStop() throws Exception {
        EmbeddedQuern quern = open(Way.RECVMMSG);
        awaitSleep(quern.server().counters());
        assertTrue(quern.server().drain());
        awaitSleep(quern.server().counters());
        quern.close();
    }
}
