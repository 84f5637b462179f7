package dev.quern.ffi.dpdk;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * What DPDK's headers do inline, and jextract therefore cannot bind: the functions behind {@code rte_eth_rx_burst}, {@code rte_eth_tx_burst}
 * and a pool's dequeue are called by their addresses, which stand in exported tables. The calls are critical: the thread stays in Java's
 * state, which saves half of what a call costs and makes a safepoint wait for it, some microseconds at most.
 *
 * <p>To be touched only when the libraries are loaded. Pointers travel as {@code long}. Threads: those of whom the calls are about.
 */
final class FastCalls {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup SYMBOLS = SymbolLookup.loaderLookup();

    /** {@code uint16_t (*)(void *queue, struct rte_mbuf **packets, uint16_t count)}: receive and send alike. */
    private static final MethodHandle BURST = byAddress(FunctionDescriptor.of(
            ValueLayout.JAVA_SHORT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_SHORT));

    /** {@code int (*)(struct rte_mempool *pool, void **objects, unsigned count)}. */
    private static final MethodHandle DEQUEUE = byAddress(FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));

    private static final MethodHandle FREE_BULK = LINKER.downcallHandle(
            SYMBOLS.findOrThrow("rte_pktmbuf_free_bulk"),
            FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT),
            Linker.Option.critical(false));

    /** {@code struct rte_eth_fp_ops rte_eth_fp_ops[RTE_MAX_ETHPORTS]}. */
    static final long BURST_TABLE = SYMBOLS.findOrThrow("rte_eth_fp_ops").address();

    /** {@code struct rte_mempool_ops_table rte_mempool_ops_table}. */
    static final long POOL_TABLE = SYMBOLS.findOrThrow("rte_mempool_ops_table").address();

    private FastCalls() {}

    private static MethodHandle byAddress(FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(descriptor, Linker.Option.critical(false));
    }

    /** Calls a device's receive or send function; gives how many packets, 0 to {@code count}. */
    static int burst(MemorySegment function, long queue, long packets, int count) {
        try {
            return (short) BURST.invokeExact(function, queue, packets, (short) count) & 0xFFFF;
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /** Takes exactly so many buffers out of a pool; 0, or negative when there are fewer. */
    static int dequeue(MemorySegment function, long pool, long objects, int count) {
        try {
            return (int) DEQUEUE.invokeExact(function, pool, objects, count);
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /** Gives packets back to their pools, chains with all their buffers. */
    static void free(long packets, int count) {
        try {
            FREE_BULK.invokeExact(packets, count);
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /** A downcall throws nothing of its own: whatever arrives here is a bug or a dying JVM. */
    static RuntimeException unexpected(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof RuntimeException runtime ? runtime : new IllegalStateException(thrown);
    }
}
