package dev.quern.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.CallOutcome;
import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionResult;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.client.SyncTable;
import dev.quern.client.testing.LossyProxy;
import dev.quern.server.loop.Counter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes and invocations through a network that loses, repeats, delays and corrupts datagrams. The seed is in the test's name. */
@Timeout(120)
class ExactlyOnceTest {
    /** A first call is cold, and the machine may be busy. */
    private static final Duration AMPLE = Duration.ofSeconds(10);

    private static final int COUNTERS = 10;
    private static final int INCREMENTS = 2_000;
    private static final int CALLS = 300;

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static Server start() throws IOException {
        return start(1);
    }

    /** With one core that serves; a second one runs functions. */
    static Server start(int cores) throws IOException {
        return Quern.start(ServerConfig.builder()
                .cores(cores)
                .roles(roles -> roles.mode(cores == 1 ? "inline" : "static"))
                .functions(functions -> functions.waitMs(60_000))
                .udp("127.0.0.1:0")
                .resp("off")
                .datagramBytesMax(1432)
                .tenant("t", "secret")
                .build());
    }

    static LossyProxy proxy(InetSocketAddress server, long seed) throws IOException {
        return LossyProxy.start(server, seed)
                .drop(0.15)
                .duplicate(0.2)
                .corrupt(0.03)
                .delay(0.2, 20_000_000);
    }

    static QuernClient connect(LossyProxy proxy) {
        return QuernClient.connect(ClientConfig.builder()
                .address(proxy.address())
                .tenant("t")
                .secret("secret")
                .datagramBytes(1432, 1432)
                .retransmit(Duration.ofMillis(5), Duration.ofMillis(50))
                .connectTimeout(Duration.ofSeconds(30))
                .requestTimeout(Duration.ofSeconds(60))
                .build());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldExecuteEveryIncrementOnce(long seed) throws Exception {
        try (Server server = start();
                LossyProxy proxy = proxy(server.udpAddress(), seed);
                QuernClient client = connect(proxy)) {
            List<CompletableFuture<Long>> sums = new ArrayList<>();
            for (int i = 0; i < INCREMENTS; i++) {
                sums.add(client.table().increment(bytes("n" + i % COUNTERS), 1));
            }
            long total = 0;
            for (CompletableFuture<Long> sum : sums) {
                total += client.await(sum);
            }
            // Each counter went through 1 … 200: so do the answers, each once.
            int each = INCREMENTS / COUNTERS;
            assertEquals((long) COUNTERS * each * (each + 1) / 2, total);
            for (int i = 0; i < COUNTERS; i++) {
                assertArrayEquals(bytes("" + each), client.table().sync().get(bytes("n" + i)));
            }
            assertTrue(proxy.dropped() > 0 && proxy.duplicated() > 0 && proxy.corrupted() > 0);
            assertTrue(server.counters().get(Counter.REQUESTS_REPEATED) > 0, "nothing was repeated: no evidence");
            assertTrue(server.counters().get(Counter.DROPPED_TAG) > 0, "nothing was corrupted: no evidence");
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 1", "5, 1", "4, 2", "5, 2"})
    void shouldExecuteEveryInvocationOnce(long seed, int cores) throws Exception {
        try (Server server = start(cores);
                LossyProxy proxy = proxy(server.udpAddress(), seed);
                QuernClient client = connect(proxy)) {
            client.await(client.functions()
                    .deploy(FunctionSpec.of("count", TestModules.padded(TestModules.COUNT, 20_000))
                            .timeLimit(AMPLE)));
            List<CompletableFuture<FunctionResult>> calls = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                calls.add(client.invoke("count"));
            }
            long total = 0;
            for (CompletableFuture<FunctionResult> call : calls) {
                total += littleEndian(client.await(call).reply());
            }
            assertEquals((long) CALLS * (CALLS + 1) / 2, total);
            assertArrayEquals(bytes("" + CALLS), client.table().sync().get(bytes("calls")));
            assertTrue(server.counters().get(Counter.REQUESTS_REPEATED) > 0, "nothing was repeated: no evidence");
        }
    }

    @ParameterizedTest
    @CsvSource({"8, 1", "9, 2"})
    void shouldExecuteEveryCallOfManyOnce(long seed, int cores) throws Exception {
        try (Server server = start(cores);
                LossyProxy proxy = proxy(server.udpAddress(), seed);
                QuernClient client = connect(proxy)) {
            client.await(client.functions()
                    .deploy(FunctionSpec.of("count", TestModules.COUNT).timeLimit(AMPLE)));
            List<CompletableFuture<List<CallOutcome>>> requests = new ArrayList<>();
            int calls = 0;
            for (int i = 0; calls < CALLS; i++) {
                // From one call to what takes several datagrams, there and back.
                int count = 1 + i * 7;
                requests.add(client.call("count").sendAll(Collections.nCopies(count, new byte[][] {new byte[10 + i]})));
                calls += count;
            }
            long total = 0;
            for (CompletableFuture<List<CallOutcome>> request : requests) {
                long last = 0;
                for (CallOutcome outcome : client.await(request)) {
                    long number = littleEndian(outcome.result().reply());
                    assertTrue(number > last, "calls of a request run in their order");
                    last = number;
                    total += number;
                }
            }
            assertEquals((long) calls * (calls + 1) / 2, total);
            assertArrayEquals(bytes("" + calls), client.table().sync().get(bytes("calls")));
        }
    }

    private static long littleEndian(byte[] reply) {
        return java.nio.ByteBuffer.wrap(reply)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .getLong();
    }

    @ParameterizedTest
    @ValueSource(longs = {6, 7})
    void shouldMoveLongBodiesBothWays(long seed) throws Exception {
        try (Server server = start();
                LossyProxy proxy = proxy(server.udpAddress(), seed);
                QuernClient client = connect(proxy)) {
            SyncTable table = client.table().sync();
            byte[] value = new byte[400_000];
            new SplittableRandom(seed).nextBytes(value);
            table.put(bytes("k"), value);
            assertArrayEquals(value, table.get(bytes("k")));
            client.await(client.functions()
                    .deploy(FunctionSpec.of("echo", TestModules.ECHO).timeLimit(AMPLE)));
            byte[] argument = java.util.Arrays.copyOf(value, 100_000);
            assertArrayEquals(
                    argument, client.await(client.invoke("echo", argument)).reply());
        }
    }
}
