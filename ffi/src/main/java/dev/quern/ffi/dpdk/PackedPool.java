package dev.quern.ffi.dpdk;

import dev.quern.ffi.dpdk.generated.DpdkCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A pool whose buffers lie one behind the other, across the ends of small pages. DPDK's own begins each at the start of a page where pages are small,
 * for devices that know memory by its physical address. Then all headers fall into the same few lines of the processor's first cache, which
 * keeps eight of a burst at a time: an echo is half as fast. Where devices use virtual addresses, nothing asks for that.
 *
 * @param pool DPDK's {@code struct rte_mempool}
 * @param memory what its buffers lie in, to be given back after it
 */
record PackedPool(MemorySegment pool, MemorySegment memory) {
    /** {@code struct rte_pktmbuf_pool_private}, which is filled in by DPDK. */
    static final int PRIVATE_BYTES = 8;

    private static final String MEMORY_TYPE = "quern-buffers";

    /** Whether DPDK's own pool would begin each buffer at a page, and this one may do otherwise. */
    static boolean isWanted() {
        return DpdkCalls.rte_eal_has_hugepages() == 0 && DpdkCalls.rte_eal_iova_mode() == DpdkCalls.RTE_IOVA_VA();
    }

    /**
     * Makes one; null when that fails, and {@link RteErrno} says why.
     *
     * @param elementBytes of the buffer with all that describes it
     */
    static @Nullable PackedPool create(MemorySegment name, int count, int cache, int elementBytes, int socket) {
        MemorySegment pool = DpdkCalls.rte_mempool_create_empty(
                name, count, elementBytes, cache, PRIVATE_BYTES, socket, DpdkCalls.RTE_MEMPOOL_F_NO_IOVA_CONTIG());
        if (pool.address() == 0) {
            return null;
        }
        MemorySegment memory = MemorySegment.NULL;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment alignment = arena.allocate(ValueLayout.JAVA_LONG);
            int ops = DpdkCalls.rte_mempool_set_ops_byname(
                    pool, DpdkCalls.rte_mbuf_best_mempool_ops(), MemorySegment.NULL);
            long bytes = DpdkCalls.rte_mempool_op_calc_mem_size_default(pool, count, 0, chunk, alignment);
            int align = (int) Math.max(alignment.get(ValueLayout.JAVA_LONG, 0), Mbuf.BYTES);
            if (ops == 0 && bytes > 0) {
                memory = DpdkCalls.rte_malloc_socket(arena.allocateFrom(MEMORY_TYPE), bytes, align, socket);
            }
            DpdkCalls.rte_pktmbuf_pool_init(pool, MemorySegment.NULL);
            // In this mode a device's address of a byte is the process's own.
            int placed = memory.address() == 0
                    ? 0
                    : DpdkCalls.rte_mempool_populate_iova(
                            pool, memory, memory.address(), bytes, MemorySegment.NULL, MemorySegment.NULL);
            if (placed == count) {
                int ignored =
                        DpdkCalls.rte_mempool_obj_iter(pool, DpdkCalls.rte_pktmbuf_init$address(), MemorySegment.NULL);
                return new PackedPool(pool, memory);
            }
        }
        new PackedPool(pool, memory).free();
        RteErrno.set(RteErrno.ENOMEM);
        return null;
    }

    void free() {
        DpdkCalls.rte_mempool_free(pool);
        DpdkCalls.rte_free(memory);
    }
}
