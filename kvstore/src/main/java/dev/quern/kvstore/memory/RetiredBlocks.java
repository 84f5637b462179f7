package dev.quern.kvstore.memory;

import dev.quern.ffi.linux.NativeMemory;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Blocks that one core unlinked and that other cores may still be reading, oldest first. They stay charged to their tenants, so that
 * quotas bound their number. Thread: the owning core.
 *
 * <p>A block gets its epoch not when it is retired but when the core next looks what can go, together with all others since: so a write
 * waits for no fence. The core itself may read what it retired until its burst ends; that is known here by their number, and so no
 * burst needs an epoch of its own.
 */
public final class RetiredBlocks {
    private static final int CAPACITY_FIRST = 1024;

    /** A retirement in this many, or after so many bytes, looks whether the oldest can go: which takes two microseconds. */
    private static final int RECLAIM_EVERY = 256;

    private static final int RECLAIM_EVERY_BYTES = 1 << 20;

    private final Epochs epochs;
    private final byte[] poison;

    /** The owner's index; {@link Epochs#NO_CORE} once it is closed and another may have the index. */
    private int core;

    private long[] blocks = new long[CAPACITY_FIRST];
    private long[] retiredAt = new long[CAPACITY_FIRST];
    private int[] lengths = new int[CAPACITY_FIRST];
    private CoreAllocator[] owners = new CoreAllocator[CAPACITY_FIRST];
    private int head;
    private int size;

    /** Of the newest, those that were retired in the burst that is under way. */
    private int sizeInBurst;

    /** Of the newest, those that have no epoch yet. */
    private int sizeWithoutEpoch;

    /** Written by the core in order, read by others as they please. */
    private final AtomicLong bytes = new AtomicLong();

    private int retiredSince;
    private int bytesSince;
    private boolean hasRetiredSinceMaintained;

    /**
     * Starts empty.
     *
     * @param core the owner's index
     * @param poisoned whether reclaimed memory is overwritten, so that a test sees who still reads it
     */
    public RetiredBlocks(int core, Epochs epochs, boolean poisoned) {
        this.core = core;
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
        size++;
        sizeInBurst++;
        sizeWithoutEpoch++;
        hasRetiredSinceMaintained = true;
        addBytes(length);
        bytesSince += length;
        if (++retiredSince >= RECLAIM_EVERY || bytesSince >= RECLAIM_EVERY_BYTES) {
            reclaim(RECLAIM_EVERY * 2);
        }
    }

    private void addBytes(long more) {
        bytes.setOpaque(bytes.getPlain() + more);
    }

    /** After a burst: the core itself reads nothing any more of what it retired. */
    public void endBurst() {
        sizeInBurst = 0;
    }

    /** The core is closed, outside of a burst: from here on one thread at a time may {@link #reclaim}, whichever it is. */
    public void leaveCore() {
        core = Epochs.NO_CORE;
    }

    /**
     * Between bursts: as {@link #reclaim}, but for a core that goes on retiring, and so reclaims by itself, only says that there is
     * something to do.
     */
    public int maintain(int max) {
        if (hasRetiredSinceMaintained) {
            hasRetiredSinceMaintained = false;
            return 1;
        }
        return reclaim(max);
    }

    /** Frees up to {@code max} blocks that nobody can see any more, and returns how many it freed. */
    public int reclaim(int max) {
        retiredSince = 0;
        bytesSince = 0;
        if (size == sizeInBurst) {
            return 0;
        }
        setEpochs();
        long oldest = epochs.advanceBeside(core);
        int freed = 0;
        while (freed < max && size > sizeInBurst && retiredAt[head] < oldest) {
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

    private void setEpochs() {
        long epoch = epochs.epochOfRetirement();
        for (int i = size - sizeWithoutEpoch; i < size; i++) {
            retiredAt[head + i & blocks.length - 1] = epoch;
        }
        sizeWithoutEpoch = 0;
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
