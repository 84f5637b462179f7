package dev.quern.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionResult;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.server.dispatch.FunctionStation;
import dev.quern.server.loop.Counter;
import dev.quern.server.roles.Role;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A core that serves and one that runs functions: what the one receives runs on the other, and its client is answered. */
@Timeout(100)
class FunctionCoresTest {
    private static final int CALLS = 5_000;
    private static final int BATCH = 50;
    private static final int QUOTA_PERCENT = 5;
    private static final int QUOTA_CALLS = 8;

    private static EmbeddedQuern open() throws Exception {
        return Quern.embedded(ServerConfig.builder()
                .cores(2)
                .roles(roles -> roles.mode("static").functionCores(1))
                .functions(functions -> functions.waitMs(60_000))
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

    private static FunctionStation station(EmbeddedQuern quern, int core) {
        return Objects.requireNonNull(quern.server().roles().station(core));
    }

    private static void deploy(QuernClient client, String name, byte[] module) {
        client.await(client.functions().deploy(FunctionSpec.of(name, module).timeLimit(Duration.ofSeconds(10))));
    }

    @Test
    void shouldRunCallsOnTheFunctionCoreAndAnswerEach() throws Exception {
        try (EmbeddedQuern quern = open();
                QuernClient ring = quern.client(patient());
                QuernClient udp = QuernClient.connect(
                        patient().address(quern.server().udpAddress()).build())) {
            assertEquals(Role.FUNCTIONS, quern.server().roles().view().role(1));
            deploy(ring, "count", TestModules.COUNT);
            long total = 0;
            for (int calls = 0; calls < CALLS; calls += BATCH) {
                List<CompletableFuture<FunctionResult>> results = new ArrayList<>();
                for (int i = 0; i < BATCH; i++) {
                    results.add((i % 2 == 0 ? ring : udp).invoke("count"));
                }
                for (int i = 0; i < BATCH; i++) {
                    total += ByteBuffer.wrap((i % 2 == 0 ? ring : udp)
                                    .await(results.get(i))
                                    .reply())
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong();
                }
            }
            assertEquals((long) CALLS * (CALLS + 1) / 2, total, "each ran once, and its own outcome came back");
            assertEquals(CALLS, station(quern, 1).gauges().ran());
            assertEquals(CALLS, quern.server().counters().get(Counter.INVOCATIONS_HANDED));
            assertEquals(0, quern.server().counters().get(Counter.REQUESTS_REPEATED));
        }
    }

    @Test
    void shouldBringBackRepliesOfAnyLengthAndEveryFailure() throws Exception {
        try (EmbeddedQuern quern = open();
                QuernClient client = QuernClient.connect(
                        patient().address(quern.server().udpAddress()).build())) {
            deploy(client, "echo", TestModules.ECHO);
            deploy(client, "trap", TestModules.TRAP);
            deploy(client, "count", TestModules.COUNT);
            deploy(client, "spin", TestModules.SPIN);
            for (int length : new int[] {0, 1, 100, 5_000, 40_000, 150_000, 1, 30_000}) {
                byte[] argument = new byte[length];
                java.util.Arrays.fill(argument, (byte) length);
                assertArrayEquals(
                        argument, client.await(client.invoke("echo", argument)).reply());
            }
            assertThrows(QuernException.class, () -> client.await(client.invoke("trap")));
            assertThrows(QuernException.class, () -> client.await(client.invoke("count.fail")));
            CompletableFuture<FunctionResult> late = client.invoke("spin");
            byte[] key = "k".getBytes(UTF_8);
            client.await(client.table().put(key, key));
            assertTrue(!late.isDone(), "who serves is not kept waiting by who spins");
            Await.until(
                    "nothing to kill",
                    () -> quern.server()
                                    .functions()
                                    .kill(Objects.requireNonNull(
                                            quern.server().store().tenant("default")))
                            > 0);
            assertThrows(Exception.class, () -> late.get(20, TimeUnit.SECONDS));
            assertEquals(0, quern.server().counters().get(Counter.REQUESTS_REPEATED));
        }
    }

    /** It is refused what is past its quota, and told when to come back; its client does, until all have run. */
    @ParameterizedTest
    @CsvSource({"static, 2", "inline, 1"})
    void shouldHoldATenantToItsQuotaAndTellOfItsTarget(String mode, int cores) throws Exception {
        TenantSettings small = TenantSettings.of("small", "").sharing(new FunctionShare(1, QUOTA_PERCENT, 1));
        try (EmbeddedQuern quern = Quern.embedded(ServerConfig.builder()
                        .cores(cores)
                        .roles(roles -> roles.mode(mode))
                        .functions(functions -> functions.waitMs(60_000))
                        .udp("off")
                        .resp("off")
                        .tenant(small)
                        .build());
                QuernClient client = quern.client(patient().tenant("small"))) {
            client.await(client.functions()
                    .deploy(FunctionSpec.of("spin", TestModules.SPIN).timeLimit(Duration.ofMillis(2))));
            for (int i = 0; i < QUOTA_CALLS; i++) {
                CompletableFuture<FunctionResult> call = client.invoke("spin");
                assertThrows(QuernException.class, () -> client.await(call), "it never ends by itself");
            }
            // The last one is counted after it was answered.
            Await.until(
                    "not all ran there",
                    () -> station(quern, cores - 1).gauges().ran() == QUOTA_CALLS);
            assertTrue(quern.server().counters().get(Counter.INVOCATIONS_SHED) > 0, "it was refused nothing");
            int tenant = Objects.requireNonNull(quern.server().store().tenant("small"))
                    .id();
            assertEquals(
                    QUOTA_CALLS,
                    Objects.requireNonNull(quern.server().roles().policies().of(tenant))
                            .missed()
                            .sum());
        }
    }
}
