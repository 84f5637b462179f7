package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Bytes put together one after the other, in native memory that grows as need be. Thread: the core's. */
final class NativeBuffer implements AutoCloseable {
    private static final long BYTES_FIRST = 4096;

    /** A LEB128 number of 32 bits. */
    private static final int NUMBER_BYTES_MAX = 5;

    private Arena arena = Arena.ofShared();
    private MemorySegment memory = arena.allocate(BYTES_FIRST, Long.BYTES);
    private int length;

    /** Good until the next addition. */
    long address() {
        return memory.address();
    }

    int length() {
        return length;
    }

    /** Begins anew, with so many bytes that are written later. */
    void start(int bytes) {
        length = 0;
        reserve(bytes);
        length = bytes;
    }

    void append(long source, int bytes) {
        reserve(bytes);
        NativeMemory.copy(source, address() + length, bytes);
        length += bytes;
    }

    /** A LEB128 number. */
    void number(int value) {
        reserve(NUMBER_BYTES_MAX);
        int rest = value;
        while (rest > 0x7F) {
            NativeMemory.putByte(address() + length++, (byte) (rest | 0x80));
            rest >>>= 7;
        }
        NativeMemory.putByte(address() + length++, (byte) rest);
    }

    private void reserve(int bytes) {
        if (length + (long) bytes > memory.byteSize()) {
            Arena larger = Arena.ofShared();
            MemorySegment grown = larger.allocate(Math.max(length + (long) bytes, 2 * memory.byteSize()), Long.BYTES);
            MemorySegment.copy(memory, 0, grown, 0, length);
            arena.close();
            arena = larger;
            memory = grown;
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
