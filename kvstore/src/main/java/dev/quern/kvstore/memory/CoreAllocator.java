package dev.quern.kvstore.memory;

import dev.quern.ffi.linux.NativeMemory;

/**
 * One core's way into one tenant's arena: blocks that it freed itself come first, then those that other cores freed, then fresh memory
 * from a run of its own, and at last a larger freed block. Thread: the owning core.
 */
public final class CoreAllocator {
    /** Fresh memory is taken from the arena in runs of this many bytes, of a tenant's quota at most a 64th. */
    private static final long RUN_BYTES_MAX = 64 << 10;

    private static final int RUN_SHARE = 64;

    /** Credit is drawn in portions of this size, of the quota at most a 64th. */
    private static final long CREDIT_BYTES_MAX = 64 << 10;

    /** How many freed blocks of a class a core keeps to itself. */
    private static final int KEPT_MAX = 64;

    /** And of how many bytes a class, so that a core never sits on large blocks that another one needs. */
    private static final int KEPT_BYTES_MAX = 64 << 10;

    /** How far above the wanted class a freed block may be taken when fresh memory is used up: two doublings. */
    private static final int BORROW_CLASSES_MAX = 16;

    private final RecordArena arena;
    private final long[] kept = new long[SizeClasses.COUNT];
    private final int[] keptCount = new int[SizeClasses.COUNT];
    private final long runBytes;
    private final long creditPortion;
    private long run;
    private long runEnd;
    private long credit;

    public CoreAllocator(RecordArena arena) {
        this.arena = arena;
        long share = arena.quota().limitBytes() / RUN_SHARE;
        runBytes = Math.min(RUN_BYTES_MAX, Math.max(share, SizeClasses.bytes(0)) & -16);
        creditPortion = Math.min(CREDIT_BYTES_MAX, share);
    }

    /**
     * A block that holds {@code bytes}, its content unknown.
     *
     * @return its address, 16-byte aligned; 0 when the tenant's quota or address range is used up
     */
    public long allocate(int bytes) {
        int sizeClass = SizeClasses.of(bytes);
        int blockBytes = SizeClasses.bytes(sizeClass);
        if (credit < blockBytes && !drawCredit(blockBytes)) {
            return 0;
        }
        long block = kept[sizeClass];
        if (block != 0) {
            kept[sizeClass] = NativeMemory.getLong(block);
            keptCount[sizeClass]--;
        } else {
            block = allocateElsewhere(sizeClass, blockBytes);
            if (block == 0) {
                return 0;
            }
        }
        credit -= blockBytes;
        return block;
    }

    /** Takes a block back that {@link #allocate} gave for the same number of bytes, on any core. */
    public void free(long block, int bytes) {
        int sizeClass = SizeClasses.of(bytes);
        credit += SizeClasses.bytes(sizeClass);
        if (credit > 2 * creditPortion) {
            arena.quota().giveBack(credit - creditPortion);
            credit = creditPortion;
        }
        keep(sizeClass, block);
    }

    /** What this core drew from the quota and has not spent. */
    public long creditBytes() {
        return credit;
    }

    /** Hands everything that the core kept to the others. */
    public void close() {
        arena.quota().giveBack(credit);
        credit = 0;
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            while (kept[sizeClass] != 0) {
                long block = kept[sizeClass];
                kept[sizeClass] = NativeMemory.getLong(block);
                arena.putFreed(sizeClass, block);
            }
        }
    }

    private void keep(int sizeClass, long block) {
        if (keptCount[sizeClass] >= KEPT_MAX
                || (long) keptCount[sizeClass] * SizeClasses.bytes(sizeClass) >= KEPT_BYTES_MAX) {
            arena.putFreed(sizeClass, block);
            return;
        }
        NativeMemory.putLong(block, kept[sizeClass]);
        kept[sizeClass] = block;
        keptCount[sizeClass]++;
    }

    private boolean drawCredit(int blockBytes) {
        long wanted = Math.max(creditPortion, blockBytes - credit);
        if (arena.quota().draw(wanted)) {
            credit += wanted;
            return true;
        }
        long least = blockBytes - credit;
        if (arena.quota().draw(least)) {
            credit += least;
            return true;
        }
        return false;
    }

    private long allocateElsewhere(int sizeClass, int blockBytes) {
        long block = arena.takeFreed(sizeClass);
        if (block != 0) {
            return block;
        }
        block = allocateFresh(blockBytes);
        if (block != 0) {
            return block;
        }
        return allocateFromLarger(sizeClass, blockBytes);
    }

    private long allocateFresh(int blockBytes) {
        if (runEnd - run < blockBytes) {
            if (blockBytes > runBytes / 2) {
                return arena.carve(blockBytes);
            }
            long fresh = arena.carve(runBytes);
            if (fresh == 0) {
                return arena.carve(blockBytes);
            }
            keepRest();
            run = fresh;
            runEnd = fresh + runBytes;
        }
        long block = run;
        run += blockBytes;
        return block;
    }

    /** What is left of a run becomes blocks of the classes that it holds. */
    private void keepRest() {
        keepPieces(run, runEnd - run);
        run = 0;
        runEnd = 0;
    }

    private void keepPieces(long start, long bytes) {
        long rest = bytes;
        long piece = start;
        while (rest >= SizeClasses.bytes(0)) {
            int sizeClass = SizeClasses.of((int) Math.min(rest, SizeClasses.BYTES_MAX));
            if (SizeClasses.bytes(sizeClass) > rest) {
                sizeClass--;
            }
            keep(sizeClass, piece);
            piece += SizeClasses.bytes(sizeClass);
            rest -= SizeClasses.bytes(sizeClass);
        }
    }

    private long allocateFromLarger(int sizeClass, int blockBytes) {
        int last = Math.min(SizeClasses.COUNT - 1, sizeClass + BORROW_CLASSES_MAX);
        for (int larger = sizeClass + 1; larger <= last; larger++) {
            long block = kept[larger];
            if (block != 0) {
                kept[larger] = NativeMemory.getLong(block);
                keptCount[larger]--;
            } else {
                block = arena.takeFreed(larger);
            }
            if (block != 0) {
                keepPieces(block + blockBytes, (long) SizeClasses.bytes(larger) - blockBytes);
                return block;
            }
        }
        return 0;
    }
}
