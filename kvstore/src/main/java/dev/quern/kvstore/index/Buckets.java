package dev.quern.kvstore.index;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.memory.CommitAhead;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where an index's buckets lie. Bucket numbers never move: the first segment holds 64, each further one as many as all before it
 * together, so that growing copies nothing. Reading is safe on any thread for numbers below a published count; growing is for one
 * thread at a time.
 */
final class Buckets {
    static final int FIRST = 64;

    private static final int FIRST_SHIFT = 6;
    private static final int SEGMENTS_MAX = 34;
    private static final int OVERFLOW_CHUNK = 64;

    /** What one huge page holds; segments from this size on are made, and memory is asked for, so many buckets ahead of use. */
    private static final long AHEAD = Mmap.HUGE_PAGE_BYTES / BucketLayout.BYTES;

    private final boolean hugePages;
    private final CommitAhead ahead;

    /** By segment, the address that bucket 0 would have if the segment reached down to it. */
    private final long[] origins = new long[SEGMENTS_MAX];

    private final List<Long> segments = new ArrayList<>();
    private final List<Long> overflowChunks = new ArrayList<>();
    private long overflowNext;
    private int overflowLeft;
    private volatile long overflowCount;

    /** Lines that are not linked any more. */
    private long[] overflowFree = new long[OVERFLOW_CHUNK];

    private int overflowFreeCount;

    Buckets(boolean hugePages, CommitAhead ahead) throws IOException {
        this.hugePages = hugePages;
        this.ahead = ahead;
        addSegment(0, 0, FIRST);
    }

    long address(long bucket) {
        int segment = bucket < FIRST ? 0 : Long.SIZE - Long.numberOfLeadingZeros(bucket) - FIRST_SHIFT;
        return origins[segment] + bucket * BucketLayout.BYTES;
    }

    /** Makes sure that this bucket, the next one past the count, has memory. Before the count is published. */
    void ensure(long bucket) throws IOException {
        ensureSegment(bucket);
        // The first huge page is asked for half of it ahead, when all before it is in use.
        long next = bucket == AHEAD / 2 ? AHEAD : bucket + AHEAD;
        if (hugePages && bucket >= AHEAD / 2 && next % AHEAD == 0) {
            ensureSegment(next);
            ahead.request(address(next), Mmap.HUGE_PAGE_BYTES);
        }
    }

    private void ensureSegment(long bucket) throws IOException {
        if (bucket >= FIRST && Long.bitCount(bucket) == 1) {
            int segment = Long.SIZE - Long.numberOfLeadingZeros(bucket) - FIRST_SHIFT;
            if (origins[segment] == 0) {
                addSegment(segment, bucket, bucket);
            }
        }
    }

    private void addSegment(int segment, long first, long count) throws IOException {
        long address = Mmap.reserve(count * BucketLayout.BYTES);
        if (hugePages && count * BucketLayout.BYTES >= Mmap.HUGE_PAGE_BYTES) {
            // Advice: a lookup's first step is a random read of the buckets.
            Mmap.adviseHuge(address, count * BucketLayout.BYTES);
        }
        origins[segment] = address - first * BucketLayout.BYTES;
        segments.add(address);
        segments.add(count * BucketLayout.BYTES);
    }

    /** How many buckets {@link #newOverflow} gave that are in use. Any thread. */
    long overflowCount() {
        return overflowCount;
    }

    /** An empty bucket to link behind a full one. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time
    synchronized long newOverflow() throws IOException {
        if (overflowFreeCount > 0) {
            long free = overflowFree[--overflowFreeCount];
            // Word by word: a reader may still be here, and half a slot would lead it astray.
            for (int offset = 0; offset < BucketLayout.BYTES; offset += Long.BYTES) {
                NativeMemory.putLongRelease(free + offset, 0);
            }
            overflowCount++;
            return free;
        }
        if (overflowLeft == 0) {
            overflowNext = Mmap.reserve((long) OVERFLOW_CHUNK * BucketLayout.BYTES);
            overflowChunks.add(overflowNext);
            overflowLeft = OVERFLOW_CHUNK;
        }
        long bucket = overflowNext;
        overflowNext += BucketLayout.BYTES;
        overflowLeft--;
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
        for (int i = 0; i < segments.size(); i += 2) {
            Mmap.unmap(segments.get(i), segments.get(i + 1));
        }
        for (long chunk : overflowChunks) {
            Mmap.unmap(chunk, (long) OVERFLOW_CHUNK * BucketLayout.BYTES);
        }
        segments.clear();
        overflowChunks.clear();
    }
}
