package dev.quern.kvstore.index;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.memory.CommitAhead;
import dev.quern.kvstore.memory.Epochs;
import java.io.IOException;
import java.util.Arrays;

/**
 * Where an index's buckets lie: side by side in a range of addresses that has room for all that the quota can pay for, and behind them the
 * lines for over-full ones. So nothing ever moves, and growing asks the system for nothing. Reading is safe on any thread for numbers below
 * a published count; growing is for one thread at a time.
 */
final class Buckets {
    static final int FIRST = 64;

    private static final int OVERFLOW_FREE_FIRST = 64;
    private static final long NONE = Long.MAX_VALUE;

    /** What one huge page holds: memory is asked for so many buckets ahead of use. */
    private static final long AHEAD = Mmap.HUGE_PAGE_BYTES / BucketLayout.BYTES;

    private final boolean hugePages;
    private final CommitAhead ahead;
    private final long reserved;
    private final long reservedBytes;
    private final long address;

    /** Pages' worth of buckets that have been in use since they were given back last. */
    private long pages = 1;

    /** From this page on, nobody has looked for a bucket since that epoch, or will; {@link #NONE} when all pages are wanted. */
    private volatile long unusedFrom = NONE;

    private long unusedSince;
    private long overflowNext;
    private volatile long overflowCount;

    /** Lines that are not linked any more. */
    private long[] overflowFree = new long[OVERFLOW_FREE_FIRST];

    private int overflowFreeCount;

    /**
     * Reserves the range.
     *
     * @param countMax how many buckets and further lines there can be together
     * @throws IOException when the system has no address space to give
     */
    Buckets(long countMax, boolean hugePages, CommitAhead ahead) throws IOException {
        this.hugePages = hugePages;
        this.ahead = ahead;
        long bytes = Math.ceilDiv(countMax, AHEAD) * Mmap.HUGE_PAGE_BYTES;
        reservedBytes = Mmap.HUGE_PAGE_BYTES + 2 * bytes;
        reserved = Mmap.reserve(reservedBytes);
        address = Math.ceilDiv(reserved, Mmap.HUGE_PAGE_BYTES) * Mmap.HUGE_PAGE_BYTES;
        overflowNext = address + bytes;
        if (hugePages && bytes > Mmap.HUGE_PAGE_BYTES) {
            // Advice: a lookup's first step is a random read of the buckets. The first page's stay small, for small
            // tables.
            Mmap.adviseHuge(address + Mmap.HUGE_PAGE_BYTES, bytes - Mmap.HUGE_PAGE_BYTES);
        }
    }

    long address(long bucket) {
        return address + bucket * BucketLayout.BYTES;
    }

    /** Before this bucket, the next one past the count, comes into use: asks for the memory of those far behind it. */
    void growTo(long bucket) {
        long page = bucket / AHEAD;
        pages = Math.max(pages, page + 1);
        if (page >= unusedFrom) {
            unusedFrom = NONE;
        }
        // The first huge page is asked for half of it ahead, when all before it is in use.
        long next = bucket == AHEAD / 2 ? AHEAD : bucket + AHEAD;
        if (hugePages && bucket >= AHEAD / 2 && next % AHEAD == 0) {
            ahead.requestFirst(address(next), Mmap.HUGE_PAGE_BYTES);
        }
    }

    /** Whether {@link #tighten} has nothing to do when there are so many buckets. */
    boolean isTight(long count) {
        return unusedFrom == NONE && pages <= wanted(count);
    }

    /** One page more than is in use stays, for a table that grows again. */
    private static long wanted(long count) {
        return Math.ceilDiv(count, AHEAD) + 1;
    }

    /** Gives pages back behind the last of so many buckets, once nobody can look for a bucket there. Returns how much was done. */
    int tighten(long count, Epochs epochs) {
        if (unusedFrom == NONE) {
            if (pages > wanted(count)) {
                unusedFrom = wanted(count);
                unusedSince = epochs.epochOfRetirement();
            }
            return 0;
        }
        if (unusedSince >= epochs.advance()) {
            return 0;
        }
        long from = unusedFrom;
        try {
            Mmap.decommit(address(from * AHEAD), (pages - from) * Mmap.HUGE_PAGE_BYTES);
        } catch (IOException refused) {
            throw new IllegalStateException("an index's own memory could not be given back", refused);
        }
        pages = from;
        unusedFrom = NONE;
        return 1;
    }

    /** How many buckets {@link #newOverflow} gave that are in use. Any thread. */
    long overflowCount() {
        return overflowCount;
    }

    /** An empty bucket to link behind a full one. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time
    synchronized long newOverflow() {
        if (overflowFreeCount > 0) {
            long free = overflowFree[--overflowFreeCount];
            // Word by word: a reader may still be here, and half a slot would lead it astray.
            for (int offset = 0; offset < BucketLayout.BYTES; offset += Long.BYTES) {
                NativeMemory.putLongRelease(free + offset, 0);
            }
            overflowCount++;
            return free;
        }
        long bucket = overflowNext;
        overflowNext += BucketLayout.BYTES;
        overflowCount++;
        return bucket;
    }

    /** Takes a bucket back that {@link #newOverflow} gave. Readers may still come by: they will find nothing of theirs and look again. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time
    synchronized void freeOverflow(long bucket) {
        if (overflowFreeCount == overflowFree.length) {
            overflowFree = Arrays.copyOf(overflowFree, overflowFreeCount * 2);
        }
        overflowFree[overflowFreeCount++] = bucket;
        overflowCount--;
    }

    /** Gives all back; nobody may read any more. */
    synchronized void close() throws IOException {
        Mmap.unmap(reserved, reservedBytes);
    }
}
