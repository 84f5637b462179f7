package dev.quern.kvstore.index;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.memory.Epochs;
import dev.quern.kvstore.memory.Quota;
import java.io.IOException;
import java.util.Arrays;

/**
 * The memory of one ordered index: blocks of a few sizes, cut from chunks of 64 KiB, in a range of addresses of its own, so that functions,
 * which see a tenant's records, do not see its nodes. Charged to the quota block by block; a chunk whose blocks are all free goes back to
 * the system. Safe on any thread: called for every tenth insertion or so, it may have a lock.
 */
final class NodeMemory {
    static final long NONE = 0;

    private static final int CHUNK_SHIFT = 16;
    private static final int CHUNK_BYTES = 1 << CHUNK_SHIFT;

    /** Leaves, inner nodes, and separators of the lengths between. */
    private static final int[] SIZES = {16, 32, 64, 128, LeafLayout.BYTES, 512, 1024, InnerNode.BYTES, 2560, 4104};

    /** An empty index costs no quota: its root, and its one leaf. */
    private static final long FREE_BYTES = LeafLayout.BYTES + InnerNode.BYTES;

    private static final int NO_CHUNK = -1;
    private static final int RETIRED_FIRST = 256;
    private static final int RECLAIM_FROM = 128;
    private static final byte POISON = (byte) 0xDB;

    private final Quota quota;
    private final Epochs epochs;
    private final boolean poisons;
    private final long range;
    private final int chunksMax;
    private long usedBytes;

    /** By chunk: its size's place among the sizes; -1 when it is free. */
    private int[] sizeOf = new int[0];

    /** By chunk: the first of its free blocks, each of which begins with the next one's address. */
    private long[] freeBlock = new long[0];

    /** By chunk: how many blocks are in use, and up to where it is cut. */
    private int[] used = new int[0];

    private int[] cut = new int[0];

    /** By chunk: its neighbours in the list of those of its size that have free blocks, or in that of free chunks. */
    private int[] next = new int[0];

    private int[] previous = new int[0];
    private final int[] open = new int[SIZES.length];
    private int freeChunks = NO_CHUNK;
    private int chunks;

    // A ring of what was retired, oldest first.
    private long[] retired = new long[RETIRED_FIRST];
    private int[] retiredBytes = new int[RETIRED_FIRST];
    private long[] retiredAt = new long[RETIRED_FIRST];
    private int retiredHead;
    private int retiredCount;

    /**
     * Reserves the range.
     *
     * @param poisons whether freed blocks are overwritten, so that a test sees who still reads them
     * @throws IOException when the system has no address space to give
     */
    NodeMemory(Quota quota, Epochs epochs, boolean poisons) throws IOException {
        this.quota = quota;
        this.epochs = epochs;
        this.poisons = poisons;
        // As many chunks again, as those of a size are seldom all full.
        chunksMax = Math.toIntExact(Math.min(1 << 26, 2 * (quota.limitBytes() >> CHUNK_SHIFT) + 4L * SIZES.length));
        range = Mmap.reserve((long) chunksMax << CHUNK_SHIFT);
        Arrays.fill(open, NO_CHUNK);
    }

    /** Bytes of the blocks in use, and of those that wait until nobody reads them. */
    synchronized long bytes() {
        return usedBytes;
    }

    /** A zeroed block of at least so many bytes; {@link #NONE} when the quota or the system has no more. */
    synchronized long allocate(int bytes) {
        int size = sizeFor(bytes);
        if (!charge(SIZES[size]) && (reclaim() == 0 || !charge(SIZES[size]))) {
            return NONE;
        }
        int chunk = open[size];
        if (chunk == NO_CHUNK) {
            chunk = openChunk(size);
            if (chunk == NO_CHUNK) {
                charge(-SIZES[size]);
                return NONE;
            }
        }
        long block = freeBlock[chunk];
        if (block != NONE) {
            freeBlock[chunk] = NativeMemory.getLong(block);
            NativeMemory.fill(block, SIZES[size], (byte) 0);
        } else {
            block = range + ((long) chunk << CHUNK_SHIFT) + cut[chunk];
            cut[chunk] += SIZES[size];
        }
        used[chunk]++;
        if (isFull(chunk)) {
            unlink(chunk);
        }
        return block;
    }

    private static int sizeFor(int bytes) {
        int size = 0;
        while (SIZES[size] < bytes) {
            size++;
        }
        return size;
    }

    private boolean charge(long bytes) {
        long before = Math.max(0, usedBytes - FREE_BYTES);
        long after = Math.max(0, usedBytes + bytes - FREE_BYTES);
        if (after > before && !quota.draw(after - before)) {
            return false;
        }
        if (after < before) {
            quota.giveBack(before - after);
        }
        usedBytes += bytes;
        return true;
    }

    private boolean isFull(int chunk) {
        return freeBlock[chunk] == NONE && cut[chunk] + SIZES[sizeOf[chunk]] > CHUNK_BYTES;
    }

    private int openChunk(int size) {
        int chunk = freeChunks;
        if (chunk != NO_CHUNK) {
            freeChunks = next[chunk];
        } else {
            if (chunks == chunksMax) {
                return NO_CHUNK;
            }
            chunk = chunks++;
            if (chunk == sizeOf.length) {
                growTo(Math.max(16, chunk * 2));
            }
        }
        sizeOf[chunk] = size;
        freeBlock[chunk] = NONE;
        used[chunk] = 0;
        cut[chunk] = 0;
        link(chunk);
        return chunk;
    }

    private void growTo(int capacity) {
        sizeOf = Arrays.copyOf(sizeOf, capacity);
        freeBlock = Arrays.copyOf(freeBlock, capacity);
        used = Arrays.copyOf(used, capacity);
        cut = Arrays.copyOf(cut, capacity);
        next = Arrays.copyOf(next, capacity);
        previous = Arrays.copyOf(previous, capacity);
    }

    private void link(int chunk) {
        int head = open[sizeOf[chunk]];
        next[chunk] = head;
        previous[chunk] = NO_CHUNK;
        if (head != NO_CHUNK) {
            previous[head] = chunk;
        }
        open[sizeOf[chunk]] = chunk;
    }

    private void unlink(int chunk) {
        if (previous[chunk] == NO_CHUNK) {
            open[sizeOf[chunk]] = next[chunk];
        } else {
            next[previous[chunk]] = next[chunk];
        }
        if (next[chunk] != NO_CHUNK) {
            previous[next[chunk]] = previous[chunk];
        }
    }

    /** Takes back a block that nobody else has seen. */
    synchronized void free(long block, int bytes) {
        int size = sizeFor(bytes);
        charge(-SIZES[size]);
        int chunk = (int) (block - range >>> CHUNK_SHIFT);
        boolean wasFull = isFull(chunk);
        if (poisons) {
            NativeMemory.fill(block, SIZES[size], POISON);
        }
        NativeMemory.putLong(block, freeBlock[chunk]);
        freeBlock[chunk] = block;
        used[chunk]--;
        if (wasFull) {
            link(chunk);
        }
        if (used[chunk] == 0 && hasSpare(chunk)) {
            unlink(chunk);
            giveBack(chunk);
        }
    }

    /** A size's last chunk with room stays, lest one block coming and going cost a page fault each time; not in an empty index. */
    private boolean hasSpare(int chunk) {
        return next[chunk] != NO_CHUNK || previous[chunk] != NO_CHUNK || usedBytes <= FREE_BYTES;
    }

    private void giveBack(int chunk) {
        try {
            Mmap.decommit(range + ((long) chunk << CHUNK_SHIFT), CHUNK_BYTES);
        } catch (IOException refused) {
            throw new IllegalStateException("an index's own memory could not be given back", refused);
        }
        next[chunk] = freeChunks;
        freeChunks = chunk;
    }

    /** Takes back a block that was just unlinked and may still be read. */
    synchronized void retire(long block, int bytes) {
        if (retiredCount == retired.length) {
            growRetired();
        }
        int tail = retiredHead + retiredCount & retired.length - 1;
        retired[tail] = block;
        retiredBytes[tail] = bytes;
        retiredAt[tail] = epochs.epochOfRetirement();
        retiredCount++;
    }

    private void growRetired() {
        int capacity = retired.length;
        long[] moreBlocks = new long[capacity * 2];
        int[] moreBytes = new int[capacity * 2];
        long[] moreAt = new long[capacity * 2];
        for (int i = 0; i < retiredCount; i++) {
            int from = retiredHead + i & capacity - 1;
            moreBlocks[i] = retired[from];
            moreBytes[i] = retiredBytes[from];
            moreAt[i] = retiredAt[from];
        }
        retired = moreBlocks;
        retiredBytes = moreBytes;
        retiredAt = moreAt;
        retiredHead = 0;
    }

    synchronized boolean hasRetired() {
        return retiredCount > 0;
    }

    /** From time to time frees what was retired, as that fences all threads. */
    synchronized void reclaimIfMany() {
        if (retiredCount >= RECLAIM_FROM) {
            reclaim();
        }
    }

    /** Frees what was retired and nobody can see any more; returns how many blocks that were. */
    synchronized int reclaim() {
        if (retiredCount == 0) {
            return 0;
        }
        long oldest = epochs.advance();
        int freed = 0;
        while (retiredCount > 0 && retiredAt[retiredHead] < oldest) {
            free(retired[retiredHead], retiredBytes[retiredHead]);
            retiredHead = retiredHead + 1 & retired.length - 1;
            retiredCount--;
            freed++;
        }
        return freed;
    }

    /** Gives all back; nobody may read any more. */
    synchronized void close() throws IOException {
        Mmap.unmap(range, (long) chunksMax << CHUNK_SHIFT);
        charge(-usedBytes);
    }
}
