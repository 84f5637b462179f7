package dev.quern.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.ffi.linux.SocketLayout;
import dev.quern.guest.Buffer;
import dev.quern.guest.Call;
import dev.quern.guest.Entries;
import dev.quern.guest.Entry;
import dev.quern.guest.View;
import dev.quern.kvstore.Tenant;
import dev.quern.protocol.ChallengeLayout;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.HandshakeCrypto;
import dev.quern.protocol.InvokeAllLayout;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.OpenedLayout;
import dev.quern.protocol.PutLayout;
import dev.quern.protocol.Wire;
import dev.quern.sandbox.Manifest;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;
import dev.quern.server.loop.Port;
import dev.quern.server.loop.PortFactory;
import dev.quern.server.session.DatagramSink;
import dev.quern.server.session.NativeDoor;
import dev.quern.server.session.SessionBudgets;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The way from a datagram through decoding, the store or a function, and encoding to a datagram, on a core's own thread, and all of the core's turn around it: it
 * allocates nothing.
 */
@Timeout(100)
class HotPathTest {
    private static final int MESSAGES = 16;
    private static final int CALLS = 4;
    private static final byte[] KEY = "key".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FUNCTION = "put".getBytes(StandardCharsets.US_ASCII);
    private static final int DATAGRAMS = 2_000;
    private static final int WARM_UP = 15;

    /** What the loop does every millisecond wants seconds until it is compiled to the end, and makes an object or two until then. */
    private static final int ATTEMPTS = 300;

    /** What a datagram asks for. */
    enum Asked {
        GET,
        PUT,
        /** Calls of a function that gets and puts a record and replies what it got. */
        INVOKE_ALL
    }

    /** In Java, so that what is measured is no runtime's own. */
    private static final class Puts implements Entries {
        private final Buffer key = new Buffer(KEY.length).append(KEY);
        private final View value = new View();
        private final Buffer written = new Buffer(Long.BYTES);

        @Override
        public Map<String, Entry> entries() {
            return Map.of("put", this::put);
        }

        private int put(Call call) {
            if (call.get(Call.TABLE, key, value) < 0) {
                return 1;
            }
            call.reply(value);
            return call.put(Call.TABLE, key, written.clear().appendLong(value.length())) == 0 ? 0 : 2;
        }
    }

    /** A port that hears only what the test says, a datagram a turn, and measures once the server is ready. */
    private static final class ProbePort implements Port, DatagramSink {
        private final Arena arena = Arena.ofConfined();
        private final NativeDoor door;
        private final String secret;
        private final Asked asked;
        private final CompletableFuture<Void> ready;
        private final CompletableFuture<Long> fewest;
        private final long in = arena.allocate(65_536, 64).address();
        private final long out = arena.allocate(65_536, 64).address();
        private final long peer = arena.allocate(SocketLayout.ADDRESS_SLOT, 8).address();
        private final RawClient client;
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private int sequence;
        private int length;
        private int turns;
        private long before;
        private long least = Long.MAX_VALUE;

        ProbePort(
                Core core,
                ServerConfig config,
                String secret,
                Asked asked,
                CompletableFuture<Void> ready,
                CompletableFuture<Long> fewest)
                throws IOException {
            this.secret = secret;
            this.asked = asked;
            this.ready = ready;
            this.fewest = fewest;
            door = new NativeDoor(core, new SessionBudgets(config.sessions()), new int[] {1});
            client = new RawClient(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9), "t", secret);
        }

        @Override
        public int poll(long nowNs, int limit) {
            if (!ready.isDone() || fewest.isDone()) {
                return 0;
            }
            try {
                turn();
            } catch (Throwable failed) {
                fewest.completeExceptionally(failed);
            }
            return 1;
        }

        /** Measures from one turn to another, so that what is in between counts, too. */
        private void turn() {
            if (length == 0) {
                open();
            }
            int warm = turns++ - WARM_UP * DATAGRAMS;
            if (warm >= 0 && warm % DATAGRAMS == 0) {
                long allocated = threads.getCurrentThreadAllocatedBytes();
                least = warm == 0 ? least : Math.min(least, allocated - before);
                before = allocated;
                if (least == 0 || warm == ATTEMPTS * DATAGRAMS) {
                    assertEquals(
                            0,
                            NativeMemory.getByte(reply() - MessageLayout.HEADER_BYTES + MessageLayout.STATUS_OFFSET));
                    fewest.complete(least);
                    return;
                }
            }
            send();
        }

        @Override
        public int pollShort(long nowNs, int limit) {
            return 0;
        }

        private void open() {
            receive(client.hello());
            client.serverNonce = Wire.bytes(
                    NativeMemory.ALL, reply() + ChallengeLayout.SERVER_NONCE_OFFSET, HandshakeCrypto.NONCE_BYTES);
            byte[] proof = HandshakeCrypto.openProof(
                    secret.getBytes(StandardCharsets.UTF_8),
                    client.clientNonce,
                    client.serverNonce,
                    "t".getBytes(StandardCharsets.UTF_8));
            receive(client.openDatagram(proof));
            client.opened(new RawClient.Message(
                    0, Opcode.OPENED, 0, 0, Wire.bytes(NativeMemory.ALL, reply(), OpenedLayout.bytes(1))));
            receive(client.request(put(++sequence)));
            length = request();
        }

        private void receive(byte[] datagram) {
            NativeMemory.copyFromArray(datagram, 0, in, datagram.length);
            door.beginBurst();
            door.receive(in, datagram.length, peer, this);
            door.endBurst();
        }

        private long reply() {
            return out + DatagramLayout.HEADER_BYTES + MessageLayout.HEADER_BYTES;
        }

        private byte[] put(int at) {
            byte[] body = new byte[PutLayout.bytes(KEY.length, 100)];
            PutLayout.write(MemorySegment.ofArray(body), 0, PutLayout.TTL_NONE, KEY.length, 0);
            System.arraycopy(KEY, 0, body, PutLayout.KEY_OFFSET, KEY.length);
            return RawClient.message(Opcode.PUT, at, body);
        }

        /** Calls without arguments: an empty list each. */
        private static byte[] calls() {
            ByteBuffer body = ByteBuffer.allocate(
                            InvokeAllLayout.NAME_OFFSET + FUNCTION.length + CALLS * 2 * Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
            InvokeAllLayout.write(MemorySegment.ofBuffer(body), 0, 0, FUNCTION.length, CALLS);
            body.position(InvokeAllLayout.NAME_OFFSET).put(FUNCTION);
            for (int i = 0; i < CALLS; i++) {
                body.putInt(Integer.BYTES).putInt(0);
            }
            return RawClient.message(Opcode.INVOKE_ALL, 0, body.array());
        }

        private int request() {
            byte[][] messages = new byte[MESSAGES][];
            for (int i = 0; i < MESSAGES; i++) {
                messages[i] = switch (asked) {
                    case GET -> RawClient.message(Opcode.GET, 0, KEY);
                    case PUT -> put(0);
                    case INVOKE_ALL -> calls();
                };
            }
            byte[] datagram = client.request(messages);
            NativeMemory.copyFromArray(datagram, 0, in, datagram.length);
            return datagram.length;
        }

        private void send() {
            int stride = (length - DatagramLayout.HEADER_BYTES) / MESSAGES;
            for (int m = 0; m < MESSAGES; m++) {
                long message = in + DatagramLayout.HEADER_BYTES + (long) m * stride;
                NativeMemory.putInt(message + MessageLayout.SEQUENCE_OFFSET, ++sequence);
            }
            if (client.tag != null) {
                client.tag.seal(NativeMemory.ALL, in, length);
            }
            door.beginBurst();
            door.receive(in, length, peer, this);
            door.endBurst();
        }

        @Override
        public long acquire() {
            return out;
        }

        @Override
        public void send(int length, long to) {
            // What the test looks at lies in the buffer.
        }

        @Override
        public int bytesMax(long to) {
            return 16_384;
        }

        @Override
        public int flush(long nowNs) {
            return 0;
        }

        @Override
        public boolean wakesCore() {
            return false;
        }

        @Override
        public String describe() {
            return "probe";
        }

        @Override
        public boolean drained() {
            return true;
        }

        @Override
        public void close() {
            door.close();
            client.close();
            arena.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, ''", "PUT, ''", "GET, secret", "PUT, secret", "INVOKE_ALL, ''", "INVOKE_ALL, secret"})
    void shouldAllocateNothingForGetsAndPutsAndManyCalls(Asked asked, String secret) throws Exception {
        ServerConfig config = ServerConfig.builder()
                .cores(1)
                .roles(roles -> roles.mode("inline"))
                .udp("off")
                .resp("off")
                .tenant("t", secret)
                .build();
        CompletableFuture<Void> ready = new CompletableFuture<>();
        CompletableFuture<Long> fewest = new CompletableFuture<>();
        PortFactory factory = new PortFactory() {
            @Override
            public Port open(Core core) throws IOException {
                return new ProbePort(core, config, secret, asked, ready, fewest);
            }

            @Override
            public List<InetSocketAddress> addresses() {
                return List.of();
            }

            @Override
            public String name() {
                return "probe";
            }
        };
        Server server = Server.start(config, List.of(factory));
        try {
            Tenant tenant = Objects.requireNonNull(server.store().tenant("t"));
            server.functions().trust(tenant, "java");
            server.functions()
                    .register(
                            tenant,
                            Manifest.named("put").withRuntime("java").withTimeLimitUs(10_000_000),
                            Puts::new,
                            false);
            ready.complete(null);
            assertEquals(0, fewest.get(90, TimeUnit.SECONDS));
            assertEquals(0, server.counters().get(Counter.INVOCATIONS_FAILED));
        } finally {
            server.close();
        }
    }
}
