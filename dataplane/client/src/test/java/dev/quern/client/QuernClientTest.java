package dev.quern.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.protocol.Limits;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class QuernClientTest {
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ClientConfig.Builder config(TestServer server) {
        return ClientConfig.builder().address(server.address());
    }

    @ParameterizedTest
    @EnumSource(ClientConfig.Threading.class)
    void shouldDoEveryRequestOnRecords(ClientConfig.Threading threading) throws Exception {
        try (TestServer server = TestServer.start();
                QuernClient client =
                        QuernClient.connect(config(server).threading(threading).build())) {
            SyncTable table = client.table().sync();
            assertNull(table.get(bytes("a")));
            long version = table.put(bytes("a"), bytes("1"));
            assertNotEquals(ClientTable.NOT_WRITTEN, version);
            assertArrayEquals(bytes("1"), table.get(bytes("a")));
            Value versioned = table.getVersioned(bytes("a"));
            assertNotNull(versioned);
            assertEquals(version, versioned.version());
            assertEquals(ClientTable.NOT_WRITTEN, table.put(bytes("a"), bytes("2"), PutOptions.ALWAYS.ifAbsent()));
            assertEquals(ClientTable.NOT_WRITTEN, table.put(bytes("b"), bytes("2"), PutOptions.ALWAYS.ifPresent()));
            assertEquals(ClientTable.NOT_WRITTEN, table.compareAndSet(bytes("a"), version + 9, bytes("3")));
            assertNotEquals(ClientTable.NOT_WRITTEN, table.compareAndSet(bytes("a"), version, bytes("3")));
            assertEquals(5, table.increment(bytes("n"), 5));
            assertEquals(3, table.increment(bytes("n"), -2));
            assertEquals(ClientTable.TTL_NO_RECORD, table.timeToLive(bytes("x")));
            assertEquals(ClientTable.TTL_NEVER_EXPIRES, table.timeToLive(bytes("a")));
            assertTrue(table.expire(bytes("a"), Duration.ofMinutes(1)));
            assertEquals(60_000, table.timeToLive(bytes("a")));
            assertTrue(table.persist(bytes("a")));
            assertEquals(ClientTable.TTL_NEVER_EXPIRES, table.timeToLive(bytes("a")));
            List<Value> values = table.multiGet(List.of(bytes("a"), bytes("x"), bytes("n")));
            assertEquals("3", values.get(0).text());
            assertNull(values.get(1));
            assertEquals("3", values.get(2).text());
            ScanPage page = table.scan(0, 1, true);
            assertFalse(page.done());
            assertArrayEquals(bytes("a"), page.entries().getFirst().key());
            assertArrayEquals(bytes("3"), page.entries().getFirst().value());
            assertEquals(2, table.keys().size());
            assertTrue(table.delete(bytes("a")));
            assertFalse(table.delete(bytes("a")));
            client.await(client.ping());
            assertEquals(Map.of("requests", "3", "records", "1"), client.await(client.stats()));
        }
    }

    @Test
    void shouldTakeNoModuleThatIsNotOfItsHash() throws Exception {
        try (TestServer server = TestServer.start();
                QuernClient client = QuernClient.connect(config(server).build())) {
            FunctionModule honest = client.await(client.functions().fetch("honest", new byte[0]));
            assertArrayEquals(bytes("\0asm"), honest.module());
            assertEquals(Duration.ofNanos(500_000), honest.timeLimit());
            QuernException refused = assertThrows(
                    QuernException.class, () -> client.await(client.functions().fetch("changed", new byte[0])));
            assertTrue(refused.getMessage().contains("not of the SHA-256"), refused.getMessage());
        }
    }

    @Test
    void shouldKeepTablesApart() throws Exception {
        try (TestServer server = TestServer.start();
                QuernClient client = QuernClient.connect(config(server).build())) {
            client.table("one").sync().put(bytes("k"), bytes("1"));
            client.table("two").sync().put(bytes("k"), bytes("2"));
            assertArrayEquals(bytes("1"), client.table("one").sync().get(bytes("k")));
            assertNull(client.table("default").sync().get(bytes("k")));
            assertEquals(2, server.store.executions(Opcode.TABLE_OPEN));
            QuernException e = assertThrows(
                    QuernException.class, () -> client.await(client.openTable("three", TableOptions.ANY.existing())));
            assertEquals(Status.UNKNOWN_TABLE, e.status());
        }
    }

    @Test
    void shouldDeployAndInvoke() throws Exception {
        try (TestServer server = TestServer.start();
                QuernClient client = QuernClient.connect(config(server).build())) {
            Functions functions = client.functions();
            FunctionSpec spec = FunctionSpec.of("echo", new byte[100_000])
                    .readOnly()
                    .timeLimit(Duration.ofMillis(2))
                    .memoryPagesMax(3);
            FunctionInfo info = client.await(functions.deploy(spec));
            assertEquals(
                    new FunctionInfo(
                            "echo",
                            "test",
                            false,
                            true,
                            false,
                            false,
                            Duration.ofMillis(2),
                            3,
                            100_000,
                            List.of("run"),
                            5,
                            2,
                            null),
                    info);
            assertEquals(info, client.await(functions.replace(spec.calibrate(new byte[7], new byte[0]))));
            QuernException taken = assertThrows(QuernException.class, () -> client.await(functions.deploy(spec)));
            assertEquals(Status.EXISTS, taken.status());
            assertEquals(info, client.await(functions.replace(spec)));
            assertEquals(List.of(info), client.await(functions.list()));
            assertEquals(info, client.await(functions.describe("echo")));
            assertNull(client.await(functions.describe("other")));
            QuernException.FunctionRefused refused = assertThrows(
                    QuernException.FunctionRefused.class,
                    () -> client.await(functions.deploy(FunctionSpec.of("bad", new byte[1]))));
            assertTrue(refused.getMessage().contains("not a WebAssembly module"), refused.getMessage());
            assertEquals(
                    "hi",
                    client.await(client.invoke("echo", bytes("hi"), bytes("there")))
                            .text());
            assertEquals(0, client.await(client.call("echo").readOnly().send()).reply().length);
            QuernException.FunctionFailed failed =
                    assertThrows(QuernException.FunctionFailed.class, () -> client.await(client.invoke("fail")));
            assertEquals(7, failed.code());
            assertArrayEquals(bytes("why"), failed.reply());
            QuernException trapped =
                    assertThrows(QuernException.FunctionTrapped.class, () -> client.await(client.invoke("trap")));
            assertTrue(trapped.getMessage().contains("unreachable"), trapped.getMessage());
            assertThrows(QuernException.UnknownFunction.class, () -> client.await(client.invoke("none")));
            assertTrue(client.await(functions.remove("echo")));
            assertFalse(client.await(functions.remove("echo")));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Limits.DATAGRAM_BYTES_MIN, Limits.DATAGRAM_BYTES_DEFAULT, Limits.DATAGRAM_BYTES_LOOPBACK})
    void shouldMoveLargeBodiesInPieces(int datagramBytes) throws Exception {
        try (TestServer server = TestServer.start("secret", 1, 64, datagramBytes);
                QuernClient client =
                        QuernClient.connect(config(server).secret("secret").build())) {
            SyncTable table = client.table().sync();
            int whole = Limits.bodyBytesWhole(datagramBytes);
            for (int length : new int[] {whole - 13, whole - 12, whole - 9, whole - 8, whole - 7, 300_000}) {
                byte[] value = new byte[length];
                new SplittableRandom(length).nextBytes(value);
                table.put(bytes("k"), value);
                assertArrayEquals(value, table.get(bytes("k")));
            }
            byte[] longKey = new byte[Limits.KEY_BYTES_MAX];
            table.put(longKey, bytes("v"));
            assertArrayEquals(bytes("v"), table.get(longKey));
            assertEquals(
                    100_000, client.await(client.invoke("big", bytes("100000"))).reply().length);
        }
    }

    @Test
    void shouldCarryTheLargestValue() throws Exception {
        try (TestServer server = TestServer.start();
                QuernClient client = QuernClient.connect(
                        config(server).requestTimeout(Duration.ofSeconds(30)).build())) {
            byte[] value = new byte[Limits.VALUE_BYTES_MAX];
            new SplittableRandom(1).nextBytes(value);
            client.table().sync().put(bytes("k"), value);
            assertArrayEquals(value, client.table().sync().get(bytes("k")));
            assertEquals(1, server.store.executions(Opcode.PUT));
        }
    }

    @Test
    void shouldSpreadRequestsOverCores() throws Exception {
        try (TestServer server = TestServer.start("s", 4, 64, 1432);
                QuernClient client =
                        QuernClient.connect(config(server).secret("s").build())) {
            assertEquals(4, server.sessionsOpened());
            List<CompletableFuture<Long>> puts = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                puts.add(client.table().put(bytes("key" + i), bytes("value" + i)));
            }
            puts.forEach(CompletableFuture::join);
            for (int i = 0; i < 10_000; i += 97) {
                assertArrayEquals(bytes("value" + i), client.table().sync().get(bytes("key" + i)));
            }
        }
    }

    @Test
    void shouldSayWhyThereIsNoSession() throws Exception {
        try (TestServer server = TestServer.start("right", 1, 64, 1432)) {
            QuernException.Refused wrong = assertThrows(
                    QuernException.Refused.class,
                    () -> QuernClient.connect(config(server).secret("wrong").build()));
            assertTrue(wrong.getMessage().contains("tenant or secret is wrong"), wrong.getMessage());
            assertThrows(
                    QuernException.Refused.class,
                    () -> QuernClient.connect(
                            config(server).secret("right").tenant("other").build()));
            server.refuseWith = Status.BUSY;
            assertThrows(
                    QuernException.Busy.class,
                    () -> QuernClient.connect(config(server)
                            .secret("right")
                            .connectTimeout(Duration.ofMillis(1500))
                            .build()));
        }
        InetSocketAddress silent;
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            silent = (InetSocketAddress) channel.getLocalAddress();
        }
        QuernException.Timeout nobody = assertThrows(
                QuernException.Timeout.class,
                () -> QuernClient.connect(ClientConfig.builder()
                        .address(silent)
                        .connectTimeout(Duration.ofMillis(500))
                        .build()));
        assertTrue(nobody.getMessage().contains("nobody listens"), nobody.getMessage());
    }

    @Test
    void shouldRefuseWhatCannotBeSent() throws Exception {
        try (TestServer server = TestServer.start();
                QuernClient client = QuernClient.connect(config(server).build())) {
            ClientTable table = client.table();
            assertThrows(QuernException.BadRequest.class, () -> table.get(new byte[0]));
            assertThrows(QuernException.BadRequest.class, () -> table.get(new byte[4097]));
            assertThrows(
                    QuernException.BadRequest.class, () -> table.put(bytes("k"), new byte[Limits.VALUE_BYTES_MAX + 1]));
            assertThrows(QuernException.BadRequest.class, () -> table.expire(bytes("k"), Duration.ZERO));
            assertThrows(QuernException.BadRequest.class, () -> table.scan(0, 0, false));
            assertThrows(QuernException.BadRequest.class, () -> client.invoke(""));
            assertThrows(IllegalArgumentException.class, () -> config(server).requestTimeout(Duration.ZERO));
            assertThrows(IllegalArgumentException.class, () -> config(server).datagramBytes(1000, 1001));
            assertThrows(IllegalStateException.class, client::poll);
            table.sync().put(bytes("text"), bytes("abc"));
            QuernException text = assertThrows(
                    QuernException.BadRequest.class, () -> table.sync().increment(bytes("text"), 1));
            assertEquals(Status.NOT_A_NUMBER, text.status());
            assertThrows(QuernException.OverQuota.class, () -> table.sync().put(bytes("k"), bytes("quota")));
        }
    }

    @Test
    void shouldTimeOutAndFreeTheSlot() throws Exception {
        try (TestServer server = TestServer.start("", 1, 2, 1432);
                QuernClient client = QuernClient.connect(config(server).build())) {
            List<CompletableFuture<FunctionResult>> calls = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                calls.add(client.call("never").timeout(Duration.ofMillis(200)).send());
            }
            for (CompletableFuture<FunctionResult> call : calls) {
                CompletionException e = assertThrows(CompletionException.class, call::join);
                assertInstanceOf(QuernException.Timeout.class, e.getCause());
            }
            client.await(client.ping());
            assertTrue(server.store.executions(Opcode.INVOKE) <= 5);
        }
    }

    @Test
    void shouldCompleteWhatIsOutstandingWhenClosed() throws Exception {
        try (TestServer server = TestServer.start("", 1, 4, 1432)) {
            List<CompletableFuture<FunctionResult>> calls = new ArrayList<>();
            QuernClient client = QuernClient.connect(config(server).build());
            for (int i = 0; i < 20; i++) {
                calls.add(client.invoke("never"));
            }
            client.close();
            client.close();
            for (CompletableFuture<FunctionResult> call : calls) {
                assertInstanceOf(
                        QuernException.Closed.class,
                        assertThrows(CompletionException.class, call::join).getCause());
            }
            assertInstanceOf(
                    QuernException.Closed.class,
                    assertThrows(CompletionException.class, () -> client.ping().join())
                            .getCause());
        }
    }

    @Test
    void shouldBoundWhatIsPending() throws Exception {
        try (TestServer server = TestServer.start("", 1, 4, 1432);
                QuernClient client =
                        QuernClient.connect(config(server).pendingMax(10).build())) {
            List<CompletableFuture<FunctionResult>> calls = new ArrayList<>();
            for (int i = 0; i < 11; i++) {
                calls.add(client.invoke("never"));
            }
            assertInstanceOf(
                    QuernException.Busy.class,
                    assertThrows(
                                    CompletionException.class,
                                    () -> calls.getLast().join())
                            .getCause());
        }
    }
}
