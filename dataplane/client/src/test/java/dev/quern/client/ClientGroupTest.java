package dev.quern.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientConfig.Threading;
import dev.quern.client.testing.LossyProxy;
import dev.quern.protocol.Opcode;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ClientGroupTest {
    private static final byte[] SECRET = bytes("s");
    private static final String TENANT = "default";

    private static byte[] bytes(String text) {
        return QuernClientTest.bytes(text);
    }

    private static ClientConfig.Builder config(InetSocketAddress address) {
        return ClientConfig.builder()
                .address(address)
                .retransmit(Duration.ofMillis(5), Duration.ofMillis(50))
                .connectTimeout(Duration.ofSeconds(30))
                .requestTimeout(Duration.ofSeconds(30));
    }

    private static List<QuernClient> members(ClientGroup group, int count) {
        List<QuernClient> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            members.add(group.connect(TENANT, SECRET));
        }
        return members;
    }

    @ParameterizedTest
    @EnumSource(Threading.class)
    void shouldGiveEachMemberItsOwnAnswersOnEveryCore(Threading threading) throws Exception {
        try (TestServer server = TestServer.start("s", 2, 64, 1432);
                ClientGroup group = ClientGroup.open(
                        config(server.address()).threading(threading).build())) {
            List<QuernClient> members = members(group, 3);
            assertEquals(3, group.members());
            assertEquals(2 * 3, server.sessionsOpened());
            List<CompletableFuture<Value>> values = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                members.get(i % 3).table().sync().put(bytes("k" + i), bytes("v" + i));
            }
            for (int i = 0; i < 60; i++) {
                values.add(members.get(i % 3).table().get(bytes("k" + i)));
            }
            for (int i = 0; i < 60; i++) {
                assertEquals("v" + i, members.get(i % 3).await(values.get(i)).text());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Threading.class)
    void shouldRefuseAMemberWithAWrongSecretAndServeTheOthers(Threading threading) throws Exception {
        try (TestServer server = TestServer.start("s", 1, 64, 1432);
                ClientGroup group = ClientGroup.open(
                        config(server.address()).threading(threading).build())) {
            QuernClient first = group.connect(TENANT, SECRET);
            assertThrows(QuernException.Refused.class, () -> group.connect(TENANT, bytes("wrong")));
            assertEquals(1, group.members());
            QuernClient second = group.connect(TENANT, SECRET);
            first.table().sync().put(bytes("k"), bytes("v"));
            assertArrayEquals(bytes("v"), second.table().sync().get(bytes("k")));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void shouldExecuteEveryIncrementOnceWhateverTheNetworkDoes(long seed) throws Exception {
        try (TestServer server = TestServer.start("s", 1, 64, 1432);
                LossyProxy proxy = LossyProxy.start(server.address(), seed)
                        .drop(0.2)
                        .duplicate(0.2)
                        .corrupt(0.05)
                        .delay(0.2, 20_000_000);
                ClientGroup group = ClientGroup.open(config(proxy.address()).build())) {
            List<QuernClient> members = members(group, 3);
            List<CompletableFuture<Long>> sums = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                sums.add(members.get(i % 3).table().increment(bytes("n"), 1));
            }
            long total = 0;
            for (CompletableFuture<Long> sum : sums) {
                total += sum.join();
            }
            // One counter went through 1 … 600: so do the answers, each once.
            assertEquals(600 * 601 / 2, total);
            assertEquals(600, server.store.executions(Opcode.INCREMENT));
            assertTrue(proxy.dropped() > 0 && proxy.duplicated() > 0, "seed " + seed);
        }
    }

    @ParameterizedTest
    @EnumSource(Threading.class)
    void shouldOpenEverySessionAnewWhenTheServerWasStartedAnew(Threading threading) throws Exception {
        try (TestServer server = TestServer.start("s", 1, 64, 1432);
                ClientGroup group = ClientGroup.open(
                        config(server.address()).threading(threading).build())) {
            List<QuernClient> members = members(group, 3);
            for (QuernClient member : members) {
                member.table("users").sync().put(bytes("k"), bytes("v"));
            }
            server.restart();
            for (QuernClient member : members) {
                assertArrayEquals(bytes("v"), member.table("users").sync().get(bytes("k")));
            }
            assertEquals(6, server.sessionsOpened());
        }
    }

    @Test
    void shouldOpenAnewWhoseNumberTheServerGaveToAnother() throws Exception {
        try (TestServer server = TestServer.start("", 1, 64, 1432);
                ClientGroup group = ClientGroup.open(
                        config(server.address()).threading(Threading.INVOKER).build())) {
            QuernClient first = group.connect(TENANT, new byte[0]);
            first.table().sync().put(bytes("k"), bytes("v"));
            server.restartWithTheSameNumbers();
            QuernClient second = group.connect(TENANT, new byte[0]);
            assertEquals(2, server.sessionsOpened());
            assertArrayEquals(bytes("v"), first.table().sync().get(bytes("k")));
            assertArrayEquals(bytes("v"), second.table().sync().get(bytes("k")));
            assertEquals(3, server.sessionsOpened());
        }
    }

    @ParameterizedTest
    @EnumSource(Threading.class)
    void shouldGoOnWhenAMemberIsClosed(Threading threading) throws Exception {
        try (TestServer server = TestServer.start("s", 1, 64, 1432);
                LossyProxy proxy = LossyProxy.start(server.address(), 7);
                ClientGroup group = ClientGroup.open(
                        config(proxy.address()).threading(threading).build())) {
            List<QuernClient> members = members(group, 3);
            proxy.drop(1);
            List<CompletableFuture<Long>> sums = new ArrayList<>();
            // Each has a counter of its own: what the closed one sent may still arrive and be executed.
            for (int i = 0; i < members.size(); i++) {
                sums.add(members.get(i).table().increment(bytes("n" + i), 1));
            }
            members.get(1).close();
            proxy.drop(0);
            assertEquals(2, group.members());
            assertEquals(1, members.get(0).await(sums.get(0)));
            assertEquals(1, members.get(2).await(sums.get(2)));
            assertInstanceOf(
                    QuernException.Closed.class,
                    assertThrows(CompletionException.class, sums.get(1)::join).getCause());
            assertThrows(
                    QuernException.Closed.class,
                    () -> members.get(1).await(members.get(1).ping()));
            members.get(1).close();
            members.get(0).await(members.get(0).ping());
        }
    }

    @ParameterizedTest
    @EnumSource(Threading.class)
    void shouldEndEveryMemberWithTheGroup(Threading threading) throws Exception {
        try (TestServer server = TestServer.start("s", 1, 64, 1432);
                LossyProxy proxy = LossyProxy.start(server.address(), 8)) {
            ClientGroup group = ClientGroup.open(
                    config(proxy.address()).threading(threading).build());
            List<QuernClient> members = members(group, 2);
            proxy.drop(1);
            CompletableFuture<Void> ping = members.get(0).ping();
            group.close();
            assertInstanceOf(
                    QuernException.Closed.class,
                    assertThrows(CompletionException.class, ping::join).getCause());
            assertTrue(members.get(1).ping().isCompletedExceptionally());
            assertThrows(QuernException.Closed.class, () -> group.connect(TENANT, SECRET));
            members.get(0).close();
            group.close();
        }
    }

    @Test
    void shouldCloseAMemberInItsOwnCallback() throws Exception {
        try (TestServer server = TestServer.start("s", 1, 64, 1432);
                ClientGroup group = ClientGroup.open(config(server.address()).build())) {
            List<QuernClient> members = members(group, 2);
            members.get(0).ping().thenRun(members.get(0)::close).join();
            members.get(1).await(members.get(1).ping());
        }
    }

    @Test
    void shouldServeAThousandMembersOverOneSocket() throws Exception {
        try (TestServer server = TestServer.start("s", 1, 64, 1432);
                ClientGroup group = ClientGroup.open(config(server.address())
                        .threading(Threading.INVOKER)
                        .windowMax(16)
                        .build())) {
            List<QuernClient> members = members(group, 1_000);
            int[] answers = new int[members.size()];
            PipelineHandler handler = new PipelineHandler() {
                @Override
                public void onReply(long correlation, Reply reply) {
                    answers[(int) correlation] += reply.ok() && reply.number() == 1 ? 1 : 1_000;
                }

                @Override
                public void onFailure(long correlation, QuernException cause) {
                    throw cause;
                }
            };
            for (int i = 0; i < members.size(); i++) {
                byte[] key = bytes("n" + i);
                Pipeline pipeline = members.get(i).pipeline(members.get(i).table(), handler);
                assertTrue(pipeline.increment(key, 0, key.length, 1, i));
            }
            int answered = 0;
            while (answered < members.size()) {
                int ignored = group.poll();
                answered = 0;
                for (int each : answers) {
                    answered += Math.min(each, 1);
                    assertTrue(each <= 1, "each is answered once, and with its own sum");
                }
            }
            assertEquals(1_000, server.store.executions(Opcode.INCREMENT));
            assertEquals(1_000, server.sessionsOpened());
            assertEquals(1, server.peers(), "all by one socket");
        }
    }

    @Test
    void shouldNotTakeAMemberOfAnotherThreading() throws Exception {
        try (TestServer server = TestServer.start("s", 1, 64, 1432);
                ClientGroup group = ClientGroup.open(config(server.address()).build())) {
            ClientConfig polled =
                    config(server.address()).threading(Threading.INVOKER).build();
            assertThrows(IllegalArgumentException.class, () -> group.connect(polled));
            assertThrows(IllegalStateException.class, group::poll);
        }
    }
}
