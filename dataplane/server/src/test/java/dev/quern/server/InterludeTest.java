package dev.quern.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionResult;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.SyncTable;
import dev.quern.client.Value;
import dev.quern.kvstore.Tenant;
import dev.quern.server.loop.Counter;
import dev.quern.server.port.UdpPorts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that come to a server's only core in the midst of a function. Nothing here depends on how long anything takes. */
@Timeout(100)
@ParameterizedClass
@EnumSource(InterludeTest.Way.class)
class InterludeTest {
    /** How the clients reach the server, and what functions run on. */
    enum Way {
        RING(UdpPorts.Driver.AUTO, "auto"),
        UDP(UdpPorts.Driver.AUTO, "auto"),
        UDP_BY_NIO(UdpPorts.Driver.NIO, "auto"),
        RING_ON_CHICORY(UdpPorts.Driver.AUTO, "chicory");

        final UdpPorts.Driver driver;
        final String runtime;

        Way(UdpPorts.Driver driver, String runtime) {
            this.driver = driver;
            this.runtime = runtime;
        }
    }

    /** Longer than any test: only what others do in the meantime ends a function. */
    private static final Duration ENDLESS = Duration.ofSeconds(10);

    private EmbeddedQuern quern;
    private final List<QuernClient> clients = Collections.synchronizedList(new ArrayList<>());
    private final Way way;

    /** One that calls functions, in a session of its own. */
    private QuernClient caller;

    private QuernClient other;
    private SyncTable records;

    InterludeTest(Way way) {
        this.way = way;
    }

    @BeforeEach
    void open() throws IOException {
        quern = Quern.embedded(ServerConfig.builder()
                .cores(1)
                .udp("127.0.0.1:0")
                .udpDriver(way.driver)
                .functions(functions -> functions.runtime(way.runtime))
                .resp("off")
                .tenant("t", "secret")
                .build());
        caller = connect();
        other = connect();
        records = other.table().sync();
        deploy("until", TestModules.UNTIL_GO);
        deploy("spin", TestModules.SPIN);
    }

    private QuernClient connect() {
        ClientConfig.Builder config =
                ClientConfig.builder().tenant("t").secret("secret").requestTimeout(Duration.ofSeconds(60));
        boolean isRing = way == Way.RING || way == Way.RING_ON_CHICORY;
        QuernClient client = isRing
                ? quern.client(config)
                : QuernClient.connect(
                        config.address(quern.server().udpAddress()).build());
        clients.add(client);
        client.await(client.ping());
        return client;
    }

    private void deploy(String name, byte[] module) {
        caller.await(caller.functions().deploy(FunctionSpec.of(name, module).timeLimit(ENDLESS)));
    }

    @AfterEach
    void close() {
        clients.forEach(QuernClient::close);
        quern.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private long count(Counter counter) {
        return quern.server().counters().get(counter);
    }

    /** Waits until the core is in the midst of a function. */
    private void awaitInterlude() {
        long before = count(Counter.INTERLUDES);
        Await.until("no function stood still", () -> count(Counter.INTERLUDES) > before + 1);
    }

    private void kill() {
        Tenant tenant = Objects.requireNonNull(quern.server().store().tenant("t"));
        Await.until("nothing to kill", () -> quern.server().functions().kill(tenant) > 0);
    }

    @Test
    void shouldAnswerShortRequestsBeforeAFunctionEnds() {
        CompletableFuture<FunctionResult> spinning = caller.invoke("spin");
        awaitInterlude();
        for (int i = 0; i < 100; i++) {
            byte[] key = bytes("key" + i % 10);
            records.put(key, bytes("value" + i));
            assertArrayEquals(bytes("value" + i), records.get(key));
            assertEquals(i + 1, records.increment(bytes("count"), 1));
        }
        assertTrue(records.delete(bytes("key0")));
        assertFalse(spinning.isDone(), "all were answered before the function ended");
        kill();
        assertThrows(QuernException.class, () -> caller.await(spinning));
    }

    @Test
    void shouldRunAFunctionAgainThatReadWhatWasWrittenInItsMidst() {
        CompletableFuture<FunctionResult> waiting = caller.invoke("until");
        awaitInterlude();
        assertFalse(waiting.isDone());
        records.put(bytes("go"), bytes("1"));
        caller.await(waiting);
        assertArrayEquals(bytes("1"), records.get(bytes("ended")), "its writes happened once");
        assertEquals(1, count(Counter.INVOCATIONS));
    }

    @Test
    void shouldHoldWhatIsNotShortInTheOrderOfItsSession() {
        deploy("count", TestModules.COUNT);
        QuernClient third = connect();
        CompletableFuture<FunctionResult> waiting = caller.invoke("until");
        awaitInterlude();
        // Each in a datagram of its own, as each is sent when the one before is known to be held.
        List<CompletableFuture<?>> held = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            long heldBefore = count(Counter.REQUESTS_HELD);
            held.add(
                    i % 2 == 0
                            ? other.invoke("count")
                            : other.transaction()
                                    .increment(other.table(), bytes("calls"), 1)
                                    .commit());
            Await.until("not held", () -> count(Counter.REQUESTS_HELD) > heldBefore);
        }
        CompletableFuture<Value> behind = other.table().get(bytes("calls"));
        assertNull(third.table().sync().get(bytes("calls")), "nothing of it was done");
        held.forEach(each -> assertFalse(each.isDone()));
        assertFalse(waiting.isDone());
        third.table().sync().put(bytes("go"), bytes("1"));
        held.forEach(each -> assertNotNull(other.await(each)));
        assertArrayEquals(bytes("10"), other.await(behind).bytes());
        caller.await(waiting);
    }

    @Test
    void shouldTakeNewClientsBeforeAFunctionEnds() {
        CompletableFuture<FunctionResult> spinning = caller.invoke("spin");
        awaitInterlude();
        QuernClient third = connect();
        assertNull(third.table().sync().get(bytes("none")));
        assertFalse(spinning.isDone(), "it was answered before the function ended");
        kill();
        assertThrows(QuernException.class, () -> caller.await(spinning));
    }

    @Test
    void shouldServeLongValuesBeforeAFunctionEnds() {
        byte[] large = new byte[250_000];
        Arrays.fill(large, (byte) 7);
        records.put(bytes("large"), large);
        CompletableFuture<FunctionResult> spinning = caller.invoke("spin");
        awaitInterlude();
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(large, records.get(bytes("large")));
        }
        assertFalse(spinning.isDone(), "all were answered before the function ended");
        kill();
        assertThrows(QuernException.class, () -> caller.await(spinning));
    }

    @Test
    void shouldServeLongRequestsAfterTheFunction() {
        CompletableFuture<FunctionResult> waiting = caller.invoke("until");
        awaitInterlude();
        byte[] large = new byte[300_000];
        CompletableFuture<Long> putting = other.table().put(bytes("large"), large);
        Await.until("not held", () -> count(Counter.REQUESTS_HELD) > 0);
        caller.table().sync().put(bytes("go"), bytes("1"));
        other.await(putting);
        caller.await(waiting);
        assertArrayEquals(large, records.get(bytes("large")));
    }
}
