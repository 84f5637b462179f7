package dev.quern.kvstore.memory;

import java.util.Arrays;

/**
 * One core's way into one tenant's arena: a stack of free blocks for each class, filled from and emptied into the arena by the batch, and
 * credit drawn from the quota in portions. Thread: the owning core; the byte counts may be read on any thread.
 */
public final class CoreAllocator {
    /** How many free blocks of a class a core keeps to itself. */
    private static final int KEPT_MAX = 512;

    /** And of how many bytes a class, so that a core never sits on much that another one needs; of the quota at most a part. */
    private static final int KEPT_BYTES_MAX = 64 << 10;

    /** Credit is drawn in portions of this size; of the quota at most a part. */
    private static final long CREDIT_BYTES_MAX = 64 << 10;

    private static final int QUOTA_SHARE = 256;

    /** What is not exchanged with the arena for so long is not in demand. */
    private static final long DEMAND_INTERVAL_MS = 1000;

    private static final long[] EMPTY = new long[0];

    private final RecordArena arena;
    private final long[][] kept = new long[SizeClasses.COUNT][];
    private final int[] keptCount = new int[SizeClasses.COUNT];
    private final long[] batch = new long[KEPT_MAX];
    private final boolean[] inDemand = new boolean[SizeClasses.COUNT];
    private final long keptBytesMax;
    private final long creditPortion;
    private boolean creditInDemand;
    private long intervalStartMs;
    private long credit;
    private long blockBytes;
    private long contentBytes;

    public CoreAllocator(RecordArena arena) {
        this.arena = arena;
        long share = arena.quota().limitBytes() / QUOTA_SHARE;
        keptBytesMax = Math.min(KEPT_BYTES_MAX, share);
        creditPortion = Math.min(CREDIT_BYTES_MAX, share);
        Arrays.fill(kept, EMPTY);
        arena.attach(this);
    }

    /**
     * A block that holds {@code bytes}, its content unknown.
     *
     * @return its address, 8-byte aligned; 0 when the tenant's quota or memory is used up
     */
    public long allocate(int bytes) {
        if (bytes > SizeClasses.BYTES_MAX) {
            return allocateLarge(bytes);
        }
        int sizeClass = SizeClasses.of(bytes);
        int size = SizeClasses.bytes(sizeClass);
        if (credit < size && !drawCredit(size)) {
            return 0;
        }
        int count = keptCount[sizeClass];
        if (count == 0) {
            count = fill(sizeClass);
            if (count == 0) {
                return 0;
            }
        }
        keptCount[sizeClass] = count - 1;
        book(size, bytes);
        return kept[sizeClass][count - 1];
    }

    /** Takes a block back that {@link #allocate} gave for the same number of bytes, on any core. */
    public void free(long block, int bytes) {
        if (bytes > SizeClasses.BYTES_MAX) {
            arena.giveLarge(block, bytes);
            book(-SizeClasses.blockBytes(bytes), -bytes);
        } else {
            int sizeClass = SizeClasses.of(bytes);
            int count = keptCount[sizeClass];
            if (count == kept[sizeClass].length) {
                count = makeRoom(sizeClass);
            }
            kept[sizeClass][count] = block;
            keptCount[sizeClass] = count + 1;
            book(-SizeClasses.bytes(sizeClass), -bytes);
        }
        if (credit > 2 * creditPortion) {
            arena.quota().giveBack(credit - creditPortion);
            credit = creditPortion;
            creditInDemand = true;
        }
    }

    /** Blocks that this core allocated less those that it freed, which other cores may have allocated: their sum counts. */
    long blockBytes() {
        return blockBytes;
    }

    /** As {@link #blockBytes}, of what was asked for. */
    long contentBytes() {
        return contentBytes;
    }

    /** What this core drew from the quota and has not spent. */
    public long creditBytes() {
        return credit;
    }

    /** Free blocks that this core keeps. */
    public long cachedBytes() {
        long bytes = 0;
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            bytes += (long) keptCount[sizeClass] * SizeClasses.bytes(sizeClass);
        }
        return bytes;
    }

    /**
     * Hands on what this core did not need for a second.
     *
     * @return how many classes of blocks it handed on
     */
    public int maintain(long nowMs) {
        if (nowMs - intervalStartMs < DEMAND_INTERVAL_MS && nowMs >= intervalStartMs) {
            return 0;
        }
        intervalStartMs = nowMs;
        int handedOn = 0;
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            if (!inDemand[sizeClass] && keptCount[sizeClass] > 0) {
                giveBack(sizeClass, keptCount[sizeClass]);
                handedOn++;
            }
            inDemand[sizeClass] = false;
        }
        if (!creditInDemand && credit > 0) {
            arena.quota().giveBack(credit);
            credit = 0;
        }
        creditInDemand = false;
        return handedOn;
    }

    /** Hands everything that the core kept to the others. */
    public void close() {
        arena.quota().giveBack(credit);
        credit = 0;
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            giveBack(sizeClass, keptCount[sizeClass]);
        }
        arena.detach(this);
    }

    private void book(int size, int bytes) {
        credit -= size;
        blockBytes += size;
        contentBytes += bytes;
    }

    private long allocateLarge(int bytes) {
        int size = SizeClasses.blockBytes(bytes);
        if (credit < size && !drawCredit(size)) {
            return 0;
        }
        long block = arena.takeLarge(bytes);
        if (block != 0) {
            book(size, bytes);
        }
        return block;
    }

    private boolean drawCredit(int size) {
        creditInDemand = true;
        long wanted = Math.max(creditPortion, size - credit);
        if (arena.quota().draw(wanted)) {
            credit += wanted;
            return true;
        }
        long least = size - credit;
        if (arena.quota().draw(least)) {
            credit += least;
            return true;
        }
        return false;
    }

    /** Takes a batch from the arena into an empty stack, and returns how many there were. */
    private int fill(int sizeClass) {
        if (kept[sizeClass].length == 0) {
            kept[sizeClass] = newStack(sizeClass);
        }
        inDemand[sizeClass] = true;
        return arena.take(sizeClass, kept[sizeClass], batchCount(sizeClass));
    }

    /** Hands a batch to the arena from a full stack, and returns how many are left. */
    private int makeRoom(int sizeClass) {
        if (kept[sizeClass].length == 0) {
            kept[sizeClass] = newStack(sizeClass);
            return 0;
        }
        inDemand[sizeClass] = true;
        giveBack(sizeClass, batchCount(sizeClass));
        return keptCount[sizeClass];
    }

    /** Those that were freed last are still in the caches and stay. */
    private void giveBack(int sizeClass, int count) {
        long[] stack = kept[sizeClass];
        int left = keptCount[sizeClass] - count;
        System.arraycopy(stack, 0, batch, 0, count);
        System.arraycopy(stack, count, stack, 0, left);
        keptCount[sizeClass] = left;
        arena.give(batch, count);
    }

    private long[] newStack(int sizeClass) {
        return new long[Math.clamp(keptBytesMax / SizeClasses.bytes(sizeClass), 1, KEPT_MAX)];
    }

    private int batchCount(int sizeClass) {
        return (kept[sizeClass].length + 1) / 2;
    }
}
