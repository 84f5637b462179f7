package dev.quern.kvstore.memory;

import dev.quern.ffi.linux.NativeMemory;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Blocks that one core unlinked and that other cores may still be reading, oldest first. They stay charged to their tenants, so that
 * quotas bound their number. Thread: the owning core.
 */
public final class RetiredBlocks {
    private static final int CAPACITY_FIRST = 1024;

    /** A retirement in this many, or after so many bytes, looks whether the oldest can go: which takes two microseconds. */
    private static final int RECLAIM_EVERY = 256;

    private static final int RECLAIM_EVERY_BYTES = 1 << 20;

    private final Epochs epochs;
    private final byte[] poison;
    private long[] blocks = new long[CAPACITY_FIRST];
    private long[] retiredAt = new long[CAPACITY_FIRST];
    private int[] lengths = new int[CAPACITY_FIRST];
    private CoreAllocator[] owners = new CoreAllocator[CAPACITY_FIRST];
    private int head;
    private int size;

    /** Written by the core in order, read by others as they please. */
    private final AtomicLong bytes = new AtomicLong();

    private int retiredSince;
    private int bytesSince;

    /**
     * Starts empty.
     *
     * @param poisoned whether reclaimed memory is overwritten, so that a test sees who still reads it
     */
    public RetiredBlocks(Epochs epochs, boolean poisoned) {
        this.epochs = epochs;
        poison = new byte[poisoned ? 64 : 0];
        Arrays.fill(poison, (byte) 0xDB);
    }

    /** Bytes that wait. Any thread may ask. */
    public long bytes() {
        return bytes.getOpaque();
    }

    /** Takes a block that was just unlinked. */
    public void retire(CoreAllocator owner, long block, int length) {
        if (size == blocks.length) {
            grow();
        }
        int tail = head + size & blocks.length - 1;
        blocks[tail] = block;
        lengths[tail] = length;
        owners[tail] = owner;
        retiredAt[tail] = epochs.epochOfRetirement();
        size++;
        addBytes(length);
        bytesSince += length;
        if (++retiredSince >= RECLAIM_EVERY || bytesSince >= RECLAIM_EVERY_BYTES) {
            reclaim(RECLAIM_EVERY * 2);
        }
    }

    private void addBytes(long more) {
        bytes.setOpaque(bytes.getPlain() + more);
    }

    /** After a burst that retired something: the next burst gets an epoch of its own, so that it need not wait for itself. */
    public void endBurst() {
        if (size > 0) {
            epochs.end(retiredAt[(head + size - 1) & (blocks.length - 1)]);
        }
    }

    /** Frees up to {@code max} blocks that nobody can see any more, and returns how many it freed. */
    public int reclaim(int max) {
        if (size == 0) {
            return 0;
        }
        retiredSince = 0;
        bytesSince = 0;
        long oldest = epochs.advance();
        int freed = 0;
        while (freed < max && size > 0 && retiredAt[head] < oldest) {
            int length = lengths[head];
            if (poison.length > 0) {
                poison(blocks[head], length);
            }
            owners[head].free(blocks[head], length);
            addBytes(-length);
            head = head + 1 & blocks.length - 1;
            size--;
            freed++;
        }
        return freed;
    }

    private void poison(long block, int length) {
        for (int offset = 0; offset < length; offset += poison.length) {
            NativeMemory.copyFromArray(poison, 0, block + offset, Math.min(poison.length, length - offset));
        }
    }

    private void grow() {
        int capacity = blocks.length;
        long[] moreBlocks = new long[capacity * 2];
        long[] moreRetiredAt = new long[capacity * 2];
        int[] moreLengths = new int[capacity * 2];
        CoreAllocator[] moreOwners = new CoreAllocator[capacity * 2];
        for (int i = 0; i < size; i++) {
            int from = head + i & capacity - 1;
            moreBlocks[i] = blocks[from];
            moreRetiredAt[i] = retiredAt[from];
            moreLengths[i] = lengths[from];
            moreOwners[i] = owners[from];
        }
        blocks = moreBlocks;
        retiredAt = moreRetiredAt;
        lengths = moreLengths;
        owners = moreOwners;
        head = 0;
    }
}
