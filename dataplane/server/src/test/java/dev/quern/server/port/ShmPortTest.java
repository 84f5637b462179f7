package dev.quern.server.port;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.client.ClientConfig;
import dev.quern.client.Pipeline;
import dev.quern.client.PipelineHandler;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.Reply;
import dev.quern.client.transport.ShmTransport;
import dev.quern.protocol.ShmAttachLayout;
import dev.quern.protocol.ShmAttachedLayout;
import dev.quern.protocol.ShmFileLayout;
import dev.quern.protocol.Wire;
import dev.quern.server.Await;
import dev.quern.server.ConfigException;
import dev.quern.server.Quern;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.loop.Counter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is shared memory's own: who attaches, who goes, who lies, and what is left behind. */
@Timeout(90)
class ShmPortTest {
    private static final int RING_BYTES = 128 << 10;

    @TempDir
    private Path directory;

    private @Nullable Server server;

    private Path shm() {
        return directory.resolve("shm");
    }

    private Server start() throws IOException {
        return start(8);
    }

    private Server start(int clientsMax) throws IOException {
        Server started = Quern.start(ServerConfig.builder()
                .cores(1)
                .udp("off")
                .resp("off")
                .shm(shm().toString())
                .shmRingBytes(RING_BYTES)
                .shmClientsMax(clientsMax)
                .build());
        server = started;
        return started;
    }

    private QuernClient connect() throws IOException {
        return QuernClient.connect(ClientConfig.builder()
                .transport(ShmTransport.to(shm()))
                .connectTimeout(Duration.ofSeconds(30))
                .requestTimeout(Duration.ofSeconds(30))
                .build());
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(shm())) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private static long mapped() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains("/ring-"))
                .count();
    }

    /** A client that attaches as one should and then does what it likes. */
    private final class Hostile implements AutoCloseable {
        private final SocketChannel socket;
        private final Arena arena = Arena.ofShared();
        private final FileChannel file;
        private final MemorySegment memory;

        Hostile() throws IOException {
            socket = SocketChannel.open(UnixDomainSocketAddress.of(shm().resolve("core-0.sock")));
            ByteBuffer words = ByteBuffer.allocate(300);
            Wire.putInt(MemorySegment.ofBuffer(words), ShmAttachLayout.MAGIC_OFFSET, ShmAttachLayout.MAGIC);
            Wire.putShort(MemorySegment.ofBuffer(words), ShmAttachLayout.VERSION_OFFSET, ShmAttachLayout.VERSION);
            assertEquals(ShmAttachLayout.BYTES, socket.write(words.limit(ShmAttachLayout.BYTES)));
            words.clear();
            while (words.position() <= ShmAttachedLayout.NAME_OFFSET) {
                assertTrue(socket.read(words) > 0);
            }
            String name = new String(
                    words.array(),
                    ShmAttachedLayout.NAME_OFFSET,
                    words.position() - ShmAttachedLayout.NAME_OFFSET,
                    UTF_8);
            file = FileChannel.open(shm().resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE);
            memory = file.map(FileChannel.MapMode.READ_WRITE, 0, file.size(), arena);
            assertEquals(1, socket.write(ByteBuffer.wrap(new byte[1])));
            Await.until("the name is taken away", () -> !Files.exists(shm().resolve(name)));
        }

        /** Whether the server has closed the socket. */
        boolean isDetached() throws IOException {
            socket.configureBlocking(false);
            ByteBuffer bells = ByteBuffer.allocate(64);
            int count;
            do {
                count = socket.read(bells.clear());
            } while (count > 0);
            return count < 0;
        }

        @Override
        public void close() throws IOException {
            socket.close();
            file.close();
            arena.close();
        }
    }

    /** The client reads replies where they lie in the ring: it may not be unmapped while a callback looks at one. */
    @Test
    void shouldLetACallbackReadOnAfterItClosedItsClient() throws IOException {
        Server started = start();
        byte[] value = new byte[1000];
        new SplittableRandom(7).nextBytes(value);
        QuernClient client = QuernClient.connect(ClientConfig.builder()
                .transport(ShmTransport.to(shm()))
                .threading(ClientConfig.Threading.INVOKER)
                .build());
        client.table().sync().put(bytes("key"), value);
        List<byte[]> seen = new ArrayList<>();
        List<QuernException> failed = new ArrayList<>();
        Pipeline pipeline = client.pipeline(client.table(), new PipelineHandler() {
            @Override
            public void onReply(long correlation, Reply reply) {
                client.close();
                seen.add(reply.value());
            }

            @Override
            public void onFailure(long correlation, QuernException cause) {
                failed.add(cause);
            }
        });
        assertTrue(pipeline.get(bytes("key"), 1));
        assertTrue(pipeline.get(bytes("key"), 2));
        Await.until("an answer comes", () -> client.poll() > 0 && !seen.isEmpty());
        assertEquals(1, seen.size());
        assertArrayEquals(value, seen.getFirst());
        assertEquals(1, failed.size(), "what was under way fails when the client is closed");
        started.close();
        assertEquals(0, mapped());
    }

    @Test
    void shouldLeaveNothingBehind() throws Exception {
        Server started = start();
        assertEquals(List.of("core-0.sock", "lock"), files());
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(shm())));
        long before = mapped();
        try (QuernClient client = connect()) {
            assertEquals(1, client.table().sync().increment(bytes("n"), 1));
            assertEquals(List.of("core-0.sock", "lock"), files(), "the rings have no name");
            assertTrue(mapped() > before);
        }
        Await.until("the server has let the memory go", () -> {
            try {
                return mapped() == before;
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        });
        assertEquals(1, started.counters().get(Counter.SESSIONS_CLOSED));
        started.close();
        assertFalse(Files.exists(shm()));
    }

    @Test
    void shouldClearWhatAnEarlierServerLeft() throws Exception {
        Files.createDirectory(
                shm(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x---")));
        Files.writeString(shm().resolve("ring-0123"), "left");
        Files.writeString(shm().resolve("core-7.sock"), "left");
        Files.writeString(shm().resolve("lock"), "4711");
        Server started = start();
        assertEquals(List.of("core-0.sock", "lock"), files());
        assertEquals(
                "rw-rw----",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(shm().resolve("core-0.sock"))));
        started.close();
        assertEquals(List.of(), files());
    }

    @Test
    void shouldRefuseADirectoryThatAnotherServerHas() throws Exception {
        start();
        IOException taken = assertThrows(
                IOException.class,
                () -> Quern.start(ServerConfig.builder()
                        .udp("off")
                        .resp("off")
                        .shm(shm().toString())
                        .build()));
        assertTrue(String.valueOf(taken.getMessage()).contains("another server has " + shm()), taken.getMessage());
        try (QuernClient client = connect()) {
            assertEquals(1, client.table().sync().increment(bytes("n"), 1));
        }
    }

    @Test
    void shouldRefuseADirectoryThatOthersWriteTo() throws Exception {
        Files.createDirectory(shm());
        Files.setPosixFilePermissions(shm(), PosixFilePermissions.fromString("rwxrwxrwx"));
        IOException open = assertThrows(IOException.class, this::start);
        assertTrue(String.valueOf(open.getMessage()).contains("chmod o-w " + shm()), open.getMessage());
        assertThrows(ConfigException.class, () -> ServerConfig.builder().shm("relative"));
        assertThrows(ConfigException.class, () -> ServerConfig.builder().shmRingBytes(RING_BYTES + 1));
    }

    @Test
    void shouldRefuseOneClientTooMany() throws Exception {
        start(1);
        try (QuernClient first = connect()) {
            assertEquals(1, first.table().sync().increment(bytes("n"), 1));
            QuernException full = assertThrows(QuernException.class, this::connect);
            assertTrue(String.valueOf(full.getMessage()).contains("shm.clients_per_core_max"), full.getMessage());
        }
        Objects.requireNonNull(server).close();
        Files.createDirectories(shm());
        QuernException nobody = assertThrows(QuernException.class, this::connect);
        assertTrue(String.valueOf(nobody.getMessage()).contains("no server answers"), nobody.getMessage());
    }

    @Test
    void shouldAttachToTheNextServer() throws Exception {
        Server first = start();
        try (QuernClient client = connect()) {
            assertEquals(1, client.table("t").sync().increment(bytes("n"), 1));
            first.close();
            Server second = start();
            // A read may be done twice, so it moves to the next session; a write may not.
            assertNull(client.table("t").sync().get(bytes("n")), "a new store");
            assertEquals(1, client.table("t").sync().increment(bytes("n"), 1));
            assertEquals(1, second.counters().get(Counter.SESSIONS_OPENED));
        }
    }

    @Test
    void shouldLetAHostileClientHurtOnlyItself() throws Exception {
        start();
        SplittableRandom random = new SplittableRandom(23);
        try (QuernClient witness = connect()) {
            for (int round = 1; round <= 12; round++) {
                try (Hostile hostile = new Hostile()) {
                    scribble(hostile.memory, random, round);
                    assertEquals(round, witness.table().sync().increment(bytes("n"), 1));
                    if (round % 4 == 0) {
                        Await.until("detached", () -> isDetached(hostile));
                    }
                }
            }
        }
    }

    private static boolean isDetached(Hostile hostile) {
        try {
            return hostile.isDetached();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void scribble(MemorySegment memory, SplittableRandom random, int round) {
        long words = memory.byteSize() / Long.BYTES;
        if (round % 4 == 0) {
            // A length that cannot be.
            memory.set(ValueLayout.JAVA_INT, ShmFileLayout.requestsOffset(), random.nextInt() | 1 << 20 | 1 << 30);
            return;
        }
        for (int i = 0; i < 200_000; i++) {
            long at = round % 4 == 1
                    ? random.nextLong(words)
                    : (ShmFileLayout.requestsOffset() + random.nextLong(RING_BYTES / 64) * 64) / Long.BYTES;
            long value = round % 4 == 2 ? random.nextInt(16_384) : random.nextLong() >>> random.nextInt(64);
            memory.setAtIndex(ValueLayout.JAVA_LONG, at, value);
        }
    }

    @Test
    void shouldOutliveAClientThatCutsItsFileOff() throws Exception {
        Server started = start();
        try (QuernClient witness = connect();
                Hostile hostile = new Hostile()) {
            assertEquals(1, witness.table().sync().increment(bytes("n"), 1));
            hostile.file.truncate(0);
            Await.until("detached", () -> isDetached(hostile));
            assertEquals(2, witness.table().sync().increment(bytes("n"), 1));
            assertTrue(started.drain());
        }
    }

    @Test
    void shouldKeepRequestsOfOneThatTakesNoRepliesFromTheOthers() throws Exception {
        start();
        try (QuernClient idle = QuernClient.connect(ClientConfig.builder()
                        .transport(ShmTransport.to(shm()))
                        .threading(ClientConfig.Threading.INVOKER)
                        .build());
                QuernClient witness = connect()) {
            idle.table().sync().put(bytes("big"), new byte[10_000]);
            for (int i = 0; i < 200; i++) {
                var ignored = idle.table().get(bytes("big"));
            }
            assertArrayEquals(new byte[10_000], witness.table().sync().get(bytes("big")));
            assertArrayEquals(new byte[10_000], idle.table().sync().get(bytes("big")), "when it takes them again");
        }
    }
}
