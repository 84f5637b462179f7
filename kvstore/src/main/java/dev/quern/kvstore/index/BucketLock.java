package dev.quern.kvstore.index;

import dev.quern.ffi.linux.NativeMemory;

/**
 * The word at the beginning of every bucket, of whatever kind of index: a writers' lock that also counts the bucket's changes. Who
 * reads takes no lock; a transaction notes the count and compares it at its end.
 *
 * <p>Bit 0 is set while locked, bit 1 while the locker commits a transaction, then comes the locker, then the count. Safe on any thread;
 * owners are core indexes.
 */
public final class BucketLock {
    static final int OFFSET = 0;
    static final int BYTES = Long.BYTES;

    private static final int OWNER_SHIFT = 2;
    private static final int OWNER_BITS = 10;
    private static final int COUNT_SHIFT = OWNER_SHIFT + OWNER_BITS;
    private static final long LOCKED = 1;
    private static final long COMMITTING = 2;
    private static final long OWNER_MASK = (1L << OWNER_BITS) - 1 << OWNER_SHIFT;
    private static final int SPINS_BEFORE_YIELD = 1000;

    private BucketLock() {}

    /** Locks a bucket; waits for the core that has it, which holds it for a few stores only. */
    public static void lock(long bucket, int owner) {
        lock(bucket, owner, LOCKED);
    }

    /** As {@link #lock}, to change other buckets at the same time: {@link #awaitCommit} waits until all of them are changed. */
    public static void lockToCommit(long bucket, int owner) {
        lock(bucket, owner, LOCKED | COMMITTING);
    }

    private static void lock(long bucket, int owner, long bits) {
        int spins = 0;
        while (!tryLock(bucket, owner, bits)) {
            pause(++spins);
        }
    }

    /** Locks a bucket that nobody has. */
    public static boolean tryLock(long bucket, int owner) {
        return tryLock(bucket, owner, LOCKED);
    }

    private static boolean tryLock(long bucket, int owner, long bits) {
        long word = NativeMemory.getLongAcquire(bucket);
        return (word & LOCKED) == 0
                && NativeMemory.compareAndSetLong(bucket, word, word | (long) owner << OWNER_SHIFT | bits);
    }

    /**
     * Before a read without a lock: waits for a transaction that is changing this bucket, for the few stores that it takes. Who read the
     * bucket as it was before might have seen already what must come after that transaction, as it changes none of what it has checked.
     */
    static void awaitCommit(long bucket) {
        int spins = 0;
        while ((NativeMemory.getLongAcquire(bucket) & COMMITTING) != 0) {
            pause(++spins);
        }
    }

    /** Unlocks a bucket that this core locked and did not change. */
    public static void unlock(long bucket) {
        unlockAt(bucket, changes(bucket));
    }

    /** Unlocks a bucket that this core changed, with a count above its {@link #changes}. */
    public static void unlockAt(long bucket, long count) {
        // release: all stores to the bucket are seen before it is free
        NativeMemory.putLongRelease(bucket, count << COUNT_SHIFT);
    }

    /** A locked bucket's count of changes: at least the sequence of every version that was ever written in it. */
    public static long changes(long bucket) {
        return NativeMemory.getLong(bucket) >>> COUNT_SHIFT;
    }

    /** The bucket's count of changes, once nobody is changing it. */
    public static long stableVersion(long bucket) {
        int spins = 0;
        for (; ; ) {
            long word = NativeMemory.getLongAcquire(bucket);
            if ((word & LOCKED) == 0) {
                return word >>> COUNT_SHIFT;
            }
            pause(++spins);
        }
    }

    /** Whether nobody has changed the bucket since it showed that count, and nobody but {@code owner} is changing it. */
    public static boolean isUnchanged(long bucket, long version, int owner) {
        long word = NativeMemory.getLongVolatile(bucket);
        boolean free = (word & LOCKED) == 0 || (word & OWNER_MASK) == (long) owner << OWNER_SHIFT;
        return free && word >>> COUNT_SHIFT == version;
    }

    @SuppressWarnings("ThreadPriorityCheck") // a hint, and right without it
    private static void pause(int spins) {
        if (spins < SPINS_BEFORE_YIELD) {
            Thread.onSpinWait();
        } else {
            // The owner may have lost its processor to us.
            Thread.yield();
        }
    }
}
