package dev.quern.kvstore.memory;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * One tenant's contiguous range of addresses: fresh memory from its front, and lists of freed blocks that cores exchange. Cores reach
 * it through a {@link CoreAllocator} each, and so come here seldom. Safe on any thread.
 */
public final class RecordArena {
    /** Addresses are this much wider than the quota, as blocks freed in one size cannot always serve another. */
    private static final int SPREAD = 2;

    private static final long RANGE_BYTES_MAX = 1L << 31;
    private static final int UNIT_SHIFT = 4;
    private static final int HEAD_BITS = 32;
    private static final long HEAD_MASK = (1L << HEAD_BITS) - 1;

    private final long address;
    private final long length;
    private final Quota quota;
    private final AtomicLong fresh = new AtomicLong();

    /** By size class, the newest freed block: its offset in units of 16 bytes plus 1 below, a counter against reuse (ABA) above. */
    private final AtomicLongArray freed = new AtomicLongArray(SizeClasses.COUNT);

    /**
     * Reserves the range.
     *
     * @throws IOException when the system has no address space to give
     */
    public RecordArena(long quotaBytes) throws IOException {
        length = Math.min(RANGE_BYTES_MAX, Math.ceilDiv(quotaBytes * SPREAD, Mmap.PAGE_BYTES) * Mmap.PAGE_BYTES);
        address = Mmap.reserve(length);
        quota = new Quota(quotaBytes);
    }

    public long address() {
        return address;
    }

    public long length() {
        return length;
    }

    public Quota quota() {
        return quota;
    }

    /** Never used memory from the front, or 0 when the range is used up. */
    long carve(long bytes) {
        long offset = fresh.get();
        while (offset + bytes <= length) {
            if (fresh.compareAndSet(offset, offset + bytes)) {
                return address + offset;
            }
            offset = fresh.get();
        }
        return 0;
    }

    /** A freed block of this class, or 0. */
    long takeFreed(int sizeClass) {
        for (; ; ) {
            long head = freed.get(sizeClass);
            long unit = head & HEAD_MASK;
            if (unit == 0) {
                return 0;
            }
            long block = address + (unit - 1 << UNIT_SHIFT);
            // Another core may take and reuse this block right now: what is read here is then nonsense, and the counter
            // says so.
            long next = NativeMemory.getLong(block) & HEAD_MASK;
            if (freed.compareAndSet(sizeClass, head, ((head & ~HEAD_MASK) + (1L << HEAD_BITS)) | next)) {
                return block;
            }
        }
    }

    void putFreed(int sizeClass, long block) {
        long unit = (block - address >>> UNIT_SHIFT) + 1;
        for (; ; ) {
            long head = freed.get(sizeClass);
            NativeMemory.putLong(block, head & HEAD_MASK);
            if (freed.compareAndSet(sizeClass, head, ((head & ~HEAD_MASK) + (1L << HEAD_BITS)) | unit)) {
                return;
            }
        }
    }

    /** Ends the range; nobody may touch it afterwards. */
    public void close() throws IOException {
        Mmap.unmap(address, length);
    }
}
