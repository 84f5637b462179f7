package dev.quern.ffi.dpdk;

import dev.quern.ffi.dpdk.DpdkException.Reason;
import dev.quern.ffi.dpdk.generated.DpdkCalls;
import dev.quern.ffi.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A pool of packet buffers of one size. Any thread; {@link MbufCache} is how one takes from it. To be closed when no device and no thread has
 * a buffer of it any more.
 */
public final class Mempool implements AutoCloseable {
    /** What each thread keeps to itself inside DPDK: its limit, so that threads seldom meet at the ring. */
    private static final int THREAD_CACHE = 512;

    /** The pool holds at least so many times a thread's cache: else one thread could keep all. */
    private static final int CACHE_SHARE = 2;

    private static final int ANY_SOCKET = -1;

    private final PackedPool owned;
    private final MemorySegment pool;
    private final MemorySegment dequeue;
    private final int bufferBytes;

    private Mempool(PackedPool owned, MemorySegment dequeue, int bufferBytes) {
        this.owned = owned;
        this.pool = owned.pool();
        this.dequeue = dequeue;
        this.bufferBytes = bufferBytes;
    }

    /**
     * Makes one.
     *
     * @param name unique in the process, up to 25 characters
     * @param count of buffers; one less than a power of two wastes least
     * @param bufferBytes the longest packet that fits into one; the headroom comes on top
     * @throws DpdkException mostly as there is not memory enough: the message says how much it needs
     */
    public static Mempool create(Dpdk dpdk, String name, int count, int bufferBytes) throws DpdkException {
        DpdkAbi abi = dpdk.layouts();
        int cache = Math.min(THREAD_CACHE, count / CACHE_SHARE);
        int room = bufferBytes + Mbuf.HEADROOM_BYTES;
        PackedPool owned;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name);
            owned = PackedPool.isWanted()
                    ? PackedPool.create(text, count, cache, Mbuf.BYTES + room, ANY_SOCKET)
                    : ordinary(
                            DpdkCalls.rte_pktmbuf_pool_create(text, count, cache, (short) 0, (short) room, ANY_SOCKET));
        }
        if (owned == null) {
            int error = RteErrno.current();
            throw new DpdkException(
                    error == RteErrno.ENOMEM ? Reason.NO_HUGEPAGES : Reason.OTHER,
                    "no pool " + name + " of " + count + " buffers of " + room + " bytes, "
                            + ((long) count * (room + Mbuf.BYTES) >> 20) + " MiB in all: " + RteErrno.describe(error)
                            + ": ask for fewer, or give DPDK more memory (-m, or scripts/setup-dpdk hugepages)");
        }
        MemorySegment pool = owned.pool();
        int index = NativeMemory.getInt(pool.address() + abi.poolOpsIndex());
        long function = NativeMemory.getLong(
                FastCalls.POOL_TABLE + abi.opsTableEntries() + (long) index * abi.opsBytes() + abi.opsDequeue());
        Mempool made = new Mempool(owned, MemorySegment.ofAddress(function), bufferBytes);
        made.checkLayout();
        return made;
    }

    private static @Nullable PackedPool ordinary(MemorySegment pool) {
        return pool.address() == 0 ? null : new PackedPool(pool, MemorySegment.NULL);
    }

    /** A DPDK can be built without physical addresses in its buffers, under the same number; the next buffer's place is another one then. */
    private void checkLayout() throws DpdkException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(Long.BYTES, Long.BYTES);
            if (FastCalls.dequeue(dequeue, pool.address(), one.address(), 1) != 0) {
                throw new DpdkException(Reason.OTHER, "a fresh pool of buffers is empty");
            }
            long mbuf = NativeMemory.getLong(one.address());
            boolean asKnown = NativeMemory.getLong(mbuf + Mbuf.POOL) == pool.address()
                    && NativeMemory.getLong(mbuf + Mbuf.IOVA) != 0
                    && NativeMemory.getLong(mbuf + Mbuf.NEXT) == 0
                    && NativeMemory.getShort(mbuf + Mbuf.REFERENCES) == 1
                    && NativeMemory.getShort(mbuf + Mbuf.SEGMENTS) == 1;
            FastCalls.free(one.address(), 1);
            if (!asKnown) {
                close();
                throw new DpdkException(
                        Reason.UNKNOWN_ABI,
                        "this DPDK was built with other packet buffers than its number says (enable_iova_as_pa=false?):"
                                + " install your distribution's");
            }
        }
    }

    /** Takes exactly so many; false when there are fewer. */
    boolean dequeue(long objects, int count) {
        return FastCalls.dequeue(dequeue, pool.address(), objects, count) == 0;
    }

    MemorySegment segment() {
        return pool;
    }

    /** The longest packet that fits into one buffer. */
    public int bufferBytes() {
        return bufferBytes;
    }

    /** Buffers that nobody holds, those in threads' caches included. Slow: it asks every thread's. */
    public int available() {
        return DpdkCalls.rte_mempool_avail_count(pool);
    }

    @Override
    public void close() {
        owned.free();
    }
}
