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
import dev.quern.client.FunctionInfo;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.protocol.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Functions by the real client: their whole life, and each way in which one can go wrong. */
@Timeout(100)
class FunctionsOverUdpTest {
    /** A first call is cold, and the machine may be busy. */
    private static final Duration AMPLE = Duration.ofSeconds(10);

    private Server server;
    private QuernClient client;

    @BeforeEach
    void open() throws IOException {
        server = Quern.start(ServerConfig.builder()
                .cores(1)
                .udp("127.0.0.1:0")
                .resp("off")
                .tenant("t", "")
                .build());
        client = QuernClient.connect(ClientConfig.builder()
                .address(server.udpAddress())
                .tenant("t")
                .requestTimeout(Duration.ofSeconds(30))
                .build());
    }

    @AfterEach
    void close() {
        client.table().sync().put(bytes("alive"), bytes("yes"));
        assertArrayEquals(bytes("yes"), client.table().sync().get(bytes("alive")), "the server serves on");
        client.close();
        server.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private FunctionInfo deploy(String name, byte[] module) {
        return client.await(
                client.functions().deploy(FunctionSpec.of(name, module).timeLimit(AMPLE)));
    }

    @Test
    void shouldDeployListDescribeInvokeReplaceAndRemove() {
        FunctionInfo info = deploy("count", TestModules.COUNT);
        assertEquals("count", info.name());
        assertTrue(info.entries().containsAll(List.of("run", "fail")), info::toString);
        assertEquals(1, client.await(client.functions().list()).size());
        assertEquals(info, client.await(client.functions().describe("count")));
        assertNull(client.await(client.functions().describe("none")));
        assertEquals(8, client.await(client.invoke("count")).reply().length);
        client.await(client.invoke("count"));
        assertArrayEquals(bytes("2"), client.table().sync().get(bytes("calls")));
        assertThrows(QuernException.class, () -> deploy("count", TestModules.ECHO));
        assertNotNull(client.await(client.functions()
                .replace(FunctionSpec.of("count", TestModules.ECHO).timeLimit(AMPLE))));
        assertEquals(
                "echoed", client.await(client.invoke("count", bytes("echoed"))).text());
        assertTrue(client.await(client.functions().remove("count")));
        assertFalse(client.await(client.functions().remove("count")));
        assertThrows(QuernException.UnknownFunction.class, () -> client.await(client.invoke("count")));
    }

    @Test
    void shouldTryAFunctionWhenItIsDeployedAndCountItsCalls() {
        FunctionSpec count = FunctionSpec.of("count", TestModules.COUNT).timeLimit(AMPLE);
        client.await(client.functions().deploy(count.calibrate(bytes("an argument"), new byte[0])));
        assertNull(client.table().sync().get(bytes("calls")), "what was tried has left something");
        client.await(client.invoke("count"));
        assertThrows(QuernException.FunctionFailed.class, () -> client.await(client.invoke("count.fail")));
        FunctionInfo info = client.await(client.functions().describe("count"));
        assertNotNull(info);
        assertEquals(2, info.calls());
        assertEquals(1, info.failures());
        assertEquals(List.of(info), client.await(client.functions().list()));
    }

    @Test
    void shouldCarryLongModulesArgumentsAndReplies() {
        deploy("echo", TestModules.padded(TestModules.ECHO, 700_000));
        byte[] argument = new byte[150_000];
        java.util.Arrays.fill(argument, (byte) 7);
        assertArrayEquals(
                argument, client.await(client.invoke("echo", argument)).reply());
    }

    @Test
    void shouldTellOfAFunctionThatFails() {
        deploy("count", TestModules.COUNT);
        QuernException.FunctionFailed failed =
                assertThrows(QuernException.FunctionFailed.class, () -> client.await(client.invoke("count.fail")));
        assertEquals(7, failed.code());
        assertThrows(QuernException.UnknownFunction.class, () -> client.await(client.invoke("count.none")));
    }

    @Test
    void shouldTellOfAFunctionThatTraps() {
        deploy("trap", TestModules.TRAP);
        assertThrows(QuernException.FunctionTrapped.class, () -> client.await(client.invoke("trap")));
    }

    @Test
    void shouldEndAFunctionThatNeverReturns() {
        client.await(client.functions()
                .deploy(FunctionSpec.of("spin", TestModules.SPIN).timeLimit(Duration.ofMillis(50))));
        assertThrows(QuernException.DeadlineExceeded.class, () -> client.await(client.invoke("spin")));
    }

    @Test
    void shouldRefuseCallsWhilePaused() {
        deploy("count", TestModules.COUNT);
        client.await(client.invoke("count"));
        assertTrue(client.await(client.functions().pause("count")));
        assertTrue(client.await(client.functions().pause("count")), "again");
        QuernException.Busy paused =
                assertThrows(QuernException.Busy.class, () -> client.await(client.invoke("count.run")));
        assertEquals(Status.FUNCTION_PAUSED, paused.status());
        assertTrue(String.valueOf(paused.getMessage()).contains("fn resume"), paused.getMessage());
        assertArrayEquals(bytes("1"), client.table().sync().get(bytes("calls")));
        assertTrue(client.await(client.functions().list()).getFirst().paused());
        FunctionInfo info = client.await(client.functions().describe("count"));
        assertTrue(info != null && info.paused());
        assertTrue(client.await(client.functions().resume("count")));
        client.await(client.invoke("count"));
        assertArrayEquals(bytes("2"), client.table().sync().get(bytes("calls")));
        assertFalse(client.await(client.functions().list()).getFirst().paused());
        assertFalse(client.await(client.functions().pause("none")));
        assertFalse(client.await(client.functions().resume("none")));
    }

    @Test
    void shouldCallWhatReplacedAPausedFunction() {
        deploy("f", TestModules.COUNT);
        assertTrue(client.await(client.functions().pause("f")));
        FunctionSpec echo = FunctionSpec.of("f", TestModules.ECHO).timeLimit(AMPLE);
        assertFalse(client.await(client.functions().replace(echo)).paused());
        assertEquals("back", client.await(client.invoke("f", bytes("back"))).text());
    }

    @Test
    void shouldShowWhatFunctionsLogged() {
        assertEquals(List.of(), client.await(client.functions().log()));
        deploy("say", TestModules.SAY);
        List<String> expected = new ArrayList<>();
        // Longer than a datagram, and more than is kept.
        for (int i = 0; i < 1003; i++) {
            String line = i + " " + "ü".repeat(i % 80);
            client.await(client.invoke("say", bytes(line)));
            expected.add(line);
        }
        assertEquals(expected.subList(3, 1003), client.await(client.functions().log()));
    }

    @Test
    void shouldRefuseAnImportThatIsNotOurs() {
        QuernException refused =
                assertThrows(QuernException.FunctionRefused.class, () -> deploy("stranger", TestModules.STRANGER));
        assertTrue(String.valueOf(refused.getMessage()).contains("fopen"), refused.getMessage());
        assertTrue(client.await(client.functions().list()).isEmpty());
    }

    @Test
    void shouldRefuseWhatIsNoModule() {
        for (byte[] none : List.of(bytes("this is no module"), new byte[] {0, 'a', 's', 'm'}, new byte[1])) {
            assertThrows(QuernException.FunctionRefused.class, () -> deploy("none", none));
        }
    }
}
