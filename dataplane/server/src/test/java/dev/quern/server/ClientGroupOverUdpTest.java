package dev.quern.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.client.ClientConfig;
import dev.quern.client.ClientGroup;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.transport.ShmTransport;
import dev.quern.server.loop.Counter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several tenants from one peer, with the real server at the other end. */
@Timeout(60)
class ClientGroupOverUdpTest {
    private static final int TENANTS = 3;
    private static final int REQUESTS = 300;

    enum Way {
        UDP,
        UDP_TWO_CORES,
        SHM
    }

    @TempDir
    private Path directory;

    private EmbeddedQuern start(Way way) throws IOException {
        ServerConfig.Builder config = ServerConfig.builder()
                .cores(way == Way.UDP_TWO_CORES ? 2 : 1)
                .udp("127.0.0.1:0")
                .resp("off")
                .shm(way == Way.SHM ? directory.resolve("shm").toString() : "off");
        for (int i = 0; i < TENANTS; i++) {
            config.tenant("t" + i, "secret" + i);
        }
        return Quern.embedded(config.build());
    }

    private ClientGroup group(Way way, EmbeddedQuern quern) throws IOException {
        ClientConfig.Builder config = ClientConfig.builder()
                .address(quern.server().udpAddress())
                .connectTimeout(Duration.ofSeconds(30))
                .requestTimeout(Duration.ofSeconds(30));
        if (way == Way.SHM) {
            config.transport(ShmTransport.to(directory.resolve("shm")));
        }
        return ClientGroup.open(config.build());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void shouldAnswerTenantsWhoShareADatagramByOne() throws Exception {
        try (EmbeddedQuern quern = start(Way.UDP);
                ClientGroup group = ClientGroup.open(ClientConfig.builder()
                        .address(quern.server().udpAddress())
                        .threading(ClientConfig.Threading.INVOKER)
                        .retransmit(Duration.ofSeconds(20), Duration.ofSeconds(20))
                        .requestTimeout(Duration.ofSeconds(30))
                        .build())) {
            List<QuernClient> tenants = new ArrayList<>();
            for (int i = 0; i < TENANTS; i++) {
                tenants.add(group.connect("t" + i, bytes("secret" + i)));
            }
            long sentBefore = quern.server().counters().get(Counter.DATAGRAMS_SENT);
            long receivedBefore = quern.server().counters().get(Counter.DATAGRAMS_RECEIVED);
            List<CompletableFuture<Long>> sums = new ArrayList<>();
            for (QuernClient tenant : tenants) {
                sums.add(tenant.table().increment(bytes("n"), 7));
            }
            for (int i = 0; i < TENANTS; i++) {
                assertEquals(7, tenants.get(i).await(sums.get(i)));
            }
            assertEquals(sentBefore + 1, quern.server().counters().get(Counter.DATAGRAMS_SENT));
            assertEquals(receivedBefore + 1, quern.server().counters().get(Counter.DATAGRAMS_RECEIVED));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepTenantsApart(Way way) throws Exception {
        try (EmbeddedQuern quern = start(way);
                ClientGroup group = group(way, quern)) {
            List<QuernClient> tenants = new ArrayList<>();
            for (int i = 0; i < TENANTS; i++) {
                tenants.add(group.connect("t" + i, bytes("secret" + i)));
            }
            assertThrows(QuernException.Refused.class, () -> group.connect("t0", bytes("secret1")));
            for (int i = 0; i < TENANTS; i++) {
                tenants.get(i).table().sync().put(bytes("own" + i), bytes("value" + i));
            }
            List<CompletableFuture<Long>> sums = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                sums.add(tenants.get(i % TENANTS).table().increment(bytes("n"), 1 + i % TENANTS));
            }
            CompletableFuture.allOf(sums.toArray(CompletableFuture[]::new)).join();
            for (int i = 0; i < TENANTS; i++) {
                assertArrayEquals(
                        bytes("value" + i), tenants.get(i).table().sync().get(bytes("own" + i)));
                assertNull(tenants.get(i).table().sync().get(bytes("own" + (i + 1) % TENANTS)));
                assertEquals(
                        (1L + i) * (REQUESTS / TENANTS),
                        tenants.get(i).table().sync().increment(bytes("n"), 0));
            }
        }
    }
}
