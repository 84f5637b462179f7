package dev.quern.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.CallOutcome;
import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionSpec;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.SyncTable;
import dev.quern.guest.Buffer;
import dev.quern.guest.Call;
import dev.quern.guest.Entries;
import dev.quern.guest.Entry;
import dev.quern.guest.View;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.Tenant;
import dev.quern.protocol.InvokeAllEntryLayout;
import dev.quern.protocol.InvokeAllLayout;
import dev.quern.protocol.InvokeAllReplyLayout;
import dev.quern.protocol.Limits;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import dev.quern.protocol.Wire;
import dev.quern.sandbox.Manifest;
import dev.quern.server.loop.Counter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests of many calls of one function, wherever they run. Nothing here depends on how long anything takes. */
@Timeout(100)
@ParameterizedClass
@EnumSource(InvokeAllTest.Place.class)
class InvokeAllTest {
    /** Where functions run. */
    enum Place {
        INLINE("inline", 1),
        STATIC("static", 2),
        ADAPTIVE("adaptive", 1);

        final String mode;
        final int cores;

        Place(String mode, int cores) {
            this.mode = mode;
            this.cores = cores;
        }
    }

    private static final String FUNCTION = "count";
    private static final Duration ENDLESS = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final int QUOTA_PERCENT = 5;

    private final Place place;
    private EmbeddedQuern quern;
    private QuernClient client;

    InvokeAllTest(Place place) {
        this.place = place;
    }

    @BeforeEach
    void open() throws IOException {
        open(60_000);
    }

    /** With how long a call may expect to wait and still be taken in. */
    private void open(int waitMs) throws IOException {
        quern = Quern.embedded(ServerConfig.builder()
                .cores(place.cores)
                .roles(roles -> roles.mode(place.mode))
                .functions(functions -> functions.waitMs(waitMs))
                .drainMs(60_000)
                .udp("127.0.0.1:0")
                .resp("off")
                .tenant("t", "")
                .tenant(TenantSettings.of("small", "").sharing(new FunctionShare(1, QUOTA_PERCENT, 1)))
                .build());
        client = connect("t");
    }

    @AfterEach
    void close() {
        client.close();
        quern.close();
    }

    private QuernClient connect(String tenant) {
        return QuernClient.connect(ClientConfig.builder()
                .tenant(tenant)
                .retransmit(Duration.ofSeconds(80), Duration.ofSeconds(80))
                .requestTimeout(Duration.ofSeconds(80))
                .address(quern.server().udpAddress())
                .build());
    }

    private static void deploy(QuernClient to, byte[] module, Duration limit) {
        to.await(to.functions().deploy(FunctionSpec.of(FUNCTION, module).timeLimit(limit)));
    }

    private CompletableFuture<List<CallOutcome>> send(byte[][]... calls) {
        return client.call(FUNCTION).sendAll(List.of(calls));
    }

    /** A call with one letter as its argument. */
    private static byte[][] call(char letter) {
        return new byte[][] {{(byte) letter}};
    }

    private static long number(CallOutcome outcome) {
        return ByteBuffer.wrap(outcome.result().reply())
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
    }

    private static int status(CallOutcome outcome) {
        QuernException failure = outcome.failure();
        return failure == null ? Status.OK : failure.status();
    }

    private static List<Integer> statuses(List<CallOutcome> outcomes) {
        return outcomes.stream().map(InvokeAllTest::status).toList();
    }

    private long count(Counter counter) {
        return quern.server().counters().get(counter);
    }

    private void kill() {
        Tenant tenant = Objects.requireNonNull(quern.server().store().tenant("t"));
        Await.until("nothing to kill", () -> quern.server().functions().kill(tenant) > 0);
    }

    @Test
    void shouldTellOfEachCallWhatBecameOfIt() {
        deploy(client, TestModules.COUNT_AND, ENDLESS);
        List<CallOutcome> outcomes = client.await(send(call('o'), call('f'), call('o'), call('t'), call('o')));
        assertEquals(
                List.of(Status.OK, Status.FUNCTION_FAILED, Status.OK, Status.FUNCTION_TRAPPED, Status.OK),
                statuses(outcomes));
        assertEquals(1, number(outcomes.get(0)));
        assertEquals(2, number(outcomes.get(2)), "what failed left nothing");
        assertEquals(3, number(outcomes.get(4)), "what trapped left nothing");
        assertEquals(
                7,
                assertInstanceOf(
                                QuernException.FunctionFailed.class,
                                outcomes.get(1).failure())
                        .code());
        QuernException trapped = Objects.requireNonNull(outcomes.get(3).failure());
        assertTrue(trapped.getMessage().contains("trapped"), trapped.getMessage());
        assertEquals(5, count(Counter.INVOCATIONS));
        assertEquals(2, count(Counter.INVOCATIONS_FAILED));
        assertEquals(
                5,
                Objects.requireNonNull(client.await(client.functions().describe(FUNCTION)))
                        .calls());
    }

    @Test
    void shouldMakeTheMostCallsInTheirOrderAndNoMore() {
        deploy(client, TestModules.COUNT_AND, ENDLESS);
        List<byte[][]> most = Collections.nCopies(Limits.INVOKE_ALL_CALLS_MAX, call('o'));
        List<CallOutcome> outcomes = client.await(client.call(FUNCTION).sendAll(most));
        for (int i = 0; i < Limits.INVOKE_ALL_CALLS_MAX; i++) {
            assertEquals(i + 1, number(outcomes.get(i)));
        }
        List<byte[][]> more = new ArrayList<>(most);
        more.add(call('o'));
        assertThrows(
                QuernException.BadRequest.class, () -> client.call(FUNCTION).sendAll(more));
        assertThrows(
                QuernException.BadRequest.class, () -> client.call(FUNCTION).sendAll(List.of()));
        CompletableFuture<List<CallOutcome>> unknown = client.call("nobody").sendAll(most);
        assertThrows(QuernException.UnknownFunction.class, () -> client.await(unknown));
    }

    @Test
    void shouldEndOneThatRunsAwayAndGoOnWithTheNext() {
        deploy(client, TestModules.COUNT_AND, SHORT);
        // Its instance is made, which may take longer than it may.
        client.await(send(call('f')));
        List<CallOutcome> outcomes = client.await(send(call('f'), call('s'), call('f')));
        assertEquals(List.of(Status.FUNCTION_FAILED, Status.DEADLINE, Status.FUNCTION_FAILED), statuses(outcomes));
    }

    @Test
    void shouldBeginNoneOnceTheTimeIsOver() throws IOException {
        deploy(client, TestModules.COUNT_AND, ENDLESS);
        client.await(send(call('o')));
        try (RawClient raw = new RawClient(quern.server().udpAddress(), "t", "").handshake()) {
            byte[] message = RawClient.message(Opcode.INVOKE_ALL, 1, body('s', 's', 'o'));
            Wire.putInt(
                    MemorySegment.ofArray(message), MessageLayout.DEADLINE_US_OFFSET, (int) SHORT.toNanos() / 1_000);
            raw.send(raw.request(message));
            RawClient.Message answer = raw.receive();
            assertEquals(Status.OK, answer.status());
            MemorySegment entries = MemorySegment.ofArray(answer.body());
            long at = InvokeAllReplyLayout.ENTRIES_OFFSET;
            for (int i = 0; i < InvokeAllReplyLayout.count(entries, 0); i++) {
                assertEquals(Status.DEADLINE, InvokeAllEntryLayout.status(entries, at));
                at += InvokeAllEntryLayout.BYTES_MIN + InvokeAllEntryLayout.replyLength(entries, at);
            }
            assertEquals(answer.body().length, at);
            // The same request again gets the same answer, and no call is made again.
            raw.send(raw.request(message));
            assertArrayEquals(answer.body(), raw.receive().body());
        }
        assertEquals(2, number(client.await(send(call('o'))).getFirst()));
    }

    private static byte[] body(char... letters) {
        byte[] name = FUNCTION.getBytes(UTF_8);
        ByteBuffer body = ByteBuffer.allocate(InvokeAllLayout.NAME_OFFSET + name.length + letters.length * 13)
                .order(ByteOrder.LITTLE_ENDIAN);
        InvokeAllLayout.write(MemorySegment.ofBuffer(body), 0, 0, name.length, letters.length);
        body.position(InvokeAllLayout.NAME_OFFSET).put(name);
        for (char letter : letters) {
            body.putInt(9).putInt(1).putInt(1).put((byte) letter);
        }
        return body.array();
    }

    @Test
    void shouldEndAllThatIsLeftWhenOneIsKilled() {
        deploy(client, TestModules.COUNT_AND, ENDLESS);
        client.await(send(call('f')));
        CompletableFuture<List<CallOutcome>> request = send(call('o'), call('s'), call('o'), call('s'));
        kill();
        List<CallOutcome> outcomes = client.await(request);
        assertEquals(Status.FUNCTION_KILLED, status(outcomes.get(1)));
        assertEquals(
                List.of(Status.FUNCTION_KILLED, Status.FUNCTION_KILLED),
                statuses(outcomes).subList(2, 4));
        long made = outcomes.getFirst().ok() ? 1 : 0;
        assertEquals(made + 1, number(client.await(send(call('o'))).getFirst()), "none of them was made");
    }

    @Test
    void shouldBringRepliesThatTakeManyDatagrams() {
        deploy(client, TestModules.ECHO, ENDLESS);
        byte[][][] calls = new byte[24][1][];
        for (int i = 0; i < calls.length; i++) {
            calls[i][0] = new byte[i * 1_000];
            Arrays.fill(calls[i][0], (byte) i);
        }
        List<CallOutcome> outcomes = client.await(send(calls));
        for (int i = 0; i < calls.length; i++) {
            assertArrayEquals(calls[i][0], outcomes.get(i).result().reply());
        }
    }

    /** None of its calls ends by itself, so all of it takes twenty seconds. */
    @Test
    void shouldKeepNobodyWaiting() {
        deploy(client, TestModules.SPIN, SHORT);
        client.await(send(new byte[][] {}));
        try (QuernClient other = connect("small")) {
            SyncTable records = other.table().sync();
            CompletableFuture<List<CallOutcome>> request =
                    client.call(FUNCTION).sendAll(Collections.nCopies(Limits.INVOKE_ALL_CALLS_MAX, new byte[][] {}));
            byte[] key = "k".getBytes(UTF_8);
            records.put(key, key);
            for (int i = 0; i < 10; i++) {
                assertArrayEquals(key, records.get(key));
                // Not by one core while the other one does it: so it is asked of what cannot be served in the midst of
                // a function.
                assertEquals(1, records.multiGet(List.of(key)).size());
            }
            assertFalse(request.isDone(), "others were served after all of it");
            kill();
            List<CallOutcome> outcomes = client.await(request);
            assertEquals(Status.FUNCTION_KILLED, status(outcomes.getLast()));
        }
    }

    @Test
    void shouldFinishWhatWasBegunWhenTheServerEnds() {
        deploy(client, TestModules.WORK, ENDLESS);
        client.await(send(new byte[][] {}));
        long before = count(Counter.INVOCATIONS);
        CompletableFuture<List<CallOutcome>> request =
                client.call(FUNCTION).sendAll(Collections.nCopies(40, new byte[][] {}));
        Await.until("it did not arrive", () -> count(Counter.INVOCATIONS) == before + 40);
        assertTrue(quern.server().drain());
        assertEquals(Collections.nCopies(40, Status.OK), statuses(client.await(request)));
    }

    /** What has not begun is put off and comes again by itself; what has is not. */
    @Test
    void shouldGoOnWithWhatWasBegunHoweverManyWait() throws IOException {
        close();
        open(1);
        deploy(client, TestModules.WORK, ENDLESS);
        List<CompletableFuture<List<CallOutcome>>> requests = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            requests.add(client.call(FUNCTION).sendAll(Collections.nCopies(10, new byte[][] {})));
        }
        for (CompletableFuture<List<CallOutcome>> request : requests) {
            assertEquals(Collections.nCopies(10, Status.OK), statuses(client.await(request)));
        }
    }

    @Test
    void shouldHoldATenantToItsQuota() {
        try (QuernClient small = connect("small")) {
            deploy(small, TestModules.SPIN, Duration.ofMillis(2));
            List<CallOutcome> outcomes =
                    small.await(small.call(FUNCTION).sendAll(Collections.nCopies(8, new byte[][] {})));
            assertEquals(Collections.nCopies(8, Status.DEADLINE), statuses(outcomes), "it never ends by itself");
            assertTrue(count(Counter.INVOCATIONS_QUEUED) + count(Counter.INVOCATIONS_HANDED) >= 8);
        }
    }

    /**
     * A function that reads a record, lets another writer change it in the first of its attempts, and adds to another one: with the name of the call and in how many
     * attempts as its argument. Its attempts are counted.
     */
    private static final class Contested implements Entries {
        private final Map<Byte, Integer> attempts;
        private final Runnable otherWriter;
        private final Buffer read = Buffer.of("read");
        private final Buffer added = Buffer.of("added");
        private final View value = new View();
        private final View argument = new View();
        private final Buffer sum = new Buffer(Long.BYTES);

        private Contested(Map<Byte, Integer> attempts, Runnable otherWriter) {
            this.attempts = attempts;
            this.otherWriter = otherWriter;
        }

        @Override
        public Map<String, Entry> entries() {
            return Map.of(FUNCTION, this::run);
        }

        private int run(Call call) {
            if (call.argument(0, argument) != 2 || call.get(Call.TABLE, read, value) < 0) {
                return 1;
            }
            if (attempts.merge(argument.getByte(0), 1, Integer::sum) <= argument.getByte(1)) {
                otherWriter.run();
            }
            if (call.incr(Call.TABLE, added, 1) != 0) {
                return 2;
            }
            call.reply(sum.clear().appendLong(call.sum()));
            return 0;
        }
    }

    @Test
    void shouldMakeACallAgainThatAnotherWriterCameBeforeAndTellOfOneThatNeverCameFirst() throws Exception {
        Tenant tenant = Objects.requireNonNull(quern.server().store().tenant("t"));
        client.table().sync().put("read".getBytes(UTF_8), new byte[1]);
        Map<Byte, Integer> attempts = new ConcurrentHashMap<>();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (StoreCore other = quern.server().store().attach()) {
            Runnable write = () -> {
                other.enter(0);
                assertEquals(0, tenant.defaultTable().put(other, "read".getBytes(UTF_8), new byte[2]));
                other.exit();
            };
            Runnable otherWriter =
                    () -> assertDoesNotThrow(() -> thread.submit(write).get(10, TimeUnit.SECONDS));
            quern.server().functions().trust(tenant, "java");
            quern.server()
                    .functions()
                    .register(
                            tenant,
                            Manifest.named(FUNCTION).withRuntime("java").withTimeLimitUs(ENDLESS.toNanos() / 1_000),
                            () -> new Contested(attempts, otherWriter),
                            false);
            List<CallOutcome> outcomes =
                    client.await(send(contested('a', 0), contested('b', 3), contested('c', 100), contested('d', 1)));
            assertEquals(List.of(Status.OK, Status.OK, Status.FUNCTION_CONFLICT, Status.OK), statuses(outcomes));
            int most = dev.quern.sandbox.Limits.CONFLICT_RETRIES_MAX + 1;
            assertEquals(Map.of((byte) 'a', 1, (byte) 'b', 4, (byte) 'c', most, (byte) 'd', 2), attempts);
            assertEquals(1, number(outcomes.get(0)));
            assertEquals(2, number(outcomes.get(1)), "what was tried before left nothing");
            assertEquals(3, number(outcomes.get(3)), "what never came first left nothing");
            QuernException conflict = Objects.requireNonNull(outcomes.get(2).failure());
            assertTrue(conflict.getMessage().contains("other writes came first " + most), conflict.getMessage());
            assertEquals(4, count(Counter.INVOCATIONS));
            assertEquals(1, count(Counter.INVOCATIONS_FAILED));
        } finally {
            thread.shutdownNow();
            assertTrue(thread.awaitTermination(10, TimeUnit.SECONDS));
        }
    }

    private static byte[][] contested(char name, int times) {
        return new byte[][] {{(byte) name, (byte) times}};
    }
}
