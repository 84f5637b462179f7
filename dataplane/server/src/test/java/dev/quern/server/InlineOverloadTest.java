package dev.quern.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionResult;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.server.loop.Counter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One core, where calls run in the turn that received them: what is too much is refused, by tenant. */
@Timeout(100)
class InlineOverloadTest {
    private static final int FLOOD = 400;
    private static final int FEW = 10;
    private static final int CALLS = 4_000;
    private static final int AT_ONCE = 64;

    private static EmbeddedQuern open(int waitMs) throws Exception {
        return Quern.embedded(ServerConfig.builder()
                .cores(1)
                .functions(functions -> functions.waitMs(waitMs))
                .udp("127.0.0.1:0")
                .resp("off")
                .tenant("flood", "")
                .tenant("few", "")
                .build());
    }

    private static QuernClient connect(EmbeddedQuern quern, String port, String tenant) {
        ClientConfig.Builder config = ClientConfig.builder()
                .tenant(tenant)
                .busyRetries(false)
                .retransmit(Duration.ofSeconds(80), Duration.ofSeconds(80))
                .requestTimeout(Duration.ofSeconds(80));
        return port.equals("ring")
                ? quern.client(config)
                : QuernClient.connect(
                        config.address(quern.server().udpAddress()).build());
    }

    /** Each call takes a millisecond, and is ended then. */
    private static void deploy(QuernClient client) {
        client.await(client.functions()
                .deploy(FunctionSpec.of("spin", TestModules.SPIN).timeLimit(Duration.ofMillis(1))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ring", "udp"})
    void shouldRefuseTheTenantThatFloodsAndNoOther(String port) throws Exception {
        try (EmbeddedQuern quern = open(10);
                QuernClient flood = connect(quern, port, "flood");
                QuernClient few = connect(quern, port, "few")) {
            deploy(flood);
            deploy(few);
            List<CompletableFuture<FunctionResult>> calls = new ArrayList<>();
            int ran = 0;
            for (int i = 0; i < FLOOD; i++) {
                calls.add(flood.invoke("spin"));
                if (i % (FLOOD / FEW) == FLOOD / FEW - 1) {
                    QuernException ended = assertThrows(QuernException.class, () -> few.await(few.invoke("spin")));
                    assertFalse(ended instanceof QuernException.Busy, "who asks for little is not refused: " + ended);
                    ran++;
                }
            }
            assertEquals(FEW, ran);
            int refused = 0;
            for (CompletableFuture<FunctionResult> call : calls) {
                QuernException ended = assertThrows(QuernException.class, () -> flood.await(call));
                refused += ended instanceof QuernException.Busy ? 1 : 0;
            }
            assertTrue(refused > 0, "nothing was refused");
            assertTrue(refused < FLOOD, "nothing was done");
            assertEquals(refused, quern.server().counters().get(Counter.INVOCATIONS_SHED));
        }
    }

    @Test
    void shouldRefuseNothingToThoseWhoKeepItBusy() throws Exception {
        try (EmbeddedQuern quern = open(1_000);
                QuernClient client = connect(quern, "ring", "few")) {
            client.await(client.functions().deploy(FunctionSpec.of("count", TestModules.COUNT)));
            List<CompletableFuture<FunctionResult>> calls = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                calls.add(client.invoke("count"));
                if (i >= AT_ONCE) {
                    client.await(calls.get(i - AT_ONCE));
                }
            }
            calls.forEach(client::await);
            assertEquals(0, quern.server().counters().get(Counter.INVOCATIONS_SHED));
            assertEquals(CALLS, quern.server().counters().get(Counter.INVOCATIONS));
        }
    }
}
