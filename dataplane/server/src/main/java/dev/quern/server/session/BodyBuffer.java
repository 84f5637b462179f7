package dev.quern.server.session;

import dev.quern.ffi.linux.NativeHeap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.protocol.Limits;

/**
 * Where a body of unknown length is put together. Grows and keeps what it holds, up to the longest body there is; past that it takes no
 * more and says so. Thread: the core's.
 */
final class BodyBuffer implements AutoCloseable {
    private static final int BYTES_INITIAL = 64 * 1024;

    private long address = NativeHeap.allocate(BYTES_INITIAL);
    private int capacity = BYTES_INITIAL;
    private int length;

    void clear() {
        length = 0;
        if (capacity > BYTES_INITIAL) {
            NativeHeap.free(address);
            address = NativeHeap.allocate(BYTES_INITIAL);
            capacity = BYTES_INITIAL;
        }
    }

    /** Room for so many more bytes; returns their address, or 0 when the body would be too long. */
    long append(int bytes) {
        if ((long) length + bytes > Limits.BODY_BYTES_MAX) {
            return 0;
        }
        if (length + bytes > capacity) {
            grow(length + bytes);
        }
        long at = address + length;
        length += bytes;
        return at;
    }

    private void grow(int wanted) {
        int larger = (int) Math.min(Limits.BODY_BYTES_MAX, Math.max(wanted, 2L * capacity));
        long moved = NativeHeap.allocate(larger);
        NativeMemory.copy(address, moved, length);
        NativeHeap.free(address);
        address = moved;
        capacity = larger;
    }

    boolean fits(long bytes) {
        return length + bytes <= Limits.BODY_BYTES_MAX;
    }

    long address() {
        return address;
    }

    int length() {
        return length;
    }

    @Override
    public void close() {
        NativeHeap.free(address);
    }
}
