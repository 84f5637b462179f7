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
import dev.quern.client.ClientTable;
import dev.quern.client.ClientTransaction;
import dev.quern.client.PutOptions;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.SyncTable;
import dev.quern.client.TransactionResult;
import dev.quern.client.Value;
import dev.quern.client.testing.LossyProxy;
import dev.quern.protocol.IncrementLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.MultiLayout;
import dev.quern.protocol.MultiOperationLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import dev.quern.server.loop.Counter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Transactions from the client: all or nothing, over UDP and two cores. */
@Timeout(60)
class TransactionsTest {
    private static final int ACCOUNTS = 5;
    private static final int CLIENTS = 3;
    private static final int TRANSFERS = 300;
    private static final long BALANCE = 100;

    private Server server;
    private QuernClient client;
    private ClientTable table;
    private SyncTable sync;

    @BeforeEach
    void open() throws IOException {
        server = Quern.start(ServerConfig.builder()
                .cores(2)
                .udp("127.0.0.1:0")
                .resp("off")
                .tenant("t", "secret")
                .build());
        client = connect();
        table = client.table();
        sync = table.sync();
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private QuernClient connect() {
        return QuernClient.connect(ClientConfig.builder()
                .address(server.udpAddress())
                .tenant("t")
                .secret("secret")
                .requestTimeout(Duration.ofSeconds(30))
                .build());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private TransactionResult commit(ClientTransaction transaction) {
        return client.await(transaction.commit());
    }

    @Test
    void shouldDoAllOperationsInTheirOrder() {
        ClientTable other = client.table("other");
        sync.put(bytes("there"), bytes("old"));
        TransactionResult result = commit(client.transaction()
                .get(table, bytes("there"))
                .put(table, bytes("there"), bytes("new"))
                .get(table, bytes("there"))
                .increment(other, bytes("n"), 5)
                .increment(other, bytes("n"), 6)
                .delete(table, bytes("there"))
                .get(table, bytes("there"))
                .delete(table, bytes("none"))
                .put(table, bytes("fresh"), bytes("f"), PutOptions.ALWAYS.ifAbsent())
                .compareAndSet(other, bytes("c"), 0, bytes("cas"), Duration.ofHours(1)));
        assertTrue(result.committed(), result::toString);
        assertEquals(Status.OK, result.failure());
        assertArrayEquals(bytes("old"), notNull(result.value(0)).bytes());
        assertTrue(notNull(result.value(0)).version() != 0);
        assertArrayEquals(bytes("new"), notNull(result.value(2)).bytes());
        assertEquals(0, notNull(result.value(2)).version());
        assertEquals(5, result.number(3));
        assertEquals(11, result.number(4));
        assertTrue(result.found(5));
        assertNull(result.value(6));
        assertFalse(result.found(7));
        assertNull(sync.get(bytes("there")));
        assertArrayEquals(bytes("f"), sync.get(bytes("fresh")));
        assertArrayEquals(bytes("11"), other.sync().get(bytes("n")));
        assertTrue(other.sync().timeToLive(bytes("c")) > 0);
        assertTrue(commit(client.transaction()).committed(), "none at all");
    }

    @Test
    void shouldTellTheVersionsThatItLeft() {
        sync.put(bytes("old"), bytes("1"));
        sync.put(bytes("kept"), bytes("2"));
        TransactionResult result = commit(client.transaction()
                .put(table, bytes("a"), bytes("1"))
                .increment(table, bytes("n"), 5)
                .get(table, bytes("kept"))
                .compareAndSet(table, bytes("c"), 0, bytes("3"))
                .expire(table, bytes("old"), Duration.ofHours(1))
                .put(table, bytes("twice"), bytes("1"))
                .put(table, bytes("twice"), bytes("2"))
                .put(table, bytes("gone"), bytes("1"))
                .delete(table, bytes("gone")));
        assertTrue(result.committed(), result::toString);
        String[] keys = {"a", "n", "kept", "c", "old", "", "twice"};
        for (int operation = 0; operation < keys.length; operation++) {
            long version = keys[operation].isEmpty()
                    ? 0
                    : notNull(sync.getVersioned(bytes(keys[operation]))).version();
            assertEquals(version, result.version(operation), keys[operation]);
        }
        assertEquals(0, result.version(7));
        assertEquals(0, result.version(8));
        assertEquals(5, result.number(1));
        assertTrue(commit(client.transaction()
                        .check(table, bytes("a"), result.version(0))
                        .compareAndSet(table, bytes("twice"), result.version(6), bytes("3")))
                .committed());
        TransactionResult failed =
                commit(client.transaction().put(table, bytes("a"), bytes("2")).check(table, bytes("a"), 0));
        assertFalse(failed.committed());
        assertEquals(0, failed.version(0));
    }

    @Test
    void shouldSetAndTakeAwayExpiries() {
        sync.put(bytes("k"), bytes("1"));
        TransactionResult set = commit(client.transaction()
                .expire(table, bytes("k"), Duration.ofHours(1))
                .expire(table, bytes("none"), Duration.ofHours(1))
                .get(table, bytes("k")));
        assertTrue(set.committed(), set::toString);
        assertTrue(set.found(0));
        assertFalse(set.found(1));
        assertArrayEquals(bytes("1"), notNull(set.value(2)).bytes());
        assertTrue(sync.timeToLive(bytes("k")) > 0);
        assertTrue(commit(client.transaction().persist(table, bytes("k"))).committed());
        assertEquals(ClientTable.TTL_NEVER_EXPIRES, sync.timeToLive(bytes("k")));
        assertNull(sync.get(bytes("none")));
    }

    private static Value notNull(@Nullable Value value) {
        assertNotNull(value);
        return value;
    }

    @Test
    void shouldWriteNothingWhenAnOperationFails() {
        sync.put(bytes("text"), bytes("abc"));
        Value text = notNull(sync.getVersioned(bytes("text")));
        failed(
                Status.NOT_A_NUMBER,
                client.transaction().put(table, bytes("a"), bytes("1")).increment(table, bytes("text"), 1));
        failed(
                Status.EXISTS,
                client.transaction()
                        .put(table, bytes("a"), bytes("1"))
                        .put(table, bytes("text"), bytes("2"), PutOptions.ALWAYS.ifAbsent()));
        failed(
                Status.NOT_FOUND,
                client.transaction()
                        .put(table, bytes("a"), bytes("1"))
                        .put(table, bytes("b"), bytes("2"), PutOptions.ALWAYS.ifPresent()));
        failed(
                Status.CONFLICT,
                client.transaction()
                        .put(table, bytes("a"), bytes("1"))
                        .check(table, bytes("text"), text.version() + 1));
        failed(
                Status.CONFLICT,
                client.transaction().put(table, bytes("a"), bytes("1")).check(table, bytes("a"), 0));
        failed(
                Status.CONFLICT,
                client.transaction()
                        .put(table, bytes("a"), bytes("1"))
                        .compareAndSet(table, bytes("b"), 7, bytes("2")));
        assertTrue(commit(client.transaction()
                        .check(table, bytes("text"), text.version())
                        .check(table, bytes("a"), 0)
                        .put(table, bytes("a"), bytes("1")))
                .committed());
    }

    private void failed(int status, ClientTransaction transaction) {
        TransactionResult result = commit(transaction.put(table, bytes("never"), bytes("reached")));
        assertFalse(result.committed());
        assertEquals(1, result.failedOperation());
        assertEquals(status, result.failure(), result::toString);
        assertNull(sync.get(bytes("a")));
        assertNull(sync.get(bytes("never")));
    }

    @Test
    void shouldKeepExpiriesWhereAsked() {
        sync.put(bytes("k"), bytes("1"), PutOptions.ALWAYS.expireAfter(Duration.ofHours(1)));
        commit(client.transaction().put(table, bytes("k"), bytes("2"), PutOptions.ALWAYS.keepExpiry()));
        assertTrue(sync.timeToLive(bytes("k")) > 0);
        commit(client.transaction().increment(table, bytes("k"), 1));
        assertTrue(sync.timeToLive(bytes("k")) > 0);
        commit(client.transaction().put(table, bytes("k"), bytes("3")));
        assertEquals(ClientTable.TTL_NEVER_EXPIRES, sync.timeToLive(bytes("k")));
    }

    @Test
    void shouldRefuseWhatIsTooMuch() {
        ClientTransaction most = client.transaction();
        while (most.size() < Limits.MULTI_OPERATIONS_MAX) {
            most.increment(table, bytes("n" + most.size() % 7), 1);
        }
        assertThrows(QuernException.BadRequest.class, () -> most.get(table, bytes("k")));
        assertTrue(commit(most).committed());
        assertThrows(IllegalStateException.class, most::commit);
        assertThrows(
                QuernException.BadRequest.class,
                () -> client.transaction().get(table, new byte[Limits.KEY_BYTES_MAX + 1]));
        byte[] half = new byte[Limits.VALUE_BYTES_MAX / 2];
        assertThrows(
                QuernException.BadRequest.class,
                () -> client.transaction()
                        .put(table, bytes("a"), half)
                        .put(table, bytes("b"), half)
                        .put(table, bytes("c"), half));
        sync.put(bytes("a"), half);
        QuernException tooLong = assertThrows(
                QuernException.class,
                () -> commit(client.transaction()
                        .put(table, bytes("b"), bytes("1"))
                        .get(table, bytes("a"))
                        .get(table, bytes("a"))
                        .get(table, bytes("a"))));
        assertEquals(Status.REPLY_TOO_LARGE, tooLong.status());
        assertNull(sync.get(bytes("b")));
    }

    @Test
    void shouldCarryLongTransactions() {
        byte[] value = new byte[300_000];
        new SplittableRandom(1).nextBytes(value);
        TransactionResult result = commit(client.transaction()
                .put(table, bytes("a"), value)
                .put(table, bytes("b"), value)
                .get(table, bytes("a")));
        assertArrayEquals(value, notNull(result.value(2)).bytes());
        assertArrayEquals(value, sync.get(bytes("b")));
    }

    @Test
    void shouldRefuseMalformedTransactions() throws Exception {
        try (RawClient raw = new RawClient(server.udpAddress(), "t", "secret").handshake()) {
            int sequence = 0;
            byte[] good = multi(1, Opcode.INCREMENT, 0, IncrementLayout.KEY_OFFSET + 1, IncrementLayout.KEY_OFFSET + 1);
            expect(raw, ++sequence, Status.OK, good);
            expect(raw, ++sequence, Status.BAD_REQUEST, new byte[] {1});
            expect(raw, ++sequence, Status.BAD_REQUEST, new byte[] {1, 0, 0, 0});
            expect(raw, ++sequence, Status.BAD_REQUEST, java.util.Arrays.copyOf(good, good.length + 1));
            expect(raw, ++sequence, Status.BAD_REQUEST, java.util.Arrays.copyOf(good, good.length - 1));
            expect(raw, ++sequence, Status.BAD_REQUEST, multi(1025, Opcode.GET, 0, 1, 1));
            expect(raw, ++sequence, Status.BAD_REQUEST, multi(1, Opcode.GET, 0, -1, 1));
            expect(raw, ++sequence, Status.BAD_REQUEST, multi(1, Opcode.GET, 0, 2, 1));
            expect(raw, ++sequence, Status.BAD_REQUEST, multi(1, Opcode.GET, 0, 0, 0));
            expect(raw, ++sequence, Status.BAD_REQUEST, multi(1, Opcode.CHECK, 0, 8, 8));
            for (int opcode :
                    new int[] {Opcode.MULTI, Opcode.SCAN, Opcode.INVOKE, Opcode.TIME_TO_LIVE, Opcode.CLOSE, 99}) {
                expect(raw, ++sequence, Status.BAD_REQUEST, multi(1, opcode, 0, 16, 16));
            }
            RawClient.Message unknown = expect(raw, ++sequence, Status.OK, multi(1, Opcode.GET, 77, 1, 1));
            assertEquals(Status.UNKNOWN_TABLE, unknown.body()[4]);
            raw.send(raw.request(RawClient.message(Opcode.CHECK, ++sequence, new byte[9])));
            assertEquals(Status.UNKNOWN_OPCODE, raw.receive().status());
            assertEquals(1, raw.incremented(++sequence, "alive"));
        }
    }

    private static byte[] multi(int count, int opcode, int tableId, int bodyLength, int bytes) {
        byte[] body = new byte[MultiLayout.OPERATIONS_OFFSET + MultiOperationLayout.BODY_OFFSET + bytes];
        MemorySegment memory = MemorySegment.ofArray(body);
        MultiLayout.write(memory, 0, count);
        MultiOperationLayout.write(memory, MultiLayout.OPERATIONS_OFFSET, opcode, tableId, bodyLength);
        return body;
    }

    private static RawClient.Message expect(RawClient raw, int sequence, int status, byte[] body) throws Exception {
        raw.send(raw.request(RawClient.message(Opcode.MULTI, sequence, body)));
        RawClient.Message reply = raw.receive();
        assertEquals(sequence, reply.sequence());
        assertEquals(status, reply.status(), "sequence " + sequence);
        return reply;
    }

    private static byte[] account(int index) {
        return bytes("account" + index);
    }

    private long total() {
        TransactionResult read;
        do {
            ClientTransaction all = client.transaction();
            for (int i = 0; i < ACCOUNTS; i++) {
                all.get(table, account(i));
            }
            read = commit(all);
        } while (!read.committed());
        long total = 0;
        for (int i = 0; i < ACCOUNTS; i++) {
            total += Long.parseLong(new String(notNull(read.value(i)).bytes(), UTF_8));
        }
        return total;
    }

    @Test
    void shouldKeepTheTotalUnderConcurrentTransfers() throws Exception {
        for (int i = 0; i < ACCOUNTS; i++) {
            sync.put(account(i), bytes("" + BALANCE));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
            List<CompletableFuture<Void>> done = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int seed = i;
                done.add(CompletableFuture.runAsync(() -> transfer(seed), threads));
            }
            CompletableFuture<Void> all = CompletableFuture.allOf(done.toArray(CompletableFuture[]::new));
            while (!all.isDone()) {
                assertEquals(ACCOUNTS * BALANCE, total());
            }
            all.get(1, TimeUnit.SECONDS);
        }
        assertEquals(ACCOUNTS * BALANCE, total());
        assertArrayEquals(bytes("" + CLIENTS * TRANSFERS), sync.get(bytes("transfers")));
    }

    /** Half of them by increments, half by reading first and checking the versions. */
    private void transfer(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (QuernClient own = connect()) {
            ClientTable accounts = own.table();
            for (int done = 0; done < TRANSFERS; ) {
                byte[] from = account(random.nextInt(ACCOUNTS));
                byte[] to = account(random.nextInt(ACCOUNTS));
                int amount = random.nextInt(10);
                ClientTransaction transaction = own.transaction();
                if (done % 2 == 0 || java.util.Arrays.equals(from, to)) {
                    transaction.increment(accounts, from, -amount).increment(accounts, to, amount);
                } else {
                    Value source = Objects.requireNonNull(accounts.sync().getVersioned(from));
                    Value target = Objects.requireNonNull(accounts.sync().getVersioned(to));
                    transaction
                            .compareAndSet(accounts, from, source.version(), plus(source, -amount))
                            .compareAndSet(accounts, to, target.version(), plus(target, amount));
                }
                if (own.await(transaction
                                .increment(accounts, bytes("transfers"), 1)
                                .commit())
                        .committed()) {
                    done++;
                }
            }
        }
    }

    private static byte[] plus(Value value, int amount) {
        return bytes("" + (Long.parseLong(new String(value.bytes(), UTF_8)) + amount));
    }

    @Test
    void shouldCommitOnceOverALossyNetwork() throws Exception {
        try (Server single = ExactlyOnceTest.start();
                LossyProxy proxy = ExactlyOnceTest.proxy(single.udpAddress(), 11);
                QuernClient lossy = ExactlyOnceTest.connect(proxy)) {
            List<CompletableFuture<TransactionResult>> results = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                results.add(lossy.transaction()
                        .increment(lossy.table(), bytes("x"), 1)
                        .increment(lossy.table(), bytes("y"), -1)
                        .commit());
            }
            int committed = 0;
            for (CompletableFuture<TransactionResult> result : results) {
                committed += lossy.await(result).committed() ? 1 : 0;
            }
            assertEquals(300, committed);
            assertArrayEquals(bytes("300"), lossy.table().sync().get(bytes("x")));
            assertArrayEquals(bytes("-300"), lossy.table().sync().get(bytes("y")));
            assertTrue(single.counters().get(Counter.REQUESTS_REPEATED) > 0, "nothing was repeated: no evidence");
        }
    }
}
