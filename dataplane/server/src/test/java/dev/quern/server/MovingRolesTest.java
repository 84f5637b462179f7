package dev.quern.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionResult;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.kvstore.Tenant;
import dev.quern.server.dispatch.Roles;
import dev.quern.server.loop.CoreLoop;
import dev.quern.server.loop.Counter;
import dev.quern.server.roles.LoadSnapshot;
import dev.quern.server.roles.Role;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/**
 * Cores that change between serving, running functions and running one tenant's, thousands of times a second and with their lanes, while
 * clients get, put, count and call by every way in: each reply is checked, each call runs once, nothing is asked twice.
 */
@Timeout(100)
class MovingRolesTest {
    private static final int CORES = 3;
    private static final int ROUNDS = 120;
    private static final int BATCH_MAX = 12;
    private static final int CHANGES_MIN = 2_000;

    /** What the calls of all clients come to. */
    private final AtomicLong calls = new AtomicLong();

    private final AtomicLong sum = new AtomicLong();

    private static EmbeddedQuern open(String mode) throws Exception {
        return Quern.embedded(ServerConfig.builder()
                .cores(CORES)
                .roles(roles -> roles.mode(mode))
                .functions(functions -> functions.waitMs(60_000))
                .idle(idle -> idle.waitMs(60_000))
                .udp("127.0.0.1:0")
                .resp("127.0.0.1:0")
                .tenant("default", "")
                .build());
    }

    private static ClientConfig.Builder patient() {
        return ClientConfig.builder()
                .retransmit(Duration.ofSeconds(80), Duration.ofSeconds(80))
                .requestTimeout(Duration.ofSeconds(80));
    }

    /** In mode static all calls are handed over where there is a function core; in mode adaptive by their price, and the provisioner moves cores, too. */
    @ParameterizedTest
    @ValueSource(strings = {"static", "adaptive"})
    void shouldLoseAndRepeatNothingWhileCoresChangeRoles(String mode) throws Exception {
        try (EmbeddedQuern quern = open(mode);
                QuernClient deployer = quern.client(patient());
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            deployer.await(deployer.functions()
                    .deploy(FunctionSpec.of("count", TestModules.COUNT).timeLimit(Duration.ofSeconds(10))));
            try (Changer changer = new Changer(quern.server())) {
                List<Future<?>> clients = new ArrayList<>();
                clients.add(threads.submit(() -> ask(quern.client(patient()), 1, changer)));
                clients.add(threads.submit(() -> ask(
                        QuernClient.connect(
                                patient().address(quern.server().udpAddress()).build()),
                        2,
                        changer)));
                clients.add(threads.submit(() -> askByResp(quern.server(), 3, changer)));
                clients.add(threads.submit(() -> ask(
                        QuernClient.connect(patient()
                                .address(quern.server().addresses("udp").get(1))
                                .build()),
                        4,
                        changer)));
                for (Future<?> client : clients) {
                    client.get(90, TimeUnit.SECONDS);
                }
            }
            long ran = calls.get();
            assertEquals(ran * (ran + 1) / 2, sum.get(), "each call ran once, and its own outcome came back");
            assertArrayEquals(
                    Long.toString(ran).getBytes(UTF_8), deployer.table().sync().get("calls".getBytes(UTF_8)));
            assertEquals(0, quern.server().counters().get(Counter.REQUESTS_REPEATED), "none was asked for twice");
            assertEquals(0, quern.server().counters().get(Counter.INVOCATIONS_SHED));
            assertTrue(quern.server().counters().get(Counter.INVOCATIONS_HANDED) > ran / 10, "few went elsewhere");
        }
    }

    private void called(byte[] reply) {
        calls.incrementAndGet();
        sum.addAndGet(ByteBuffer.wrap(reply).order(ByteOrder.LITTLE_ENDIAN).getLong());
    }

    private void ask(QuernClient connected, int seed, Changer changer) {
        SplittableRandom random = new SplittableRandom(seed);
        try (QuernClient client = connected) {
            byte[] counter = ("n" + seed).getBytes(UTF_8);
            long counted = 0;
            for (int round = 0; round < ROUNDS || !changer.isEnough(); round++) {
                List<CompletableFuture<Long>> counts = new ArrayList<>();
                List<CompletableFuture<FunctionResult>> results = new ArrayList<>();
                byte[] key = ("k" + seed + "/" + random.nextInt(50)).getBytes(UTF_8);
                byte[] value = new byte[random.nextInt(200)];
                random.nextBytes(value);
                client.await(client.table().put(key, value));
                for (int i = random.nextInt(1, BATCH_MAX); i > 0; i--) {
                    counts.add(client.table().increment(counter, 1));
                }
                for (CompletableFuture<Long> count : counts) {
                    assertEquals(++counted, client.await(count), "in the order asked, each once");
                }
                for (int i = random.nextInt(1, BATCH_MAX); i > 0; i--) {
                    results.add(client.invoke("count"));
                }
                for (CompletableFuture<FunctionResult> result : results) {
                    called(client.await(result).reply());
                }
                assertArrayEquals(value, client.table().sync().get(key));
            }
        }
    }

    private void askByResp(Server server, int seed, Changer changer) {
        try (Jedis jedis = new Jedis("127.0.0.1", server.respAddress().getPort(), 80_000)) {
            byte[] counter = ("n" + seed).getBytes(UTF_8);
            for (int round = 1; round <= ROUNDS || !changer.isEnough(); round++) {
                assertEquals(round, jedis.incr(counter));
                called((byte[]) jedis.fcall("count".getBytes(UTF_8), List.of(), List.of()));
            }
        }
    }

    /** Has cores take other roles, again and again; the first one always serves. */
    private static final class Changer implements AutoCloseable {
        private static final long PAUSE_NS = 100_000;
        private static final List<Role> ROLES = List.of(Role.SERVING, Role.FUNCTIONS, Role.DEDICATED);

        private final Server server;
        private final Thread thread;
        private volatile boolean isOver;
        private volatile long changes;

        Changer(Server server) {
            this.server = server;
            this.thread = Thread.ofPlatform().name("changer").start(this::change);
        }

        @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
        private void change() {
            SplittableRandom random = new SplittableRandom(42);
            List<CoreLoop> loops = server.loops();
            Roles roles = server.roles();
            Tenant tenant = Objects.requireNonNull(server.store().tenant("default"));
            while (!isOver) {
                int core = random.nextInt(1, CORES);
                Role to = ROLES.get(random.nextInt(ROLES.size()));
                roles.change(core, to, to == Role.DEDICATED ? tenant.id() : LoadSnapshot.NO_TENANT);
                loops.get(core).place(loops.get(to == Role.SERVING ? core : random.nextInt(core)));
                changes++;
                LockSupport.parkNanos(PAUSE_NS);
            }
        }

        /** Whether that many changes are evidence. */
        boolean isEnough() {
            return changes >= CHANGES_MIN;
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
