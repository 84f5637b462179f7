package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;

/**
 * Off-heap blocks in sizes of powers of two, from slabs that are never given back but never exceed the bound. A free block's first
 * word links to the next free one. Thread: the core's; allocates on the heap only when it takes a slab.
 */
final class BlockPool implements AutoCloseable {
    private static final long CACHE_LINE = 64;
    private static final long NONE = 0;
    private static final int SHIFT_MIN = Integer.numberOfTrailingZeros(SessionLimits.BLOCK_BYTES_MIN);
    private static final int SIZES = Integer.numberOfTrailingZeros(SessionLimits.BLOCK_BYTES_MAX) - SHIFT_MIN + 1;

    private final Arena arena = Arena.ofShared();
    private final long[] free = new long[SIZES];
    private final long bytesMax;
    private long bytes;

    BlockPool(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** A block of at least so many bytes, or 0 when the bound is reached. */
    long allocate(int length) {
        int size = sizeFor(length);
        long block = free[size];
        if (block == NONE) {
            block = carve(size);
            if (block == NONE) {
                return NONE;
            }
        }
        free[size] = NativeMemory.getLong(block);
        return block;
    }

    /** Gives back a block that was allocated for this length. */
    void free(long block, int length) {
        int size = sizeFor(length);
        NativeMemory.putLong(block, free[size]);
        free[size] = block;
    }

    private long carve(int size) {
        if (bytes + SessionLimits.SLAB_BYTES > bytesMax) {
            return NONE;
        }
        bytes += SessionLimits.SLAB_BYTES;
        long slab = arena.allocate(SessionLimits.SLAB_BYTES, CACHE_LINE).address();
        long blockBytes = 1L << (size + SHIFT_MIN);
        for (long at = SessionLimits.SLAB_BYTES - blockBytes; at >= 0; at -= blockBytes) {
            NativeMemory.putLong(slab + at, free[size]);
            free[size] = slab + at;
        }
        return free[size];
    }

    private static int sizeFor(int length) {
        int rounded = Math.max(length, SessionLimits.BLOCK_BYTES_MIN);
        return Integer.SIZE - Integer.numberOfLeadingZeros(rounded - 1) - SHIFT_MIN;
    }

    @Override
    public void close() {
        arena.close();
    }
}
