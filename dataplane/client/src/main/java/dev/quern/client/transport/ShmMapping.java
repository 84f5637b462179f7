package dev.quern.client.transport;

import dev.quern.protocol.Limits;
import dev.quern.protocol.ShmFileLayout;
import dev.quern.protocol.ShmReceiver;
import dev.quern.protocol.ShmSender;
import dev.quern.protocol.Wire;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The memory that a client shares with one core. One thread at a time. */
final class ShmMapping implements AutoCloseable {
    private final Arena arena;
    private final MemorySegment memory;
    private final ByteBuffer buffer;
    private final ShmSender requests;
    private final ShmReceiver replies;
    private long found;

    private ShmMapping(Arena arena, MemorySegment memory, int ringBytes) {
        this.arena = arena;
        this.memory = memory;
        this.buffer = memory.asByteBuffer();
        this.requests =
                new ShmSender(memory, ShmFileLayout.requestsOffset(), ringBytes, ShmFileLayout.REQUESTS_TAKEN_OFFSET);
        this.replies = new ShmReceiver(
                memory, ShmFileLayout.repliesOffset(ringBytes), ringBytes, ShmFileLayout.REPLIES_TAKEN_OFFSET);
    }

    static ShmMapping open(Path file, int ringBytes) throws IOException {
        if (!ShmFileLayout.isRingBytes(ringBytes)) {
            throw new IOException("rings of " + ringBytes + " bytes cannot be");
        }
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long length = ShmFileLayout.bytes(ringBytes);
            if (channel.size() != length) {
                throw new IOException(file + " has " + channel.size() + " bytes, not " + length);
            }
            MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, length, arena);
            if (Wire.getLong(memory, ShmFileLayout.MAGIC_OFFSET) != ShmFileLayout.MAGIC) {
                throw new IOException(file + " holds no rings");
            }
            memory.load();
            return new ShmMapping(arena, memory, ringBytes);
        } catch (IOException | RuntimeException failed) {
            arena.close();
            throw failed;
        }
    }

    /** False when there is no room now. */
    boolean send(ByteBuffer datagram) {
        long at = requests.reserve();
        if (at < 0) {
            return false;
        }
        int length = Math.min(datagram.remaining(), Limits.DATAGRAM_BYTES_LOOPBACK);
        buffer.put((int) at, datagram, datagram.position(), length);
        requests.publish(length);
        return true;
    }

    /** The length of the next datagram, which stays until {@link #release}; 0 when there is nothing. */
    int find() {
        found = replies.next();
        if (found < 0) {
            replies.settle();
            return 0;
        }
        return replies.length();
    }

    MemorySegment memory() {
        return memory;
    }

    /** Where the datagram begins that was found. */
    long foundOffset() {
        return found;
    }

    void copyFound(ByteBuffer target) {
        target.clear().put(0, buffer, (int) found, replies.length());
    }

    /** Gives its place back. */
    void release() {
        replies.take();
    }

    boolean hasNext() {
        return replies.hasNext();
    }

    boolean isBroken() {
        return requests.isBroken() || replies.isBroken();
    }

    /** Whether the server has to be woken for what was sent. */
    boolean serverSleeps() {
        // Pairs with the one in Core.announceRest: either the core sees the request in its last look, or this sees that
        // it sleeps.
        VarHandle.fullFence();
        return Wire.getIntAcquire(memory, ShmFileLayout.SERVER_SLEEPS_OFFSET) != 0;
    }

    void serverWoken() {
        Wire.putIntRelease(memory, ShmFileLayout.SERVER_SLEEPS_OFFSET, 0);
    }

    void clientSleeps(boolean sleeps) {
        Wire.putIntRelease(memory, ShmFileLayout.CLIENT_SLEEPS_OFFSET, sleeps ? 1 : 0);
    }

    @Override
    public void close() {
        arena.close();
    }
}
