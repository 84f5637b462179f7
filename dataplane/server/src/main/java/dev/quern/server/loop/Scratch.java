package dev.quern.server.loop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A core's off-heap scratch memory, for keys and arguments on their way into the store. Grows to what was asked for and stays so; what
 * it holds is lost when it grows and when its next user comes. Thread: the core's.
 */
public final class Scratch implements AutoCloseable {
    private static final long CACHE_LINE = 64;

    private Arena arena = Arena.ofShared();
    private MemorySegment memory;

    Scratch(long bytes) {
        memory = arena.allocate(bytes, CACHE_LINE);
    }

    /** An address with room for at least so many bytes. */
    public long reserve(long bytes) {
        if (bytes > memory.byteSize()) {
            grow(bytes);
        }
        return memory.address();
    }

    private void grow(long bytes) {
        Arena larger = Arena.ofShared();
        memory = larger.allocate(Math.max(bytes, 2 * memory.byteSize()), CACHE_LINE);
        arena.close();
        arena = larger;
    }

    public long capacity() {
        return memory.byteSize();
    }

    @Override
    public void close() {
        arena.close();
    }
}
