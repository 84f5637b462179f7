package dev.quern.client;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.testing.LossyProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session without tags takes what a broken network makes of datagrams: every future must end all the same, and the client live on. */
@Timeout(60)
class HostileServerTest {
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void shouldEndEveryRequestWhateverComesBack(long seed) throws Exception {
        try (TestServer server = TestServer.start("", 1, 128, 1432);
                LossyProxy proxy = LossyProxy.start(server.address(), seed);
                QuernClient client = QuernClient.connect(ClientConfig.builder()
                        .address(proxy.address())
                        .retransmit(Duration.ofMillis(2), Duration.ofMillis(20))
                        .requestTimeout(Duration.ofMillis(500))
                        .build())) {
            proxy.corrupt(0, 0.5).duplicate(0.2);
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                byte[] key = QuernClientTest.bytes("k" + i % 50);
                all.add(client.table().put(key, new byte[i * 10]));
                all.add(client.table().get(key));
                all.add(client.table().multiGet(List.of(key, new byte[] {1})));
                all.add(client.table().scan(0, 5, true));
                all.add(client.invoke("echo", key));
                all.add(client.functions().list());
            }
            int good = 0;
            for (CompletableFuture<?> future : all) {
                try {
                    future.join();
                    good++;
                } catch (CompletionException e) {
                    assertInstanceOf(QuernException.class, e.getCause(), () -> "seed " + seed);
                }
            }
            assertTrue(good > 0 && proxy.corrupted() > 0, "seed " + seed);
            assertNull(server.failure);
            proxy.corrupt(0);
            client.table()
                    .withTimeout(Duration.ofSeconds(20))
                    .get(new byte[] {1})
                    .join();
        }
    }
}
