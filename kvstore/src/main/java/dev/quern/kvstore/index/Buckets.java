package dev.quern.kvstore.index;

import dev.quern.ffi.linux.Mmap;
import java.io.IOException;
import java.util.ArrayList;
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

    /** By segment, the address that bucket 0 would have if the segment reached down to it. */
    private final long[] origins = new long[SEGMENTS_MAX];

    private final List<Long> segments = new ArrayList<>();
    private final List<Long> overflowChunks = new ArrayList<>();
    private long overflowNext;
    private int overflowLeft;
    private volatile long overflowCount;

    Buckets() throws IOException {
        addSegment(0, 0, FIRST);
    }

    long address(long bucket) {
        int segment = bucket < FIRST ? 0 : Long.SIZE - Long.numberOfLeadingZeros(bucket) - FIRST_SHIFT;
        return origins[segment] + bucket * BucketLayout.BYTES;
    }

    /** Makes sure that this bucket, the next one past the count, has memory. Before the count is published. */
    void ensure(long bucket) throws IOException {
        if (bucket >= FIRST && Long.bitCount(bucket) == 1) {
            int segment = Long.SIZE - Long.numberOfLeadingZeros(bucket) - FIRST_SHIFT;
            if (origins[segment] == 0) {
                addSegment(segment, bucket, bucket);
            }
        }
    }

    private void addSegment(int segment, long first, long count) throws IOException {
        long address = Mmap.reserve(count * BucketLayout.BYTES);
        if (count * BucketLayout.BYTES >= Mmap.HUGE_PAGE_BYTES) {
            // Advice: a lookup's first step is a random read of the buckets.
            Mmap.adviseHuge(address, count * BucketLayout.BYTES);
        }
        origins[segment] = address - first * BucketLayout.BYTES;
        segments.add(address);
        segments.add(count * BucketLayout.BYTES);
    }

    /** How many buckets {@link #newOverflow} gave. Any thread. */
    long overflowCount() {
        return overflowCount;
    }

    /** An empty bucket to link behind a full one; it stays there. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time
    synchronized long newOverflow() throws IOException {
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
