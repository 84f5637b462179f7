package dev.quern.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionInfo;
import dev.quern.client.FunctionSpec;
import dev.quern.client.FunctionTarget;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions that state how soon 99 of 100 of their calls should end, and are told of. */
@Timeout(100)
class FunctionTargetTest {
    private static final int CALLS = 8;
    private static final Duration MINUTE = Duration.ofSeconds(60);
    private static final Duration LIMIT = Duration.ofMillis(2);

    private static FunctionTarget target(QuernClient client, String function) {
        return Objects.requireNonNull(described(client, function).target(), function);
    }

    private static FunctionInfo described(QuernClient client, String function) {
        return Objects.requireNonNull(client.await(client.functions().describe(function)), function);
    }

    @ParameterizedTest
    @CsvSource({"inline, 1", "static, 2"})
    void shouldCountCallsWithinTheTargetOfTheirFunctionAndPastIt(String mode, int cores) throws Exception {
        try (EmbeddedQuern quern = Quern.embedded(ServerConfig.builder()
                        .cores(cores)
                        .roles(roles -> roles.mode(mode))
                        .functions(functions -> functions.waitMs(60_000))
                        .udp("off")
                        .resp("off")
                        .build());
                QuernClient client = quern.client(ClientConfig.builder()
                        .retransmit(Duration.ofSeconds(80), Duration.ofSeconds(80))
                        .requestTimeout(Duration.ofSeconds(80)))) {
            FunctionSpec count = FunctionSpec.of("count", TestModules.COUNT).timeLimit(Duration.ofSeconds(10));
            FunctionInfo deployed = client.await(client.functions().deploy(count.targetP99(MINUTE)));
            assertEquals(new FunctionTarget(MINUTE, 0, 0), deployed.target());
            // Ended by its limit, which is longer than what is asked of it.
            FunctionSpec spin = FunctionSpec.of("spin", TestModules.SPIN).timeLimit(LIMIT);
            client.await(client.functions().deploy(spin.targetP99(LIMIT.dividedBy(2))));
            client.await(client.functions().deploy(FunctionSpec.of("echo", TestModules.ECHO)));
            for (int i = 0; i < CALLS; i++) {
                client.await(client.invoke("count"));
                assertThrows(QuernException.class, () -> client.await(client.invoke("spin")));
                client.await(client.invoke("echo", new byte[1]));
            }
            assertEquals(new FunctionTarget(MINUTE, CALLS, 0), target(client, "count"));
            assertEquals(new FunctionTarget(LIMIT.dividedBy(2), 0, CALLS), target(client, "spin"));
            assertNull(described(client, "echo").target());
            assertEquals(
                    List.of(true, false, true),
                    client.await(client.functions().list()).stream()
                            .sorted(java.util.Comparator.comparing(FunctionInfo::name))
                            .map(info -> info.target() != null)
                            .toList());
            client.await(client.functions().replace(count.targetP99(MINUTE)));
            assertEquals(new FunctionTarget(MINUTE, 0, 0), target(client, "count"), "another deployment");
            assertThrows(
                    QuernException.FunctionRefused.class,
                    () -> client.await(client.functions().replace(count.targetP99(MINUTE.plusSeconds(1)))));
        }
    }
}
