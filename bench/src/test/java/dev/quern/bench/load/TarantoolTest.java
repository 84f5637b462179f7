package dev.quern.bench.load;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import dev.quern.bench.peers.Peer;
import dev.quern.bench.peers.Tarantool;
import dev.quern.bench.peers.Tools;
import dev.quern.bench.workload.Answer;
import dev.quern.bench.workload.Endpoint;
import dev.quern.bench.workload.StoredFunction;
import dev.quern.bench.workload.Workloads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TarantoolTest {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);
    private static final long POLL_NS_MAX = ANSWER_MAX.toNanos();
    private static final int VALUE_LENGTH_MAX = 100_000;

    private final BenchContext context =
            new BenchContext(true, new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));

    /** Answers by their slots: bytes, or nothing where nothing was found. */
    private final Map<Integer, byte @Nullable []> answers = new HashMap<>();

    private final Map<Integer, RuntimeException> failures = new HashMap<>();

    private final Endpoint.Listener listener = new Endpoint.Listener() {
        @Override
        public void onAnswer(int slot, Answer answer) {
            answers.put(
                    slot,
                    answer.found()
                            ? answer.memory()
                                    .asSlice(answer.offset(), answer.length())
                                    .toArray(ValueLayout.JAVA_BYTE)
                            : null);
        }

        @Override
        public void onFailure(int slot, RuntimeException cause) {
            failures.put(slot, cause);
        }
    };

    @BeforeEach
    void needTarantool() {
        assumeTrue(Tools.isOnPath("tarantool"), "tarantool is missing: run scripts/setup-peers");
    }

    private static Target target(String address, boolean isOrdered) {
        return new Target(
                address,
                isOrdered ? new Target.Login("default", "", Workloads.ORDERED_TABLE, true, 0) : Target.Login.DEFAULT,
                List.of());
    }

    private void poll(Endpoint endpoint, int count) {
        long deadlineNs = System.nanoTime() + POLL_NS_MAX;
        while (answers.size() + failures.size() < count) {
            assertTrue(System.nanoTime() < deadlineNs, answers.size() + " of " + count + " answers");
            int ignored = endpoint.poll();
        }
    }

    @Test
    void shouldBringEveryByteBack() throws Exception {
        try (Tarantool tarantool = Tarantool.start(context);
                Target target = target(tarantool.address(), false);
                Endpoint endpoint = target.connect(2, 64, VALUE_LENGTH_MAX, listener)) {
            Random random = new Random(5);
            int[] lengths = {0, 1, 31, 32, 255, 256, 65_535, 65_536, VALUE_LENGTH_MAX};
            List<byte[]> keys = new ArrayList<>();
            List<byte[]> values = new ArrayList<>();
            for (int length : lengths) {
                byte[] key = new byte[1 + length % 250];
                random.nextBytes(key);
                byte[] value = new byte[length];
                random.nextBytes(value);
                keys.add(key);
                values.add(value);
            }
            for (int slot = 0; slot < lengths.length; slot++) {
                answers.clear();
                assertTrue(endpoint.put(
                        keys.get(slot), keys.get(slot).length, values.get(slot), values.get(slot).length, slot));
                poll(endpoint, 1);
            }
            answers.clear();
            for (int slot = 0; slot < lengths.length; slot++) {
                while (!endpoint.get(keys.get(slot), keys.get(slot).length, slot)) {
                    int ignored = endpoint.poll();
                }
            }
            byte[] missing = {1, 2, 3, 4};
            assertTrue(endpoint.get(missing, missing.length, lengths.length));
            poll(endpoint, lengths.length + 1);
            for (int slot = 0; slot < lengths.length; slot++) {
                assertArrayEquals(values.get(slot), answers.get(slot), "length=" + lengths[slot]);
            }
            assertNull(answers.get(lengths.length));
            assertTrue(failures.isEmpty(), failures.toString());
        }
    }

    @Test
    void shouldScanInTheOrderOfBytes() throws Exception {
        try (Tarantool tarantool = Tarantool.start(context);
                TarantoolConnection connection = connection(tarantool);
                Target target = target(tarantool.address(), true);
                Endpoint endpoint = target.connect(1, 64, 100, listener)) {
            for (int i = 0; i < 10; i++) {
                byte[] key = {(byte) (i * 25)};
                assertTrue(endpoint.put(key, 1, key, 1, i));
            }
            poll(endpoint, 10);
            assertEquals(
                    "[\"\u0000\u0019\"]",
                    connection
                            .eval(
                                    "local keys = {} for _, r in box.space.ordered:pairs() do table.insert(keys, r[1]) end"
                                            + " return table.concat(keys):sub(1, 2)")
                            .toString()
                            .replace("\\u0000", "\u0000")
                            .replace("\\u0019", "\u0019"));
            CountingListener counts = new CountingListener();
            try (Endpoint scans = target.connect(1, 64, 100, counts)) {
                byte[] from = {(byte) 200};
                assertTrue(scans.scan(from, 1, 100, 0));
                long deadlineNs = System.nanoTime() + POLL_NS_MAX;
                while (counts.length < 0 && System.nanoTime() < deadlineNs) {
                    int ignored = scans.poll();
                }
                assertEquals(2, counts.length, "records from 200 on: 200 and 225");
            }
        }
    }

    private static final class CountingListener implements Endpoint.Listener {
        private int length = -1;

        @Override
        public void onAnswer(int slot, Answer answer) {
            length = answer.length();
        }

        @Override
        public void onFailure(int slot, RuntimeException cause) {
            throw cause;
        }
    }

    /** The same functions with the same arguments, over the same records. */
    @Test
    void shouldAnswerAsQuernAndRedisDo() throws Exception {
        assumeTrue(Tools.isOnPath("redis-server"), "redis-server is missing: run scripts/setup-redis");
        try (Tarantool tarantool = Tarantool.start(context);
                Peer redis = Peer.redis(context)) {
            Map<Integer, byte @Nullable []> ofQuern = answersOf("ring");
            assertSame(ofQuern, answersOf("resp://127.0.0.1:" + redis.respPort()), "redis");
            assertSame(ofQuern, answersOf(tarantool.address()), "tarantool");
        }
    }

    private static void assertSame(
            Map<Integer, byte @Nullable []> wanted, Map<Integer, byte @Nullable []> found, String server) {
        wanted.forEach((slot, answer) -> assertArrayEquals(answer, found.get(slot), server + ", call " + slot));
        assertEquals(wanted.size(), found.size());
    }

    private Map<Integer, byte @Nullable []> answersOf(String address) throws IOException {
        answers.clear();
        failures.clear();
        try (Target target = target(address, false)) {
            target.recognise();
            List<StoredFunction> functions = List.of(
                    StoredFunction.example("lookup", true),
                    StoredFunction.example("graph", true),
                    StoredFunction.example("ledger", false),
                    StoredFunction.example("tao", false));
            target.deploy(functions, List.of("ledger", "links"));
            try (Endpoint endpoint = target.connect(1, 64, 1_000, listener)) {
                put(endpoint, "a_key_of_16_byte", "b_key_of_16_byteANDMORE");
                put(endpoint, "b_key_of_16_byte", "the end: no key of a record");
                put(endpoint, new byte[] {'c', 6, 0, 0, 0}, words(2, 7, 8));
                put(endpoint, new byte[] {'c', 7, 0, 0, 0}, words(3, 6, 8, 9));
                answers.clear();
                calls(endpoint);
            }
        }
        assertTrue(failures.isEmpty(), address + ": " + failures);
        return new HashMap<>(answers);
    }

    private void calls(Endpoint endpoint) {
        byte[] start = bytes("a_key_of_16_byte");
        call(endpoint, "lookup", true, start, words(2));
        call(endpoint, "lookup", true, start, words(3));
        call(endpoint, "graph.reach", true, words(6), words(1));
        call(endpoint, "graph.reach", true, words(6), words(4));

        byte[] table = bytes("ledger");
        byte[] ann = bytes("ann");
        byte[] bob = bytes("bob");
        call(endpoint, "ledger.open", false, table, ann, longs(-100));
        call(endpoint, "ledger.open", false, table, bob, longs(-100));
        call(endpoint, "ledger.open", false, table, ann, longs(0));
        for (String id : List.of("an id", "an id", "")) {
            call(endpoint, "ledger.transfer", false, table, ann, bob, longs(40), longs(-1), bytes(id));
        }

        byte[] graph = bytes("links");
        byte[] list = joined(longs(1), words(5));
        call(endpoint, "tao.obj_add", false, joined(longs(1), words(9)), bytes("one"));
        call(endpoint, "tao.obj_add", false, joined(longs(1), words(9)), bytes("one again"));
        call(endpoint, "tao.obj_get", true, longs(2));
        call(endpoint, "tao.assoc_add", false, graph, joined(longs(1, 2, 300), words(5, 6)), bytes("to two"));
        call(endpoint, "tao.assoc_add", false, graph, joined(longs(1, 3, 301), words(5, 0)), bytes("to three"));
        call(endpoint, "tao.assoc_add", false, graph, joined(longs(1, 2, 299), words(5, 6)), bytes("to two, earlier"));
        call(endpoint, "tao.assoc_count", true, graph, list);
        call(endpoint, "tao.assoc_count", true, graph, joined(longs(2), words(6)));
        call(endpoint, "tao.assoc_range", true, graph, joined(list, words(0, 10)));
        call(endpoint, "tao.assoc_range", true, graph, joined(list, words(1, 10)));
        call(endpoint, "tao.assoc_get", true, graph, list, longs(3, 4, 2));
        call(endpoint, "tao.assoc_delete", false, graph, joined(longs(1, 2), words(5, 6)));
        call(endpoint, "tao.assoc_delete", false, graph, joined(longs(1, 2), words(5, 6)));
        call(endpoint, "tao.assoc_count", true, graph, joined(longs(2), words(6)));
        call(endpoint, "tao.assoc_range", true, graph, joined(list, words(0, 10)));
        call(endpoint, "tao.obj_delete", false, longs(1));
        call(endpoint, "tao.obj_delete", false, longs(1));
    }

    private void put(Endpoint endpoint, String key, String value) {
        put(endpoint, bytes(key), bytes(value));
    }

    private void put(Endpoint endpoint, byte[] key, byte[] value) {
        answers.clear();
        assertTrue(endpoint.put(key, key.length, value, value.length, 0));
        poll(endpoint, 1);
    }

    /** Its answer is kept under the number of the call. */
    private void call(Endpoint endpoint, String function, boolean isReadOnly, byte[]... arguments) {
        int number = answers.size() + failures.size();
        byte[] name = bytes(function);
        byte[] encoded = words(arguments.length);
        for (byte[] argument : arguments) {
            encoded = joined(encoded, words(argument.length), argument);
        }
        assertTrue(endpoint.call(name, isReadOnly, encoded, encoded.length, number));
        poll(endpoint, number + 1);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] longs(long... numbers) {
        MemorySegment segment = MemorySegment.ofArray(new byte[numbers.length * Long.BYTES]);
        for (int i = 0; i < numbers.length; i++) {
            segment.set(ValueLayout.JAVA_LONG_UNALIGNED, (long) i * Long.BYTES, numbers[i]);
        }
        return segment.toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] words(int... words) {
        MemorySegment segment = MemorySegment.ofArray(new byte[words.length * Integer.BYTES]);
        for (int i = 0; i < words.length; i++) {
            segment.set(ValueLayout.JAVA_INT_UNALIGNED, (long) i * Integer.BYTES, words[i]);
        }
        return segment.toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void shouldTellWhatAFunctionFailedWith() throws Exception {
        try (Tarantool tarantool = Tarantool.start(context);
                Target target = target(tarantool.address(), false);
                Endpoint endpoint = target.connect(1, 64, 100, listener);
                TarantoolConnection connection = connection(tarantool)) {
            call(endpoint, "no_such", true);
            assertTrue(
                    String.valueOf(failures.get(0)).contains("Procedure 'no_such' is not defined"),
                    failures.toString());
            BenchFailedException failed =
                    assertThrows(BenchFailedException.class, () -> connection.eval("error('as it must')"));
            assertTrue(String.valueOf(failed.getMessage()).contains("as it must"), failed.getMessage());
        }
    }

    @Test
    void shouldSayThatNoTarantoolIsThere() throws Exception {
        try (Target target = target("tarantool://127.0.0.1:" + Tools.freePort(), false)) {
            BenchFailedException nobody =
                    assertThrows(BenchFailedException.class, () -> target.connect(1, 1, 1, listener));
            assertTrue(String.valueOf(nobody.getMessage()).contains("cannot connect to"), nobody.getMessage());
        }
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread greeter = Thread.ofPlatform().daemon().start(() -> {
                try (var socket = other.accept()) {
                    socket.getOutputStream().write(new byte[TarantoolConnection.GREETING_BYTES]);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            BenchFailedException stranger = assertThrows(
                    BenchFailedException.class,
                    () -> new TarantoolConnection((InetSocketAddress) other.getLocalSocketAddress(), ANSWER_MAX));
            assertTrue(String.valueOf(stranger.getMessage()).contains("is no Tarantool"), stranger.getMessage());
            greeter.join();
        }
    }

    @Test
    void shouldLeaveNothingBehind() throws Exception {
        long pid;
        Path directory;
        try (Tarantool tarantool = Tarantool.start(context);
                TarantoolConnection connection = connection(tarantool)) {
            var told = connection.eval("return box.info.pid, box.cfg.work_dir, box.cfg.wal_mode");
            pid = told.get(0).asIntegerValue().asLong();
            directory = Path.of(told.get(1).asStringValue().asString());
            assertEquals("none", told.get(2).asStringValue().asString());
            assertTrue(Files.isDirectory(directory));
        }
        assertFalse(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false), "pid=" + pid);
        assertFalse(Files.exists(directory), directory.toString());
    }

    private static TarantoolConnection connection(Tarantool tarantool) {
        return new TarantoolConnection(
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), tarantool.peer().respPort()),
                ANSWER_MAX);
    }
}
