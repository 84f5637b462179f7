package dev.quern.ffi.dpdk;

import dev.quern.ffi.linux.NativeHeap;
import dev.quern.ffi.linux.NativeMemory;

/**
 * One thread's way to a pool's buffers: it takes them by the batch, and hands them out one by one. Thread: one at a time. Allocates no Java
 * memory.
 */
public final class MbufCache implements AutoCloseable {
    private static final int BATCH = 64;

    private final Mempool pool;
    private final long buffers = NativeHeap.allocate((long) BATCH * Long.BYTES);
    private int count;

    /** An empty one. */
    public MbufCache(Mempool pool) {
        this.pool = pool;
    }

    /** An empty packet of one buffer, which is the caller's; 0 when the pool is used up. */
    public long allocate() {
        if (count == 0 && !refill()) {
            return 0;
        }
        long mbuf = NativeMemory.getLong(buffers + (long) --count * Long.BYTES);
        Mbuf.reset(mbuf);
        return mbuf;
    }

    /** A pool that has less than a batch left gives what it has, in smaller pieces. */
    private boolean refill() {
        for (int wanted = BATCH; wanted > 0; wanted >>= 1) {
            if (pool.dequeue(buffers, wanted)) {
                count = wanted;
                return true;
            }
        }
        return false;
    }

    /** Gives packets back that are the caller's, from this pool or another. {@code packets} is an array of their addresses. */
    public static void free(long packets, int packetCount) {
        if (packetCount > 0) {
            FastCalls.free(packets, packetCount);
        }
    }

    /** Gives what it keeps back to the pool. */
    @Override
    public void close() {
        free(buffers, count);
        count = 0;
        NativeHeap.free(buffers);
    }
}
