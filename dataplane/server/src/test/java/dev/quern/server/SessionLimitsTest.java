package dev.quern.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.ScanPage;
import dev.quern.client.SyncTable;
import dev.quern.client.Value;
import dev.quern.protocol.FetchLayout;
import dev.quern.protocol.InvokeLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PartLayout;
import dev.quern.protocol.Status;
import dev.quern.server.loop.Counter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens at the limits: of sessions, of their silence, of the memory that they may hold. */
@Timeout(60)
class SessionLimitsTest {
    /** As many long bodies as a session may have under way in each direction. */
    private static final int SESSION_BODIES = 64;

    private static ServerConfig.Builder config() {
        return ServerConfig.builder().cores(1).udp("127.0.0.1:0").resp("off").tenant("t", "");
    }

    @Test
    void shouldRefuseASessionTooManyAndTakeItWhenOneHasGone() throws Exception {
        try (Server server = Quern.start(
                config().sessions(sessions -> sessions.perCoreMax(3)).build())) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                clients.add(new RawClient(server.udpAddress(), "t", "").handshake());
            }
            AssertionError full = assertThrows(AssertionError.class, () -> {
                try (RawClient fourth = new RawClient(server.udpAddress(), "t", "")) {
                    fourth.handshake();
                }
            });
            assertTrue(String.valueOf(full.getMessage()).contains("no room for another session"), full.getMessage());
            assertEquals(1, server.counters().get(Counter.SESSIONS_FULL));
            RawClient first = clients.getFirst();
            first.send(first.request(RawClient.message(Opcode.CLOSE, 1, new byte[0])));
            assertEquals(Status.OK, first.receive().status());
            clients.add(new RawClient(server.udpAddress(), "t", "").handshake());
            assertEquals(1, clients.getLast().incremented(1, "n"));
            clients.forEach(RawClient::close);
        }
    }

    @Test
    void shouldCountSessionsOfAllDoorsTogether() throws Exception {
        try (EmbeddedQuern quern = Quern.embedded(
                        config().sessions(sessions -> sessions.perCoreMax(2)).build());
                QuernClient ring = quern.client("t");
                RawClient udp = new RawClient(quern.server().udpAddress(), "t", "").handshake()) {
            assertThrows(QuernException.Busy.class, () -> quern.client("t"));
            assertEquals(1, udp.incremented(1, "n"));
            udp.send(udp.request(RawClient.message(Opcode.CLOSE, 2, new byte[0])));
            assertEquals(Status.OK, udp.receive().status());
            try (QuernClient second = quern.client("t")) {
                assertEquals(2, second.table().sync().increment("n".getBytes(StandardCharsets.US_ASCII), 1));
            }
            assertEquals(3, ring.table().sync().increment("n".getBytes(StandardCharsets.US_ASCII), 1));
        }
    }

    @Test
    void shouldForgetASilentSession() throws Exception {
        try (Server server = Quern.start(
                        config().sessions(sessions -> sessions.idleMs(100)).build());
                RawClient client = new RawClient(server.udpAddress(), "t", "").handshake()) {
            assertEquals(1, client.incremented(1, "n"));
            Await.until("forgotten", () -> server.counters().get(Counter.SESSIONS_EXPIRED) == 1);
            client.send(client.request(RawClient.increment(2, "n")));
            assertEquals(Status.UNKNOWN_SESSION, client.receive().status());
        }
    }

    @Test
    void shouldBoundTheBodiesInAssembly() throws Exception {
        try (Server server = Quern.start(config().build());
                RawClient client = new RawClient(server.udpAddress(), "t", "").handshake()) {
            int partBytes = Limits.partBytes(client.datagramBytesMax);
            // The first pieces of bodies of the greatest length: a session has room for two.
            for (int sequence = 1; sequence <= 3; sequence++) {
                byte[] body = new byte[PartLayout.BYTES_OFFSET + partBytes];
                PartLayout.write(MemorySegment.ofArray(body), 0, Limits.BODY_BYTES_MAX, 0, Opcode.PUT);
                client.send(client.request(RawClient.message(Opcode.PART, sequence, body)));
                RawClient.Message reply = client.receive();
                assertEquals(sequence <= 2 ? Status.OK : Status.BUSY, reply.status());
            }
            // The window moves on, and with it they go.
            assertEquals(1, client.incremented(3 + client.window, "n"));
            byte[] body = new byte[PartLayout.BYTES_OFFSET + partBytes];
            PartLayout.write(MemorySegment.ofArray(body), 0, Limits.BODY_BYTES_MAX, 0, Opcode.PUT);
            client.send(client.request(RawClient.message(Opcode.PART, 4 + client.window, body)));
            assertEquals(Status.OK, client.receive().status());
        }
    }

    @Test
    void shouldServeMoreLongRepliesAtATimeThanASessionKeeps() throws Exception {
        int requests = 4 * SESSION_BODIES;
        try (Server server = Quern.start(config().build());
                QuernClient client = QuernClient.connect(ClientConfig.builder()
                        .address(server.udpAddress())
                        .tenant("t")
                        .datagramBytes(1432, 1432)
                        .build())) {
            List<byte[]> keys = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                keys.add(("key" + i).getBytes(StandardCharsets.US_ASCII));
                client.table().sync().put(keys.getLast(), new byte[100]);
            }
            List<CompletableFuture<List<Value>>> replies = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                replies.add(client.table().multiGet(keys));
            }
            List<CompletableFuture<Long>> puts = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                puts.add(client.table().put(keys.get(i % keys.size()), new byte[5_000]));
            }
            for (CompletableFuture<List<Value>> reply : replies) {
                assertEquals(keys.size(), reply.join().size());
            }
            for (CompletableFuture<Long> put : puts) {
                assertTrue(put.join() > 0);
            }
        }
    }

    @Test
    void shouldKeepToOneLongReplyWhenARequestComesAgain() throws Exception {
        try (Server server = Quern.start(config().build());
                QuernClient writer = QuernClient.connect(ClientConfig.builder()
                        .address(server.udpAddress())
                        .tenant("t")
                        .build());
                RawClient client = new RawClient(server.udpAddress(), "t", "").handshake()) {
            byte[] key = "key".getBytes(StandardCharsets.US_ASCII);
            writer.table().sync().put(key, new byte[100_000]);
            client.send(client.request(RawClient.message(Opcode.GET, 1, key)));
            RawClient.Message first = client.receive();
            assertEquals(Opcode.FETCH, first.opcode());
            writer.table().sync().put(key, new byte[200_000]);
            client.send(client.request(RawClient.message(Opcode.GET, 1, key)));
            assertArrayEquals(first.body(), client.receive().body());
        }
    }

    @Test
    void shouldRefuseAPieceThatDoesNotBelong() throws Exception {
        try (Server server = Quern.start(config().build());
                RawClient client = new RawClient(server.udpAddress(), "t", "").handshake()) {
            byte[] body = new byte[PartLayout.BYTES_OFFSET + 100];
            PartLayout.write(MemorySegment.ofArray(body), 0, 50_000, 8, Opcode.PUT);
            client.send(client.request(RawClient.message(Opcode.PART, 1, body)));
            assertEquals(Status.BAD_REQUEST, client.receive().status());
            byte[] fetch = new byte[FetchLayout.BYTES];
            client.send(client.request(RawClient.message(Opcode.FETCH, 1, fetch)));
            assertEquals(Status.NOT_KEPT, client.receive().status());
        }
    }

    @Test
    void shouldNotExecuteTwiceWhatItCouldNotKeep() throws Exception {
        try (Server server = Quern.start(config().build());
                RawClient client = new RawClient(server.udpAddress(), "t", "").handshake()) {
            int sequence = 1;
            assertEquals(1, client.incremented(sequence, "n"));
            for (int copy = 0; copy < 3; copy++) {
                client.send(client.request(RawClient.increment(sequence, "n")));
                assertEquals(sequence, client.receive().sequence());
            }
            assertEquals(2, client.incremented(++sequence, "n"));
            assertNotEquals(0, server.counters().get(Counter.REQUESTS_REPEATED));
        }
    }

    @Test
    void shouldAnswerThatItIsDraining() throws IOException {
        Server server = Quern.start(config().drainMs(5_000).build());
        try (RawClient client = new RawClient(server.udpAddress(), "t", "").handshake()) {
            assertEquals(1, client.incremented(1, "n"));
            assertTrue(server.drain());
            client.send(client.request(RawClient.increment(2, "n")));
            assertEquals(Status.DRAINING, client.receive().status());
            // What was done before is still told.
            client.send(client.request(RawClient.increment(1, "n")));
            assertEquals(Status.OK, client.receive().status());
        } finally {
            server.close();
        }
    }

    @Test
    void shouldSayThatItExecutedWhatItCouldNotKeep() throws Exception {
        ServerConfig settings =
                config().sessions(sessions -> sessions.outcomeBytesMax(1 << 20)).build();
        try (Server server = Quern.start(settings);
                QuernClient deployer = QuernClient.connect(ClientConfig.builder()
                        .address(server.udpAddress())
                        .tenant("t")
                        .build());
                RawClient client = new RawClient(server.udpAddress(), "t", "").handshake()) {
            deployer.await(deployer.functions()
                    .deploy(FunctionSpec.of("echo", TestModules.ECHO).timeLimit(Duration.ofSeconds(10))));
            int calls = 200;
            for (int sequence = 1; sequence <= calls; sequence++) {
                client.send(client.request(echo(sequence)));
                assertEquals(Status.OK, client.receive().status());
            }
            assertEquals(calls, server.counters().get(Counter.INVOCATIONS));
            client.send(client.request(echo(1)));
            assertEquals(Status.OK, client.receive().status());
            client.send(client.request(echo(calls)));
            RawClient.Message lost = client.receive();
            assertEquals(Status.NOT_KEPT, lost.status());
            assertEquals(calls, lost.sequence());
            assertEquals(calls, server.counters().get(Counter.INVOCATIONS), "nothing was executed again");
        }
    }

    /** A call of echo whose reply of 8 KiB takes a block of the memory for outcomes. */
    private static byte[] echo(int sequence) {
        byte[] name = "echo".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer body = ByteBuffer.allocate(InvokeLayout.NAME_OFFSET + name.length + 2 * Integer.BYTES + 8192)
                .order(ByteOrder.LITTLE_ENDIAN);
        InvokeLayout.write(MemorySegment.ofBuffer(body), 0, 0, name.length);
        body.position(InvokeLayout.NAME_OFFSET).put(name).putInt(1).putInt(8192);
        return RawClient.message(Opcode.INVOKE, sequence, body.array());
    }

    @Test
    void shouldScanPastAValueThatFindsNoRoom() throws Exception {
        try (Server server = Quern.start(config().build());
                QuernClient client = QuernClient.connect(ClientConfig.builder()
                        .address(server.udpAddress())
                        .tenant("t")
                        .requestTimeout(Duration.ofSeconds(40))
                        .build())) {
            SyncTable table = client.table().sync();
            byte[] value = new byte[Limits.BODY_BYTES_MAX / 2];
            // A small table is scanned in four steps, so that two of five records meet in one: together they are too
            // long.
            Set<String> keys = new HashSet<>(Set.of("a", "b", "c", "d", "e"));
            for (String key : keys) {
                table.put(key.getBytes(StandardCharsets.US_ASCII), value);
            }
            int notSent = 0;
            long cursor = 0;
            do {
                ScanPage page = table.scan(cursor, Limits.SCAN_RECORDS_MAX, true);
                for (ScanPage.Entry entry : page.entries()) {
                    keys.remove(new String(entry.key(), StandardCharsets.US_ASCII));
                    if (entry.value() == null) {
                        notSent++;
                        assertArrayEquals(value, table.get(entry.key()));
                    } else {
                        assertEquals(value.length, entry.value().length);
                    }
                }
                cursor = page.cursor();
            } while (cursor != 0);
            assertEquals(Set.of(), keys);
            assertNotEquals(0, notSent);
        }
    }
}
