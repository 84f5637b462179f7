package dev.quern.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.ffi.linux.SocketLayout;
import dev.quern.protocol.ChallengeLayout;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.HandshakeCrypto;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.OpenedLayout;
import dev.quern.protocol.PutLayout;
import dev.quern.protocol.Wire;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Port;
import dev.quern.server.loop.PortFactory;
import dev.quern.server.session.DatagramSink;
import dev.quern.server.session.NativeDoor;
import dev.quern.server.session.SessionBudgets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The way from a datagram through decoding, the store and encoding to a datagram, on a core's own thread: it allocates nothing. */
@Timeout(60)
class HotPathTest {
    private static final int MESSAGES = 16;
    private static final int DATAGRAMS = 2_000;
    private static final int WARM_UP = 15;
    private static final int ATTEMPTS = 20;

    /** A port that hears only what the test says, and measures on its first poll. */
    private static final class ProbePort implements Port, DatagramSink {
        private final Arena arena = Arena.ofConfined();
        private final NativeDoor door;
        private final String secret;
        private final boolean puts;
        private final CompletableFuture<Long> fewest;
        private final long in = arena.allocate(65_536, 64).address();
        private final long out = arena.allocate(65_536, 64).address();
        private final long peer = arena.allocate(SocketLayout.ADDRESS_SLOT, 8).address();
        private final RawClient client;
        private int sequence;
        private boolean measured;

        ProbePort(Core core, ServerConfig config, String secret, boolean puts, CompletableFuture<Long> fewest)
                throws java.io.IOException {
            this.secret = secret;
            this.puts = puts;
            this.fewest = fewest;
            door = new NativeDoor(core, new SessionBudgets(config.sessions()), new int[] {1});
            client = new RawClient(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9), "t", secret);
        }

        @Override
        public int poll(long nowNs, int limit) {
            if (!measured) {
                measured = true;
                try {
                    fewest.complete(measure());
                } catch (Throwable failed) {
                    fewest.completeExceptionally(failed);
                }
            }
            return 0;
        }

        @Override
        public int pollShort(long nowNs, int limit) {
            return 0;
        }

        private long measure() {
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
            int length = request();
            run(WARM_UP * DATAGRAMS, length);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long least = Long.MAX_VALUE;
            for (int attempt = 0; attempt < ATTEMPTS && least > 0; attempt++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                run(DATAGRAMS, length);
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, NativeMemory.getByte(reply() - MessageLayout.HEADER_BYTES + MessageLayout.STATUS_OFFSET));
            return least;
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
            byte[] body = new byte[PutLayout.bytes(3, 100)];
            PutLayout.write(MemorySegment.ofArray(body), 0, PutLayout.TTL_NONE, 3, 0);
            System.arraycopy("key".getBytes(StandardCharsets.US_ASCII), 0, body, PutLayout.KEY_OFFSET, 3);
            return RawClient.message(Opcode.PUT, at, body);
        }

        private int request() {
            byte[][] messages = new byte[MESSAGES][];
            for (int i = 0; i < MESSAGES; i++) {
                messages[i] =
                        puts ? put(0) : RawClient.message(Opcode.GET, 0, "key".getBytes(StandardCharsets.US_ASCII));
            }
            byte[] datagram = client.request(messages);
            NativeMemory.copyFromArray(datagram, 0, in, datagram.length);
            return datagram.length;
        }

        private void run(int datagrams, int length) {
            int stride = (length - DatagramLayout.HEADER_BYTES) / MESSAGES;
            for (int i = 0; i < datagrams; i++) {
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
    @CsvSource({"false, ''", "true, ''", "false, secret", "true, secret"})
    void shouldAllocateNothingForGetsAndPuts(boolean puts, String secret) throws Exception {
        ServerConfig config = ServerConfig.builder()
                .cores(1)
                .udp("off")
                .resp("off")
                .tenant("t", secret)
                .build();
        CompletableFuture<Long> fewest = new CompletableFuture<>();
        PortFactory factory = new PortFactory() {
            @Override
            public Port open(Core core) throws java.io.IOException {
                return new ProbePort(core, config, secret, puts, fewest);
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
            assertEquals(0, fewest.get(50, TimeUnit.SECONDS));
        } finally {
            server.close();
        }
    }
}
