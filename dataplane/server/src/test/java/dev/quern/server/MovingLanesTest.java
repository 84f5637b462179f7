package dev.quern.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionResult;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.client.transport.ShmTransport;
import dev.quern.kvstore.Tenant;
import dev.quern.server.loop.CoreLoop;
import dev.quern.server.loop.Counter;
import dev.quern.server.port.UdpPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;

/**
 * Cores that are handed from thread to thread a thousand times and more while clients ask: every request is answered, in its session's
 * order, and done once. Nothing is asked again, so what got lost would be missed.
 */
@Timeout(100)
class MovingLanesTest {
    enum Way {
        RECVMMSG,
        NIO,
        RING,
        SHM,
        RESP_EPOLL,
        RESP_NIO;

        boolean nio() {
            return name().endsWith("NIO");
        }

        boolean resp() {
            return name().startsWith("RESP");
        }
    }

    /** One client's increments of a counter of its own, several at a time. */
    private interface Increments extends AutoCloseable {
        List<Long> next(int count);

        @Override
        void close();
    }

    private static final int CORES = 2;
    private static final int CLIENTS = 4;
    private static final int REQUESTS = 12_000;
    private static final int CALLS = 1_000;
    private static final int BATCH_MAX = 16;
    private static final int MOVES_MIN = 1_000;

    @TempDir
    private Path directory;

    private EmbeddedQuern open(Way way, boolean sleepsAtOnce) throws Exception {
        ServerConfig.Builder config = ServerConfig.builder()
                .cores(CORES)
                .udp("127.0.0.1:0")
                .resp("127.0.0.1:0")
                .shm(way == Way.SHM ? directory.resolve("shm").toString() : "off")
                .tenant("default", "");
        config.idle(idle -> idle.waitMs(60_000));
        // Nobody else is to move lanes.
        config.roles(roles -> roles.mode("inline"));
        config.udpDriver(way.nio() ? UdpPorts.Driver.NIO : UdpPorts.Driver.NATIVE);
        if (sleepsAtOnce) {
            config.idle(idle -> idle.spins(0).yields(0));
        }
        return Quern.embedded(config.build());
    }

    private QuernClient client(EmbeddedQuern quern, Way way) {
        ClientConfig.Builder config = ClientConfig.builder()
                .retransmit(Duration.ofSeconds(80), Duration.ofSeconds(80))
                .requestTimeout(Duration.ofSeconds(80));
        if (way == Way.SHM) {
            try {
                config.transport(ShmTransport.to(directory.resolve("shm")));
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
        return way == Way.RING
                ? quern.client(config)
                : QuernClient.connect(
                        config.address(quern.server().udpAddress()).build());
    }

    private Increments connect(EmbeddedQuern quern, Way way, String key) {
        if (way.resp()) {
            Jedis jedis = new Jedis("127.0.0.1", quern.server().respAddress().getPort(), 80_000);
            return new Increments() {
                @Override
                public List<Long> next(int count) {
                    Pipeline pipeline = jedis.pipelined();
                    List<Response<Long>> replies = new ArrayList<>();
                    for (int i = 0; i < count; i++) {
                        replies.add(pipeline.incr(key));
                    }
                    pipeline.sync();
                    return replies.stream().map(Response::get).toList();
                }

                @Override
                public void close() {
                    jedis.close();
                }
            };
        }
        QuernClient client = client(quern, way);
        return new Increments() {
            @Override
            public List<Long> next(int count) {
                List<CompletableFuture<Long>> sums = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    sums.add(client.table().increment(key.getBytes(UTF_8), 1));
                }
                return sums.stream().map(client::await).toList();
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void shouldAnswerEveryRequestInOrderWhileCoresMove(Way way) throws Exception {
        answers(way, false);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void shouldLoseNoWakeUpWhileCoresMove(Way way) throws Exception {
        answers(way, true);
    }

    private void answers(Way way, boolean sleepsAtOnce) throws Exception {
        try (EmbeddedQuern quern = open(way, sleepsAtOnce);
                Mover mover = new Mover(quern.server());
                ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                int seed = client;
                clients.add(threads.submit(() -> ask(quern, mover, way, seed)));
            }
            for (Future<?> client : clients) {
                client.get(90, TimeUnit.SECONDS);
            }
            assertEquals(0, quern.server().counters().get(Counter.REQUESTS_REPEATED), "none was asked for twice");
        }
    }

    private void ask(EmbeddedQuern quern, Mover mover, Way way, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (Increments increments = connect(quern, way, "n" + seed)) {
            long last = 0;
            while (last < REQUESTS / CLIENTS || !mover.isEnough()) {
                int count = random.nextInt(1, BATCH_MAX);
                for (long sum : increments.next(count)) {
                    assertEquals(++last, sum, "in the order asked, each once");
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"chicory", "graalwasm"})
    void shouldCallFunctionsOnWhicheverThreadTurnsTheirCore(String runtime) throws Exception {
        try (EmbeddedQuern quern = open(Way.RECVMMSG, false);
                QuernClient client = client(quern, Way.RECVMMSG);
                Mover mover = new Mover(quern.server())) {
            client.await(client.functions()
                    .deploy(FunctionSpec.of("count", TestModules.COUNT)
                            .runtime(runtime)
                            .timeLimit(Duration.ofSeconds(10))));
            long calls = 0;
            long total = 0;
            while (calls < CALLS || !mover.isEnough()) {
                List<CompletableFuture<FunctionResult>> results = new ArrayList<>();
                for (int i = 0; i < BATCH_MAX; i++) {
                    results.add(client.invoke("count"));
                }
                for (CompletableFuture<FunctionResult> result : results) {
                    calls++;
                    total += ByteBuffer.wrap(client.await(result).reply())
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong();
                }
            }
            assertEquals(calls * (calls + 1) / 2, total);
        }
    }

    /** Both cores on one thread: a function of the one must not hold the other's short requests up. */
    @Test
    void shouldServeOneCoreInTheMidstOfAnothersFunction() throws Exception {
        try (EmbeddedQuern quern = open(Way.RESP_EPOLL, false);
                QuernClient client = client(quern, Way.RECVMMSG);
                Jedis first =
                        new Jedis("127.0.0.1", quern.server().respAddress().getPort(), 80_000);
                Jedis second =
                        new Jedis("127.0.0.1", quern.server().respAddress().getPort(), 80_000);
                ExecutorService threads = Executors.newSingleThreadExecutor()) {
            Server server = quern.server();
            client.await(client.functions()
                    .deploy(FunctionSpec.of("spin", TestModules.SPIN).timeLimit(Duration.ofSeconds(10))));
            first.ping();
            second.ping();
            List<CoreLoop> loops = server.loops();
            loops.get(1).place(loops.get(0));
            Await.until("moved", () -> server.counters().get(Counter.MOVES) == 1);
            Future<?> spinning = threads.submit(() -> first.fcall("spin".getBytes(UTF_8), List.of(), List.of()));
            Await.until("no function stood still", () -> server.counters().get(Counter.INTERLUDES) > 1);
            for (long count = 1; count <= 100; count++) {
                assertEquals(count, second.incr("n"));
            }
            assertFalse(spinning.isDone(), "all were answered before the function ended");
            Tenant tenant = Objects.requireNonNull(server.store().tenant("default"));
            Await.until("nothing to kill", () -> server.functions().kill(tenant) > 0);
            ExecutionException killed = assertThrows(ExecutionException.class, spinning::get);
            assertTrue(String.valueOf(killed.getMessage()).contains("killed"), killed::toString);
        }
    }

    /** Hands a core to another thread, again and again. */
    private static final class Mover implements AutoCloseable {
        private static final long PAUSE_NS = 100_000;

        private final Server server;
        private final Thread thread;
        private volatile boolean isOver;

        Mover(Server server) {
            this.server = server;
            this.thread = Thread.ofPlatform().name("mover").start(this::move);
        }

        private void move() {
            SplittableRandom random = new SplittableRandom(42);
            List<CoreLoop> loops = server.loops();
            while (!isOver) {
                loops.get(random.nextInt(CORES)).place(loops.get(random.nextInt(CORES)));
                LockSupport.parkNanos(PAUSE_NS);
            }
        }

        /** Whether that many moves are evidence. */
        boolean isEnough() {
            return server.counters().get(Counter.MOVES) >= MOVES_MIN;
        }

        @Override
        public void close() {
            isOver = true;
            boolean isInterrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException again) {
                    isInterrupted = true;
                }
            }
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
