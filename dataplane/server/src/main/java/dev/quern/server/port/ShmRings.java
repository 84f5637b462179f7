package dev.quern.server.port;

import dev.quern.protocol.ShmFileLayout;
import dev.quern.protocol.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file with a client's two rings, mapped. It has a name only until the client has mapped it, too: from then on its memory lives as long
 * as either of them, however they end. Any thread; {@link #close} only when no thread uses the address.
 */
final class ShmRings implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final Arena arena;
    private final MemorySegment memory;
    private final int ringBytes;

    private ShmRings(Path file, FileChannel channel, Arena arena, MemorySegment memory, int ringBytes) {
        this.file = file;
        this.channel = channel;
        this.arena = arena;
        this.memory = memory;
        this.ringBytes = ringBytes;
    }

    /** Makes the file and touches all of its memory, so that no core waits for that. */
    static ShmRings create(ShmDirectory directory, int ringBytes) throws IOException {
        long bytes = ShmFileLayout.bytes(ringBytes);
        Path file = directory.createRings(bytes);
        Arena arena = Arena.ofShared();
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
            memory.fill((byte) 0);
            Wire.putLong(memory, ShmFileLayout.MAGIC_OFFSET, ShmFileLayout.MAGIC);
            Wire.putInt(memory, ShmFileLayout.RING_BYTES_OFFSET, ringBytes);
            return new ShmRings(file, channel, arena, memory, ringBytes);
        } catch (IOException | RuntimeException failed) {
            arena.close();
            Files.deleteIfExists(file);
            throw failed;
        }
    }

    long address() {
        return memory.address();
    }

    int ringBytes() {
        return ringBytes;
    }

    /** The file's name in the directory. */
    String name() {
        return String.valueOf(file.getFileName());
    }

    /** Takes the name away. */
    void unlink() throws IOException {
        Files.deleteIfExists(file);
    }

    /** Whether the file still has all of its bytes: what was cut off cannot be touched. */
    boolean isWhole() {
        try {
            return channel.size() == memory.byteSize();
        } catch (IOException unknown) {
            return false;
        }
    }

    @Override
    public void close() {
        arena.close();
        try {
            channel.close();
            unlink();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
